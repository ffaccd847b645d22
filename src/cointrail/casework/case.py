"""A case as its file states it: what was asked, for whom, and how far to look."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from cointrail.chain.types import Outpoint
from cointrail.tracing.limits import Limits
from cointrail.tracing.policy import CASE_POLICIES, Policy


class SeedKind(StrEnum):
    """How a seed is written."""

    ADDRESS = "address"
    OUTPOINT = "outpoint"


@dataclass(frozen=True, slots=True)
class Seed:
    """An address or outpoint of the service under investigation, and where the case names it.

    Exactly one of `script` (the address's locking script) and `outpoint` is set.
    """

    kind: SeedKind
    text: str
    file: str
    line: int
    script: bytes | None = None
    outpoint: Outpoint | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """Block times, both ends included, in epoch seconds UTC; None: open."""

    first: int | None = None
    last: int | None = None

    def holds(self, time: int) -> bool:
        """Whether the block time lies in the period."""
        return not self.before(time) and (self.last is None or time <= self.last)

    def before(self, time: int) -> bool:
        """Whether the block time lies before the period."""
        return self.first is not None and time < self.first


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that the case was read from, and SHA-256 (hex) of its bytes."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case file, checked as a whole.

    Attributes:
        reference: the authority's own number of the case.
        legal_basis: the law or order under which the look-up is made.
        opened: the day the case was opened.
        seeds: in the order of the files, each once.
        repeated_seeds: how many seeds were named more than once.
        period: which payments count; outflows count from its start on.
        currency: ISO 4217 code of all fiat figures; None: no fiat figures.
        prices: price tables, absolute paths.
        report_date: the day at whose last second the second valuation is made.
        tags: tag and actor files, absolute paths.
        limits: bounds of each walk.
        policies: flow policies; the first decides which stop reason a trace is counted under.
        files: the case file and the seed lists.
    """

    reference: str
    legal_basis: str
    opened: date | None = None
    seeds: tuple[Seed, ...]
    repeated_seeds: int = 0
    period: Period = Period()
    currency: str | None = None
    prices: tuple[Path, ...] = ()
    report_date: date | None = None
    tags: tuple[Path, ...] = ()
    limits: Limits = field(default_factory=Limits)
    policies: tuple[Policy, ...] = CASE_POLICIES
    files: tuple[ReadFile, ...] = ()
