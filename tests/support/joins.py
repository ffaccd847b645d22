"""Transactions drawn by hypothesis: joins of every protocol, joins spoilt a little, ordinary payments."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from hypothesis import strategies as st

from cointrail.chain.script import PAY_TO_ANCHOR, op_return, p2pkh, p2sh, p2tr, p2wpkh, p2wsh
from cointrail.chain.view import InputMarks, InputView, TxView
from cointrail.heuristics.wasabi import WASABI2_DENOMINATIONS
from cointrail.heuristics.whirlpool import POOLS
from support.chains import ORDINARY, REPLACEABLE, input_view, output_view, view

HEIGHTS = (
    *(None, None, 0, 266_999, 267_000, 446_100, 446_101, 530_499, 530_500),
    *(569_999, 570_000, 609_999, 610_000, 741_212, 741_213, 900_000),
)
"""Each side of every date that a rule knows."""

MARKS = (
    ORDINARY,
    InputMarks.NONE,
    InputMarks.SIGNED | InputMarks.SIGHASH_SINGLE | InputMarks.ANYONE_CAN_PAY,
    InputMarks.SIGNED | InputMarks.SIGHASH_ALL | InputMarks.ANYONE_CAN_PAY,
    InputMarks.SIGNED | InputMarks.SIGHASH_NONE,
    InputMarks.SIGNED | InputMarks.SIGHASH_SINGLE,
    ORDINARY | InputMarks.UNCOMPRESSED_KEY,
    ORDINARY | InputMarks.MULTISIG,
    ORDINARY | InputMarks.MULTISIG | InputMarks.TWO_OF_TWO,
    ORDINARY | InputMarks.HASH_LOCK | InputMarks.PREIMAGE,
    ORDINARY | InputMarks.ANCHOR,
    InputMarks.WITNESS | InputMarks.ANCHOR,
)

SEQUENCES = (0xFFFFFFFF, 0xFFFFFFFE, REPLACEABLE, 0xFFFFFFFC, 0x80000000, 0x80ABCDEF, 0x7FFFFFFF, 144)
LOCKTIMES = (0, 0, 0x20000000, 0x20123456, 0x1FFFFFFF, 0x21000000, 900_000)
"""Each side of what a rule asks for."""

_MAKERS: tuple[Callable[[bytes], bytes], ...] = (
    lambda seed: p2wpkh(seed[:20]),
    p2tr,
    lambda seed: p2pkh(seed[:20]),
    lambda seed: p2sh(seed[:20]),
    p2wsh,
    lambda _: PAY_TO_ANCHOR,
)
_STANDARD = sorted(WASABI2_DENOMINATIONS)

Coin = tuple[bytes, int]
"""A locking script and its satoshi."""


class Plan(NamedTuple):
    """What a transaction spends and pays."""

    ins: list[Coin]
    outs: list[Coin]


def make_script(side: str, number: int, maker: int = 0) -> bytes:
    return _MAKERS[maker](hashlib.sha256(f"{side}{number}".encode()).digest())


def _coins(side: str, values: list[int], maker: int = 0) -> list[Coin]:
    """Each value on a script of its own."""
    return [(make_script(side, k, maker), value) for k, value in enumerate(values)]


def _edges(*values: int) -> st.SearchStrategy[int]:
    """These values and their neighbours."""
    return st.sampled_from([v + d for v in values for d in (-1, 0, 1)])


_amounts = st.integers(1, 50_000_000)
_makers = st.sampled_from([0, 0, 0, 1, 2, 3])


@st.composite
def whirlpool_mixes(draw: st.DrawFn) -> Plan:
    """Five to ten in, as many out, of one pool."""
    size = draw(st.sampled_from(POOLS)).denomination
    extras = draw(st.lists(st.sampled_from([100, 99, 5_000, 110_000, 110_001]), min_size=1, max_size=5))
    n = draw(st.integers(max(4, len(extras)), 11))
    maker = draw(_makers)
    return Plan(
        _coins("in", [size + e for e in extras] + [size] * (n - len(extras)), maker),
        _coins("out", [size] * n, maker),
    )


@st.composite
def tx0s(draw: st.DrawFn) -> Plan:
    """Premix outputs of one pool, its fee, an OP_RETURN, perhaps a change."""
    pool = draw(st.sampled_from(POOLS))
    premix = pool.denomination + draw(_edges(100, 5_000, 110_000))
    fee = draw(st.sampled_from([pool.fee, pool.fee // 2, 3 * pool.fee, 3 * pool.fee + 1]))
    outs = [premix] * draw(st.integers(1, 8)) + [fee] + draw(st.lists(_amounts, max_size=2))
    notes = [(op_return(bytes([k])), 0) for k in range(draw(st.sampled_from([1, 1, 1, 2])))]
    ins = draw(st.lists(_amounts, min_size=1, max_size=6))
    return Plan(_coins("in", [*ins, sum(outs)]), _coins("out", outs) + notes)


@st.composite
def wasabi1_rounds(draw: st.DrawFn) -> Plan:
    """Many outputs of about 0.1 BTC, some of its doubles, change."""
    usual = st.just(10_000_000)
    mode = draw(usual | usual | _edges(9_500_000, 10_000_000, 10_500_000, 8_000_000, 12_000_000))
    levels = draw(st.lists(st.sampled_from([2, 2, 4, 8]), max_size=4))
    equal = draw(st.integers(3, 14))
    change = draw(st.lists(_amounts, max_size=draw(st.sampled_from([3, equal, 25]))))
    n = draw(st.integers(9, 25))
    ins = draw(st.lists(st.integers(1, 50_000_000), min_size=3, max_size=3)) * n
    return Plan(
        _coins("in", ins[:n]), _coins("out", [mode] * equal + [mode * times for times in levels] + change)
    )


@st.composite
def joinmarket_rounds(draw: st.DrawFn) -> Plan:
    """Equal outputs, most with a change beside them, each participant with one to three inputs."""
    equal = draw(st.sampled_from([2_730, 2_731, 1_000_000, 7_654_321]))
    n = draw(st.integers(2, 7))
    change = draw(st.lists(_amounts, min_size=max(0, n - 2), max_size=n + 1))
    m = draw(st.integers(n, 3 * n))
    return Plan(
        _coins("in", draw(st.lists(_amounts, min_size=m, max_size=m))), _coins("out", [equal] * n + change)
    )


@st.composite
def wasabi2_rounds(draw: st.DrawFn, sizes: Sequence[int] = (4, 5, 8, 19, 20, 26, 50, 55)) -> Plan:
    """Standard outputs and inputs by falling value, small or large."""
    n = draw(st.sampled_from(sizes))
    values = draw(st.lists(st.sampled_from(_STANDARD[:40]), min_size=3, max_size=8))
    outs = draw(st.lists(st.sampled_from([*values, 12_345]), min_size=4, max_size=n + 5))
    ins = draw(st.lists(st.sampled_from([*values, 54_321]), min_size=n, max_size=n))
    maker = draw(st.sampled_from([0, 1]))
    if draw(st.booleans()):
        ins, outs = sorted(ins, reverse=True), sorted(outs, reverse=True)
    return Plan(_coins("in", ins, maker), _coins("out", outs, maker))


@st.composite
def stonewalls(draw: st.DrawFn) -> Plan:
    """Two equal outputs and one or two others."""
    pair = draw(_edges(5_000, 546, 1_000_000))
    outs = [pair, pair, *draw(st.lists(_amounts, min_size=1, max_size=2))]
    return Plan(_coins("in", draw(st.lists(_amounts, min_size=1, max_size=4))), _coins("out", outs))


@st.composite
def balanced_joins(draw: st.DrawFn) -> Plan:
    """Parts that pay for themselves, each with its share of the fee."""
    ins: list[int] = []
    outs: list[int] = []
    for _ in range(draw(st.integers(2, 4))):
        paid = draw(st.lists(st.integers(1, 10**9), min_size=1, max_size=3))
        cost = sum(paid) + draw(st.integers(0, 3_000))
        cut = draw(st.integers(0, cost))
        ins += [cut, cost - cut] if draw(st.booleans()) else [cost]
        outs += paid
    return Plan(_coins("in", ins), _coins("out", outs))


@st.composite
def payments(draw: st.DrawFn) -> Plan:
    """Any amounts, scripts that repeat and may stand on both sides."""
    names = st.integers(0, 6)
    sides = [
        [
            (make_script("any", draw(names)), value)
            for value in draw(st.lists(_amounts, min_size=1, max_size=14))
        ]
        for _ in range(2)
    ]
    return Plan(*sides)


@st.composite
def large_payments(draw: st.DrawFn) -> Plan:
    """A batch or a consolidation beyond every size limit, with repeated amounts."""
    ins = draw(st.sampled_from([[5_000_000] * 13, [1_000_000, 1_000] * 26, [10**9], [7, 8] * 60]))
    values = draw(st.lists(st.sampled_from([600, 5_000, 777_777, 1_000_000]), min_size=1, max_size=3))
    outs = [v for v in values for _ in range(draw(st.integers(1, 40)))]
    return Plan(_coins("in", ins), _coins("out", outs))


@st.composite
def pairs(draw: st.DrawFn) -> Plan:
    """One to four inputs of any types, one or two outputs: payments, PayJoins, channels."""
    kinds = st.just(0) if draw(st.booleans()) else st.integers(0, len(_MAKERS) - 1)
    ins = [(make_script("in", k, draw(kinds)), draw(_amounts)) for k in range(draw(st.integers(1, 4)))]
    outs = draw(st.lists(_amounts, min_size=1, max_size=2))
    return Plan(ins, _coins("out", outs, draw(_makers)))


_plans = st.one_of(
    whirlpool_mixes(),
    tx0s(),
    wasabi1_rounds(),
    joinmarket_rounds(),
    wasabi2_rounds(),
    stonewalls(),
    balanced_joins(),
    payments(),
    large_payments(),
    pairs(),
)


@st.composite
def transactions(draw: st.DrawFn) -> TxView:
    """A join or a payment of any protocol and date, often spoilt in a place or two."""
    plan = draw(_plans)
    ins, outs = list(plan.ins), list(plan.outs)
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        _spoil(draw, ins, outs)
    inputs = [input_view(script, value, salt=k) for k, (script, value) in enumerate(ins)]
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        _spoil_input(draw, inputs)
    outputs = [output_view(script, value) for script, value in outs]
    if draw(st.integers(0, 30)) == 0:
        inputs = []
    height, locktime = draw(st.sampled_from(HEIGHTS)), draw(st.sampled_from(LOCKTIMES))
    return view(tuple(inputs), tuple(outputs), height=height, locktime=locktime)


@st.composite
def channel_ends(draw: st.DrawFn) -> TxView:
    """What closes a channel, by one side or by both; often spoilt."""
    sequence, locktime = draw(st.sampled_from(SEQUENCES)), draw(st.sampled_from(LOCKTIMES))
    marks = draw(st.sampled_from(MARKS))
    script = make_script("in", 0, draw(st.sampled_from([4, 4, 4, 1, 0])))
    inputs = tuple(
        input_view(script, draw(_amounts), marks=marks, salt=k, sequence=sequence)
        for k in range(draw(st.sampled_from([1, 1, 2])))
    )
    outs = _coins("out", draw(st.lists(_amounts, min_size=1, max_size=4)))
    return view(inputs, tuple(output_view(*coin) for coin in outs), locktime=locktime)


@st.composite
def channel_openings(draw: st.DrawFn) -> TxView:
    """What may fund a channel or splice one, of one hand or two; often spoilt."""
    sequences = st.sampled_from(draw(st.sampled_from([SEQUENCES[2:3], SEQUENCES[1:4], SEQUENCES])))
    marks = st.sampled_from(draw(st.sampled_from([MARKS[:1], (MARKS[0], MARKS[8]), MARKS])))
    native = st.sampled_from([0, 0, 0, 1, 4])
    kinds = draw(st.sampled_from([native, native, st.integers(0, len(_MAKERS) - 1)]))
    inputs = tuple(
        input_view(
            make_script("in", draw(st.integers(0, 3)), draw(kinds)),
            draw(_amounts), marks=draw(marks), salt=k, sequence=draw(sequences),
        )
        for k in range(draw(st.integers(1, 3)))
    )  # fmt: skip
    paid = [make_script("out", k, draw(kinds)) for k in range(draw(st.integers(0, 3)))]
    scripts = [*paid, make_script("channel", 0, draw(st.sampled_from([4, 4, 4, 1])))]
    if draw(st.integers(0, 9)) == 0:
        scripts.append(op_return(b"note"))
    outputs = tuple(output_view(script, draw(_amounts)) for script in scripts)
    made = view(inputs, outputs, height=draw(st.sampled_from((None, 663_999, 664_000))))
    return replace(made, version=draw(st.sampled_from([2, 2, 2, 1, 3])))


@st.composite
def payjoins(draw: st.DrawFn) -> TxView:
    """Two to three inputs of one or two wallets, two outputs about as large."""
    sequences = st.sampled_from(draw(st.sampled_from([SEQUENCES[:1], SEQUENCES[:3], SEQUENCES])))
    inputs = tuple(
        input_view(
            make_script("in", draw(st.integers(0, 3))), draw(_amounts), salt=k, sequence=draw(sequences)
        )
        for k in range(draw(st.integers(2, 3)))
    )
    total = sum(i.value or 0 for i in inputs)
    cut = draw(st.integers(0, total))
    outs = [output_view(make_script("out", 0), cut), output_view(make_script("out", 1), total - cut)]
    if draw(st.integers(0, 9)) == 0:
        outs.append(output_view(op_return(b"note"), draw(st.sampled_from([0, 7]))))
    return view(inputs, tuple(outs))


def tx_of(plan: Plan, *, height: int | None = None) -> TxView:
    """The transaction of a plan."""
    inputs = tuple(input_view(script, value, salt=k) for k, (script, value) in enumerate(plan.ins))
    return view(inputs, tuple(output_view(*coin) for coin in plan.outs), height=height)


def _spoil(draw: st.DrawFn, ins: list[Coin], outs: list[Coin]) -> None:
    """Change one coin: nudge its value, give it another's script, add a note, drop it, empty it."""
    side = draw(st.sampled_from([ins, outs]))
    at = draw(st.integers(0, len(side) - 1))
    script, value = side[at]
    what = draw(st.integers(0, 5))
    if what == 0:
        side[at] = (script, max(0, value + draw(st.sampled_from([-1, 1]))))
    elif what == 1:
        side[at] = (draw(st.sampled_from([*ins, *outs]))[0], value)
    elif what == 2:
        outs.append((op_return(b"note"), draw(st.sampled_from([0, 0, 5]))))
    elif what == 3 and len(side) > 1:
        del side[at]
    elif what == 4:
        side[at] = (script, 0)
    else:
        side.append((make_script("more", at), value))


def _spoil_input(draw: st.DrawFn, inputs: list[InputView]) -> None:
    """Forget what one input spends, or sign it in another way and with another sequence."""
    at = draw(st.integers(0, len(inputs) - 1))
    old = inputs[at]
    marks = draw(st.sampled_from(MARKS))
    forget = draw(st.integers(0, 3)) == 0 or old.script is None
    inputs[at] = InputView(
        old.outpoint,
        None if forget else old.value,
        None if forget else old.script,
        None if forget else old.script_type,
        draw(st.sampled_from(SEQUENCES)),
        marks,
    )
