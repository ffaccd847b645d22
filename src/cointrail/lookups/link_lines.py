"""Links between scripts as listings show them."""

from __future__ import annotations

from dataclasses import dataclass

from cointrail.chain.types import Txid
from cointrail.clustering.judgements import Judgement
from cointrail.clustering.proof import NO_TX
from cointrail.clustering.rules import Link
from cointrail.heuristics.base import Tier
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.views import BlockRef


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLine:
    """A link between two scripts; `txid` and `block` are None where the scripts alone show it.

    Where an analyst judged so, the rule is `judgement:` and the id, and there is no tier. `bound_ppm`: such
    links are wrong in at most this; None: not measured.
    """

    rule: str
    tier: Tier | None
    txid: Txid | None
    block: BlockRef | None
    from_name: str
    to_name: str
    bound_ppm: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    """A union that a person should look at, and why."""

    link: LinkLine
    because: str


def link_line(desk: LookupDesk, link: Link, tx: int, one: int, other: int) -> LinkLine:
    """A link by its kind, its transaction (`NO_TX`: none is needed) and its two scripts."""
    number = None if tx == NO_TX else tx
    return LinkLine(
        rule=link.rule.name,
        tier=link.tier,
        txid=None if number is None else desk.snapshot.txid(number),
        block=None if number is None else desk.block_of_tx(number),
        from_name=desk.name(one),
        to_name=desk.name(other),
        bound_ppm=desk.link_rates.link(link.rule.name, link.tier, number).ppm,
    )


def pin_line(desk: LookupDesk, pin: Judgement, one: int, other: int) -> LinkLine:
    """A link that is an analyst's judgement on two scripts."""
    return LinkLine(
        rule=f"judgement:{pin.id}",
        tier=None,
        txid=None,
        block=None,
        from_name=desk.name(one),
        to_name=desk.name(other),
        bound_ppm=None,
    )
