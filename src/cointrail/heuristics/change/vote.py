"""The vote on a transaction's change: which output stays with the sender, at which tier, by which rules.

One rule alone is a lead. A verdict that a trace may follow needs an output already known to be in the
sender's cluster, or two signals that agree, and nothing that speaks against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cointrail.chain.view import ScriptType, TxView
from cointrail.heuristics.base import Abstained, Tier
from cointrail.heuristics.change import dynamic_rules, static_rules
from cointrail.heuristics.change.base import ChangeContext, ChangeRule, Remaining, Verdict, spendable, static
from cointrail.heuristics.change.fiat import FiatPrice, fiat_round
from cointrail.heuristics.change.learned import ChangeModel, learned
from cointrail.heuristics.change.wallets import is_core_like
from cointrail.heuristics.gate import Gate, judge

MAX_OUTPUTS = 3
"""Spendable outputs; more is a batch of payments. methods.md 2 (n <= 3)."""

REVEALED = "change.revealed"
"""The one rule that is enough for T3 by itself."""

LEARNED = "change.learned"
"""The one rule that asks a model, where one is in force."""

HARD_VOTES = 2
"""Hard signals that must agree for T3. methods.md 9.1."""

MAX_PLACE = 254
"""The last output place that a stored verdict can name."""


class Quiet(StrEnum):
    """Why a vote abstains. The order is stored (its place + 1); it only grows at the end."""

    COINBASE = "a coinbase has no change"
    UNSAFE = "the gate is UNSAFE: several hands may have signed"
    UNKNOWN = "the gate is UNKNOWN: several hands may have signed"
    TWO_PARTIES = "the outputs of a channel or a swap belong to two parties"
    ALL_RETURN = "every output returns to a script that was spent from"
    SEVERAL_RETURN = "several outputs return to scripts that were spent from"
    ONE_OUTPUT = "one output: nothing to tell change from"
    BATCH = "more than three outputs: a batch of payments"
    SERVICE = "the sender is a service: rules made for wallets do not hold"
    NO_CHANGE = "most likely no output is change"
    HELD_APART = "tags or judgements hold the output apart from the sender"
    OPPOSED = "rules contradict each other"
    NO_SIGNAL = "no rule leaves one output"
    WEAK = "the one rule that leaves one output is too often wrong alone"
    MEASURED = "rules that voted so were measured to be wrong too often for a lead in that era"


@dataclass(frozen=True, slots=True)
class Change:
    """The output that stays with the sender."""

    output: int
    """Its place among all outputs of the transaction."""
    tier: Tier
    """T1: back to a script that was spent from. T3: enough for a hop. T4: a lead."""
    rules: tuple[str, ...]
    """Ids of the rules that voted for it, in the order of `VOTERS`."""
    judged_at: int | None
    """The height it was judged at; later blocks may change the verdict. None: they cannot."""
    because: str


@dataclass(frozen=True, slots=True)
class Voter:
    """A rule in the vote.

    Attributes:
        id: of the rule.
        hard: whether its vote counts; a rule that is not hard can only prevent a lead.
        alone: whether its vote makes a lead with no other beside it.
    """

    id: str
    hard: bool = True
    alone: bool = True


VOTERS: tuple[Voter, ...] = (
    Voter("change.self"),
    Voter("change.revealed"),
    Voter("change.script_type"),
    Voter("change.fresh"),
    Voter("change.unnecessary_input"),
    Voter("change.round_value", alone=False),
    Voter("change.fingerprint"),
    Voter("change.learned"),
    Voter("change.peeling", hard=False, alone=False),
    Voter("change.consumer", hard=False, alone=False),
)
"""Voter k is bit k of the bulk twin's bit set. The order is stored; it only grows at the end."""

FIAT = Voter("change.fiat_round", alone=False)
"""Speaks for `change.round_value` where that abstains and a price is given, so that one fact has one vote.
Kept verdicts are reached without prices, so it has no bit."""

RULES: dict[str, ChangeRule] = {
    "change.self": static(static_rules.self_change),
    "change.revealed": dynamic_rules.revealed,
    "change.script_type": static(static_rules.script_type),
    "change.fresh": dynamic_rules.fresh,
    "change.unnecessary_input": static(static_rules.unnecessary_input),
    "change.round_value": static(static_rules.round_value),
    "change.fingerprint": dynamic_rules.fingerprint,
    "change.learned": learned,
    "change.peeling": dynamic_rules.peeling,
    "change.consumer": dynamic_rules.consumer,
}
"""How each voter is asked."""


