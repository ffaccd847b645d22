"""What clusters and scripts received and spent, against dictionaries; and how much a page reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.clustering.build import build
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.kept import TYPES
from cointrail.clustering.lists import Lists
from cointrail.clustering.move_page import first_txs, page_of_moves
from cointrail.clustering.moves import Ascending, MoveArrays, MoveIndex, Moves
from cointrail.clustering.running import RunningSums
from cointrail.clustering.shelf import DraftShelf
from cointrail.errors import NotFound
from cointrail.heuristics.base import Tier
from cointrail.store.columns import Column
from cointrail.store.index_files import Run
from support.array_chain import ArrayChain, Arrays, PlainTx, big_cluster, busy_script, plain_chains
from support.counted import Counted
from support.store_files import scratch


class PlainMove(NamedTuple):
    """A move as the transactions say it, in their order."""

    tx: int
    credit: bool
    number: int
    value: int


@dataclass(frozen=True)
class Case:
    """A chain with its clusters, and its moves read plainly."""

    chain: ArrayChain
    clusters: Clusters
    by_script: dict[int, list[PlainMove]]

    def of_cluster(self, label: int) -> list[PlainMove]:
        """The moves of all members."""
        members = self.clusters.members(label).tolist()
        return sorted((move for script in members for move in self.by_script[script]), key=lambda m: m[:3])


def moves_of(txs: list[PlainTx]) -> dict[int, list[PlainMove]]:
    """Every script's moves, one transaction after the other."""
    found: defaultdict[int, list[PlainMove]] = defaultdict(list)
    made: list[tuple[int, int]] = []
    inputs = 0
    for number, tx in enumerate(txs):
        for output in tx.spends:
            script, value = made[output]
            found[script].append(PlainMove(number, credit=False, number=inputs, value=value))
            inputs += 1
        for script, value in tx.pays:
            found[script].append(PlainMove(number, credit=True, number=len(made), value=value))
            made.append((script, value))
    return found


@st.composite
def cases(draw: st.DrawFn) -> Case:
    txs = draw(plain_chains())
    chain = ArrayChain(Arrays.of(txs), settled=draw(st.integers(0, len(txs))))
    clusters = build(chain, heavy_from=draw(st.integers(0, 4)), sum_every=draw(st.integers(1, 3)))
    return Case(chain, clusters, moves_of(txs))


def agrees(found: Moves, wanted: list[PlainMove]) -> bool:
    """Whether lists and sums are those of the plain moves."""
    paid, gone = ([m for m in wanted if m.credit is side] for side in (True, False))
    received, spent = (sum(m.value for m in side) for side in (paid, gone))
    for running, side in ((found.received, paid), (found.spent, gone)):
        so_far = np.cumsum([m.value for m in side])[running.every - 1 :: running.every]
        if running.totals.tolist() not in ([], so_far.tolist()):
            return False
    return (
        found.credits.slice(0, 10**6).tolist() == [m.number for m in paid]
        and found.debits.slice(0, 10**6).tolist() == [m.number for m in gone]
        and (found.received_sat, found.spent_sat) == (received, spent)
        and (found.balance_sat, found.unspent) == (received - spent, len(paid) - len(gone))
    )


@given(cases())
def test_moves_of_clusters_and_scripts_are_those_of_the_transactions(case: Case) -> None:
    index = case.clusters.moves
    for script in range(case.chain.n_scripts):
        assert agrees(index.of_script(script), case.by_script[script])
    for label in set(case.clusters.labels().tolist()):
        assert agrees(index.of(label), case.of_cluster(label))
    every = np.arange(case.chain.n_scripts, dtype=np.uint32)
    sums = index.sums_of_scripts(every[::-1])
    assert list(zip(*(column.tolist() for column in sums), strict=True)) == [
        (len(own.credits), own.received_sat, own.spent_sat)
        for own in map(index.of_script, every[::-1].tolist())
    ]


@given(cases(), st.integers(0, 60), st.integers(1, 9))
def test_a_page_is_that_part_of_all_moves_in_chain_order(case: Case, start: int, limit: int) -> None:
    for label in set(case.clusters.labels().tolist()):
        rows = page_of_moves(case.chain, case.clusters.moves.of(label), start, limit)
        found = [PlainMove(*row) for row in zip(*(column.tolist() for column in rows), strict=True)]
        assert found == case.of_cluster(label)[start : start + limit]


@given(cases(), st.integers(1, 9), st.booleans())
def test_the_first_or_last_transactions_are_found_and_whether_they_are_all(
    case: Case,
    most: int,
    newest: bool,  # noqa: FBT001
) -> None:
    for label in set(case.clusters.labels().tolist()):
        every = sorted({move.tx for move in case.of_cluster(label)})
        found, whole = first_txs(case.chain, case.clusters.moves.of(label), most, newest=newest)
        assert found.tolist() == (every[-most:] if newest else every[:most])
        assert whole == (len(every) <= most)


