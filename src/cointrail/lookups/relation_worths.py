"""What passed between an address or a cluster and its counterparties, in a currency."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from cointrail.casework.rows import Worth
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.neighbours import MOST_TXS, Passed
from cointrail.lookups.relation_look import RelationLook, look
from cointrail.lookups.views import LookupBasis
from cointrail.valuation.money import add_up, money_text

WorthAt = Callable[[int, datetime], Worth]
"""What an amount of satoshi was worth at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedWorth:
    """A sum over transactions, each valued at the time of its block.

    Attributes:
        sat: all of it, valued or not.
        value: the sum of exact values, rounded once; None: nothing could be valued, which is not zero.
        valued_txs: transactions that are in it.
        without_rate_txs: those that had no rate; they are not in it.
    """

    sat: int
    value: str | None
    valued_txs: int
    without_rate_txs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterpartyWorth:
    """What was paid to a counterparty and received from it; it is named as `GraphRelation` names it."""

    name: str
    cluster: int
    paid: PassedWorth
    received: PassedWorth


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationWorth:
    """One address or cluster, with the same counterparties as its `GraphRelation`."""

    asked: str
    name: str
    cluster: int
    is_cluster: bool
    counterparties: tuple[CounterpartyWorth, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationWorths:
    """Relations in a currency.

    Attributes:
        currency: ISO 4217.
        relations: in the order asked for.
        sources: who published the rates, and what they mean.
        basis: what the sums rest on.
    """

    currency: str
    relations: tuple[RelationWorth, ...]
    sources: tuple[str, ...]
    basis: LookupBasis


def relation_worths(
    desk: LookupDesk,
    names: Sequence[str],
    worth_at: WorthAt,
    currency: str,
    *,
    of_clusters: bool,
    limit: int = 10,
    most_txs: int = MOST_TXS,
    newest: bool = False,
) -> RelationWorths:
    """What `graph_relations` sums up, in a currency; the other arguments are those of it.

    Raises:
        BadInput: a name cannot be read.
        NotFound: the chain does not hold it.
    """
    valuing = _Valuing(desk, worth_at, currency)
    relations = []
    for name in names:
        found = look(desk, name, most_txs, of_clusters=of_clusters, newest=newest)
        relations.append(
            RelationWorth(
                asked=name,
                name=found.name,
                cluster=found.label,
                is_cluster=of_clusters,
                counterparties=valuing.counterparties(found, limit),
            )
        )
    return RelationWorths(
        currency=currency,
        relations=tuple(relations),
        sources=tuple(sorted(valuing.sources)),
        basis=desk.basis,
    )


class _Valuing:
    """Values amounts, and notes whose rates it used."""

    def __init__(self, desk: LookupDesk, worth_at: WorthAt, currency: str) -> None:
        self._desk = desk
        self._worth_at = worth_at
        self._currency = currency
        self.sources: set[str] = set()

    def counterparties(self, found: RelationLook, limit: int) -> tuple[CounterpartyWorth, ...]:
        """The largest of a look."""
        paid, received = found.passed()
        return tuple(
            CounterpartyWorth(
                name=self._desk.name(other),
                cluster=self._desk.clusters.label(other),
                paid=self._sum(paid, other),
                received=self._sum(received, other),
            )
            for other in found.sums.others[:limit].tolist()
        )

    def _sum(self, amounts: Passed, other: int) -> PassedWorth:
        rows = amounts.other == other
        txs, place = np.unique(amounts.tx[rows], return_inverse=True)
        sat = np.zeros(len(txs), np.int64)
        np.add.at(sat, place, amounts.sat[rows])
        total = add_up(one.exact for one in self._worths(txs.tolist(), sat.tolist()))
        return PassedWorth(
            sat=int(sat.sum()),
            value=money_text(total.value, self._currency) or None,
            valued_txs=total.valued,
            without_rate_txs=total.without_rate,
        )

    def _worths(self, txs: Iterable[int], sats: Iterable[int]) -> Iterable[Worth]:
        snapshot = self._desk.snapshot
        for tx, sat in zip(txs, sats, strict=True):
            when = datetime.fromtimestamp(snapshot.block_time(snapshot.tx_height(tx)), UTC)
            worth = self._worth_at(sat, when)
            if worth.exact is not None:
                self.sources.add(f"{worth.rate_source}; {worth.rate_convention}")
            yield worth
