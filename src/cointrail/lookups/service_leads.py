"""Whether a cluster behaves like a service's hot or cold wallet: leads at T5, never a name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cointrail.attribution.safe_text import safe_text
from cointrail.heuristics.base import REGISTRY, Abstained, Tier
from cointrail.heuristics.service import Activity, cold_wallet, hot_wallet
from cointrail.lookups.desk import LookupDesk

I64 = npt.NDArray[np.int64]

HOUR, HOURS = 3_600, 24


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLead:
    """A lead: `kind` is `hot wallet` or `cold wallet`; `of` is the tagged service of a cold wallet."""

    kind: str
    of: str | None
    tier: Tier
    because: str
    rule: str


@dataclass(frozen=True, slots=True)
class Dealings:
    """All transactions of a cluster and whom it dealt with.

    Attributes:
        label: the cluster.
        signed: transactions that it alone signed.
        txs: how many there are in all.
        payers: clusters that paid it.
        payees: clusters that it paid.
        others: whether anybody had a part who is in no single cluster: a coinbase, several signers.
    """

    label: int
    signed: I64
    txs: int
    payers: I64
    payees: I64
    others: bool


def service_leads(desk: LookupDesk, dealings: Dealings) -> tuple[ServiceLead, ...]:
    """What a cluster looks like by all that it did; nothing where the rules abstain."""
    found: list[ServiceLead] = []
    hot = hot_wallet(_activity(desk, dealings))
    if not isinstance(hot, Abstained):
        name = REGISTRY["service.hot_wallet"].name
        found.append(ServiceLead(kind="hot wallet", of=None, tier=hot.tier, because=hot.because, rule=name))
    actor, strangers = _one_service(desk, dealings)
    cold = cold_wallet(dealings.txs, strangers) if actor is not None else Abstained("no tagged service")
    if not isinstance(cold, Abstained):
        name = REGISTRY["service.cold_wallet"].name
        found.append(
            ServiceLead(kind="cold wallet", of=actor, tier=cold.tier, because=cold.because, rule=name)
        )
    return tuple(found)


def _activity(desk: LookupDesk, dealings: Dealings) -> Activity:
    moves = desk.clusters.moves.of(dealings.label)
    return Activity(
        txs=len(dealings.signed),
        rank_percent=_rank(desk, len(moves.debits)),
        hours=_hours(desk, dealings.signed),
        payers=len(dealings.payers),
        payees=len(dealings.payees),
        received_sat=moves.received_sat,
        balance_sat=moves.balance_sat,
    )


def _rank(desk: LookupDesk, spends: int) -> int:
    """Of a hundred clusters, how many spent as many coins or more, rounded up."""
    sizes = np.diff(desk.clusters.moves.arrays.spends.start)
    return -(-100 * int((sizes >= spends).sum()) // max(1, len(sizes)))


def _hours(desk: LookupDesk, txs: I64) -> int:
    """Hours of the day in which some of these transactions were mined."""
    heights = desk.snapshot.column("txs.block").take(txs).astype(np.int64)
    return len(np.unique(desk.snapshot.block_times()[heights] // HOUR % HOURS))


def _one_service(desk: LookupDesk, dealings: Dealings) -> tuple[str | None, int]:
    """The one tagged service that a cluster paid and was paid by; and how many others it dealt with.

    None where there is no such service, and where the cluster is the service's itself.
    """
    tags = desk.attribution
    if tags is None or not len(dealings.payers) or not len(dealings.payees):
        return None, 0
    both = np.union1d(dealings.payers, dealings.payees).tolist()
    actors = [tags.custodian(label) for label in both]
    known = {actor.id: actor for actor in actors if actor is not None}
    own = tags.custodian(dealings.label)
    if len(known) != 1 or own is not None:
        return None, 0
    strangers = sum(actor is None for actor in actors) + dealings.others
    return safe_text(next(iter(known.values())).label), strangers
