"""A transaction as amounts: what its parties may have brought and taken, and how much may go astray.

A **block** is some inputs and some outputs, at least one each, that could be one party's own. It fits
when its inputs cover its outputs and leave at most `loss`; a party that is paid for taking part may
take up to `gain` more than it brought.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cointrail.chain.decode import MAX_MONEY
from cointrail.chain.view import ScriptType, TxView
from cointrail.errors import BadInput
from cointrail.heuristics.base import Abstained


@dataclass(frozen=True, slots=True)
class Part:
    """Inputs or outputs that stay together, and their satoshi. The fee as an output has no places."""

    places: tuple[int, ...]
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Two sides and their bounds, in satoshi.

    Attributes:
        fee: inputs minus outputs, outputs for all aside.
        gain: most that a block may take out above what it brings, 0 or more.
        loss: most that a block may leave; never below the whole fee, so one block of all fits.
        left_out: outputs of no value, and those of all parties together.
    """

    inputs: tuple[Part, ...]
    outputs: tuple[Part, ...]
    fee: int
    gain: int
    loss: int
    left_out: tuple[int, ...] = ()

    def fits(self, brought: int, taken: int) -> bool:
        """Whether a block with these sums fits."""
        return -self.gain <= brought - taken <= self.loss


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountOptions:
    """How a transaction is read as amounts. Source of the first two: Boltzmann's options.

    Attributes:
        merge_inputs: inputs of one script are one part: one key signs for them.
        fee_as_output: the fee is one more output, of one party, and every block balances exactly.
        maker_fee: satoshi that one party may pay another for taking part; it widens both bounds.
        common_outputs: outputs that all parties paid for together, such as a coordinator's fee.
    """

    merge_inputs: bool = True
    fee_as_output: bool = False
    maker_fee: int = 0
    common_outputs: tuple[int, ...] = ()


def amounts_of(tx: TxView, options: AmountOptions | None = None) -> Amounts | Abstained:
    """Read a transaction as amounts.

    Returns:
        Abstained where amounts tell nothing: a coinbase, unknown inputs, sums that cannot be.

    Raises:
        BadInput: a common output that the transaction does not have, or a maker fee below 0.
    """
    options = options or AmountOptions()
    _check(tx, options)
    if tx.is_coinbase:
        return Abstained("a coinbase spends nothing")
    values = [i.value for i in tx.inputs]
    known = [int(value) for value in values if value is not None]
    if len(known) < len(values):
        return Abstained(f"{len(values) - len(known)} of {len(values)} spent outputs are not known")
    shared = frozenset(options.common_outputs)
    taken = [(vout, int(o.value)) for vout, o in enumerate(tx.outputs) if vout not in shared and o.value]
    fee = sum(known) - sum(value for _, value in taken)
    if sum(known) > MAX_MONEY or fee < 0:
        return Abstained("its sums cannot be: outputs above inputs, or more than all bitcoin")
    inputs = _hands(tx, known) if options.merge_inputs else _each(known)
    outputs = tuple(Part((vout,), value) for vout, value in taken)
    loss = fee + options.maker_fee * max(_most_equal(taken) - 1, 1)
    if options.fee_as_output and fee:
        outputs, loss = (*outputs, Part((), fee)), loss - fee
    if not inputs or not outputs:
        return Abstained("it moves no value")
    left_out = tuple(vout for vout, o in enumerate(tx.outputs) if vout in shared or not o.value)
    return Amounts(
        inputs=inputs, outputs=outputs, fee=fee, gain=options.maker_fee, loss=loss, left_out=left_out
    )


def _check(tx: TxView, options: AmountOptions) -> None:
    for vout in options.common_outputs:
        if not 0 <= vout < len(tx.outputs):
            raise BadInput(
                f"the transaction has no output {vout}",
                hint=f"its outputs are 0 to {len(tx.outputs) - 1}",
                vout=vout,
            )
    if options.maker_fee < 0:
        raise BadInput("a maker fee is 0 sat or more", hint="leave it out for 0", value=options.maker_fee)


def _each(values: Sequence[int]) -> tuple[Part, ...]:
    return tuple(Part((vin,), value) for vin, value in enumerate(values) if value)


def _hands(tx: TxView, values: Sequence[int]) -> tuple[Part, ...]:
    """One part for each input script, in the order of their first inputs."""
    places: dict[bytes | None, list[int]] = {}
    for vin, one in enumerate(tx.inputs):
        places.setdefault(one.script, []).append(vin)
    parts = (Part(tuple(vins), sum(values[vin] for vin in vins)) for vins in places.values())
    return tuple(part for part in parts if part.value)


def _most_equal(taken: Sequence[tuple[int, int]]) -> int:
    return max(Counter(value for _, value in taken).values(), default=0)


def count_hands(tx: TxView) -> int:
    """Most parties that can have signed: distinct input scripts, and one for each that is not known."""
    known = {i.script for i in tx.inputs if i.script is not None}
    return len(known) + sum(i.script is None for i in tx.inputs)


def equal_classes(tx: TxView) -> dict[int, tuple[int, ...]]:
    """Spendable outputs by value, for values that two or more have, the most frequent first."""
    places: dict[int, list[int]] = {}
    for vout, one in enumerate(tx.outputs):
        if one.value and one.script_type != ScriptType.OP_RETURN:
            places.setdefault(int(one.value), []).append(vout)
    several = [(value, tuple(vouts)) for value, vouts in places.items() if len(vouts) > 1]
    return dict(sorted(several, key=lambda item: (-len(item[1]), item[0])))
