"""Chains drawn by hypothesis in which coins are prepared for Whirlpool and mixed, again and again."""

from __future__ import annotations

from hypothesis import strategies as st

from cointrail.chain.types import Outpoint
from cointrail.chain.view import InputView, OutputView, TxView
from support import joins
from support.chains import ORDINARY, REPLACEABLE, input_view, output_view, view

POOL, PREMIX, FEE = 1_000_000, 1_000_300, 50_000
OTHER_POOL = 100_000

Made = tuple[Outpoint, OutputView]


def _spend(made: Made) -> InputView:
    outpoint, output = made
    return InputView(outpoint, output.value, output.script, output.script_type, REPLACEABLE, ORDINARY)


def unseen(number: int, value: int) -> InputView:
    """An input whose transaction the chain does not hold."""
    return input_view(f"unseen{number}", value, salt=number)


def made(tx: TxView, vout: int) -> InputView:
    """An input that spends an output."""
    return _spend((Outpoint(tx.txid, vout), tx.outputs[vout]))


def prepared(number: int, premix: int) -> TxView:
    """A tx0 with so many premix outputs."""
    outs = [output_view(f"p{number}{k}", PREMIX) for k in range(premix)]
    rest = (output_view(f"f{number}", FEE), output_view("change", 7), output_view("note", 0))
    return view((input_view(f"owner{number}", 20_000_000, salt=number),), (*outs, *rest))


def mix(number: int, coins: list[InputView]) -> TxView:
    """A mix of coins into as many outputs of the pool."""
    return view(tuple(coins), tuple(output_view(f"m{number}{k}", POOL) for k in range(len(coins))))


@st.composite
def mix_chains(draw: st.DrawFn, most: int = 7) -> list[TxView]:
    """A few tx0s and payments, then mixes of what they made, of each other's coins, and of coins unseen."""
    chain: list[TxView] = []
    unspent: list[Made] = []
    for number in range(draw(st.integers(2, most))):
        height = draw(st.sampled_from([None, 569_999, 570_000, 600_000]))
        if number < 2 or not draw(st.integers(0, 3)):
            tx = _prepared(draw, number, height)
        else:
            tx = _mixed(draw, number, unspent, height)
        spent = {one.outpoint for one in tx.inputs}
        unspent = [made for made in unspent if made[0] not in spent]
        unspent += [(Outpoint(tx.txid, vout), output) for vout, output in enumerate(tx.outputs)]
        chain.append(tx)
    return chain


def _prepared(draw: st.DrawFn, number: int, height: int | None) -> TxView:
    """A tx0, or something that lacks a little to be one, or any join or payment."""
    if draw(st.integers(0, 4)) == 0:
        return joins.tx_of(draw(joins.joinmarket_rounds() | joins.payments()), height=height)
    premix = [output_view(f"p{number}{k}", PREMIX) for k in range(draw(st.integers(3, 6)))]
    rest = [output_view(f"f{number}", draw(st.sampled_from([FEE, FEE, FEE, 9]))), output_view("change", 7)]
    notes = [output_view("note", 0)] * draw(st.sampled_from([1, 1, 1, 0]))
    spent = (input_view(f"owner{number}", 20_000_000, salt=number),)
    return view(spent, (*premix, *rest, *notes), height=height)


def _mixed(draw: st.DrawFn, number: int, unspent: list[Made], height: int | None) -> TxView:
    """Five or six coins to as many outputs of a pool: coins of the chain as far as they go, then others."""
    size = draw(st.sampled_from([POOL, POOL, POOL, POOL, OTHER_POOL]))
    fitting = [made for made in unspent if 0 <= made[1].value - size <= 300]
    fitting.sort(key=lambda made: (made[1].value, str(made[0])))
    entrants, old = ([m for m in fitting if (m[1].value > size) is new] for new in (True, False))
    wanted = [*entrants[: draw(st.integers(1, 4))], *old[: draw(st.integers(0, 4))]]
    coins = [_spend(made) for made in wanted]
    count = max(len(coins), draw(st.integers(5, 6)))
    for k in range(count - len(coins)):
        value = size if k or not coins else draw(st.sampled_from([size, size + 300]))
        coins.append(unseen(100 * number + k, value))
    return view(tuple(coins), tuple(output_view(f"m{number}{k}", size) for k in range(count)), height=height)
