"""The values that make a detector fire, in a sentence: what an expert would point at.

A detector that has no sentence of its own here is told by what every shape has: counts, and the value that
most outputs hold.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

from cointrail.chain.view import InputMarks, ScriptType
from cointrail.heuristics import inputs, partition, wasabi, whirlpool
from cointrail.heuristics.shape import Shape, most_frequent


def evidence(rule_id: str, shape: Shape) -> str:
    """What made a detector fire on a transaction.

    Args:
        rule_id: of a detector that fired.
        shape: of the transaction.
    """
    return _SENTENCES.get(rule_id, _counts)(shape)


def several(count: int, word: str) -> str:
    """`1 input`, `3 inputs`."""
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def _signed_by(shape: Shape) -> str:
    return f"{several(shape.signers, 'script')} signed {several(shape.n_inputs, 'input')}"


def _counts(shape: Shape) -> str:
    value, count = shape.mode()
    equal = f"; {count} outputs hold {value:,} sat" if count > 1 else ""
    ins, outs = several(shape.n_inputs, "input"), several(shape.n_outputs, "output")
    return f"{ins} of {several(shape.signers, 'script')}, {outs}{equal}"


def _equal(shape: Shape) -> str:
    value, count = most_frequent(shape.all_out_values)
    signed = several(shape.signers, "script")
    return f"{count} of {len(shape.all_out_values)} outputs hold {value:,} sat; {signed} signed"


def _wasabi1(shape: Shape) -> str:
    levels = Counter(level for v in shape.out_values if (level := wasabi.level_of(v)) is not None)
    found = ", ".join(
        f"{count} of about {wasabi.WASABI1_DENOMINATION * 2**level:,} sat"
        for level, count in sorted(levels.items())
        if count > 1
    )
    return f"of {shape.n_outputs} outputs {found or 'none'}; {_signed_by(shape)}"


def _wasabi2(shape: Shape) -> str:
    standard = sum(value in wasabi.WASABI2_DENOMINATIONS for value in shape.all_out_values)
    repeated = sum(count > 1 for count in shape.counts.values())
    return (
        f"{standard} of {len(shape.all_out_values)} outputs hold standard amounts, "
        f"{several(repeated, 'value')} more than once; {_signed_by(shape)}"
    )


def _whirlpool(shape: Shape) -> str:
    pool = shape.out_values[0] if shape.out_values else 0
    entrants = sum(value > pool for value in shape.in_values)
    return (
        f"{shape.n_outputs} outputs of {pool:,} sat from {shape.n_inputs} inputs, {entrants} of them larger"
    )


def _tx0(shape: Shape) -> str:
    for pool in whirlpool.POOLS:
        low = pool.denomination + whirlpool.PREMIX_MIN_EXTRA
        high = pool.denomination + whirlpool.PREMIX_MAX_EXTRA
        value, count = shape.mode(low, high)
        fees = [v for v in shape.out_values if pool.fee <= 2 * v <= 6 * pool.fee]
        if count and len(fees) == 1:
            return f"{count} outputs of {value:,} sat, one of {fees[0]:,} sat for the pool, an OP_RETURN"
    return _counts(shape)


def _signed(mark: InputMarks, word: str) -> Callable[[Shape], str]:
    def sentence(shape: Shape) -> str:
        return (
            f"{_places('input', (k for k, marks in enumerate(shape.marks) if mark in marks))} signed {word}"
        )

    return sentence


def _shows(mark: InputMarks, word: str) -> Callable[[Shape], str]:
    def sentence(shape: Shape) -> str:
        return f"{_places('input', (k for k, marks in enumerate(shape.marks) if mark in marks))} {word}"

    return sentence


def _remix(shape: Shape) -> str:
    values = [v for v in shape.remixed_values if v in wasabi.WASABI2_DENOMINATIONS]
    if not values:
        return f"an input is a standard output of an earlier round; {_wasabi2(shape)}"
    return f"{values[0]:,} sat come from an earlier round; {_wasabi2(shape)}"


def _commitment(shape: Shape) -> str:
    return f"locktime {shape.locktime:#010x}, sequence {shape.sequences[0]:#010x}"


def _dual_funding(shape: Shape) -> str:
    place = _spendable_places(shape)[shape.out_types.index(ScriptType.P2WSH)]
    return f"output {place} may be a channel; {_signed_by(shape)}, and every input asks for replacing"


def _splice(shape: Shape) -> str:
    pairs = [k for k, marks in enumerate(shape.marks) if InputMarks.TWO_OF_TWO in marks]
    spends = "is a two of two" if len(pairs) == 1 else "are two of two"
    return f"{_places('input', pairs)} {spends}, spent beside other coins"


def _conflict(shape: Shape) -> str:
    return f"the inputs differ in {', '.join(inputs.conflicts(shape))}"


def _extra_input(shape: Shape) -> str:
    rest = sum(shape.in_values) - min(shape.in_values, default=0)
    wanted = max(shape.out_values, default=0) + shape.fee
    return f"without the smallest input {rest:,} sat pay {wanted:,} sat; {_conflict(shape)}"


def _missing(shape: Shape) -> str:
    unknown = (k for k, kind in enumerate(shape.in_types) if kind is None)
    return f"what {_places('input', unknown)} spends is not known"


def _parts(shape: Shape) -> str:
    """A part that pays for itself, and the rest, which then does too."""
    if max(shape.signers, shape.n_outputs) > partition.MAX_PARTS:
        return f"more than {partition.MAX_PARTS} scripts or outputs: not searched, and counted as found"
    hands: dict[bytes, int] = {}
    for script, value in zip(shape.in_scripts, shape.in_values, strict=True):
        hands[script] = hands.get(script, 0) + value
    brought, paid = list(hands.values()), list(shape.out_values)
    found = _balanced(brought, paid)
    if found is None:
        return _counts(shape)
    ins, outs = found
    spent = (k for k, script in enumerate(shape.in_scripts) if list(hands).index(script) in ins)
    given, got = sum(brought[k] for k in ins), sum(paid[k] for k in outs)
    rest = (sum(brought) - given) - (sum(paid) - got)
    places = _spendable_places(shape)
    return (
        f"from {_places('input', spent)} {given:,} sat, for {_places('output', (places[k] for k in outs))} "
        f"{got:,} sat: {given - got:,} sat left over; of the rest {rest:,} sat"
    )


def _balanced(brought: Sequence[int], paid: Sequence[int]) -> tuple[frozenset[int], frozenset[int]] | None:
    """The least hands, the first among them, and outputs that balance within the fee."""
    slack = sum(brought) - sum(paid)
    sums = {
        sum(paid[k] for k in outs): frozenset(outs)
        for size in range(1, len(paid))
        for outs in combinations(range(len(paid)), size)
    }
    ascending = sorted(sums)
    for size in range(len(brought) - 1):
        for others in combinations(range(1, len(brought)), size):
            given = brought[0] + sum(brought[k] for k in others)
            at = bisect_right(ascending, given)
            if at and given - ascending[at - 1] <= slack:
                return frozenset((0, *others)), sums[ascending[at - 1]]
    return None


def _spendable_places(shape: Shape) -> list[int]:
    """Places of the spendable outputs; OP_RETURN outputs are told by what is left out of the values."""
    places, at = [], 0
    for place, value in enumerate(shape.all_out_values):
        if at < len(shape.out_values) and shape.out_values[at] == value:
            places.append(place)
            at += 1
    return places


def _places(what: str, places: Iterable[int]) -> str:
    """`input 2`, `inputs 0, 3 and 5`."""
    words = [str(place) for place in places]
    if len(words) < 2:
        return f"{what} {''.join(words)}"
    return f"{what}s {', '.join(words[:-1])} and {words[-1]}"


_SENTENCES: dict[str, Callable[[Shape], str]] = {
    "coinjoin.equal_outputs": _equal,
    "coinjoin.joinmarket": _equal,
    "coinjoin.coordinator": _equal,
    "coinjoin.stonewall": _equal,
    "coinjoin.wasabi1": _wasabi1,
    "coinjoin.wasabi1_sparse": _wasabi1,
    "coinjoin.wasabi2": _wasabi2,
    "coinjoin.whirlpool": _whirlpool,
    "whirlpool.tx0": _tx0,
    "sighash.anyone_can_pay": _signed(InputMarks.ANYONE_CAN_PAY, "ANYONECANPAY"),
    "sighash.none": _signed(InputMarks.SIGHASH_NONE, "NONE"),
    "gate.missing_prevout": _missing,
    "coinjoin.wasabi2_remix": _remix,
    "swap.preimage": _shows(InputMarks.PREIMAGE, "shows the secret of a hash lock"),
    "lightning.commitment": _commitment,
    "lightning.close": _shows(InputMarks.TWO_OF_TWO, "is a two of two, paid to two at most"),
    "lightning.dual_funding": _dual_funding,
    "lightning.splice": _splice,
    "lightning.open": lambda shape: f"an output was spent as two of two, and {_signed_by(shape)}",
    "fingerprint.conflict": _conflict,
    "payjoin.extra_input": _extra_input,
    "partition.sharedcoin": _parts,
    "partition.balanced": _parts,
}
"""What to point at, by the rule's id."""
