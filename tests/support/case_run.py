"""Cases on ledgers in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from cointrail.casework.case import Case, Period, Seed, SeedKind
from cointrail.casework.result import CaseResult
from cointrail.casework.run import run_case
from cointrail.tracing.limits import Limits
from cointrail.tracing.policy import CASE_POLICIES, Policy
from cointrail.valuation.rates import Rate
from support.chains import script_of
from support.ledger import Fake, FakeClusters, attribution, co_spenders


@dataclass
class FakeRates:
    """The same rate on every day from a first one on, in one currency."""

    value: Decimal = Decimal("1000.10")
    first: date = date(2017, 1, 1)
    currency: str = "USD"
    digest: str = "33" * 32

    def rate_at(self, when: datetime, currency: str) -> Rate | None:
        if currency != self.currency or when.date() < self.first:
            return None
        day = datetime(when.year, when.month, when.day, tzinfo=UTC)
        return Rate(self.value, currency, "a test", day, "daily close")


def case_of(
    ledger: Fake,
    *seeds: str,
    period: Period | None = None,
    currency: str | None = "USD",
    report_date: date | None = date(2018, 3, 31),
    limits: Limits | None = None,
    policies: tuple[Policy, ...] = CASE_POLICIES,
) -> Case:
    """A case whose seeds are people of the ledger, or outputs of it (`t1:0`)."""
    return Case(
        reference="1",
        legal_basis="a test",
        seeds=tuple(_seed(ledger, text, line) for line, text in enumerate(seeds or ("shop",), start=1)),
        period=period or Period(),
        currency=currency,
        report_date=report_date,
        limits=limits or Limits(),
        policies=policies,
    )


def _seed(ledger: Fake, text: str, line: int) -> Seed:
    if ":" in text:
        outpoint = ledger.outpoint(ledger.out(text))
        return Seed(SeedKind.OUTPOINT, str(outpoint), "case.toml", line, outpoint=outpoint)
    return Seed(SeedKind.ADDRESS, ledger.address(text), "case.toml", line, script=script_of(text))


def run(
    text: str,
    *,
    tagged: Mapping[str, str] | None = None,
    unsafe: frozenset[str] = frozenset(),
    unclear: frozenset[str] = frozenset(),
    case: Case | None = None,
    rates: FakeRates | None = None,
) -> tuple[Fake, CaseResult]:
    """Run a case on a ledger in text; by default its seed is `shop` and its exchange `exchange`."""
    ledger = Fake(text)
    clusters = FakeClusters(
        ledger, co_spenders(ledger, apart=unsafe | unclear), unsafe=unsafe, unclear=unclear
    )
    tags = attribution(ledger, clusters, tagged or {"exchange": "exa"})
    return ledger, run_case(case or case_of(ledger), ledger, clusters, tags, rates or FakeRates())
