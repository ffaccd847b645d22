"""Whole ingests with clashing prefixes and with little of everything: the same bytes as ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cointrail.chain.decode import decode_block
from cointrail.chain.types import Outpoint
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.doctor import examine
from cointrail.store.ingest import DEPTH, ingest
from cointrail.store.reader import Snapshot, open_snapshot
from support.blocks_writer import write_files
from support.crashes import Crash, crashing
from support.kernel_chain import Branch, random_branch
from support.store_files import content, differences, dump, scratch
from support.tight_ingest import ALL_BITS, Tight, forged_txids, short_runs, tight
from support.twin_coinbases import branch_with_twins

TIP = 220
RUNS = [(512, 8), (16, 2), (8, 3)]
"""Units and fan-outs of index runs."""
stops = st.lists(st.integers(0, TIP - 1), max_size=2).map(sorted)
sizes = st.sampled_from([2000, 20_000, 1 << 30])


@cache
def _branch() -> Branch:
    """Spends of settled and of recent outputs in every one of the last 110 blocks."""
    return random_branch(171, TIP, busy=110)


def _ingest_to(
    folder: Path,
    height: int | None,
    *,
    store: str = "store",
    batch_bytes: int = 2000,
    commit_bytes: int = 1 << 30,
) -> None:
    with BlocksDirectory(folder / "blocks", to=height) as source:
        ingest(folder / store, source, batch_bytes=batch_bytes, commit_bytes=commit_bytes)


def _ingest(folder: Path, to: Sequence[int] = (), *, store: str = "store", **sizes: int) -> dict[str, bytes]:
    """Ingest the blocks that stand there, up to each of some heights and then all."""
    for height in [*to, None]:
        _ingest_to(folder, height, store=store, **sizes)
    return content(folder / store)


@cache
def _whole(unit: int, fanout: int) -> dict[str, bytes]:
    with scratch() as folder, short_runs(unit, fanout):
        write_files(folder / "blocks", [_branch().stored])
        return _ingest(folder, batch_bytes=1 << 30)


@pytest.fixture(autouse=True, scope="module")
def _made_with_plenty() -> None:
    """What is compared with must be made before anything is scarce or forged."""
    for runs in RUNS:
        _whole(*runs)


def _unlike_whole(found: dict[str, bytes], unit: int = 512, fanout: int = 8) -> list[str]:
    return differences(found, _whole(unit, fanout))


# -- little of everything

PLENTY = Tight()
SCARCE = Tight(live=5500, outputs=60, sort=2000, in_memory=0, rows=40, live_from=0)

budgets = st.builds(
    Tight,
    live=st.sampled_from([1, 1200, 5500, 1 << 30]),
    outputs=st.sampled_from([1, 60, 300]),
    sort=st.sampled_from([2000, 30_000, 1 << 30]),
    in_memory=st.sampled_from([0, 2000, 1 << 26]),
    rows=st.sampled_from([40, 300]),
    live_from=st.sampled_from([0, 1 << 30]),
)


@given(budgets, stops, sizes, sizes, st.sampled_from(RUNS))
@example(SCARCE, [60, 150], 2000, 1 << 30, (8, 3))
@example(SCARCE, [130], 2000, 4000, (16, 2))
@settings(max_examples=8)
def test_little_of_everything_gives_the_bytes_of_plenty(
    limits: Tight, to: list[int], batch_bytes: int, commit_bytes: int, runs: tuple[int, int]
) -> None:
    with scratch() as folder, short_runs(*runs), tight(limits):
        write_files(folder / "blocks", [_branch().stored])
        found = _ingest(folder, to, batch_bytes=batch_bytes, commit_bytes=commit_bytes)
        assert _unlike_whole(found, *runs) == []


def test_scarcity_makes_everything_happen_that_these_tests_are_about() -> None:
    with scratch() as folder, short_runs(8, 3), tight(SCARCE) as seen:
        write_files(folder / "blocks", [_branch().stored])
        _ingest(folder, [60, 150])
        with BlocksDirectory(folder / "blocks") as source:
            assert examine(folder / "store", source).findings == ()
    happened = Counter(seen)
    for what in ("full", "loaded", "merged", "ranges", "segment", "spilled"):
        assert happened[what] > 0, what


@pytest.mark.parametrize("live", [3000, 5500, 9000])
@pytest.mark.parametrize("to", [[], [180]], ids=["at once", "in two"])
def test_a_table_may_get_too_full_in_either_part(live: int, to: list[int]) -> None:
    with scratch() as folder, tight(Tight(live=live, live_from=0)) as seen:
        write_files(folder / "blocks", [_branch().stored])
        found = _ingest(folder, to)
        assert "full" in seen
        assert _unlike_whole(found) == []


@given(st.integers(1, 400), st.sampled_from([PLENTY, SCARCE]))
@settings(max_examples=6)
def test_what_a_crash_left_is_gone_on_from_with_as_little_or_with_more(at: int, later: Tight) -> None:
    with scratch() as folder:
        write_files(folder / "blocks", [_branch().stored])
        with tight(SCARCE):
            _ingest_to(folder, 150)
        with tight(SCARCE), suppress(Crash), crashing(at):
            _ingest(folder, commit_bytes=8000)
        with tight(later):
            assert _unlike_whole(_ingest(folder)) == []


# -- clashes

masks = st.integers(0, 16).map(lambda bits: (1 << bits) - 1)
"""Bits of a prefix that count."""


@given(masks, stops, sizes, st.sampled_from([60, 1 << 20]))
@example(0, [60, 150], 2000, 60)
@settings(max_examples=6)
def test_an_ingest_in_which_ids_clash_gives_the_bytes_of_one_without(
    keep: int, to: list[int], batch_bytes: int, outputs: int
) -> None:
    limits = Tight(keep=keep, outputs=outputs, live_from=0)
    with scratch() as folder, tight(limits) as seen:
        write_files(folder / "blocks", [_branch().stored])
        found = _ingest(folder, to, batch_bytes=batch_bytes)
        assert keep or "twin" in seen
        assert _unlike_whole(found) == []


@given(st.integers(0, 16), st.sampled_from(["first", "last"]), stops, sizes, st.sampled_from([60, 1 << 20]))
@example(0, "first", [60, 150], 2000, 60)
@example(3, "first", [60, 150], 2000, 60)
@settings(max_examples=6)
def test_an_ingest_in_which_scripts_clash_gives_the_rows_of_one_without(
    bits: int, end: str, to: list[int], batch_bytes: int, outputs: int
) -> None:
    """All rows; the index over scripts has the forged prefixes for keys."""
    mask = (1 << bits) - 1
    limits = Tight(scripts=mask << (64 - bits) if end == "first" else mask, outputs=outputs, rows=40)
    with scratch() as folder, tight(limits):
        write_files(folder / "blocks", [_branch().stored])
        found = _ingest(folder, to, batch_bytes=batch_bytes)
        assert [name for name in _unlike_whole(found) if not name.startswith("script-")] == []
        runs = [name for name in found if name.startswith("script-") and name.endswith("numbers")]
        counts = [len(found[name]) // 4 for name in runs]
        assert sum(counts) == len(found["settled scripts.type"]) + len(found["recent scripts.type"])


@pytest.mark.parametrize("prefixes", [1, 3])
def test_a_chain_whose_ids_all_clash_is_resolved_by_table_and_index_alike(prefixes: int) -> None:
    """Here the ids themselves share their first eight bytes, so every index and every reader meets them."""
    with scratch() as folder, forged_txids(prefixes):
        branch = random_branch(172, TIP, busy=110)
        write_files(folder / "blocks", [branch.stored])
        with tight(PLENTY) as seen:
            by_table = _ingest(folder)
            assert seen.count("twin") > 100
        by_index, scarce_by_index = Tight(live=1), replace(SCARCE, live=1)
        cases = [(by_index, ()), (scarce_by_index, (60, 150)), (SCARCE, (60, 150))]
        for number, (limits, to) in enumerate(cases):
            with tight(limits) as seen:
                found = _ingest(folder, to, store=f"store{number}")
                assert ("full" in seen) == (limits.live == 1)
                assert differences(found, by_table) == []
        with BlocksDirectory(folder / "blocks") as source:
            report = examine(folder / "store1", source)
            assert (report.findings, report.inputs_with_undo) == ((), report.inputs)
        with open_snapshot(folder / "store1") as snapshot:
            assert dump(snapshot)["found"] == list(range(snapshot.n_txs))
            assert _spends(snapshot) == _true_spends(branch)


@pytest.mark.parametrize("second", [8, 60, 120])
@pytest.mark.parametrize("keep", [0, 3, ALL_BITS])
def test_of_two_transactions_with_one_id_the_later_is_spent_also_among_twins_and_in_a_later_run(
    second: int, keep: int
) -> None:
    """The table that is filled from a store takes the later one too."""
    branch, _ = branch_with_twins(5, second, 230, 235)
    with scratch() as folder:
        write_files(folder / "blocks", [branch.stored])
        wanted = _ingest(folder, store="whole", batch_bytes=1 << 30)
        with tight(Tight(keep=keep, live_from=0)) as seen:
            for number, to in enumerate(([], [second - 1], [second + DEPTH], [229])):
                assert differences(_ingest(folder, to, store=f"store{number}"), wanted) == []
        assert "loaded" in seen
        with open_snapshot(folder / "store3") as snapshot:
            spender = snapshot.n_txs - 1 - (branch.height - 230)
            (spent,) = snapshot.tx_inputs(spender)
            assert spent.tx_num == snapshot.block_txs(second)[0]


def _spends(snapshot: Snapshot) -> list[Outpoint]:
    rows = [row for tx in range(snapshot.n_txs) for row in snapshot.tx_inputs(tx)]
    return [snapshot.outpoint(row.output_num) for row in rows if row.output_num is not None]


def _true_spends(branch: Branch) -> list[Outpoint]:
    txs = [tx for made in branch.blocks for tx in decode_block(made.raw).txs]
    return [i.outpoint for tx in txs if not tx.is_coinbase for i in tx.inputs]
