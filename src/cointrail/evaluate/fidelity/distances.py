"""Marginals and key joints of two samples, compared: each is a gate with a limit.

The distance is half the sum of absolute differences of shares (total variation): the least part of one
sample's transactions that would have to be others for both to look alike in this. 0 is alike, 1 nothing
shared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from cointrail.evaluate.fidelity.features import COLUMN, IN_BLOCK, UNKNOWN
from cointrail.evaluate.fidelity.samples import Sample

MARGINAL_LIMIT = 0.10
"""One transaction in ten. Real blocks of one era lie 0.05 to 0.35 apart, so this is strict."""
JOINT_LIMIT = 0.15
"""Joints have more cells, which chance alone fills differently."""
LEAST_KNOWN = 100
"""Transactions of which a value must be known on both sides for a gate to be there at all."""

Cell = Hashable


@dataclass(frozen=True, slots=True)
class Share:
    """A value of a marginal or joint, with the parts of both samples that have it."""

    value: str
    real: float
    made: float


@dataclass(frozen=True, slots=True)
class Gate:
    """A marginal or joint.

    Attributes:
        name: of the gate.
        joint: whether it is about several features together.
        n_real: real transactions of which it is known.
        n_made: made ones.
        distance: between both.
        limit: above which the gate fails.
        real_distance: between the two real samples of the era; None where there is one.
        shares: of values, the largest difference first.
    """

    name: str
    joint: bool
    n_real: int
    n_made: int
    distance: float
    limit: float
    real_distance: float | None
    shares: tuple[Share, ...]

    @property
    def passed(self) -> bool:
        """Whether both are alike in this."""
        return self.distance <= self.limit


def _steps(*limits: int) -> Callable[[int], str]:
    """Numbers in classes that begin at `limits`."""

    def step(number: int) -> str:
        if number < limits[0]:
            return f"under {limits[0]}"
        place = max(place for place, limit in enumerate(limits) if number >= limit)
        low, last = limits[place], place + 1 == len(limits)
        high = None if last else limits[place + 1] - 1
        return f"{low} and more" if high is None else str(low) if low == high else f"{low} to {high}"

    return step


def _named(**names: str) -> Callable[[int], str]:
    known = {int(key.strip("_").replace("m", "-")): value.replace("_", " ") for key, value in names.items()}
    return lambda number: known.get(number, str(number))


_COUNT = _steps(1, 2, 3, 4, 6, 11, 51)
_FEW = _steps(0, 1, 2, 3)
_SEQUENCE = _named(_0="final", _1="fffffffe", _2="fffffffd", _3="other", _4="several")
_LOCKTIME = _named(_0="none", _1="near_the_tip", _2="another_height", _3="a_time")
_ORDER = _named(_0="unsorted", _1="sorted", _m1="one")
_VALUES = _named(_0="neither", _1="rising", _2="falling", _m1="one")
_YES = _named(_0="no", _1="yes", _m1="none")
_KIND = _named(
    _0="other", _1="p2pk", _2="p2pkh", _3="p2sh", _4="p2sh-p2wpkh", _5="p2sh-p2wsh", _6="p2wpkh", _7="p2wsh",
    _8="p2tr_key", _9="p2tr_script", _10="several",
)  # fmt: skip
_SIZE = _steps(0, 30, 40, 50, 60, 70, 80, 90, 100)
_ZEROS = _steps(0, 1, 2, 3, 4, 5, 6, 7)
_AGE = _named(_0="under_an_hour", _1="under_a_day", _2="under_a_week", _3="under_a_month",
              _4="under_a_quarter", _5="older")  # fmt: skip
_OUT_KINDS = ("out_p2pkh", "out_p2sh", "out_p2wpkh", "out_p2wsh", "out_p2tr", "out_data", "out_other")

Parts = tuple[tuple[str, Callable[[int], str]], ...]

MARGINALS: dict[str, Parts] = {
    "inputs": (("inputs", _COUNT),),
    "outputs": (("outputs", _COUNT),),
    "version": (("version", str),),
    "locktime": (("locktime", _LOCKTIME),),
    "sequence": (("sequence", _SEQUENCE),),
    "input kind": (("input_kind", _KIND),),
    "order of inputs": (("input_order", _ORDER),),
    "order of outputs": (("output_order", _VALUES),),
    "low R": (("low_r", _YES),),
    "back to itself": (("self_change", _FEW),),
    "address reuse": (("seen_output", _FEW),),
    "chained": (("chained", _YES),),
    "largest value": (("largest", _SIZE),),
    "smallest value": (("smallest", _SIZE),),
    "roundest value": (("round_most", _ZEROS),),
    "coin age": (("coin_age", _AGE),),
}
"""Gates of one feature: name, and the feature with its classes."""

JOINTS: dict[str, Parts] = {
    "inputs and outputs": (("inputs", _steps(1, 2, 3, 6, 21)), ("outputs", _steps(1, 2, 3, 4, 11))),
    "version, locktime, sequence": (("version", str), ("locktime", _LOCKTIME), ("sequence", _SEQUENCE)),
    "input kind and outputs like it": (("input_kind", _KIND), ("like_input", _FEW)),
    "input kind and outputs": (("input_kind", _KIND), ("outputs", _steps(1, 2, 3, 4, 11))),
    "outputs and their order": (("outputs", _steps(1, 2, 3, 4)), ("output_order", _VALUES)),
}
"""Gates of several features together."""


def gates_of(real: Sample, made: Sample, halves: tuple[Sample, Sample] | None) -> tuple[Gate, ...]:
    """Every gate that both samples know enough for."""
    cells = {name: _cells(parts) for name, parts in (MARGINALS | JOINTS).items()}
    cells |= {"output kinds": _output_kinds, "fee rate": _fee_rates}
    found = []
    for name, read in cells.items():
        one, other = read(real), read(made)
        if min(len(one), len(other)) < LEAST_KNOWN:
            continue
        joint = name in JOINTS
        told = [read(half) for half in halves] if halves else []
        apart = None
        if told and min(map(len, told)) >= LEAST_KNOWN and _comparable(name, halves):
            apart = distance(*told)
        limit = JOINT_LIMIT if joint else MARGINAL_LIMIT
        found.append(
            Gate(name, joint, len(one), len(other), distance(one, other), limit, apart, shares(one, other))
        )
    return tuple(found)


def distance(one: Sequence[Cell], other: Sequence[Cell]) -> float:
    """Total variation between two lists of values."""
    first, second = Counter(one), Counter(other)
    return 0.5 * sum(
        abs(first[value] / len(one) - second[value] / len(other)) for value in sorted(first | second, key=str)
    )


def shares(real: Sequence[Cell], made: Sequence[Cell]) -> tuple[Share, ...]:
    """Every value with its parts of both, the largest difference first."""
    first, second = Counter(real), Counter(made)
    found = [
        Share(_text(value), first[value] / len(real), second[value] / len(made))
        for value in sorted(first | second, key=str)
    ]
    return tuple(sorted(found, key=lambda one: -abs(one.real - one.made)))


def _text(value: Cell) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _cells(parts: Parts) -> Callable[[Sample], list[Cell]]:
    def read(sample: Sample) -> list[Cell]:
        columns = [sample.rows[:, COLUMN[name]] for name, _ in parts]
        if parts[0][0] in {"coin_age", "fee_rate"}:
            columns = [column[column != UNKNOWN] for column in columns]
        told = [
            [into(number) for number in column.tolist()]
            for column, (_, into) in zip(columns, parts, strict=True)
        ]
        return list(told[0]) if len(told) == 1 else list(zip(*told, strict=True))

    return read


def _output_kinds(sample: Sample) -> list[Cell]:
    """Which kinds of outputs a transaction has, however many of each."""
    there = sample.rows[:, [COLUMN[name] for name in _OUT_KINDS]] > 0
    names = [name.removeprefix("out_") for name in _OUT_KINDS]
    return [" ".join(name for name, yes in zip(names, row, strict=True) if yes) for row in there.tolist()]


def _fee_rates(sample: Sample) -> list[Cell]:
    """Fee rates over the sample's median: a block is a moment, a world wanders through an era."""
    rates = sample.rows[:, COLUMN["fee_rate"]]
    rates = rates[rates != UNKNOWN]
    if not len(rates):
        return []
    over = rates / max(1.0, float(np.median(rates)))
    names = ("under a half", "a half to 0.9", "0.9 to 1.1", "1.1 to 2", "over 2")
    return [names[place] for place in np.digitize(over, (0.5, 0.9, 1.1, 2.0)).tolist()]


def _comparable(name: str, halves: tuple[Sample, Sample] | None) -> bool:
    """A mempool has no blocks to look for reuse in."""
    in_blocks = {"address reuse", "chained"}
    return halves is not None and not (name in in_blocks and any("mempool" in half.name for half in halves))


assert set(IN_BLOCK) == {"seen_output", "chained"}
