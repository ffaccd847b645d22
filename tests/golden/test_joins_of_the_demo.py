"""Joins of an invented world, where the owner of every coin is known: what is said of them is true."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from functools import cache

from cointrail.chain.types import Txid
from cointrail.chain.view import TxView
from cointrail.coinjoin.analysis import JoinAnalysis, JoinOptions, analyse
from cointrail.coinjoin.counting import Limits
from cointrail.store.reader import open_snapshot
from support.demo_world import DemoFolder

STEPS = 2_000_000

Owners = tuple[list[str], list[str]]


def owners_of(demo: DemoFolder) -> dict[tuple[str, int], tuple[str, str]]:
    """The owner and the role of every output."""
    with (demo.path / "world" / "truth" / "outputs.csv").open(newline="", encoding="utf-8") as lines:
        return {(r["txid"], int(r["vout"])): (r["owner"], r["role"]) for r in csv.DictReader(lines)}


def iter_joins(demo: DemoFolder) -> Iterator[tuple[TxView, JoinAnalysis, Owners]]:
    """Every join, what is said of it, and who owns its inputs and outputs."""
    owners = owners_of(demo)
    joins = sorted({txid for (txid, _), (_, role) in owners.items() if role == "coinjoin_equal"})
    with open_snapshot(demo.store) as snapshot:
        for txid in joins:
            number = snapshot.find_tx(Txid.parse(txid))
            assert number is not None
            tx = snapshot.tx_view(number)
            options = JoinOptions(limits=Limits(steps=STEPS))
            brought = [owners[str(i.outpoint.txid), i.outpoint.vout][0] for i in tx.inputs]
            taken = [owners[txid, vout][0] for vout in range(len(tx.outputs))]
            yield tx, analyse(tx, snapshot.network, options, dated=False), (brought, taken)


@cache
def joins(demo: DemoFolder) -> tuple[tuple[TxView, JoinAnalysis, Owners], ...]:
    return tuple(iter_joins(demo))


def test_every_path_joins_coins_of_one_owner(demo: DemoFolder) -> None:
    told: Counter[bool] = Counter()
    for _, found, (brought, taken) in joins(demo):
        for inputs, vout in found.paths:
            told[{brought[vin] for vin in inputs} == {taken[vout]}] += 1
    assert told[True] > 0
    assert told[False] == 0


def test_every_slot_of_a_reading_is_one_participants(demo: DemoFolder) -> None:
    told: Counter[bool] = Counter()
    for _, found, (brought, taken) in joins(demo):
        for slot in found.slots.slots if found.slots else ():
            change = set() if slot.change is None else {taken[slot.change]}
            told[len({brought[vin] for vin in slot.inputs} | change) == 1] += 1
    assert told[True] > 0
    assert told[False] == 0


def test_links_of_one_model_alone_join_coins_of_different_owners(demo: DemoFolder) -> None:
    """Without the maker fee a round has one mapping, and everything is linked with everything."""
    wrong = sum(
        {brought[vin] for vin in inputs} != {taken[vout]}
        for _, found, (brought, taken) in joins(demo)
        for inputs, vout in found.in_every_mapping
        if vout is not None
    )
    assert wrong > 0


def test_every_join_of_the_world_is_kept_from_linking(demo: DemoFolder) -> None:
    assert {found.gate for _, found, _ in joins(demo)} <= {"unsafe", "unknown"}
