"""Each detector on each labelled set: how often it fired, and how often that was right."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cointrail.chain.view import TxView
from cointrail.evaluate.real.sets import CHANNEL, JOIN, NO_JOIN, SWAP, TX0, LabelledSet
from cointrail.heuristics.base import REGISTRY, Rule
from cointrail.heuristics.gate import Gate, judge
from cointrail.heuristics.shape import shape_of

CLAIMS = {
    "coinjoin.wasabi1": "wasabi1",
    "coinjoin.wasabi1_sparse": "wasabi1",
    "coinjoin.wasabi2": "wasabi2",
    "coinjoin.wasabi2_remix": "wasabi2",
    "coinjoin.whirlpool": "whirlpool",
    "coinjoin.joinmarket": "joinmarket",
    "coinjoin.coordinator": JOIN,
    "coinjoin.equal_outputs": JOIN,
    "partition.sharedcoin": "sharedcoin",
    "partition.balanced": JOIN,
    "whirlpool.tx0": TX0,
    "lightning.close": CHANNEL,
    "lightning.commitment": CHANNEL,
    "lightning.open": CHANNEL,
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


def tally_all(sets: Sequence[LabelledSet]) -> Iterator[Tally]:
    """Every detector on every set, detectors by id."""
    shapes = {one.name: [shape_of(tx, dated=one.dated) for tx in one.txs] for one in sets}
    for rule in detectors():
        claim = CLAIMS.get(rule.id)
        for one in sets:
            fired = [rule.function(shape) is True for shape in shapes[one.name]]
            yield _tally(rule, claim, one, fired)


def _tally(rule: Rule, claim: str | None, one: LabelledSet, fired: Sequence[bool]) -> Tally:
    counts: Counter[str] = Counter()
    for tx, hit in zip(one.txs, fired, strict=True):
        counts[_outcome(one, claim, tx, hit=hit)] += 1
    return Tally(
        detector=rule.name,
        claim=claim,
        labelled_set=one.name,
        n=len(one.txs),
        fired=sum(fired),
        true=counts["true"],
        misnamed=counts["misnamed"],
        false=counts["false"],
        unknown=counts["unknown"],
        missed=counts["missed"],
    )


def _outcome(one: LabelledSet, claim: str | None, tx: TxView, *, hit: bool) -> str:
    truth = one.truth(claim, tx)
    if not hit:
        return "missed" if truth else "silent"
    if truth is None:
        return "unknown"
    if truth:
        return "true"
    return "misnamed" if claim in NO_JOIN and JOIN in one.yes else "false"


def tally_gate(sets: Sequence[LabelledSet]) -> Iterator[GateTally]:
    """The gate's verdicts on every set."""
    for one in sets:
        gates = Counter(judge(tx, dated=one.dated).gate for tx in one.txs)
        yield GateTally(one.name, len(one.txs), gates[Gate.SAFE], gates[Gate.UNKNOWN], gates[Gate.UNSAFE])
