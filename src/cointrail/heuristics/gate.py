"""The gate before common input: may the inputs of this transaction be linked?

Every detector runs; the verdict is the worst of what fired. SAFE lets a headline link through,
UNKNOWN at most a dashed one, UNSAFE none, and a trace ends there.

All reasons but `lightning.open` are static: what is judged when a block arrives holds for good. That one is
dynamic, so a verdict with it belongs to the height it was judged at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from cointrail.chain.view import TxView
from cointrail.heuristics import coinjoin, inputs, lightning, partition, sighash, swap, wasabi, whirlpool
from cointrail.heuristics.base import rule
from cointrail.heuristics.shape import ALONE, Shape, Surroundings, shape_of


class Gate(IntEnum):
    """The three answers. The numbers are stored; they never change."""

    SAFE = 0
    UNKNOWN = 1
    UNSAFE = 2


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """The answer and the ids of the rules behind it, in the order of `REASONS`."""

    gate: Gate
    reasons: tuple[str, ...]

    @property
    def leaves_lead(self) -> bool:
        """Whether the inputs are one hand's in nine of ten such cases all the same."""
        return self.gate == Gate.UNKNOWN and DOUBTFUL.isdisjoint(self.reasons)

    @property
    def is_swap(self) -> bool:
        """Whether nothing but a swap makes it `UNSAFE`: value changes hands, and none is joined."""
        return SWAP in self.reasons and JOINED.isdisjoint(self.reasons)


@rule("gate.missing_prevout", version=1)
def missing_prevout(shape: Shape) -> bool:
    """An output spent beside another is not known, so no detector can clear the transaction.

    Source: our choice.
    Wrong when: the transaction is ordinary; complete data would clear it.
    Abstains on: a single input, which is linked with nothing.
    Needs: nothing more; complete data changes the answer.
    """
    return shape.n_inputs > 1 and not shape.complete


@dataclass(frozen=True, slots=True)
class Reason:
    """A detector in the gate: its id, the verdict it stands for, its test.

    `by_shape` marks those that a tx0 trips without being a join. `leaves_lead` marks warnings in spite of
    which the inputs were one hand's in at least nine of ten links where that is known.
    """

    id: str
    gate: Gate
    test: Callable[[Shape], bool]
    by_shape: bool = True
    leaves_lead: bool = False


SWAP = "swap.preimage"
"""The one reason that is UNSAFE because value changes hands, not because several hands sign."""

TX0 = "whirlpool.tx0"
"""The one reason that clears others."""

REASONS: tuple[Reason, ...] = (
    Reason("coinjoin.wasabi1", Gate.UNSAFE, wasabi.wasabi1),
    Reason("coinjoin.whirlpool", Gate.UNSAFE, whirlpool.whirlpool),
    Reason("coinjoin.joinmarket", Gate.UNSAFE, coinjoin.joinmarket),
    Reason("coinjoin.coordinator", Gate.UNSAFE, coinjoin.coordinator),
    Reason("sighash.anyone_can_pay", Gate.UNSAFE, sighash.anyone_can_pay, by_shape=False),
    Reason("sighash.none", Gate.UNSAFE, sighash.sighash_none, by_shape=False),
    Reason("coinjoin.equal_outputs", Gate.UNKNOWN, coinjoin.equal_outputs),
    Reason("coinjoin.wasabi1_sparse", Gate.UNKNOWN, wasabi.wasabi1_sparse),
    Reason("coinjoin.wasabi2", Gate.UNKNOWN, wasabi.wasabi2),
    Reason("coinjoin.stonewall", Gate.UNKNOWN, coinjoin.stonewall),
    Reason("partition.sharedcoin", Gate.UNKNOWN, partition.sharedcoin),
    Reason("partition.balanced", Gate.UNKNOWN, partition.balanced, leaves_lead=True),
    Reason("gate.missing_prevout", Gate.UNKNOWN, missing_prevout, by_shape=False, leaves_lead=True),
    Reason(TX0, Gate.SAFE, whirlpool.tx0, by_shape=False),
    Reason("coinjoin.wasabi2_remix", Gate.UNSAFE, wasabi.wasabi2_remix, by_shape=False),
    Reason(SWAP, Gate.UNSAFE, swap.preimage, by_shape=False),
    Reason("lightning.commitment", Gate.UNKNOWN, lightning.commitment, by_shape=False),
    Reason("lightning.close", Gate.UNKNOWN, lightning.close, by_shape=False),
    Reason("lightning.open", Gate.UNKNOWN, lightning.opening, by_shape=False, leaves_lead=True),
    Reason(
        "fingerprint.conflict", Gate.UNKNOWN, inputs.fingerprint_conflict, by_shape=False, leaves_lead=True
    ),
    Reason("payjoin.extra_input", Gate.UNKNOWN, inputs.payjoin_extra_input, by_shape=False),
    Reason("lightning.dual_funding", Gate.UNKNOWN, lightning.dual_funding, by_shape=False),
    Reason("lightning.splice", Gate.UNKNOWN, lightning.splice, by_shape=False),
)
"""Reason k is bit k of the bulk twin's bit set. The order is stored; it only grows at the end."""


DOUBTFUL = frozenset(
    reason.id for reason in REASONS if reason.gate == Gate.UNKNOWN and not reason.leaves_lead
)
"""Warnings that leave no link at all."""

JOINED = frozenset(reason.id for reason in REASONS if reason.gate == Gate.UNSAFE) - {SWAP}
"""Reasons by which several hands may have signed."""

DYNAMIC = frozenset({"lightning.open"})
"""Reasons that a later block can add to a verdict."""


def judge(tx: TxView, *, dated: bool = True, around: Surroundings = ALONE) -> GateVerdict:
    """Judge one transaction: the definition that the bulk twins must equal.

    Args:
        tx: the transaction and what its inputs spend.
        dated: whether its height is one of the main network; elsewhere heights tell no date, and
            rules with a first height apply undated.
        around: what is known of the chain around it; by itself a transaction links to no round and
            opens no channel.

    Returns:
        The worst verdict of the reasons that hold, SAFE when none does. A tx0 clears the reasons
        that go by shape alone, and is named only where it does.
    """
    shape = shape_of(tx, dated=dated, around=around)
    fired = [reason for reason in REASONS if reason.test(shape)]
    if not any(reason.by_shape for reason in fired):
        fired = [reason for reason in fired if reason.id != TX0]
    elif any(reason.id == TX0 for reason in fired):
        fired = [reason for reason in fired if not reason.by_shape]
    return GateVerdict(_worst(fired), tuple(reason.id for reason in fired))


def verdict_of(bits: int) -> GateVerdict:
    """Read a verdict from the bit set of its reasons."""
    held = [reason for k, reason in enumerate(REASONS) if bits >> k & 1]
    return GateVerdict(_worst(held), tuple(reason.id for reason in held))


def _worst(held: list[Reason]) -> Gate:
    return max((reason.gate for reason in held), default=Gate.SAFE)
