"""A simulated world against Bitcoin Core's library and against itself: nothing in it may be untrue."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from cointrail.chain.types import Outpoint, Tx
from cointrail.chain.undo import SpentOutput
from cointrail.simulate.dice import Dice
from cointrail.simulate.keys import RealKeys
from cointrail.simulate.regtest import subsidy
from cointrail.simulate.sinks import FileSink, KernelSink
from cointrail.simulate.world import World
from support.worlds import PAYMENTS, plain_bytes, read_blocks, rows, small_world

pytest.importorskip("pbk")
pytest.importorskip("coincurve")

KEY = bytes(range(11, 19))


class _Both:
    """Gives each block to Bitcoin Core and to the plain writer."""

    def __init__(self, *sinks: KernelSink | FileSink) -> None:
        self.sinks = sinks

    def add(self, raw: bytes, previous: bytes, spent: Sequence[Sequence[SpentOutput]]) -> None:
        for sink in self.sinks:
            sink.add(raw, previous, spent)

    def finish(self, height: int, tip: bytes) -> None:
        for sink in self.sinks:
            sink.finish(height, tip)


def test_the_plain_writer_writes_what_bitcoin_core_writes(tmp_path: Path) -> None:
    core, plain = tmp_path / "core", tmp_path / "plain"
    both = _Both(KernelSink(core, tmp_path / "scratch", KEY), FileSink(plain, KEY))
    World(Dice("both"), RealKeys("both"), both, 0.02).run(None)
    for name in ("blk00000.dat", "rev00000.dat"):
        ours, theirs = (plain / name).read_bytes(), (core / name).read_bytes()
        assert theirs[: len(ours)] == ours
        assert not any(theirs[len(ours) :])
    assert (core / "xor.dat").read_bytes() == KEY


class _Facts:
    """A world's chain beside its truth files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.blocks = list(read_blocks(folder))
        self.txs: dict[str, Tx] = {str(tx.txid): tx for block in self.blocks for tx in block.txs}
        self.owner = {_point(row): row["owner"] for row in rows(folder, "outputs")}
        self.role = {_point(row): row["role"] for row in rows(folder, "outputs")}
        self.payments = {_point(row): row for row in rows(folder, "payments")}
        self.withdrawals = {_point(row): row for row in rows(folder, "withdrawals")}
        self.deposits = {_point(row): row for row in rows(folder, "deposits")}

    def value(self, point: str) -> int:
        outpoint = Outpoint.parse(point)
        return int(self.txs[str(outpoint.txid)].outputs[outpoint.vout].value)

    def script(self, point: str) -> bytes:
        outpoint = Outpoint.parse(point)
        return self.txs[str(outpoint.txid)].outputs[outpoint.vout].script

    def spent(self, tx: Tx) -> list[str]:
        return [] if tx.is_coinbase else [str(i.outpoint) for i in tx.inputs]


def _point(row: Mapping[str, str]) -> str:
    return f"{row['txid']}:{row['vout']}"


@pytest.fixture(scope="session", name="facts")
def _facts(tmp_path_factory: pytest.TempPathFactory) -> _Facts:
    return _Facts(small_world(tmp_path_factory))


def test_every_output_and_every_script_has_its_owner(facts: _Facts) -> None:
    made = {f"{txid}:{n}" for txid, tx in facts.txs.items() for n in range(len(tx.outputs))}
    assert facts.owner.keys() == made
    named = {row["script_hex"]: row["owner"] for row in rows(facts.folder, "scripts")}
    assert all(named[facts.script(point).hex()] == owner for point, owner in facts.owner.items())


def test_no_satoshi_is_made_or_lost(facts: _Facts) -> None:
    left = {point: facts.value(point) for point in facts.owner}
    for tx in facts.txs.values():
        for point in facts.spent(tx):
            del left[point]
    mined = sum(subsidy(height) for height in range(1, len(facts.blocks)))
    assert sum(left.values()) == mined + 50 * 10**8


def test_payments_are_the_number_asked_for_each_at_an_address_of_its_own(facts: _Facts) -> None:
    paid = [point for point, row in facts.payments.items() if row["kind"] == "payment"]
    assert len(paid) == PAYMENTS
    assert len({facts.script(point) for point in paid}) == PAYMENTS
    assert all(facts.value(point) == int(facts.payments[point]["value_sat"]) for point in paid)
    assert {facts.owner[point] for point in paid} == {"shop"}


