"""Why two scripts are in one cluster: the proofs on the way from one to the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from cointrail.chain.types import Txid
from cointrail.clustering.proof import ProofStep
from cointrail.error_rates.combine import Charge, ErrorBound, bound_of
from cointrail.error_rates.table import in_words
from cointrail.errors import BadInput
from cointrail.heuristics.base import Tier
from cointrail.heuristics.gate import GateVerdict
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.find import get_script_num
from cointrail.lookups.views import BlockRef, LookupBasis
from cointrail.tracing.link_rates import LinkRates


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEntry:
    """One link: the rule that joined two scripts, its tier, and the transaction that shows it.

    `txid` and `block` are None where the scripts alone are the proof. Where an analyst judged so, the rule
    is `judgement:` and the id, and there is no tier.
    """

    from_name: str
    to_name: str
    rule: str
    tier: Tier | None
    txid: Txid | None
    block: BlockRef | None
    bound_ppm: int | None
    """How often such a link is wrong, at most; None: not measured."""
    stratum: str | None
    """What that was counted in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutEntry:
    """A link that the judgement with this id leaves out."""

    judgement: str
    link: StepEntry


class Judged(Protocol):
    """Headline clusters under judgements; `JudgedClusters` is one."""

    @property
    def digest(self) -> str:
        """Digest of the clusters with the judgements, hex."""

    @property
    def left_out(self) -> Sequence[LeftOut]:
        """Links that would join what is held apart."""

    def label(self, script_num: int) -> int:
        """Label of the cluster of a script."""

    def explain(self, a: int, b: int) -> tuple[ProofStep, ...] | None:
        """The links that join two scripts; None when none do."""

    def gate(self, tx_num: int) -> GateVerdict:
        """The gate's verdict on a transaction."""


class LeftOut(Protocol):
    """A link that a judgement leaves out."""

    @property
    def step(self) -> ProofStep:
        """The link."""

    @property
    def judgement(self) -> str:
        """Id of the judgement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainView:
    """What joins two scripts, as `cointrail explain` gives it.

    Attributes:
        a: name of the first script.
        b: name of the second.
        joined: whether links of T1 and T2 do: whether they are in one cluster.
        cluster: label of the cluster that holds both; None when they are in none.
        weakest_tier: of the links on the way; None without links.
        steps: the links from `a` to `b`; of all ways one whose weakest link is the strongest. Where they are
            in no cluster, links of T3 and T4 may still lead from one to the other: that is a lead.
        bound: what the links may be wrong together; None where nothing joins them.
        says_error: the same in sentences.
        left_out: links that would join what a judgement of the case holds apart.
        basis: what all this rests on.
    """

    a: str
    b: str
    joined: bool
    cluster: int | None
    weakest_tier: Tier | None
    steps: tuple[StepEntry, ...]
    bound: ErrorBound | None
    says_error: str
    left_out: tuple[LeftOutEntry, ...] = ()
    basis: LookupBasis


def explain(
    desk: LookupDesk, a: str, b: str, judged: Judged | None = None, most_steps: int | None = None
) -> ExplainView:
    """What joins the scripts that two addresses, scripts in hex or outpoints name.

    Args:
        desk: the chain with its clusters.
        a: one.
        b: the other.
        judged: its headline clusters under the judgements of a case; None: there are none.
        most_steps: links that may be told, some thousands a second; None: any number.

    Raises:
        BadInput: one cannot be read, or more links join them.
        NotFound: the chain does not hold one.
    """
    first, second = (get_script_num(desk.snapshot, text) for text in (a, b))
    if judged is None:
        tier = desk.clusters.joined_at(first, second)
        joined = tier is not None and tier <= Tier.T2
        proof = None if tier is None else desk.clusters.explain(first, second, tier)
    else:
        proof = judged.explain(first, second)
        joined = proof is not None
    _require_at_most(most_steps, len(proof or ()))
    rates = LinkRates(desk.snapshot, judged or desk.clusters)
    charges = rates.of_proof(proof or ())
    steps = tuple(_step(desk, step, charge) for step, charge in zip(proof or (), charges, strict=True))
    bound = None if proof is None else bound_of(charges)
    last = max((step.tx_num for step in proof or () if step.tx_num is not None), default=None)
    return ExplainView(
        a=desk.name(first),
        b=desk.name(second),
        joined=joined,
        cluster=(judged or desk.clusters).label(first) if joined else None,
        weakest_tier=max((step.tier for step in steps if step.tier is not None), default=None),
        steps=steps,
        bound=bound,
        says_error=APART if bound is None else rates.say(bound, _time(desk, last)),
        left_out=tuple(
            LeftOutEntry(judgement=one.judgement, link=_step(desk, one.step, *rates.of_proof([one.step])))
            for one in (judged.left_out if judged else ())
        ),
        basis=desk.basis if judged is None else replace(desk.basis, clusters_digest=judged.digest),
    )


APART = "No link that is known here joins them. That two scripts are apart is no finding: links are missed."
"""What may be said of two scripts that nothing joins."""


def _require_at_most(most: int | None, steps: int) -> None:
    if most is not None and steps > most:
        raise BadInput(
            f"{steps:,} links in a row join them, and {most:,} may be told",
            hint="let more be told with `most_steps`; or ask on the command line, where there is no bound",
            steps=steps,
            most_steps=most,
        )


def _time(desk: LookupDesk, tx_num: int | None) -> int:
    """Of the block of a transaction; of the tip where there is none."""
    height = desk.snapshot.height if tx_num is None else desk.snapshot.tx_height(tx_num)
    return desk.snapshot.block_time(height)


def _step(desk: LookupDesk, step: ProofStep, charge: Charge) -> StepEntry:
    tx = step.tx_num
    return StepEntry(
        from_name=desk.name(step.from_script),
        to_name=desk.name(step.to_script),
        rule=step.rule,
        tier=step.tier,
        txid=None if tx is None else desk.snapshot.txid(tx),
        block=None if tx is None else desk.block_of_tx(tx),
        bound_ppm=charge.ppm,
        stratum=None if charge.rate is None else in_words(charge.rate.quoted),
    )
