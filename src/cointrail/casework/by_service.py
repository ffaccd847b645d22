"""Leads by custodial service and by country: where to ask, and about how much.

A lead is counted where it carries value by the primary policy, as for the outcomes of payments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cointrail.casework.rows import LeadRow, ProceedRow, Service
from cointrail.chain.types import Outpoint
from cointrail.tracing.policy import Policy
from cointrail.tracing.trace import Hand

OVERLAP = (
    "a payment may lead to several services and countries and is counted at each, "
    "so these counts do not add up to the payments"
)
"""What to know before adding up entries of `by_exchange` or `by_jurisdiction`."""


@dataclass(slots=True)
class Tally:
    """Distinct outputs that point at one service or country."""

    payments: dict[Hand, set[Outpoint]] = field(default_factory=dict)
    withdrawals: set[Outpoint] = field(default_factory=set)
    deposits: dict[Outpoint, bool] = field(default_factory=dict)
    """With whether some path to it is in the same hand."""
    paid_fifo_sat: Counter[Hand] = field(default_factory=Counter)
    deposited_fifo_sat: Counter[Hand] = field(default_factory=Counter)
    """Satoshi by the hand of the lead."""

    def add_lead(self, row: LeadRow) -> None:
        """Count a payer lead."""
        self.payments.setdefault(row.hand, set()).add(row.payment)
        self.withdrawals.add(row.withdrawal.outpoint)
        self.paid_fifo_sat[row.hand] += row.fifo_sat

    def add_deposit(self, row: ProceedRow) -> None:
        """Count a deposit."""
        assert row.hand is not None, "a deposit is a lead"
        outpoint = row.end.outpoint
        self.deposits[outpoint] = self.deposits.get(outpoint, False) or row.hand is Hand.SAME_HAND
        self.deposited_fifo_sat[row.hand] += row.fifo_sat

    def json(self) -> dict[str, Any]:
        """Counts of distinct outputs, and satoshi by FIFO, in all and by the hand of the lead.

        A payment with leads of both kinds counts as same hand; its satoshi count where each lead belongs.
        """
        same = self.payments.get(Hand.SAME_HAND, set())
        return {
            "payments_same_hand": len(same),
            "payments_upstream": len(self.payments.get(Hand.UPSTREAM, set()) - same),
            "withdrawals": len(self.withdrawals),
            "paid_fifo_sat": str(self.paid_fifo_sat.total()),
            "paid_same_hand_fifo_sat": str(self.paid_fifo_sat[Hand.SAME_HAND]),
            "paid_upstream_fifo_sat": str(self.paid_fifo_sat[Hand.UPSTREAM]),
            "deposits_same_hand": sum(self.deposits.values()),
            "deposits_downstream": len(self.deposits) - sum(self.deposits.values()),
            "deposited_fifo_sat": str(self.deposited_fifo_sat.total()),
            "deposited_same_hand_fifo_sat": str(self.deposited_fifo_sat[Hand.SAME_HAND]),
            "deposited_downstream_fifo_sat": str(self.deposited_fifo_sat[Hand.DOWNSTREAM]),
        }


def carries(row: LeadRow | ProceedRow, primary: Policy) -> bool:
    """Whether the lead carries value by the primary policy."""
    return (row.fifo_sat if primary is Policy.FIFO else row.haircut_sat) > 0


def tally_leads(leads: Iterable[LeadRow], deposits: Iterable[ProceedRow]) -> Tally:
    """All leads in one tally."""
    tally = Tally()
    for row in leads:
        tally.add_lead(row)
    for deposit in deposits:
        tally.add_deposit(deposit)
    return tally


def by_exchange(leads: Iterable[LeadRow], proceeds: Iterable[ProceedRow]) -> list[dict[str, Any]]:
    """One entry a service, by name."""
    entries: dict[tuple[str, str, str], Tally] = {}
    for row in leads:
        entries.setdefault(_service_key(row.service), Tally()).add_lead(row)
    for deposit in proceeds:
        if deposit.service is not None:
            entries.setdefault(_service_key(deposit.service), Tally()).add_deposit(deposit)
    return [
        {"exchange": name, "legal_entity": entity, "jurisdiction": where, **tally.json()}
        for (name, entity, where), tally in sorted(entries.items())
    ]


def by_jurisdiction(leads: Iterable[LeadRow], proceeds: Iterable[ProceedRow]) -> list[dict[str, Any]]:
    """One entry a country (or stated set of countries), by code."""
    entries: dict[str, Tally] = {}
    for row in leads:
        entries.setdefault(row.service.jurisdiction, Tally()).add_lead(row)
    for deposit in proceeds:
        if deposit.service is not None:
            entries.setdefault(deposit.service.jurisdiction, Tally()).add_deposit(deposit)
    return [{"jurisdiction": where, **tally.json()} for where, tally in sorted(entries.items())]


def _service_key(service: Service) -> tuple[str, str, str]:
    return service.exchange, service.legal_entity, service.jurisdiction
