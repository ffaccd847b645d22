"""What the gate says of real joins, look-alikes and ordinary payments. The counts are frozen.

A change of a detector moves them; look at what moved before taking the new counts.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from cointrail.chain.address import decode_address
from cointrail.chain.decode import decode_block, decode_tx
from cointrail.chain.marks import input_marks
from cointrail.chain.network import get_network
from cointrail.chain.script import classify, hash160
from cointrail.chain.types import Outpoint, Tx, TxOut
from cointrail.chain.view import InputView, OutputView, TxView
from cointrail.clustering.build import build
from cointrail.heuristics.base import Tier
from cointrail.heuristics.gate import Gate, GateVerdict, judge, verdict_of
from cointrail.heuristics.gate_bulk import judge_batch
from cointrail.heuristics.gate_chain import judge_all, judge_chain
from support.chains import FakeSnapshot, batch_of
from support.coinjoin_files import (
    iter_mempool_views,
    read_dumplings,
    read_esplora,
    read_mappings,
    read_zst_json,
)
from support.real_files import iter_mempool_txs, read_json

WASABI1_ZIP, JOINMARKET_ZIP = "dumplings__ww1_202405.zip", "dumplings__jm_202406.zip"

# Set -> verdicts, then reasons. `joinmarket_like` is what a scanner took for JoinMarket: most have two equal
# outputs only, and exchange batches and token transfers are among them.
FROZEN = {
    "wasabi1": (
        {"UNSAFE": 196},
        {
            "coinjoin.wasabi1": 196,
            "coinjoin.joinmarket": 10,
            "coinjoin.coordinator": 178,
            "coinjoin.equal_outputs": 27,
            "coinjoin.wasabi2": 184,
        },
    ),
    "wasabi1_postmix": (
        {"SAFE": 342, "UNSAFE": 12},
        {"coinjoin.joinmarket": 10, "coinjoin.coordinator": 12, "coinjoin.equal_outputs": 12},
    ),
    "joinmarket_like": (
        {"SAFE": 121, "UNKNOWN": 381, "UNSAFE": 65},
        {
            "coinjoin.wasabi1": 1,
            "coinjoin.joinmarket": 56,
            "coinjoin.coordinator": 56,
            "coinjoin.equal_outputs": 446,
            "coinjoin.stonewall": 108,
            "partition.balanced": 4,
        },
    ),
    "joinmarket_like_postmix": (
        {"SAFE": 932, "UNKNOWN": 28, "UNSAFE": 95},
        {
            "coinjoin.wasabi1": 5,
            "coinjoin.joinmarket": 93,
            "coinjoin.coordinator": 95,
            "coinjoin.equal_outputs": 117,
            "coinjoin.wasabi2": 1,
            "coinjoin.stonewall": 10,
            "partition.balanced": 5,
        },
    ),
    "emulated_wasabi2": (
        {"UNKNOWN": 51, "UNSAFE": 169},
        {
            "coinjoin.joinmarket": 13,
            "coinjoin.coordinator": 168,
            "coinjoin.equal_outputs": 37,
            "coinjoin.wasabi2": 220,
        },
    ),
    "mempool": (
        {"SAFE": 3877, "UNKNOWN": 28, "UNSAFE": 160},
        {
            "coinjoin.whirlpool": 4,
            "coinjoin.coordinator": 6,
            "sighash.anyone_can_pay": 140,
            "coinjoin.equal_outputs": 11,
            "coinjoin.wasabi2": 3,
            "coinjoin.stonewall": 1,
            "partition.balanced": 1,
            "swap.preimage": 14,
            "lightning.commitment": 4,
            "lightning.close": 16,
            "fingerprint.conflict": 32,
            "lightning.dual_funding": 2,
            "lightning.splice": 4,
        },
    ),
    "hodlhodl-tp": ({"SAFE": 48}, {}),
    "hodlhodl-fp": ({"SAFE": 50}, {}),
}

# The same with the chain around them: sets whose transactions spend each other.
FROZEN_CHAINS = {
    "emulated_wasabi2": (
        {"UNKNOWN": 20, "UNSAFE": 200},
        {
            "coinjoin.joinmarket": 13,
            "coinjoin.coordinator": 168,
            "coinjoin.equal_outputs": 37,
            "coinjoin.wasabi2": 220,
            "coinjoin.wasabi2_remix": 115,
        },
    ),
    "wasabi1": FROZEN["wasabi1"],
}

FIXTURES = {
    "7e875be692881180ed3f322831615c280daf077bfd14bc120fb3c03dc6d381f6": Gate.UNSAFE,
    "a0ddfff8b16eaa9c461a15a2b70d174530b649426ac0472464b62f4a5ef02d6a": Gate.UNSAFE,
    "ad5ad29922ab3067ecfcc608eba03c3d0aef08ce80a75e563ba8904875648743": Gate.UNSAFE,
    "c92a6046249fd613019e5dccb0f6c188e4d607eade2738250a10b7e1da2a0489": Gate.UNKNOWN,
    "f5f4fbf79355c777b9a83aef9202e85d4af83ffaf4b7f14e5ff6fd1b163eb3b0": Gate.UNSAFE,
    "wabisabi-coinjoin": Gate.UNSAFE,
    "whirlpool-coinjoin": Gate.UNSAFE,
    "joinmarket-coinjoin": Gate.UNKNOWN,
    "batch-withdrawal-143": Gate.SAFE,
    "bare-multisig": Gate.SAFE,
    "dust-attack-555": Gate.SAFE,
    "op-return-charley": Gate.SAFE,
    "simple-legacy-p2pkh": Gate.SAFE,
    "taproot-op-return": Gate.SAFE,
    "taproot-script-path": Gate.SAFE,
}


@cache
def read_set(folder: Path, name: str) -> tuple[TxView, ...]:
    """One named set of transactions."""
    joins = folder / "coinjoin"
    match name:
        case "wasabi1":
            found = read_dumplings(joins / WASABI1_ZIP, "WasabiCoinJoins")
        case "wasabi1_postmix":
            found = read_dumplings(joins / WASABI1_ZIP, "WasabiPostMixTxs")
        case "joinmarket_like":
            found = read_dumplings(joins / JOINMARKET_ZIP, "OtherCoinJoins")
        case "joinmarket_like_postmix":
            found = read_dumplings(joins / JOINMARKET_ZIP, "OtherCoinJoinPostMixTxs")
        case "emulated_wasabi2":
            rounds = read_zst_json(joins / "lists" / "emulated_cjs_mappings.json.zst")
            found = read_mappings(rounds, "regtest")
        case "mempool":
            found = list(iter_mempool_views(folder))
        case _:
            found = read_fixture(folder, name)
    return tuple(found)


def read_fixture(folder: Path, name: str) -> list[TxView]:
    """The transactions of a named case; those named by txid are rounds without signatures."""
    path = folder / "coinjoin" / "fixtures" / f"{name}.json"
    return read_mappings(read_json(path), "mainnet") if len(name) == 64 else read_esplora(path)


def counted(verdicts: Iterable[GateVerdict]) -> tuple[dict[str, int], dict[str, int]]:
    """How often each verdict was given, and each reason."""
    given = list(verdicts)
    reasons = Counter(reason for verdict in given for reason in verdict.reasons)
    return dict(Counter(verdict.gate.name for verdict in given)), dict(reasons)


@pytest.mark.parametrize("name", FROZEN)
def test_verdicts_and_reasons_are_those_measured(real_data: Path, name: str) -> None:
    assert counted(judge(tx) for tx in read_set(real_data, name)) == FROZEN[name]


@pytest.mark.parametrize("name", FROZEN_CHAINS)
def test_verdicts_with_the_chain_around_are_those_measured(real_data: Path, name: str) -> None:
    assert counted(judge_all(read_set(real_data, name))) == FROZEN_CHAINS[name]


@pytest.mark.parametrize("name", FROZEN)
def test_the_bulk_gate_agrees_on_real_transactions(real_data: Path, name: str) -> None:
    txs = read_set(real_data, name)
    gate, reasons = judge_batch(batch_of(txs))
    assert [verdict_of(int(bits)) for bits in reasons] == [judge(tx) for tx in txs]
    assert [verdict_of(int(bits)).gate for bits in reasons] == gate.tolist()


@pytest.mark.parametrize(("name", "gate"), FIXTURES.items(), ids=[name[:20] for name in FIXTURES])
def test_named_cases_get_their_verdict(real_data: Path, name: str, gate: Gate) -> None:
    (tx,) = read_fixture(real_data, name)
    assert judge(tx).gate == gate


def test_a_real_whirlpool_mix_is_called_by_its_name(real_data: Path) -> None:
    (tx,) = read_fixture(real_data, "whirlpool-coinjoin")
    assert "coinjoin.whirlpool" in judge(tx).reasons


def test_no_known_round_passes_the_gate(real_data: Path) -> None:
    known = [*read_set(real_data, "wasabi1"), *read_set(real_data, "emulated_wasabi2")]
    assert all(judge(tx).gate != Gate.SAFE for tx in known)


def iter_txs(run: Path) -> Iterator[tuple[int, Tx]]:
    """Heights and transactions of a file of framed blocks that stand in chain order."""
    data, at, height = run.read_bytes(), 0, 0
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        for tx in decode_block(data[at + 8 : at + 8 + size]).txs:
            yield height, tx
        at, height = at + 8 + size, height + 1


def view_chain(run: Path) -> list[TxView]:
    """A whole chain with what its inputs spend."""
    made: dict[Outpoint, TxOut] = {}
    views = []
    for height, tx in iter_txs(run):
        spent = [] if tx.is_coinbase else [(i, made[i.outpoint]) for i in tx.inputs]
        inputs = tuple(
            InputView(
                i.outpoint,
                o.value,
                o.script,
                classify(o.script),
                i.sequence,
                input_marks(i.script_sig, i.witness),
            )
            for i, o in spent
        )
        outputs = tuple(OutputView(o.value, o.script, classify(o.script)) for o in tx.outputs)
        made |= {Outpoint(tx.txid, k): o for k, o in enumerate(tx.outputs)}
        views.append(TxView(tx.txid, tx.version, tx.locktime, inputs, outputs, tx.is_coinbase, height))
    return views


def test_no_cluster_of_real_wasabi_clients_holds_two_wallets(real_data: Path) -> None:
    folder = real_data / "coinjoin" / "emulated_wasabi2"
    (run,) = folder.glob("*.blk00000.dat")
    (truth,) = folder.glob("*.truth_addresses.csv")
    chain = FakeSnapshot(view_chain(run), network="regtest", batch_size=1_000)
    clusters = build(chain)
    with truth.open(encoding="utf-8", newline="") as lines:
        wallets = {
            decode_address(row["address"], get_network("regtest")): row["wallet"]
            for row in csv.DictReader(lines)
        }
    found = [(clusters.label(n), wallets[s]) for s, n in chain.numbers.items() if s in wallets]
    assert len(found) == 260
    assert len({label for label, _ in found}) == len(set(found))
    assert clusters.skipped == {"coinjoin.coordinator": 6, "coinjoin.wasabi2": 6, "coinjoin.wasabi2_remix": 5}
    assert np.array_equal(clusters.labels(Tier.T1), np.arange(chain.n_scripts))


def test_every_round_of_real_wasabi_clients_is_unsafe_and_no_payment_beside_them_is(real_data: Path) -> None:
    (run,) = (real_data / "coinjoin" / "emulated_wasabi2").glob("*.blk00000.dat")
    txs = view_chain(run)
    found = judge_all(txs, dated=False)
    assert counted(found)[0] == {"SAFE": 329, "UNSAFE": 6}
    judged = judge_chain(FakeSnapshot(txs, network="regtest", batch_size=100))
    assert [verdict_of(int(bits)) for batch in judged for bits in batch.reasons] == found


def test_real_closes_and_claims_are_what_their_scripts_say(real_data: Path) -> None:
    """By other marks than the detectors': outputs of 330 sat, and a preimage whose hash is in the script."""
    raws = {found["txid"]: decode_tx(bytes.fromhex(found["raw"])) for found in iter_mempool_txs(real_data)}
    views = {str(tx.txid): tx for tx in read_set(real_data, "mempool")}
    reasons = {txid: judge(tx).reasons for txid, tx in views.items()}
    commitments = [views[txid] for txid, why in reasons.items() if "lightning.commitment" in why]
    assert all(330 in {o.value for o in tx.outputs} for tx in commitments)
    claims = [raws[txid] for txid, why in reasons.items() if "swap.preimage" in why]
    assert all(shows_a_preimage(i.witness) for tx in claims for i in tx.inputs)


def shows_a_preimage(witness: tuple[bytes, ...]) -> bool:
    """Whether some item hashes to something in the script."""
    *items, script = witness
    return any(hash160(item) in script or sha256(item).digest() in script for item in items if item)
