"""Flows of value between exchanges and the service, and by month: sums that add up to the payments."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from cointrail.report.case_tables import CaseTables

PAYMENT, OUTFLOW = "payment", "outflow"
CUSTODIAN = "custodian"


@dataclass(frozen=True, slots=True)
class Band:
    """Value that came from one place or went to it.

    Attributes:
        name: of the exchange, or the stop reason.
        country: its jurisdiction; empty for a stop reason.
        hand: `same_hand`, `upstream`, `downstream`; empty for a stop reason.
        value_sat: by FIFO.
    """

    name: str
    country: str
    hand: str
    value_sat: int

    @property
    def is_lead(self) -> bool:
        """Whether it ends at an exchange."""
        return bool(self.hand)


@dataclass(frozen=True, slots=True)
class Month:
    """The payments of one calendar month, by block time, UTC."""

    month: str
    payments: int
    value_sat: int
    fiat: str
    """Sum of the rows' rounded values; empty where a payment has no rate."""


def payer_bands(case: CaseTables) -> list[Band]:
    """Where the payments came from, by FIFO; adds up to all payments."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for row in case.leads.records(("exchange", "jurisdiction", "hand", "fifo_sat")):
        sums[row["exchange"], row["jurisdiction"], row["hand"]] += int(row["fifo_sat"])
    for row in case.payments.records(("class", "ends_fifo_sat")):
        if row["class"] == PAYMENT:
            for stop, sat in _ends(row["ends_fifo_sat"]):
                if stop != CUSTODIAN:
                    sums[stop, "", ""] += sat
    return _ranked(sums)


def outflow_bands(case: CaseTables) -> list[Band]:
    """Where the outflows went, by FIFO; adds up to all outflows."""
    sums: Counter[tuple[str, str, str]] = Counter()
    names = ("class", "exchange", "jurisdiction", "hand", "outcome", "fifo_sat")
    for row in case.proceeds.records(names):
        if row["class"] == OUTFLOW:
            name = row["exchange"] if row["hand"] else row["outcome"]
            sums[name, row["jurisdiction"], row["hand"]] += int(row["fifo_sat"])
    return _ranked(sums)


def _ends(cell: str) -> Iterable[tuple[str, int]]:
    """`custodian=5 unspent=7` as pairs."""
    for part in cell.split():
        stop, _, sat = part.partition("=")
        yield stop, int(sat)


def _ranked(sums: Counter[tuple[str, str, str]]) -> list[Band]:
    bands = [Band(*key, sat) for key, sat in sums.items() if sat]
    return sorted(bands, key=lambda band: (not band.is_lead, -band.value_sat, band.name, band.hand))


def by_month(case: CaseTables) -> list[Month]:
    """Payments by month, every month from the first to the last, those without payments too."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in case.payments.records(("class", "time_utc", "value_sat", "value")):
        if row["class"] == PAYMENT:
            found[row["time_utc"][:7]].append((int(row["value_sat"]), row["value"]))
    months = _span(min(found), max(found)) if found else []
    return [
        Month(month, len(rows), sum(sat for sat, _ in rows), _sum(value for _, value in rows))
        for month in months
        for rows in (found.get(month, []),)
    ]


def _sum(values: Iterable[str]) -> str:
    listed = list(values)
    return format(sum(map(Decimal, listed), Decimal()), "f") if listed and all(listed) else ""


def _span(first: str, last: str) -> list[str]:
    year, month = map(int, first.split("-"))
    months = [first]
    while months[-1] < last:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        months.append(f"{year:04d}-{month:02d}")
    return months
