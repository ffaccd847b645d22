"""The counts and values of a transaction that detectors look at. Integers only.

Outputs that nobody can spend (OP_RETURN) are left out of `out_*`, so a note beside a join does not
hide it. The bulk kernel computes the same numbers from columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import cached_property

from cointrail.chain.types import Outpoint, Txid
from cointrail.chain.view import InputMarks, ScriptType, TxView


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the chain around a transaction shows, of what a detector asks for."""

    rounds: Container[Txid] = ()
    """Earlier transactions that pass for a Wasabi 2 round (`wasabi.passes_for_round`). The blocks up to a
    transaction settle it."""
    channels: Container[Outpoint] = ()
    """P2WSH outputs that were spent as two of two by the height of judgement. Later blocks add to it."""


ALONE = Surroundings()
"""Nothing is known of the chain."""


@dataclass(frozen=True)
class Shape:
    """What is known of one transaction. A coinbase has no inputs."""

    height: int | None
    """None when it is looked at outside the main chain: rules with a date then apply undated."""
    version: int
    locktime: int
    n_inputs: int
    in_values: tuple[int, ...]
    """Satoshi in input order, of the inputs whose previous output is known."""
    in_scripts: tuple[bytes, ...]
    """Locking scripts, of the inputs whose previous output is known."""
    in_types: tuple[ScriptType | None, ...]
    """Of all inputs, as are `sequences` and `marks`; None where the previous output is not known."""
    sequences: tuple[int, ...]
    marks: tuple[InputMarks, ...]
    all_out_values: tuple[int, ...]
    """Satoshi in output order, of all outputs."""
    out_values: tuple[int, ...]
    out_scripts: tuple[bytes, ...]
    out_types: tuple[ScriptType, ...]
    remixed_values: tuple[int, ...]
    """Satoshi of the known inputs that come out of an earlier round."""
    opens_channel: bool
    """Whether an output was spent as two of two by the height of judgement."""

    @property
    def complete(self) -> bool:
        """Whether every input's value and script are known."""
        return len(self.in_scripts) == self.n_inputs

    @property
    def n_outputs(self) -> int:
        """How many spendable outputs."""
        return len(self.out_values)

    @property
    def n_notes(self) -> int:
        """How many OP_RETURN outputs."""
        return len(self.all_out_values) - len(self.out_values)

    @property
    def fee(self) -> int:
        """Inputs minus all outputs, in satoshi. Has a meaning where the shape is complete."""
        return sum(self.in_values) - sum(self.all_out_values)

    @cached_property
    def signers(self) -> int:
        """Distinct known input scripts: the most hands that can be told apart."""
        return len(set(self.in_scripts))

    @cached_property
    def busiest_script(self) -> int:
        """Inputs of the script that supplies most of them; 0 when none is known."""
        return max(Counter(self.in_scripts).values(), default=0)

    @cached_property
    def outputs_distinct(self) -> bool:
        """Whether no spendable output repeats another's script."""
        return len(set(self.out_scripts)) == len(self.out_scripts)

    @cached_property
    def places(self) -> int:
        """Known inputs and spendable outputs."""
        return len(self.in_scripts) + len(self.out_scripts)

    @cached_property
    def reused_places(self) -> int:
        """How many of these places repeat the script of another."""
        return self.places - len({*self.in_scripts, *self.out_scripts})

    @cached_property
    def counts(self) -> Counter[int]:
        """How often each spendable value occurs."""
        return Counter(self.out_values)

    def mode(self, low: int = 0, high: int | None = None) -> tuple[int, int]:
        """The most frequent spendable value within low..high and its count; the lowest of equals."""
        return most_frequent(v for v in self.out_values if v >= low and (high is None or v <= high))

    def before(self, height: int) -> bool:
        """Whether it is known to stand below `height`."""
        return self.height is not None and self.height < height


def most_frequent(values: Iterable[int]) -> tuple[int, int]:
    """The most frequent value and its count, the lowest of equals; (0, 0) of nothing."""
    counts = Counter(values)
    value = min(counts, key=lambda v: (-counts[v], v), default=0)
    return value, counts[value]


def shape_of(tx: TxView, *, dated: bool = True, around: Surroundings = ALONE) -> Shape:
    """Measure a transaction.

    Args:
        tx: the transaction and what its inputs spend.
        dated: whether its height is one of the main network; elsewhere heights tell no date.
        around: what is known of the chain around it.
    """
    known = [i for i in tx.inputs if i.value is not None and i.script is not None]
    spendable = [o for o in tx.outputs if o.script_type != ScriptType.OP_RETURN]
    return Shape(
        height=tx.height if dated else None,
        version=tx.version,
        locktime=tx.locktime,
        n_inputs=len(tx.inputs),
        in_values=tuple(int(i.value) for i in known if i.value is not None),
        in_scripts=tuple(i.script for i in known if i.script is not None),
        in_types=tuple(i.script_type for i in tx.inputs),
        sequences=tuple(i.sequence for i in tx.inputs),
        marks=tuple(i.marks for i in tx.inputs),
        all_out_values=tuple(int(o.value) for o in tx.outputs),
        out_values=tuple(int(o.value) for o in spendable),
        out_scripts=tuple(o.script for o in spendable),
        out_types=tuple(o.script_type for o in spendable),
        remixed_values=tuple(
            int(i.value) for i in known if i.value is not None and i.outpoint.txid in around.rounds
        ),
        opens_channel=any(Outpoint(tx.txid, vout) in around.channels for vout in range(len(tx.outputs))),
    )
