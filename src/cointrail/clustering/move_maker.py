"""The lists of moves, made in one pass over the outputs and inputs of a chain."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.list_maker import ListMaker, number_type
from cointrail.clustering.moves import MoveArrays
from cointrail.clustering.running import EVERY, RunningSums
from cointrail.clustering.shelf import PIECE, Shelf, in_pieces, put
from cointrail.kernel.buckets import count_keys
from cointrail.kernel.grouping import Groups, Marks, Sums, find_groups

Array = npt.NDArray[Any]
U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]

HEAVY_OUTPUTS = 1000
"""A script with more outputs than this is heavy: what spends it is listed. Our choice: so many are looked
up in about a millisecond."""


class MoveMaker:
    """Puts the outputs and inputs of a chain, in its order, into the lists of clusters and heavy scripts.

    Memory: 4 bytes a script, 40 a cluster, and one bucket of pairs.

    Args:
        shelf: gets the arrays.
        chain: the chain.
        clusters: how many clusters there are.
        cluster: per script the number of its cluster, or `NONE`; used up.
        heavy_from: a script with more outputs is heavy.
        sum_every: after so many moves of a cluster or heavy script its sum is kept.
    """

    def __init__(
        self,
        shelf: Shelf,
        chain: ChainView,
        clusters: int,
        cluster: U32,
        *,
        heavy_from: int = HEAVY_OUTPUTS,
        sum_every: int = EVERY,
    ) -> None:
        self._shelf = shelf
        self._heavy = _find_heavy(chain, heavy_from)
        heavy_cluster = cluster[self._heavy]
        cluster[self._heavy] = clusters + np.arange(len(self._heavy))
        groups = clusters, len(self._heavy)
        self._credited, self._debited = (
            Groups(
                cluster, heavy_cluster, *(Sums(np.zeros(n, np.uint32), np.zeros(n, np.int64)) for n in groups)
            )
            for _ in range(2)
        )
        self._marks = [_MarkList(sum_every) for _ in range(2)]
        outputs, inputs = number_type(chain.n_outputs), number_type(chain.n_inputs)
        self._outputs = ListMaker(shelf, "outputs", clusters, outputs)
        self._spends = ListMaker(shelf, "spends", clusters, inputs)
        self._heavy_spends = ListMaker(shelf, "heavy_spends", len(self._heavy), inputs)
        self._seen = [0, 0]

    def add_outputs(self, scripts: U32, values: I64) -> U32:
        """The next outputs of the chain; the cluster of each, or `NONE`.

        Raises:
            OSError: the disk is full.
        """
        cluster, _ = self._marks[0].add(scripts, values, self._credited)
        self._outputs.add(cluster, self._seen[0])
        self._seen[0] += len(scripts)
        return cluster

    def add_inputs(self, scripts: U32, values: I64) -> U32:
        """The next inputs of the chain, with the scripts and values that they spend; the cluster of each.

        Raises:
            OSError: the disk is full.
        """
        cluster, heavy = self._marks[1].add(scripts, values, self._debited)
        self._spends.add(cluster, self._seen[1])
        self._heavy_spends.add(heavy, self._seen[1])
        self._seen[1] += len(scripts)
        return cluster

    def finish(self) -> MoveArrays:
        """Write the lists and sums.

        Raises:
            OSError: the disk is full.
        """

        def kept(name: str, dtype: str, array: Array) -> Array:
            return put(self._shelf, name, dtype, in_pieces(array))

        def marked(name: str, marks: Marks) -> RunningSums:
            order = np.argsort(marks.group, kind="stable")
            return RunningSums(
                kept(f"{name}_marked", "<u4", marks.group[order]),
                kept(f"{name}_marks", "<i8", marks.total[order]),
            )

        paid, spent = (marks.finish() for marks in self._marks)
        return MoveArrays(
            outputs=self._outputs.finish(),
            spends=self._spends.finish(),
            received=kept("received", "<i8", self._credited.clusters.total),
            spent=kept("spent", "<i8", self._debited.clusters.total),
            heavy=kept("heavy", "<u4", self._heavy),
            heavy_spends=self._heavy_spends.finish(),
            heavy_received=kept("heavy_received", "<i8", self._credited.heavy.total),
            heavy_spent=kept("heavy_spent", "<i8", self._debited.heavy.total),
            output_sums=marked("outputs", paid[0]),
            spend_sums=marked("spends", spent[0]),
            heavy_output_sums=marked("heavy_outputs", paid[1]),
            heavy_spend_sums=marked("heavy_spends", spent[1]),
        )


class _MarkList:
    """What clusters and heavy scripts had added up to after every so many moves of one side."""

    def __init__(self, every: int) -> None:
        self._every = every
        self._found: tuple[list[Marks], list[Marks]] = ([], [])

    def add(self, scripts: U32, values: I64, groups: Groups) -> tuple[U32, U32]:
        """Add the next moves to the sums of their groups; the cluster and the heavy script of each."""
        found = np.empty_like(scripts), np.empty_like(scripts)
        rows = len(scripts)
        marks = tuple(Marks(np.empty(rows, np.uint32), np.empty(rows, np.int64)) for _ in range(2))
        counts = find_groups(scripts, values, groups, self._every, found, (marks[0], marks[1]))
        for kept, own, count in zip(self._found, marks, counts, strict=True):
            if count:
                kept.append(Marks(own.group[:count].copy(), own.total[:count].copy()))
        return found

    def finish(self) -> tuple[Marks, Marks]:
        """All of clusters, and all of heavy scripts, in the order of the chain."""
        nothing = Marks(np.empty(0, np.uint32), np.empty(0, np.int64))
        clusters, heavy = (
            Marks(*map(np.concatenate, zip(nothing, *found, strict=True))) for found in self._found
        )
        return clusters, heavy


def _find_heavy(chain: ChainView, heavy_from: int) -> U32:
    """The scripts with more outputs than that, ascending; reads the keys of the history index once."""
    found = [np.empty(0, np.uint32)]
    for first in range(0, chain.n_scripts, PIECE):
        counts = np.zeros(min(PIECE, chain.n_scripts - first), np.int64)
        for run in chain.runs("history"):
            rows = slice(*np.searchsorted(run.keys, np.array([first, first + len(counts)], run.keys.dtype)))
            count_keys(run.keys[rows], first, counts)
        found.append((np.flatnonzero(counts > heavy_from) + first).astype(np.uint32))
    return np.concatenate(found)
