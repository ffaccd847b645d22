"""What an analyst's judgements make of the headline clusters that they name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cointrail.chain.types import Txid
from cointrail.clustering.judged import JudgedClusters, LeftOut
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.views import ClusterRef, LookupBasis

MOST_PARTS = 1_000
"""Parts of one cluster that are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedChangeLine:
    """A cluster before the judgements, and the clusters that now hold its scripts.

    Attributes:
        before: the cluster as links alone have it.
        parts: how many clusters hold its scripts now; 1: it did not fall apart.
        now: those, the largest first, as far as they are listed.
    """

    before: ClusterRef
    parts: int
    now: tuple[ClusterRef, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutLine:
    """A link that is left out because a judgement holds its sides apart."""

    judgement: str
    rule: str
    txid: Txid | None
    from_name: str
    to_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedView:
    """What judgements changed.

    Attributes:
        clusters: every headline cluster that one names.
        left_out: links that are left out because a judgement holds their sides apart; those of a
            transaction that was cut are not listed.
        basis: what this rests on.
    """

    clusters: tuple[JudgedChangeLine, ...]
    left_out: tuple[LeftOutLine, ...]
    basis: LookupBasis


def judged_view(desk: LookupDesk, judged: JudgedClusters) -> JudgedView:
    """What became of every cluster that a judgement names.

    Args:
        desk: the chain with its clusters as links alone have them.
        judged: the same clusters under judgements.
    """
    lines = []
    for change in judged.changes:
        parts = sorted(change.parts, key=lambda part: (-part.scripts, part.label))
        lines.append(
            JudgedChangeLine(
                before=ClusterRef(change.label, desk.name(change.label), change.scripts),
                parts=len(parts),
                now=tuple(
                    ClusterRef(part.label, desk.name(part.label), part.scripts) for part in parts[:MOST_PARTS]
                ),
            )
        )
    return JudgedView(
        clusters=tuple(lines),
        left_out=tuple(_left_out(desk, one) for one in judged.left_out),
        basis=replace(desk.basis, clusters_digest=judged.digest),
    )


def _left_out(desk: LookupDesk, one: LeftOut) -> LeftOutLine:
    step = one.step
    return LeftOutLine(
        judgement=one.judgement,
        rule=step.rule,
        txid=None if step.tx_num is None else desk.snapshot.txid(step.tx_num),
        from_name=desk.name(step.from_script),
        to_name=desk.name(step.to_script),
    )