def vote(
    tx: TxView,
    context: ChangeContext,
    *,
    gate: Gate | None = None,
    model: ChangeModel | None = None,
    price: FiatPrice | None = None,
    dated: bool = True,
) -> Change | Abstained:
    """Say which output is the sender's change: the definition that the bulk twin must equal.

    Self-change (T1) needs the gate to be SAFE and no more. Else, with two or three spendable outputs
    and a sender that is no service: T3 for an output already in the inputs' cluster, or two hard
    signals that agree; T4 for one. A hard rule that leaves other outputs and not this one prevents both;
    a weak one prevents a T4. A rule that leaves no output has no say: the sender's wallet does not work
    as it supposes.

    Args:
        tx: the transaction and what its inputs spend.
        context: what the chain says of it.
        gate: the gate's verdict on it where it is known already; None: judged here.
        model: a learned model as one more voter; None: off.
        price: of a bitcoin when its block was mined; None: amounts are round in bitcoin only.
        dated: whether its height is one of the main network.

    Returns:
        The verdict, or `Abstained` with one of `Quiet`.
    """
    if tx.is_coinbase:
        return Abstained(Quiet.COINBASE)
    if (verdict := judge(tx, dated=dated).gate if gate is None else gate) != Gate.SAFE:
        return Abstained(Quiet.UNSAFE if verdict == Gate.UNSAFE else Quiet.UNKNOWN)
    if is_two_party(tx):
        return Abstained(Quiet.TWO_PARTIES)
    places = spendable(tx)
    if len(places) < 2:
        return Abstained(Quiet.ONE_OUTPUT)
    back = static_rules.self_change(tx)
    if isinstance(back, Remaining):
        return _self_change(back, len(places))
    if len(places) > MAX_OUTPUTS:
        return Abstained(Quiet.BATCH)
    if context.sender_is_service:
        return Abstained(Quiet.SERVICE)
    if isinstance(static_rules.no_change(tx), Remaining):
        return Abstained(Quiet.NO_CHANGE)
    answers = {voter.id: ask(voter.id, tx, context, dated=dated) for voter in VOTERS[1:]}
    answers[LEARNED] = learned(tx, context, model)
    if isinstance(answers["change.round_value"], Abstained):
        answers[FIAT.id] = fiat_round(tx, price)
    return _count(answers, context)


def change(output: int, tier: Tier, rules: tuple[str, ...], height: int | None) -> Change:
    """A verdict with its reason in a sentence; self-change is judged at no height."""
    if tier == Tier.T1:
        return Change(output, tier, rules, None, "it goes back to a script that was spent from")
    return Change(output, tier, rules, height, "left as change by " + ", ".join(rules))


def ask(rule_id: str, tx: TxView, context: ChangeContext, *, dated: bool = True) -> Verdict:
    """What one voter says in the vote: its rule's answer, unless the sender's family takes it back."""
    if rule_id == "change.script_type" and is_core_like(tx, dated=dated):
        return Abstained("the program may give change the payment's type")
    return RULES[rule_id](tx, context)


def is_two_party(tx: TxView) -> bool:
    """Whether its outputs belong to two parties by its form: a Lightning commitment, an anchor output.

    Source: BOLT 3: a commitment's locktime starts with 20, its sequence with 80.
    """
    commitment = tx.locktime >> 24 == 0x20 and any(one.sequence >> 24 == 0x80 for one in tx.inputs)
    return commitment or any(out.script_type == ScriptType.P2A for out in tx.outputs)


def _self_change(back: Remaining, n_outputs: int) -> Change | Abstained:
    place = back.only
    if place is None:
        everything = len(back.outputs) == n_outputs
        return Abstained(Quiet.ALL_RETURN if everything else Quiet.SEVERAL_RETURN)
    if place > MAX_PLACE:
        return Abstained(Quiet.BATCH)
    return change(place, Tier.T1, ("change.self",), None)


def _count(answers: dict[str, Verdict], context: ChangeContext) -> Change | Abstained:
    """Count the hard votes for the one output that has any, and the rules that are against it."""
    left = {
        rule: answer for rule, answer in answers.items() if isinstance(answer, Remaining) and answer.outputs
    }
    voters = (*VOTERS, FIAT)
    wanted = {left[v.id].only for v in voters if v.hard and v.id in left} - {None}
    if not wanted:
        return Abstained(Quiet.NO_SIGNAL)
    place = wanted.pop()
    if wanted or place is None:
        return Abstained(Quiet.OPPOSED)
    against = [v for v in voters if v.id in left and place not in left[v.id].outputs]
    if any(v.hard for v in against):
        return Abstained(Quiet.OPPOSED)
    if context.held_apart(place):
        return Abstained(Quiet.HELD_APART)
    in_favour = [v for v in voters if v.id in left and left[v.id].only == place]
    rules = tuple(v.id for v in in_favour)
    if REVEALED in rules or sum(v.hard for v in in_favour) >= HARD_VOTES:
        return change(place, Tier.T3, rules, context.height)
    if against:
        return Abstained(Quiet.OPPOSED)
    if not any(v.alone for v in in_favour):
        return Abstained(Quiet.WEAK)
    return change(place, Tier.T4, rules, context.height)
