from __future__ import annotations

from collections.abc import Callable

from cointrail.chain.types import Outpoint, Sat, Txid
from cointrail.chain.view import InputView, TxView
from cointrail.heuristics.whirlpool_lineage import Standing, lineage, tx0_confirmed
from support.chains import ORDINARY, output_view, tx, view

POOL, PREMIX = 1_000_000, 1_000_300


def tx0(name: str) -> TxView:
    return tx(
        ins=f"{name}:3_100_000", outs=f"{name}1:{PREMIX} {name}2:{PREMIX} fee:50_000 {name}c:999_000 note:0"
    )


def take(made: TxView, vout: int) -> InputView:
    out = made.outputs[vout]
    return InputView(
        Outpoint(made.txid, vout), Sat(out.value), out.script, out.script_type, 0xFFFFFFFF, ORDINARY
    )


def mix(*coins: InputView, name: str = "m") -> TxView:
    return view(coins, tuple(output_view(f"{name}{k}", POOL) for k in range(len(coins))))


def chain(*txs: TxView) -> Callable[[Txid], TxView | None]:
    return {one.txid: one for one in txs}.get


FIRST = [tx0(name) for name in ("a", "b", "c", "d")]
ELSEWHERE = tx(ins="e:9", outs=f"e:{POOL}")
ENTER = mix(*(take(made, 0) for made in FIRST), take(ELSEWHERE, 0))
"""Four new coins, and one of the denomination from somewhere."""


def test_new_coins_come_from_a_tx0_and_old_ones_from_a_mix() -> None:
    older = mix(*(take(made, 1) for made in FIRST), take(ENTER, 4), name="o")
    second = mix(take(FIRST[0], 0), *(take(older, k) for k in range(4)), name="s")
    known = chain(*FIRST, older, second)
    assert lineage(second, known, depth=1).standing is Standing.CONFIRMED
    assert lineage(second, known).standing is Standing.OPEN
    assert lineage(second, chain(*FIRST, older, ENTER, ELSEWHERE)).standing is Standing.BROKEN


def test_a_coin_from_elsewhere_breaks_it() -> None:
    plain = tx(ins="p:9_000_000", outs=f"p:{PREMIX}")
    made = mix(take(plain, 0), *(take(ENTER, k) for k in range(4)))
    found = lineage(made, chain(plain, ENTER), depth=1)
    assert found.standing is Standing.BROKEN
    assert found.because == "input 0: a coin above the denomination comes from no tx0"


def test_a_mix_of_another_pool_breaks_it() -> None:
    other = view(
        tuple(take(tx(ins=f"q{k}:9", outs=f"q{k}:{100_000 + 300 * (k < 2)}"), 0) for k in range(5)),
        tuple(output_view(f"r{k}", 100_000) for k in range(5)),
    )
    made = mix(take(FIRST[0], 0), *(take(ENTER, k) for k in range(3)), take(other, 0))
    assert lineage(made, chain(*FIRST, ENTER, other), depth=1).standing is Standing.BROKEN


def test_what_is_not_at_hand_leaves_it_open() -> None:
    found = lineage(ENTER, chain(*FIRST))
    assert (found.standing, found.because) == (Standing.OPEN, "what input 4 spends is not at hand")


def test_a_payment_has_no_lineage() -> None:
    assert lineage(tx(ins="a:9", outs="b:8"), chain()).standing is Standing.BROKEN


def test_a_tx0_is_confirmed_by_a_mix_of_one_of_its_coins() -> None:
    assert tx0_confirmed(FIRST[0], [ENTER])
    assert not tx0_confirmed(FIRST[0], [])
    assert not tx0_confirmed(FIRST[0], [mix(*(take(ENTER, k) for k in range(5)))])
    assert not tx0_confirmed(FIRST[0], [view((take(FIRST[0], 0),), (output_view("x", 9),))])
    assert not tx0_confirmed(tx(ins="a:9", outs="b:8"), [ENTER])
