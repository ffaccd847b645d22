"""One hop of a peel chain: a coin is spent, something is paid out of it, the rest goes on.

The rules here decide one step from what is known of one transaction; `cointrail.tracing.peel` takes the
steps. A step goes on, or it stops for a reason that has a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cointrail.heuristics.base import Abstained, Tier, rule
from cointrail.heuristics.change.dynamic_rules import CONFLICTS_OF_ANOTHER
from cointrail.heuristics.gate import Gate

PEEL_MAX_OUTPUTS = 3
"""Spendable outputs; more is a batch of payments. methods.md 3.1."""


class PeelStop(StrEnum):
    """Why a chain ended. Every chain has exactly one."""

    UNSPENT = "unspent"
    """Nothing spends the coin as of the tip."""
    COINBASE = "coinbase"
    """Going back: the coin was mined here."""
    MULTIPARTY = "multiparty"
    """The gate is UNSAFE: several hands may have signed."""
    SWAP = "swap"
    """A hash-locked output was claimed by its preimage: the value changes hands."""
    SERVICE = "service"
    """A tagged service, or by inference a deposit address of one: value mixes inside it."""
    CONFLICTING_TAGS = "conflicting_tags"
    """Sources disagree about whose coin this is."""
    MISSING_PREDECESSOR = "missing_predecessor"
    """The store does not hold all that the transaction spends."""
    JOIN = "join"
    """Other coins were spent beside this one: forward, coins outside its cluster; back, any."""
    SWEEP = "sweep"
    """All went to one output, and the investigator asked to stop there."""
    BATCH = "batch"
    """More than three spendable outputs: a batch of payments."""
    BURNED = "burned"
    """Forward, no output can be spent; back, the one to begin with cannot."""
    AMBIGUOUS = "ambiguous"
    """No output can be told to be change at the tier asked for; all candidates are branches."""
    PAID_BY = "paid_by"
    """Going back: the coin is what was paid, so another hand paid it."""
    MIN_VALUE = "min_value"
    """Less value than the investigator asked to follow."""
    HOP_LIMIT = "hop_limit"
    """The investigator's own limit on the length of a chain."""
    TIME_LIMIT = "time_limit"
    """The investigator's own limit on the time of all chains; how far they came depends on the machine."""
    GAP = "gap"
    """The coin lay longer than the investigator asked to wait."""


class Sender(StrEnum):
    """Who signed a transaction, or received an output, by tags."""

    NOBODY = "nobody"
    SERVICE = "service"
    CONFLICT = "conflict"


class HopKind(StrEnum):
    """What a hop of a chain is."""

    PEEL = "peel"
    """Something was paid, and the change goes on."""
    SWEEP = "sweep"
    """All went to one output, which may be a payment of everything to another hand."""
    JOIN = "join"
    """Coins from outside its cluster came in beside the one followed, and the investigator asked to go on."""


@dataclass(frozen=True, slots=True)
class ChangePlace:
    """The output that is change, by its place, and at which tier."""

    place: int
    tier: Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class HopFacts:
    """What is known of the transaction that a step would take.

    Attributes:
        coinbase: whether it makes new coins.
        known: whether the store holds all that it spends.
        gate: whether one owner signed its inputs.
        swap: whether nothing but a swap makes the gate UNSAFE.
        sender: whose the inputs' clusters are said to be.
        inputs: how many.
        foreign_inputs: of these, going forward, how many lie outside the cluster of the coin followed;
            going back, outside the one cluster that the first input lies in.
        spendable: places of its spendable outputs.
        change: the vote, judged against the whole chain.
        conflicts: going forward, hard conflicts between the fingerprint of the whole chain and that of the
            transaction that spends the change; 0 where it is not spent.
    """

    coinbase: bool = False
    known: bool = True
    gate: Gate = Gate.SAFE
    swap: bool = False
    sender: Sender = Sender.NOBODY
    inputs: int = 1
    foreign_inputs: int = 0
    spendable: tuple[int, ...]
    change: ChangePlace | Abstained
    conflicts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HopRules:
    """What the investigator decided.

    Attributes:
        weakest: the weakest tier of change to follow.
        through_joins: forward, go on where coins of others were spent beside the one followed.
        through_sweeps: go on where all went to one output.
    """

    weakest: Tier = Tier.T3
    through_joins: bool = False
    through_sweeps: bool = True


@dataclass(frozen=True, slots=True)
class Onward:
    """The chain goes on: by the output at `place` forward, by the inputs backward."""

    kind: HopKind
    tier: Tier
    """T0: all value moved, nothing is inferred, and nothing is said of the hand."""
    place: int


@dataclass(frozen=True, slots=True)
class Halt:
    """The chain ends here, and why. `branches` are places of outputs that may go on."""

    stop: PeelStop
    because: str
    branches: tuple[int, ...] = ()


