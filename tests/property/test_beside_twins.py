"""The pass over the rules beside the gate says what each of them says of every transaction."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from cointrail.chain.view import TxView
from cointrail.heuristics.beside import Said, rules_beside, shape_of_row
from cointrail.heuristics.fillable import Answer, extra, possible
from cointrail.heuristics.gate_chain import judge_chain
from cointrail.heuristics.joinmarket_slots import Slots, joinmarket_slots
from cointrail.heuristics.shape import Shape, shape_of
from cointrail.heuristics.whirlpool import whirlpool
from cointrail.heuristics.whirlpool_lineage import Standing, lineage, tx0_confirmed
from support.chains import FakeSnapshot, batch_of, tx
from support.joins import transactions
from support.mix_chains import POOL, made, mix, mix_chains, prepared, unseen

LINEAGE = {
    Standing.CONFIRMED: Said.LINEAGE_CONFIRMED,
    Standing.OPEN: Said.LINEAGE_OPEN,
    Standing.BROKEN: Said.LINEAGE_BROKEN,
}


def said_of(chain: list[TxView], *, dated: bool) -> list[set[Said]]:
    """What the definitions say, transaction by transaction."""
    known = {one.txid: one for one in chain}
    found = []
    for one in chain:
        shape = shape_of(one, dated=dated)
        answers = {
            Said.EXTRA: extra(shape) is Answer.YES,
            Said.EXTRA_TIMEOUT: extra(shape) is Answer.TIMEOUT,
            Said.POSSIBLE: possible(shape) is Answer.YES,
            Said.POSSIBLE_TIMEOUT: possible(shape) is Answer.TIMEOUT,
            Said.SLOTS: isinstance(joinmarket_slots(shape), Slots),
            Said.TX0_CONFIRMED: tx0_confirmed(one, chain, dated=dated),
        }
        held = {said for said, holds in answers.items() if holds}
        if whirlpool(shape):
            held.add(LINEAGE[lineage(one, known.get, dated=dated).standing])
        found.append(held)
    return found


def said_in_bulk(chain: list[TxView], *, dated: bool) -> list[set[Said]]:
    snapshot = FakeSnapshot(chain, network="mainnet" if dated else "regtest")
    reasons = np.concatenate([judged.reasons for judged in judge_chain(snapshot)])
    found = rules_beside(snapshot, reasons)
    assert (np.diff(found.tx.astype(int)) > 0).all()
    bits = dict(zip(found.tx.tolist(), found.said.tolist(), strict=True))
    return [{said for said in Said if bits.get(row, 0) >> said & 1} for row in range(len(chain))]


@settings(max_examples=200)
@given(chain=mix_chains(), dated=st.booleans())
def test_the_pass_says_what_the_rules_say(chain: list[TxView], *, dated: bool) -> None:
    assert said_in_bulk(chain, dated=dated) == said_of(chain, dated=dated)


@pytest.mark.parametrize(
    "said",
    [
        *(Said.LINEAGE_OPEN, Said.LINEAGE_BROKEN, Said.TX0_CONFIRMED),
        *(Said.EXTRA, Said.POSSIBLE),
    ],
)
def test_the_chains_drawn_reach_every_answer(said: Said) -> None:
    generate = settings(max_examples=2_000, derandomize=True, database=None, phases=[Phase.generate])
    find(
        mix_chains(), lambda chain: any(said in one for one in said_of(chain, dated=False)), settings=generate
    )


def test_a_coin_mixed_four_times_in_a_row_has_a_lineage() -> None:
    tx0 = prepared(0, 6)
    chain, coin = [tx0], unseen(0, POOL)
    for turn in range(4):
        entrants = (
            [made(tx0, turn), *(unseen(10 * turn + k, POOL) for k in range(1, 4))]
            if turn == 0
            else [made(chain[-1], k) for k in range(1, 4)] + [made(tx0, turn)]
        )
        chain.append(mix(turn, [coin, *entrants]))
        coin = made(chain[-1], 0)
    found = said_in_bulk(chain, dated=False)
    assert found == said_of(chain, dated=False)
    assert found[-1] >= {Said.LINEAGE_CONFIRMED}
    assert found[0] >= {Said.TX0_CONFIRMED}


def test_a_round_that_amounts_read_one_way_has_slots() -> None:
    spent = "taker:90_000_000 maker1:70_000_000 maker2:65_000_000"
    paid = "a:50_000_000 b:50_000_000 c:50_000_000 t:39_980_000 m:20_004_000 n:15_004_000"
    chain = [tx(ins=spent, outs=paid)]
    assert said_in_bulk(chain, dated=False) == said_of(chain, dated=False)
    assert Said.SLOTS in said_of(chain, dated=False)[0]


@given(one=transactions())
def test_a_shape_read_from_columns_is_the_transactions_own(one: TxView) -> None:
    batch = batch_of([one])
    numbers = [*batch.in_script.tolist(), *batch.out_script.tolist()]
    scripts = [*(i.script for i in one.inputs), *(o.script for o in one.outputs)]
    real = {number.to_bytes(4, "little"): script for number, script in zip(numbers, scripts, strict=True)}
    found, wanted = shape_of_row(batch, 0), shape_of(one)
    for name in Shape.__dataclass_fields__:
        value = getattr(found, name)
        if name in {"in_scripts", "out_scripts"}:
            value = tuple(real[number] for number in value)
        if name != "height":
            assert value == getattr(wanted, name), name