def test_what_reaches_the_shop_is_a_payment_or_its_own(facts: _Facts) -> None:
    for tx in facts.txs.values():
        points = [f"{tx.txid}:{n}" for n in range(len(tx.outputs))]
        senders = {facts.owner[point] for point in facts.spent(tx)}
        for point in (p for p in points if facts.owner[p] == "shop" and p not in facts.payments):
            assert "shop" in senders, facts.role[point]


def test_movements_at_exchanges_are_outputs_of_that_value(facts: _Facts) -> None:
    for point, row in (facts.withdrawals | facts.deposits).items():
        assert facts.value(point) == int(row["value_sat"])
    assert all(facts.owner[point] == row["exchange"] for point, row in facts.deposits.items())
    for point, row in facts.withdrawals.items():
        spent = facts.spent(facts.txs[point.split(":")[0]])
        assert {facts.owner[p] for p in spent} == {row["exchange"]}


def test_funding_is_all_that_comes_from_own_withdrawals_through_own_hands(facts: _Facts) -> None:
    told: dict[str, set[str]] = {}
    for row in rows(facts.folder, "funding"):
        payment = f"{row['payment_txid']}:{row['payment_vout']}"
        told.setdefault(payment, set()).add(f"{row['withdrawal_txid']}:{row['withdrawal_vout']}")
    found = {}
    for point, row in facts.payments.items():
        if row["kind"] == "payment" and (sources := _own_withdrawals(facts, point, row["payer"])):
            found[point] = sources
    assert told == found
    assert len(found) > 0.7 * PAYMENTS


def _own_withdrawals(facts: _Facts, payment: str, payer: str) -> set[str]:
    """Withdrawals of the payer that reach `payment` through nobody else's hands."""
    found: set[str] = set()
    seen: set[str] = set()
    todo = [payment]
    while todo:
        point = todo.pop()
        row = facts.withdrawals.get(point)
        if row is not None:
            found |= {point} if row["customer"] == payer else set()
            continue
        spent = facts.spent(facts.txs[point.split(":")[0]])
        todo += [p for p in spent if facts.owner[p] == payer and p not in seen]
        seen.update(spent)
    return found


def test_common_inputs_join_most_payments_and_let_in_no_other_money(facts: _Facts) -> None:
    groups = _common_input_groups(facts)
    paid = [p for p, row in facts.payments.items() if row["kind"] == "payment"]
    counts = Counter(_find(groups, facts.script(point)) for point in paid)
    main, size = counts.most_common(1)[0]
    assert size > 0.9 * PAYMENTS
    for tx in facts.txs.values():
        if main in {_find(groups, facts.script(point)) for point in facts.spent(tx)}:
            continue
        for n, output in enumerate(tx.outputs):
            assert _find(groups, output.script) != main or f"{tx.txid}:{n}" in facts.payments


def _common_input_groups(facts: _Facts) -> dict[bytes, bytes]:
    """Scripts that one owner has signed for together."""
    groups: dict[bytes, bytes] = {}
    for tx in facts.txs.values():
        spent = facts.spent(tx)
        if len({facts.owner[point] for point in spent}) == 1:
            first = _find(groups, facts.script(spent[0]))
            for point in spent[1:]:
                groups[_find(groups, facts.script(point))] = first
    return groups


def _find(groups: dict[bytes, bytes], script: bytes) -> bytes:
    while (up := groups.get(script, script)) != script:
        script = up
    return script


def test_every_key_kind_and_every_shape_is_there(facts: _Facts) -> None:
    roles = Counter(facts.role.values())
    for role in ("coinjoin_equal", "sweep", "hot_change", "peel_change", "deposit", "data", "pool_payout"):
        assert roles[role], role


def test_files_end_where_the_chain_ends(facts: _Facts) -> None:
    blk = plain_bytes(facts.folder / "blocks", "blk00000.dat")
    raw = (facts.folder / "blocks" / "blk00000.dat").read_bytes()
    size = sum(block.size + 8 for block in facts.blocks)
    assert len(blk) == len(raw) >= size
    assert not any(raw[size:])
