"""Whirlpool mixes and their tx0, on both sides of every limit."""

from __future__ import annotations

import hashlib

import pytest

from cointrail.chain.script import p2pkh
from cointrail.heuristics.gate import Gate, judge
from cointrail.heuristics.shape import Shape, shape_of
from cointrail.heuristics.whirlpool import POOLS, Pool, tx0, whirlpool
from support.chains import input_view, output_view, script_of, tx, view

POOL = 5_000_000


def mix(
    ins: list[int], n_outs: int | None = None, *, height: int | None = None, native: bool = True
) -> Shape:
    def script(name: str) -> bytes:
        return script_of(name) if native else p2pkh(hashlib.sha256(name.encode()).digest()[:20])

    inputs = tuple(input_view(script(f"in{k}"), v, salt=k) for k, v in enumerate(ins))
    outputs = tuple(output_view(script(f"out{k}"), POOL) for k in range(n_outs or len(ins)))
    return shape_of(view(inputs, outputs, height=height))


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("size", range(5, 11))
def test_a_mix_of_five_to_ten_is_unsafe_in_every_pool(pool: Pool, size: int) -> None:
    denomination = pool.denomination
    ins = " ".join(f"i{k}:{denomination + (5_000 if k < 2 else 0)}" for k in range(size))
    verdict = judge(tx(ins=ins, outs=" ".join(f"o{k}:{denomination}" for k in range(size))))
    assert verdict.gate == Gate.UNSAFE
    assert "coinjoin.whirlpool" in verdict.reasons


@pytest.mark.parametrize(("size", "fires"), [(4, False), (5, True), (8, True), (9, False)])
def test_the_strict_form_takes_five_to_eight(size: int, *, fires: bool) -> None:
    assert whirlpool(mix([POOL + 100] + [POOL] * (size - 1), native=False)) is fires


@pytest.mark.parametrize(
    ("extras", "fires"),
    [
        ([100, 0, 0, 0, 0], True),
        ([99, 0, 0, 0, 0], False),
        ([110_000, 110_000, 110_000, 110_000, 0], True),
        ([110_001, 0, 0, 0, 0], False),
        ([100, 100, 100, 100, 100], False),
        ([-1, 100, 0, 0, 0], False),
        ([0, 0, 0, 0, 0], False),
    ],
)
def test_the_strict_form_wants_one_to_four_new_coins(extras: list[int], *, fires: bool) -> None:
    assert whirlpool(mix([POOL + extra for extra in extras], native=False)) is fires


def test_the_native_form_takes_up_to_ten_from_its_first_height_on() -> None:
    ins = [POOL + 100] * 9 + [POOL]
    assert whirlpool(mix(ins))
    assert whirlpool(mix(ins, height=570_000))
    assert not whirlpool(mix(ins, height=569_999))
    assert not whirlpool(mix([*ins, POOL]))
    assert not whirlpool(mix([POOL + 100] * 10))


def test_a_mix_has_as_many_outputs_as_inputs_all_of_one_pool() -> None:
    assert not whirlpool(mix([POOL + 100] + [POOL] * 5, n_outs=5))
    odd = " ".join(f"o{k}:{v}" for k, v in enumerate([1_000_000] * 5))
    assert not whirlpool(shape_of(tx(ins=" ".join(f"i{k}:1_000_000" for k in range(5)), outs=odd[:-1] + "1")))


def test_a_mix_with_an_unknown_input_is_not_called() -> None:
    ins = "a:1_000_100 b:1_000_000 c:1_000_000 d:1_000_000 e:?"
    assert not whirlpool(
        shape_of(tx(ins=ins, outs="v:1_000_000 w:1_000_000 x:1_000_000 y:1_000_000 z:1_000_000"))
    )


def cut(premix: int, fee: int, rest: str = "", notes: str = "note:0") -> Shape:
    return shape_of(tx(ins="a:3_000_000 b:9", outs=f"p0:{premix} p1:{premix} fee:{fee} {rest} {notes}"))


@pytest.mark.parametrize(
    ("premix", "fires"), [(1_000_099, False), (1_000_100, True), (1_110_000, True), (1_110_001, False)]
)
def test_a_tx0_cuts_coins_a_little_over_the_pool(premix: int, *, fires: bool) -> None:
    assert tx0(cut(premix, 50_000)) is fires


@pytest.mark.parametrize(
    ("fee", "fires"), [(24_999, False), (25_000, True), (150_000, True), (150_001, False)]
)
def test_a_tx0_pays_the_pool_half_to_three_times_its_fee(fee: int, *, fires: bool) -> None:
    assert tx0(cut(1_000_100, fee)) is fires


def test_a_tx0_has_one_note_one_fee_and_at_most_one_change() -> None:
    assert tx0(cut(1_000_100, 50_000, "change:777"))
    assert not tx0(cut(1_000_100, 50_000, "change:777 change2:778"))
    assert not tx0(cut(1_000_100, 50_000, "change:50_001"))
    assert not tx0(cut(1_000_100, 50_000, notes=""))
    assert not tx0(cut(1_000_100, 50_000, notes="note:0 note2:0"))


def test_a_tx0_has_at_most_seventy_premix_outputs() -> None:
    def many(n: int) -> Shape:
        outs = " ".join(f"p{k}:1_000_100" for k in range(n))
        return shape_of(tx(ins="a:90_000_000", outs=outs + " fee:50_000 note:0"))

    assert tx0(many(70))
    assert not tx0(many(71))


def test_a_tx0_is_not_older_than_whirlpool() -> None:
    outs = "p:1_000_100 fee:50_000 note:0"
    assert tx0(shape_of(tx(ins="a:2_000_000", outs=outs, height=570_000)))
    assert not tx0(shape_of(tx(ins="a:2_000_000", outs=outs, height=569_999)))


def test_a_tx0_that_looks_like_a_join_is_safe() -> None:
    ins = " ".join(f"i{k}:2_000_000" for k in range(6))
    outs = " ".join(f"p{k}:1_000_100" for k in range(6)) + " fee:50_000 change:7"
    assert judge(tx(ins=ins, outs=outs)).gate == Gate.UNSAFE
    verdict = judge(tx(ins=ins, outs=outs + " note:0"))
    assert (verdict.gate, verdict.reasons) == (Gate.SAFE, ("whirlpool.tx0",))
