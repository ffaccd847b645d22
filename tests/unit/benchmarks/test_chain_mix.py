"""What the invented chain is like, beside the real one."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chain import MB, ChainInfo, write_chain
from chain_bytes import ALWAYS
from chain_eras import BLOCKS_AT_LEAST, FULL, MARKS, MONTHS, WHOLE, mix_at, time_at
from chain_places import FULL_WEIGHT, KINDS
from chain_scripts import (
    INSCRIPTION,
    MULTISIG,
    OP_RETURN,
    P2PK,
    P2PK_WHOLE,
    P2PKH,
    P2PKH_WHOLE,
    P2SH_MULTISIG,
    P2SH_NESTED,
    P2TR,
    P2TR_PATH,
    P2WPKH,
    P2WSH,
    script_bytes,
)
from cointrail.chain.marks import input_marks
from cointrail.chain.script import classify
from cointrail.chain.types import Height, Tx
from cointrail.chain.view import InputMarks, ScriptType
from support.block_index import COLUMNS, SINGLE, Row
from support.invented_chain import Holdings, iter_blocks
from support.once import build_once

SIZE = 16 * MB

TYPES = {
    P2PKH: ScriptType.P2PKH,
    P2PKH_WHOLE: ScriptType.P2PKH,
    P2SH_NESTED: ScriptType.P2SH,
    P2SH_MULTISIG: ScriptType.P2SH,
    P2PK: ScriptType.P2PK,
    P2PK_WHOLE: ScriptType.P2PK,
    MULTISIG: ScriptType.MULTISIG,
    P2WPKH: ScriptType.P2WPKH,
    P2WSH: ScriptType.P2WSH,
    P2TR: ScriptType.P2TR,
    P2TR_PATH: ScriptType.P2TR,
    INSCRIPTION: ScriptType.P2TR,
    OP_RETURN: ScriptType.OP_RETURN,
}
"""Of every kind of the maker, what the library calls it."""


@pytest.mark.parametrize(("kind", "expected"), TYPES.items())
def test_scripts_of_a_kind_are_what_the_library_calls_them(kind: int, expected: ScriptType) -> None:
    scripts = [script_bytes(number << 4 | kind) for number in range(1, 50)]
    assert {classify(script) for script in scripts} == {expected}
    assert len(set(scripts)) == len(scripts)


class Walked:
    """A chain of some megabytes, walked with the plain decoder."""

    def __init__(self, folder: Path) -> None:
        self.held, self.txs, self.weights = Holdings(), list[Tx](), list[int]()
        for number, one in enumerate(iter_blocks(folder)):
            height = Height(number)
            self.weights.append(sum(tx.weight for tx in one.block.txs))
            for tx in one.block.txs:
                if not tx.is_coinbase:
                    self.held.spend(tx, height)
                    self.txs.append(tx)
                if height:
                    self.held.add(tx, height)

    def types(self, first: float, last: float) -> dict[ScriptType, float]:
        """Shares of the outputs in a part of the transactions."""
        part = self.txs[int(first * len(self.txs)) : int(last * len(self.txs))]
        found = Counter(classify(output.script) for tx in part for output in tx.outputs)
        return {kind: found[kind] / found.total() for kind in ScriptType}


@pytest.fixture(name="folder", scope="module")
def larger_chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_once(tmp_path_factory, "mixed-chain", _write) / "blocks"


def _write(folder: Path) -> None:
    write_chain(folder / "blocks", SIZE, 3)


@pytest.fixture(name="walked", scope="module")
def walk(folder: Path) -> Walked:
    return Walked(folder)


@pytest.fixture(name="info", scope="module")
def a_hundred_megabytes(tmp_path_factory: pytest.TempPathFactory) -> ChainInfo:
    return write_chain(tmp_path_factory.mktemp("means") / "blocks", 100 * MB, 3)


def test_means_are_near_those_of_the_whole_real_chain(info: ChainInfo) -> None:
    """1.3e9 transactions, 3.6e9 outputs, 3.4e9 inputs, 1.5e9 scripts, 750 GB."""
    assert info.inputs / info.txs == pytest.approx(2.6, abs=0.25)
    assert info.outputs / info.txs == pytest.approx(2.8, abs=0.25)
    assert info.block_bytes / info.txs == pytest.approx(577, abs=50)
    assert info.scripts / info.outputs == pytest.approx(0.42, abs=0.05)
    assert info.unspent / info.outputs == pytest.approx(0.05, abs=0.02)
    assert info.popular_outputs / info.outputs > 0.01


def test_script_types_come_and_go_with_the_years(walked: Walked) -> None:
    early, late = walked.types(0, 0.1), walked.types(0.9, 1)
    assert early[ScriptType.P2PKH] > 0.8
    assert early[ScriptType.P2WPKH] + early[ScriptType.P2TR] < 0.01
    assert 0.2 < late[ScriptType.P2TR] < 0.45
    assert 0.25 < late[ScriptType.P2WPKH] < 0.55
    assert late[ScriptType.P2PKH] < 0.2
    assert 0.04 < late[ScriptType.OP_RETURN] < 0.15


def test_inscriptions_appear_late_and_some_are_large(walked: Walked) -> None:
    marked = [
        any(b"\x00\x63\x03ord" in item for one in tx.inputs for item in one.witness) for tx in walked.txs
    ]
    sizes = [len(tx.inputs[0].witness[1]) for tx, mark in zip(walked.txs, marked, strict=True) if mark]
    assert not any(marked[: len(marked) // 3])
    assert 0.02 < sum(marked[-len(marked) // 4 :]) / (len(marked) / 4) < 0.15
    assert min(sizes) < 400
    assert max(sizes) > 20_000
    assert all(len(tx.inputs) == 1 for tx, mark in zip(walked.txs, marked, strict=True) if mark)


def test_signatures_and_script_paths_are_seen_as_what_they_are(walked: Walked) -> None:
    seen = Counter(input_marks(one.script_sig, one.witness) for tx in walked.txs for one in tx.inputs)
    assert sum(count for marks, count in seen.items() if marks & InputMarks.SIGNED) == seen.total()
    for mark in (InputMarks.SCRIPT_PATH, InputMarks.UNCOMPRESSED_KEY, InputMarks.HIGH_R, InputMarks.WITNESS):
        assert any(marks & mark for marks in seen)


def test_most_outputs_are_spent_soon_and_some_after_a_large_part_of_the_chain(walked: Walked) -> None:
    ages, blocks = walked.held.ages, len(walked.weights)
    soon = sum(count for age, count in ages.items() if age <= 10)
    assert 0.6 < soon / ages.total() < 0.95
    assert 0.05 < ages[0] / ages.total() < 0.3
    assert max(ages) > blocks // 3


def test_some_transactions_pay_hundreds_and_some_sweep_many(walked: Walked) -> None:
    assert max(len(tx.outputs) for tx in walked.txs) > 100
    assert max(len(tx.inputs) for tx in walked.txs) > 20
    one = sum(len(tx.inputs) == 1 for tx in walked.txs) / len(walked.txs)
    two = sum(len(tx.outputs) == 2 for tx in walked.txs) / len(walked.txs)
    assert 0.6 < one < 0.8
    assert 0.4 < two < 0.65


def test_one_service_has_by_far_the_largest_cluster(folder: Path, walked: Walked) -> None:
    info = ChainInfo(**json.loads((folder.parent / "blocks.json").read_text()))
    held = walked.held
    clusters = Counter(held.cluster(script) for script in [*held.joined])
    (largest, size), (_, second) = clusters.most_common(2)
    assert largest == held.cluster(bytes.fromhex(info.deposits_script))
    assert 0.5 * info.deposit_scripts < size < info.deposit_scripts + 10
    assert size > 2 * second


def test_blocks_are_of_many_sizes(walked: Walked) -> None:
    weights = sorted(walked.weights[150:])
    assert weights[-1] > 2 * weights[len(weights) // 20]
    assert weights[-1] < 4 * SIZE / BLOCKS_AT_LEAST + 400_000


def test_a_long_chain_has_full_blocks_from_2018_on() -> None:
    at = [int(mix_at(mark, 1, 10**12, 0)[FULL_WEIGHT // 8]) for mark in MARKS]
    assert at == sorted(at)
    assert at[0] < FULL // 10
    assert at[MONTHS.index("2018-04")] == at[-1] == FULL


def _place_of(day: datetime) -> int:
    return max(place for place in range(0, WHOLE, 500) if time_at(place) <= day.timestamp())


def _spendable(row: Row) -> dict[str, float]:
    counts = {name: int(row[name]) for name in COLUMNS.values() if name not in {"nulldata", "other"}}
    return {name: count / sum(counts.values()) for name, count in counts.items()}


REAL = [
    row
    for row in SINGLE
    if row["net"] == "mainnet" and int(row["outputs"]) >= 600 and row["time_utc"] > "2013"
]


@pytest.mark.parametrize("row", REAL, ids=[row["time_utc"] for row in REAL])
def test_new_scripts_of_a_year_are_mixed_like_a_real_block_of_that_year(real_data: Path, row: Row) -> None:
    """One block is a small sample of its time, so only gross errors show."""
    day = datetime.fromisoformat(row["time_utc"]).replace(tzinfo=UTC)
    mix = mix_at(_place_of(day), 1, 10**12, 0)
    ends = [int(end) / ALWAYS for end in mix[KINDS // 8 :]]
    found: dict[str, float] = defaultdict(float)
    for kind in range(P2TR_PATH + 1):
        found[COLUMNS[TYPES[kind]]] += ends[kind] - (ends[kind - 1] if kind else 0)
    for name, share in _spendable(row).items():
        assert found[name] == pytest.approx(share, abs=0.15), name