@given(st.lists(st.lists(st.integers(0, 99), max_size=4), max_size=4), st.integers(0, 110))
def test_numbers_in_pieces_are_searched_as_one_list(drawn: list[list[int]], limit: int) -> None:
    every = sorted({number for piece in drawn for number in piece})
    sizes = np.cumsum([len(piece) for piece in drawn])
    pieces = np.split(np.array(every, np.uint32), sizes[:-1]) if drawn else []
    numbers = Ascending(tuple(pieces))
    assert len(numbers) == len(every)
    assert numbers.below(limit) == sum(number < limit for number in every)
    for first in range(-1, 4):
        assert numbers.slice(first, limit).tolist() == every[max(first, 0) : limit]


@given(plain_chains(), st.integers(1, 5))
def test_clusters_made_by_way_of_files_a_few_rows_at_a_time_are_those_made_in_memory(
    txs: list[PlainTx], rows: int
) -> None:
    chain = ArrayChain(Arrays.of(txs), settled=len(txs) // 2)
    wanted = build(chain, heavy_from=1)
    with scratch() as folder, pytest.MonkeyPatch.context() as patch, DraftShelf(folder) as shelf:
        patch.setattr("cointrail.clustering.spill.WAITING_ROWS", rows)
        patch.setattr("cointrail.clustering.key_scan.CHUNK", rows)
        for module in ("move_maker", "partition_maker", "proof_maker", "shelf"):
            patch.setattr(f"cointrail.clustering.{module}.PIECE", rows)
        made = build(chain, heavy_from=1, shelf=shelf)
        assert set(shelf.notes) == set(TYPES)
        assert all(note.dtype in TYPES[name] for name, note in shelf.notes.items())
        assert (made.digest, made.skipped) == (wanted.digest, wanted.skipped)
        assert all(map(np.array_equal, arrays_of(made), arrays_of(wanted)))


def arrays_of(clusters: Clusters) -> Iterator[npt.NDArray[Any]]:
    """Every array of some clusters."""
    for part in clusters.partitions.values():
        yield from (part.label, part.labels, *part.members)
    yield from (clusters.proof.parent, clusters.proof.tx, clusters.proof.rule, clusters.reasons)
    for one in clusters.moves.arrays:
        yield from one if isinstance(one, Lists | RunningSums) else (one,)


def test_a_script_that_does_not_exist_is_not_found() -> None:
    chain = ArrayChain(Arrays.of([PlainTx([], [(0, 5)])]), settled=1)
    with pytest.raises(NotFound, match="there is no script 1"):
        build(chain).moves.of_script(1)


# -- how much is read


@contextmanager
def counted(chain: ArrayChain, clusters: Clusters) -> Iterator[Clusters]:
    """The same clusters, with every array that they and their chain have counting what is read."""
    for key, column in chain._columns.items():
        chain._columns[key] = Column(Counted.of(column.settled), Counted.of(column.recent))
    for name, runs in chain._runs.items():
        chain._runs[name] = [Run(Counted.of(run.keys), Counted.of(run.numbers)) for run in runs]
    chain._spent_by = Counted.of(chain._spent_by)
    part = clusters.partitions[Tier.T2]
    part = replace(
        part,
        label=Counted.of(part.label),
        labels=Counted.of(part.labels),
        members=Lists(*map(Counted.of, part.members)),
    )
    arrays = clusters.moves.arrays
    moves = MoveArrays(
        *(_counted(one) if isinstance(one, tuple) else Counted.of(one) for one in arrays)  # type: ignore[arg-type]
    )
    yield replace(clusters, partitions={Tier.T2: part}, moves=MoveIndex(chain, part, moves))


def _counted(lists: Lists | RunningSums) -> Lists | RunningSums:
    return type(lists)(*map(Counted.of, lists))


def reads_of_pages(arrays: Arrays) -> int:
    """Values read for three pages of moves, and of members, of the cluster of script 0, at most."""
    chain = ArrayChain(arrays, settled=len(arrays.first_input) // 2, batch_size=10**6)
    built = build(chain)
    total = sum(len(side) for side in (built.moves.of(0).credits, built.moves.of(0).debits))
    most = 0
    with counted(chain, built) as clusters:
        for start in (0, total // 2, total - 50):
            Counted.reads = 0
            label = clusters.label(0)
            assert len(page_of_moves(chain, clusters.moves.of(label), start, 50).tx) == 50
            members = clusters.members(label)
            assert len(members) == clusters.size(label)
            listed = members[start // 3 : start // 3 + 50].tolist()
            clusters.moves.sums_of_scripts(np.array(listed, np.uint32))
            most = max(most, Counted.reads)
    return most


@pytest.mark.parametrize("made", [big_cluster, busy_script])
def test_a_page_of_a_hundred_times_as_much_reads_hardly_more(made: Callable[[int], Arrays]) -> None:
    """Clusters of 2,000 and 200,000 scripts, and scripts of as many outputs: only searches take longer."""
    small, large = (reads_of_pages(made(groups)) for groups in (4, 400))
    assert 50 < large < 3 * small
    assert large < 10_000
