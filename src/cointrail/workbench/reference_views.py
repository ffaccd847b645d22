"""What claims and prices are at hand, as values: the tag files with their rows, the price tables, a rate."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from cointrail.attribution.safe_text import safe_text
from cointrail.attribution.tags import Tag, TagSet
from cointrail.lookups.views import Page
from cointrail.valuation.rate import Rate
from cointrail.valuation.rates import RateBook
from cointrail.workbench.checks import check_prices


@dataclass(frozen=True, slots=True, kw_only=True)
class TagFileLine:
    """A tag file: its name, form, rows, and SHA-256 of its bytes."""

    name: str
    format: str
    rows: int
    sha256: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagSummary:
    """The tags that lie over every answer.

    Attributes:
        digest: of all that was kept; None: no tags were given.
        tags: how many were kept.
        actors: how many actors are described.
        files: where they come from.
        verdicts: rows of the files by what became of them.
    """

    digest: str | None
    tags: int
    actors: int
    files: tuple[TagFileLine, ...]
    verdicts: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagEntry:
    """A claim: about what, what it says, and who says so."""

    subject: str
    label: str
    actor: str | None
    categories: tuple[str, ...]
    confidence: str
    confidence_level: int
    source: str
    claimed_on: date | None
    kind: str
    pack: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TagList:
    """Some of the tags.

    Attributes:
        page: which of those that the text is in.
        all_tags: how many there are, before any text.
        tags: those.
    """

    page: Page
    all_tags: int
    tags: tuple[TagEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceFileLine:
    """A price table: its file, SHA-256 of its bytes, what it says and for when."""

    name: str
    sha256: str
    currency: str
    source: str
    convention: str
    interval: int
    rows: int
    first: datetime
    last: datetime
    gaps: int
    digest: str


def tag_summary(tags: TagSet | None) -> TagSummary:
    """What tags are at hand."""
    if tags is None:
        return TagSummary(digest=None, tags=0, actors=0, files=(), verdicts={})
    files = (
        TagFileLine(
            name=safe_text(Path(one.path).name),
            format=one.format,
            rows=one.rows,
            sha256=one.sha256,
            warnings=one.warnings,
        )
        for one in tags.files
    )
    return TagSummary(
        digest=tags.digest,
        tags=len(tags.tags),
        actors=len(tags.actors),
        files=tuple(files),
        verdicts={verdict.value: count for verdict, count in tags.counts().items()},
    )


def tag_list(tags: TagSet | None, text: str = "", *, start: int = 0, limit: int = 100) -> TagList:
    """The tags that a text is in: in subject, label, actor, category or source, whatever its case."""
    wanted = text.casefold()
    every = () if tags is None else tags.tags
    found = [one for one in every if not wanted or wanted in _haystack(one)]
    shown = found[start : start + limit]
    return TagList(
        page=Page(start, len(shown), len(found)), all_tags=len(every), tags=tuple(map(_entry, shown))
    )


def _haystack(tag: Tag) -> str:
    parts = (tag.subject, tag.label, tag.actor or "", *tag.categories, tag.source, tag.pack)
    return "\n".join(parts).casefold()


def _entry(tag: Tag) -> TagEntry:
    return TagEntry(
        subject=tag.subject,
        label=safe_text(tag.label),
        actor=None if tag.actor is None else safe_text(tag.actor),
        categories=tuple(map(safe_text, tag.categories)),
        confidence=tag.confidence.id,
        confidence_level=tag.confidence.level,
        source=safe_text(tag.source),
        claimed_on=tag.lastmod,
        kind=tag.tag_type,
        pack=safe_text(tag.pack),
        line=tag.line,
    )


@lru_cache(maxsize=4)
def price_files(paths: tuple[Path, ...]) -> tuple[PriceFileLine, ...]:
    """Price tables, each in a line. A program that serves reads them once.

    Raises:
        BadPrice: one cannot be read.
    """
    return tuple(
        PriceFileLine(
            name=safe_text(one.path.name),
            sha256=hashlib.sha256(one.path.read_bytes()).hexdigest(),
            currency=one.currency,
            source=safe_text(one.source),
            convention=safe_text(one.convention),
            interval=one.interval,
            rows=one.rows,
            first=one.first,
            last=one.last,
            gaps=one.gaps,
            digest=one.digest,
        )
        for one in check_prices(paths)
    )


def rate_on(paths: Sequence[Path], currency: str, day: date) -> Rate | None:
    """The rate at the last second of a day, as for a report's date; None where no table has one."""
    at = datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)
    return rates_of(tuple(paths)).rate_at(at, currency)


@lru_cache(maxsize=4)
def rates_of(paths: tuple[Path, ...]) -> RateBook:
    """The rates of some price tables. A program that serves reads them once.

    Raises:
        BadPrice: one cannot be read.
    """
    return RateBook.load(paths)
