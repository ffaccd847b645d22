"""Each detector on each labelled set: how often it fired, and how often that was right."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cointrail.chain.types import Txid
from cointrail.chain.view import InputMarks, ScriptType, TxView
from cointrail.evaluate.real.sets import CHANNEL, JOIN, NO_JOIN, SWAP, TX0, LabelledSet
from cointrail.heuristics.base import REGISTRY, Abstained, Rule
from cointrail.heuristics.fillable import Answer
from cointrail.heuristics.gate import Gate, GateVerdict, judge
from cointrail.heuristics.shape import Shape, Surroundings, shape_of
from cointrail.heuristics.wasabi import passes_for_round

CLAIMS = {
    "coinjoin.wasabi1": "wasabi1",
    "coinjoin.wasabi1_sparse": "wasabi1",
    "coinjoin.wasabi2": "wasabi2",
    "coinjoin.wasabi2_remix": "wasabi2",
    "coinjoin.whirlpool": "whirlpool",
    "coinjoin.joinmarket": "joinmarket",
    "coinjoin.coordinator": JOIN,
    "coinjoin.equal_outputs": JOIN,
    "coinjoin.extra": JOIN,
    "coinjoin.possible": JOIN,
    "joinmarket.slots": "joinmarket",
    "partition.sharedcoin": "sharedcoin",
    "partition.balanced": JOIN,
    "whirlpool.tx0": TX0,
    "lightning.close": CHANNEL,
    "lightning.commitment": CHANNEL,
    "lightning.dual_funding": CHANNEL,
    "lightning.open": CHANNEL,
    "lightning.splice": CHANNEL,
    "swap.preimage": SWAP,
}
"""What a detector that fires says of the transaction, where the labels speak of that. Others (an open
signature, a shape that one hand or two may have made) are counted as not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One detector on one set.

    Attributes:
        detector: its id and version.
        claim: what it says when it fires; None: nothing that a label could deny.
        labelled_set: the set.
        n: transactions in it.
        fired: on how many.
        true: the claim holds.
        misnamed: it does not, but the coins were joined, by another protocol.
        false: it does not.
        unknown: no label says.
        missed: the claim holds and the detector was silent.
        undecided: a search was given up; no answer.
    """

    detector: str
    claim: str | None
    labelled_set: str
    n: int
    fired: int
    true: int
    misnamed: int
    false: int
    unknown: int
    missed: int
    undecided: int


@dataclass(frozen=True, slots=True)
class GateTally:
    """The gate on one set."""

    labelled_set: str
    n: int
    safe: int
    unknown: int
    unsafe: int


def detectors() -> tuple[Rule, ...]:
    """The detectors that need one transaction's shape and nothing else."""
    return tuple(rule for rule in _without_tier() if _asks_for_shape(rule))


def not_run() -> tuple[str, ...]:
    """Rules without a tier that need more than a shape, by name: they are not in the table."""
    return tuple(rule.name for rule in _without_tier() if not _asks_for_shape(rule))


def _without_tier() -> list[Rule]:
    return sorted((rule for rule in REGISTRY.values() if rule.tier is None), key=lambda rule: rule.id)


def _asks_for_shape(rule: Rule) -> bool:
    asked = [
        one
        for one in inspect.signature(rule.function).parameters.values()
        if one.default is inspect.Parameter.empty
    ]
    return [str(one.annotation) for one in asked] == ["Shape"]


@dataclass(frozen=True, slots=True)
class Looked:
    """A set with the shape and the verdict of each member, judged with the others around it."""

    labelled: LabelledSet
    shapes: tuple[Shape, ...]
    verdicts: tuple[GateVerdict, ...]


def look_at(labelled: LabelledSet) -> Looked:
    """Measure and judge a set in its order, as `gate_chain.judge_all` judges a chain."""
    rounds: set[Txid] = set()
    around = Surroundings(
        rounds,
        frozenset(
            i.outpoint
            for tx in labelled.txs
            for i in tx.inputs
            if i.script_type == ScriptType.P2WSH and InputMarks.TWO_OF_TWO in i.marks
        ),
    )
    shapes, verdicts = [], []
    for tx in labelled.txs:
        shapes.append(shape_of(tx, dated=labelled.dated, around=around))
        verdicts.append(judge(tx, dated=labelled.dated, around=around))
        if passes_for_round(shape_of(tx, dated=labelled.dated)):
            rounds.add(tx.txid)
    return Looked(labelled, tuple(shapes), tuple(verdicts))


def tally_all(sets: Sequence[Looked]) -> Iterator[Tally]:
    """Every detector on every set, detectors by id."""
    for rule in detectors():
        for one in sets:
            yield _tally(rule, one.labelled, [rule.function(shape) for shape in one.shapes])


def _tally(rule: Rule, one: LabelledSet, answers: Sequence[object]) -> Tally:
    claim = CLAIMS.get(rule.id)
    counts = Counter(
        _outcome(one, claim, tx, hit=_says_yes(answer))
        for tx, answer in zip(one.txs, answers, strict=True)
        if answer is not Answer.TIMEOUT
    )
    return Tally(
        detector=rule.name,
        claim=claim,
        labelled_set=one.name,
        n=len(one.txs),
        fired=sum(map(_says_yes, answers)),
        true=counts["true"],
        misnamed=counts["misnamed"],
        false=counts["false"],
        unknown=counts["unknown"],
        missed=counts["missed"],
        undecided=sum(answer is Answer.TIMEOUT for answer in answers),
    )


def _says_yes(answer: object) -> bool:
    """Whether a detector's answer is one: true, yes, or something found."""
    match answer:
        case bool():
            return answer
        case Answer():
            return answer is Answer.YES
    return answer is not None and not isinstance(answer, Abstained)


def _outcome(one: LabelledSet, claim: str | None, tx: TxView, *, hit: bool) -> str:
    truth = one.truth(claim, tx)
    if not hit:
        return "missed" if truth else "silent"
    if truth is None:
        return "unknown"
    if truth:
        return "true"
    return "misnamed" if claim in NO_JOIN and JOIN in one.yes else "false"


def tally_gate(sets: Sequence[Looked]) -> Iterator[GateTally]:
    """The gate's verdicts on every set."""
    for one in sets:
        gates = Counter(verdict.gate for verdict in one.verdicts)
        counts = (gates[Gate.SAFE], gates[Gate.UNKNOWN], gates[Gate.UNSAFE])
        yield GateTally(one.labelled.name, len(one.verdicts), *counts)
