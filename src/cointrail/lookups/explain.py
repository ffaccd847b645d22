"""Why two scripts are in one cluster: the proofs on the way from one to the other."""

from __future__ import annotations

from dataclasses import dataclass

from cointrail.chain.types import Txid
from cointrail.clustering.proof import ProofStep
from cointrail.heuristics.base import Tier
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.find import get_script_num
from cointrail.lookups.views import BlockRef, LookupBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEntry:
    """One link: the rule that joined two scripts, its tier, and the transaction that shows it.

    `txid` and `block` are None where the scripts alone are the proof.
    """

    from_name: str
    to_name: str
    rule: str
    tier: Tier
    txid: Txid | None
    block: BlockRef | None


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
        basis: what all this rests on.
    """

    a: str
    b: str
    joined: bool
    cluster: int | None
    weakest_tier: Tier | None
    steps: tuple[StepEntry, ...]
    basis: LookupBasis


def explain(desk: LookupDesk, a: str, b: str) -> ExplainView:
    """What joins the scripts that two addresses, scripts in hex or outpoints name.

    Raises:
        BadInput: one cannot be read.
        NotFound: the chain does not hold one.
    """
    first, second = (get_script_num(desk.snapshot, text) for text in (a, b))
    tier = desk.clusters.joined_at(first, second)
    joined = tier is not None and tier <= Tier.T2
    proof = None if tier is None else desk.clusters.explain(first, second, tier)
    steps = tuple(_step(desk, step) for step in proof or ())
    return ExplainView(
        a=desk.name(first),
        b=desk.name(second),
        joined=joined,
        cluster=desk.clusters.label(first) if joined else None,
        weakest_tier=max((step.tier for step in steps), default=None),
        steps=steps,
        basis=desk.basis,
    )


def _step(desk: LookupDesk, step: ProofStep) -> StepEntry:
    tx = step.tx_num
    return StepEntry(
        from_name=desk.name(step.from_script),
        to_name=desk.name(step.to_script),
        rule=step.rule,
        tier=step.tier,
        txid=None if tx is None else desk.snapshot.txid(tx),
        block=None if tx is None else desk.block_of_tx(tx),
    )
