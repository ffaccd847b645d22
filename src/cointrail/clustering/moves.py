"""What a cluster or a script received and spent: its outputs and the inputs that spend them, in chain order.

Every cluster of two scripts and more has both as lists, and so has every script with very many outputs;
the rest is small enough to be looked up. So a page takes the same time whatever it is a page of.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.lists import Lists
from cointrail.clustering.partition import Partition
from cointrail.clustering.running import EVERY, NO_SUMS, Running, RunningSums
from cointrail.errors import NotFound
from cointrail.store.chain_places import rows_between
from cointrail.store.schema import NOT_YET

Array = npt.NDArray[Any]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ascending:
    """Ascending numbers in pieces that follow each other; nothing is read before it is asked for."""

    pieces: tuple[Array, ...]

    def __len__(self) -> int:
        return sum(map(len, self.pieces))

    def slice(self, first: int, last: int) -> U64:
        """Numbers first..last - 1, as far as there are."""
        found = [np.empty(0, np.uint64)]
        for piece in self.pieces:
            found.append(piece[max(first, 0) : max(last, 0)].astype(np.uint64))
            first, last = first - len(piece), last - len(piece)
        return np.concatenate(found)

    def take(self, places: I64) -> U64:
        """The numbers at some places."""
        found, first = np.empty(len(places), np.uint64), 0
        for piece in self.pieces:
            own = (places >= first) & (places < first + len(piece))
            found[own] = piece[places[own] - first]
            first += len(piece)
        return found

    def at(self, place: int) -> int:
        """The number at a place; IndexError where there is none."""
        return int(self.slice(place, place + 1)[0])

    def below(self, limit: int) -> int:
        """How many numbers are below a limit."""
        count = 0
        for piece in self.pieces:
            if len(piece) and piece[-1] >= limit:
                return count + int(piece.searchsorted(piece.dtype.type(limit)))
            count += len(piece)
        return count

    def below_each(self, limits: U64) -> I64:
        """How many numbers are below each of some limits."""
        counts = np.zeros(len(limits), np.int64)
        for piece in self.pieces:
            if len(piece):
                inside = limits <= piece[-1]
                counts[inside] += piece.searchsorted(limits[inside].astype(piece.dtype))
                counts[~inside] += len(piece)
        return counts


@dataclass(frozen=True, slots=True)
class Moves:
    """All that one cluster or one script received and spent.

    Attributes:
        credits: the outputs that pay it.
        debits: the inputs that spend them.
        received_sat: sum of the former.
        spent_sat: sum of the latter.
        received: sums of the first of the former.
        spent: sums of the first of the latter.
    """

    credits: Ascending
    debits: Ascending
    received_sat: int
    spent_sat: int
    received: Running = NO_SUMS
    spent: Running = NO_SUMS

    @property
    def balance_sat(self) -> int:
        """What is unspent."""
        return self.received_sat - self.spent_sat

    @property
    def unspent(self) -> int:
        """How many outputs are unspent."""
        return len(self.credits) - len(self.debits)


class ScriptSums(NamedTuple):
    """Per script: how many outputs carry it, and the satoshi it received and spent."""

    outputs: I64
    received: I64
    spent: I64


class MoveArrays(NamedTuple):
    """The lists and sums of all clusters, and of all heavy scripts."""

    outputs: Lists
    spends: Lists
    received: I64
    spent: I64
    heavy: U32
    """The heavy scripts, ascending."""
    heavy_spends: Lists
    heavy_received: I64
    heavy_spent: I64
    output_sums: RunningSums
    spend_sums: RunningSums
    heavy_output_sums: RunningSums
    heavy_spend_sums: RunningSums


@dataclass(frozen=True, slots=True)
class MoveIndex:
    """The moves of every cluster and every script of a chain."""

    chain: ChainView
    partition: Partition
    arrays: MoveArrays
    sum_every: int = EVERY
    """Moves from one running sum to the next."""

    def of(self, label: int) -> Moves:
        """The moves of the cluster with this label, which is one that `Clusters.label` gave.

        Raises:
            NotFound: there is no such script.
        """
        cluster = self.partition.find(label)
        if cluster is None:
            return self.of_script(label)
        lists = self.arrays
        return Moves(
            Ascending((lists.outputs.of(cluster),)),
            Ascending((lists.spends.of(cluster),)),
            int(lists.received[cluster]),
            int(lists.spent[cluster]),
            Running(self.sum_every, lists.output_sums.of(cluster)),
            Running(self.sum_every, lists.spend_sums.of(cluster)),
        )

    def of_script(self, script_num: int) -> Moves:
        """The moves of one script.

        Raises:
            NotFound: there is no such script.
        """
        if not 0 <= script_num < self.chain.n_scripts:
            raise NotFound(f"there is no script {script_num}", script=script_num)
        outputs = self._outputs(script_num)
        heavy = self.arrays.heavy
        at = int(np.searchsorted(heavy, np.uint32(script_num)))
        if at == len(heavy) or heavy[at] != script_num:
            return self._looked_up(outputs)
        return Moves(
            outputs,
            Ascending((self.arrays.heavy_spends.of(at),)),
            int(self.arrays.heavy_received[at]),
            int(self.arrays.heavy_spent[at]),
            Running(self.sum_every, self.arrays.heavy_output_sums.of(at)),
            Running(self.sum_every, self.arrays.heavy_spend_sums.of(at)),
        )

    def sums_of_scripts(self, scripts: U32) -> ScriptSums:
        """What each of some scripts received and spent; time in proportion to how many scripts these are."""
        place = np.searchsorted(self.arrays.heavy, scripts)
        heavy = np.zeros(len(scripts), np.bool_)
        inside = place < len(self.arrays.heavy)
        heavy[inside] = self.arrays.heavy[place[inside]] == scripts[inside]
        outputs, received, spent = np.zeros((3, len(scripts)), np.int64)
        received[heavy] = self.arrays.heavy_received[place[heavy]]
        spent[heavy] = self.arrays.heavy_spent[place[heavy]]
        for run in self.chain.runs("history"):
            first, last = (
                np.searchsorted(run.keys, scripts, "left"),
                np.searchsorted(run.keys, scripts, "right"),
            )
            outputs += last - first
            owner, rows = rows_between(first[~heavy], last[~heavy])
            coins, script = run.numbers[rows], np.flatnonzero(~heavy)[owner]
            values = self.chain.column("outputs.value").take(coins)
            gone = self.chain.spent_by_many(coins) != NOT_YET
            np.add.at(received, script, values)
            np.add.at(spent, script[gone], values[gone])
        return ScriptSums(outputs, received, spent)

    def _outputs(self, script_num: int) -> Ascending:
        pieces = []
        for run in self.chain.runs("history"):
            first, last = run.bounds(script_num)
            if first < last:
                pieces.append(run.numbers[first:last])
        return Ascending(tuple(pieces))

    def _looked_up(self, outputs: Ascending) -> Moves:
        numbers = outputs.slice(0, len(outputs))
        values = self.chain.column("outputs.value").take(numbers)
        spends = self.chain.spent_by_many(numbers)
        gone = spends != NOT_YET
        debits = Ascending((np.sort(spends[gone]),))
        return Moves(outputs, debits, int(values.sum()), int(values[gone].sum()))