@rule("walk.peel_forward", version=2)
def peel_forward(facts: HopFacts, rules: HopRules) -> Onward | Halt:
    """Follow a coin to the change of the transaction that spends it.

    Source: Kappos et al., USENIX Security 2022 (next-hop functions over the features of a
        whole chain).
    Wrong when: the change verdict is wrong: the chain then follows somebody else's coin from there on, so
        the error grows with every hop; a hot wallet's withdrawals look like peels; the owner changed the
        program in between.
    Abstains on: change that no rule tells at the tier asked for: the chain ends as ambiguous, and every
        candidate is a branch.
    Needs: the transaction that spends the coin, clusters of T2, the gate, the tags, the change vote; later
        blocks can change the answer.
    """
    if (halt := _halt_by_sender(facts)) is not None:
        return halt
    joined = facts.foreign_inputs > 0
    if joined and not rules.through_joins:
        return Halt(PeelStop.JOIN, f"{facts.foreign_inputs} inputs lie outside the cluster of the coin")
    if not facts.spendable:
        return Halt(PeelStop.BURNED, "no output can be spent")
    if len(facts.spendable) == 1:
        if not rules.through_sweeps:
            return Halt(PeelStop.SWEEP, "all went to one output", facts.spendable)
        return Onward(HopKind.SWEEP, Tier.T0, facts.spendable[0])
    found = _change(facts, rules)
    if isinstance(found, Halt):
        return found
    return Onward(HopKind.JOIN if joined else HopKind.PEEL, found.tier, found.place)


@rule("walk.peel_backward", version=2)
def peel_backward(facts: HopFacts, rules: HopRules, place: int) -> Onward | Halt:
    """Follow a coin back to what was spent to make it, where it is the change of that transaction.

    `place` is the coin's place among the outputs. Where several coins were spent, each is a parent: the
    chain ends as a join, and all of them are its branches.

    Source: Kappos et al., USENIX Security 2022 (previous-hop functions).
    Wrong when: the change verdict is wrong, as going forward.
    Abstains on: change that no rule tells at the tier asked for: ambiguous; the coin may be change or paid.
    Needs: the transaction that made the coin, clusters of T2, the gate, the tags, the change vote; later
        blocks can change the answer.
    """
    if facts.coinbase:
        return Halt(PeelStop.COINBASE, "the coin was mined here")
    if place not in facts.spendable:
        return Halt(PeelStop.BURNED, "nobody can spend this output")
    if (halt := _halt_by_sender(facts)) is not None:
        return halt
    if facts.foreign_inputs:
        return Halt(PeelStop.JOIN, "the inputs lie in several clusters")
    if len(facts.spendable) == 1:
        if not rules.through_sweeps:
            return Halt(PeelStop.SWEEP, "all went to this one output")
        return _parents(facts, HopKind.SWEEP, Tier.T0)
    found = _change(facts, rules)
    if isinstance(found, Halt):
        return found
    if found.place != place:
        return Halt(PeelStop.PAID_BY, f"output {found.place} is the change, so this one was paid")
    return _parents(facts, HopKind.PEEL, found.tier)


def _halt_by_sender(facts: HopFacts) -> Halt | None:
    if facts.sender is Sender.SERVICE:
        return Halt(PeelStop.SERVICE, "a tagged service signed")
    if facts.sender is Sender.CONFLICT:
        return Halt(PeelStop.CONFLICTING_TAGS, "sources disagree about who signed")
    if not facts.known:
        return Halt(PeelStop.MISSING_PREDECESSOR, "the store does not hold all that was spent")
    if facts.swap:
        return Halt(PeelStop.SWAP, "a secret was shown: the value changes hands")
    if facts.gate is Gate.UNSAFE:
        return Halt(PeelStop.MULTIPARTY, "the gate is UNSAFE: several hands may have signed")
    return None


def _change(facts: HopFacts, rules: HopRules) -> ChangePlace | Halt:
    if len(facts.spendable) > PEEL_MAX_OUTPUTS:
        return Halt(PeelStop.BATCH, f"{len(facts.spendable)} outputs: a batch of payments")
    if isinstance(facts.change, Abstained):
        return Halt(PeelStop.AMBIGUOUS, facts.change.because, facts.spendable)
    if facts.change.tier > rules.weakest:
        weak = f"output {facts.change.place} is change at {facts.change.tier.name} only"
        return Halt(PeelStop.AMBIGUOUS, weak, facts.spendable)
    if facts.change.tier > Tier.T1 and facts.conflicts >= CONFLICTS_OF_ANOTHER:
        other = f"output {facts.change.place} is spent by another program than the chain's"
        return Halt(PeelStop.AMBIGUOUS, other, facts.spendable)
    return facts.change


def _parents(facts: HopFacts, kind: HopKind, tier: Tier) -> Onward | Halt:
    if facts.inputs == 1:
        return Onward(kind, tier, 0)
    return Halt(PeelStop.JOIN, f"{facts.inputs} coins were spent together; all are parents")
