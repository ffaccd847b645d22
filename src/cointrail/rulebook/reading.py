"""What the rules make of one transaction: every detector, every change rule, and what speaks for and against.

Pure: the same transaction with the same facts of the chain gives the same reading. Nothing is decided here
that a rule has not said.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache, partial
from typing import Any

from cointrail.chain.address import encode_address
from cointrail.chain.network import Network
from cointrail.chain.view import InputView, OutputView, TxView
from cointrail.heuristics.base import REGISTRY, Abstained, Rule
from cointrail.heuristics.change import (
    VOTERS,
    Change,
    ChangeContext,
    ChangeModel,
    Remaining,
    fingerprint_of,
    matching_wallets,
    spendable,
    vote,
)
from cointrail.heuristics.change.fiat import FiatPrice
from cointrail.heuristics.change.vote import FIAT
from cointrail.heuristics.gate import REASONS, GateVerdict, judge
from cointrail.heuristics.shape import Shape, shape_of
from cointrail.rulebook.cards import Kind, rule_cards
from cointrail.rulebook.evidence import evidence, several

NEEDS_CHAIN = "not asked: it needs the chain around the transaction"

ONE_HAND = "one party signed all inputs"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoinLine:
    """An input or output: its place, and of the coin what is known."""

    place: int
    address: str | None
    script_type: str | None
    value_sat: int | None


@dataclass(frozen=True, slots=True)
class Fired:
    """A detector that fired: its name, what the gate says to it (None: nothing), and on what."""

    rule: str
    gate: str | None
    because: str


@dataclass(frozen=True, slots=True)
class ChangeAnswer:
    """What a change rule says.

    Attributes:
        rule: its name.
        tier: of its vote alone.
        vote: `hard`, `weak`, or `none` where it has no vote.
        outputs: places of the outputs that it leaves; None where it abstains.
        abstains: why; None where it does not.
        judged_at: the height; None where later blocks change nothing.
    """

    rule: str
    tier: str
    vote: str
    outputs: tuple[int, ...] | None
    abstains: str | None
    judged_at: int | None


@dataclass(frozen=True, slots=True)
class VoteResult:
    """The vote on change: the output and its tier, or None of both and why."""

    output: int | None
    tier: str | None
    rules: tuple[str, ...]
    because: str
    judged_at: int | None


@dataclass(frozen=True, slots=True)
class NeededInputs:
    """Whether every input was needed (the unnecessary input heuristic).

    Attributes:
        looks_needed: UIH1, some output is smaller than every input; None where a value is not known.
        one_unnecessary: UIH2, the rest would have paid the largest output and the fee; None as above.
        because: the values.
    """

    looks_needed: bool | None
    one_unnecessary: bool | None
    because: str


@dataclass(frozen=True, slots=True)
class Wallet:
    """A wallet program that nothing on the transaction rules out. Several fit most transactions."""

    wallet: str
    versions: str
    family: str
    source: str


@dataclass(frozen=True, slots=True)
class Argument:
    """What speaks for or against a claim: `for` or `against`, by a rule or an observation."""

    claim: str
    side: str
    by: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TxReading:
    """A transaction as the rules read it.

    Attributes:
        form: its counts, in words.
        inputs: what it spends.
        outputs: what it makes.
        gate: may the inputs be linked: `safe`, `unknown`, `unsafe`.
        reasons: the detectors behind that, each with the values that made it fire.
        shapes: other detectors that fired.
        inputs_needed: whether an input was unnecessary.
        change: every change rule's answer.
        vote: what they come to; None without the chain.
        fingerprint: marks that the wallet program left.
        wallets: programs that could have made it.
        arguments: for and against one hand, and for and against each output as change.
    """

    form: str
    inputs: tuple[CoinLine, ...]
    outputs: tuple[CoinLine, ...]
    gate: str
    reasons: tuple[Fired, ...]
    shapes: tuple[Fired, ...]
    inputs_needed: NeededInputs
    change: tuple[ChangeAnswer, ...]
    vote: VoteResult | None
    fingerprint: tuple[str, ...]
    wallets: tuple[Wallet, ...]
    arguments: tuple[Argument, ...]


def read_tx(
    tx: TxView,
    network: Network,
    *,
    dated: bool,
    context: ChangeContext | None = None,
    gate: GateVerdict | None = None,
    model: ChangeModel | None = None,
    price: FiatPrice | None = None,
) -> TxReading:
    """Ask every rule about one transaction.

    Args:
        tx: the transaction and what its inputs spend.
        network: of the addresses.
        dated: whether its height is one of the main network.
        context: what the chain says of it; None: rules that ask it are not asked.
        gate: the verdict where it is known already, with what only the chain tells.
        model: a learned change model that has a say; None: none has.
        price: of a bitcoin when its block was mined; None: amounts are round in bitcoin only.
    """
    rule_cards()
    shape = shape_of(tx, dated=dated)
    verdict = judge(tx, dated=dated) if gate is None else gate
    answers = tuple(_answers(tx, context, {"model": model, "price": price}))
    needed = needed_inputs(tx)
    found = None
    if context is not None:
        found = _voted(vote(tx, context, gate=verdict.gate, model=model, price=price, dated=dated))
    reasons = tuple(_fired(rule_id, shape) for rule_id in verdict.reasons)
    address_of = cache(partial(encode_address, network=network))  # scripts of many coins come again
    return TxReading(
        form=_form(tx, shape),
        inputs=tuple(_coin(place, one, address_of) for place, one in enumerate(tx.inputs)),
        outputs=tuple(_coin(place, one, address_of) for place, one in enumerate(tx.outputs)),
        gate=verdict.gate.name.lower(),
        reasons=reasons,
        shapes=tuple(_shapes(shape, tx, context)),
        inputs_needed=needed,
        change=answers,
        vote=found,
        fingerprint=tuple(word for word in fingerprint_of(tx).labels if word != "present"),
        wallets=tuple(
            Wallet(one.wallet, one.versions, one.family.value, one.source)
            for one in matching_wallets(tx, dated=dated)
        ),
        arguments=(*_of_one_hand(tx, reasons, needed), *_of_change(tx, answers)),
    )


def _coin(place: int, one: InputView | OutputView, address_of: Callable[[bytes], str | None]) -> CoinLine:
    return CoinLine(
        place=place,
        address=None if one.script is None else address_of(one.script),
        script_type=None if one.script_type is None else one.script_type.label,
        value_sat=one.value,
    )


def _form(tx: TxView, shape: Shape) -> str:
    if tx.is_coinbase:
        return f"a coinbase of {several(shape.n_outputs, 'spendable output')}"
    unknown = shape.n_inputs - len(shape.in_scripts)
    hands = f" of {several(shape.signers, 'script')}" + (f" and {unknown} unknown" if unknown else "")
    notes = f" and {several(shape.n_notes, 'OP_RETURN')}" if shape.n_notes else ""
    return f"{several(shape.n_inputs, 'input')}{hands}, {several(shape.n_outputs, 'output')}{notes}"


# -- detectors


def _fired(rule_id: str, shape: Shape) -> Fired:
    gate = next((one.gate.name.lower() for one in REASONS if one.id == rule_id), None)
    return Fired(REGISTRY[rule_id].name, gate, evidence(rule_id, shape))


def _shapes(shape: Shape, tx: TxView, context: ChangeContext | None) -> Iterator[Fired]:
    """Detectors outside the gate that fire."""
    in_gate = {reason.id for reason in REASONS}
    for rule in sorted(REGISTRY.values(), key=lambda one: one.id):
        if rule.id in in_gate:
            continue
        taken = _taken(rule)
        if taken == ("shape",) and _is_yes(rule.function(shape)):
            yield _fired(rule.id, shape)
        if taken == ("shape", "returns") and context is not None and not tx.is_coinbase:
            returns = tuple(context.in_input_cluster(place) for place in spendable(tx))
            if _is_yes(rule.function(shape, returns)):
                yield _fired(rule.id, shape)


def _is_yes(said: object) -> bool:
    """Whether a detector fired; searches answer with an enum, as they may run out of steps."""
    return said is True or (isinstance(said, Enum) and said.name == "YES")


@cache
def _taken(rule: Rule) -> tuple[str, ...]:
    return tuple(inspect.signature(rule.function).parameters)


def needed_inputs(tx: TxView) -> NeededInputs:
    """Whether every input was needed to pay the largest output.

    Source: Ghesmati et al. 2021; Gibson, Payjoin 2018. Ordinary wallets leave an unnecessary input out;
    PayJoins have one, and so have wallets that tidy up.
    """
    known = [int(one.value) for one in tx.inputs if one.value is not None]
    paid = [int(tx.outputs[place].value) for place in spendable(tx)]
    if not paid or len(known) < 2 or len(known) < len(tx.inputs) or tx.fee is None:
        return NeededInputs(None, None, "fewer than two inputs, or a value is not known")
    least, most, rest = min(known), max(paid), sum(known) - min(known)
    return NeededInputs(
        min(paid) < least,
        rest >= most + tx.fee,
        f"smallest input {least:,} sat, smallest output {min(paid):,} sat; without that input "
        f"{rest:,} sat for the largest output and the fee, {most + tx.fee:,} sat",
    )


# -- change


def _answers(tx: TxView, context: ChangeContext | None, extras: dict[str, Any]) -> Iterator[ChangeAnswer]:
    """Every change rule, those with a vote first; `extras` are what some take beside the transaction."""
    voters = sorted((*VOTERS, FIAT), key=lambda voter: not voter.hard)
    order = {voter.id: place for place, voter in enumerate(voters)}
    rules = [REGISTRY[card.id] for card in rule_cards() if card.kind is Kind.CHANGE]
    for rule in sorted(rules, key=lambda one: (order.get(one.id, len(order)), one.id)):
        weight = next(("hard" if one.hard else "weak" for one in voters if one.id == rule.id), "none")
        tier = "" if rule.tier is None else rule.tier.name
        taken = _taken(rule)
        given = {name: one for name, one in extras.items() if name in taken}
        said = _asked(partial(rule.function, **given), tx, context, taken)
        if isinstance(said, Remaining):
            yield ChangeAnswer(rule.name, tier, weight, tuple(sorted(said.outputs)), None, said.judged_at)
        else:
            yield ChangeAnswer(rule.name, tier, weight, None, said, None)


def _asked(
    function: Callable[..., object], tx: TxView, context: ChangeContext | None, taken: tuple[str, ...]
) -> Remaining | str:
    if "context" not in taken:
        said = function(tx)
    elif context is None:
        return NEEDS_CHAIN
    else:
        said = function(tx, context)
    if isinstance(said, Remaining):
        return said
    assert isinstance(said, Abstained)
    return said.because


def _voted(found: Change | Abstained) -> VoteResult:
    if isinstance(found, Abstained):
        return VoteResult(None, None, (), str(found.because), None)
    return VoteResult(found.output, found.tier.name, found.rules, found.because, found.judged_at)


# -- for and against


def _of_one_hand(tx: TxView, reasons: tuple[Fired, ...], needed: NeededInputs) -> Iterator[Argument]:
    scripts = {one.script for one in tx.inputs}
    if len(tx.inputs) < 2:
        return
    if len(scripts) == 1 and None not in scripts:
        yield Argument(ONE_HAND, "for", "ledger", "all inputs spend from one script")
    else:
        said = f"{len(tx.inputs)} inputs signed together"
        yield Argument(ONE_HAND, "for", REGISTRY["common_input"].name, said)
    for reason in reasons:
        yield Argument(ONE_HAND, "for" if reason.gate == "safe" else "against", reason.rule, reason.because)
    if len(scripts) < 2:
        return
    if needed.one_unnecessary:
        yield Argument(ONE_HAND, "against", "unnecessary input (UIH2)", needed.because)
    elif needed.looks_needed:
        yield Argument(ONE_HAND, "for", "needed inputs (UIH1)", needed.because)


def _of_change(tx: TxView, answers: tuple[ChangeAnswer, ...]) -> Iterator[Argument]:
    """For an output where a rule leaves it alone, against it where a rule leaves others or none."""
    voted = [
        (one, frozenset(one.outputs)) for one in answers if one.outputs is not None and one.vote != "none"
    ]
    for place in spendable(tx):
        claim = f"output {place} is change"
        for one, left in voted:
            if left == {place}:
                yield Argument(claim, "for", one.rule, f"leaves this output alone ({one.vote} vote)")
            elif place not in left:
                yield Argument(claim, "against", one.rule, f"rules this output out ({one.vote} vote)")
