"""A price table: closes of one currency over intervals of one length, with its source and convention."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

import rfc8785

from cointrail.attribution.safe_text import safe_text
from cointrail.errors import BadPrice

DAY = 86_400
HOUR = 3_600
MAX_DIGITS = 30
"""Most digits of a price; more are no price but an attack on the arithmetic."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = 1_230_768_000, 7_258_118_400
"""2009-01-01 and 2200-01-01: times outside are read in the wrong unit."""
_MILLISECONDS = 100_000_000_000
_UNITS = {"d": DAY, "h": HOUR, "m": 60, "s": 1, "": 1}
_INTERVAL = re.compile(r"(\d{1,9})\s*([dhms]?)")
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a table must say beside its rows. None: not said.

    Attributes:
        source: who published it.
        convention: what its closes mean, in words: `daily close, 24:00 UTC, venue median`.
        currency: ISO 4217 code of the prices.
        interval: length of a row's interval, `1d` or `1h`; found from the rows when not said.
        stamp: `start` or `end`: which end of its interval a row's time marks; `start` when not said.
    """

    source: str | None = None
    convention: str | None = None
    currency: str | None = None
    interval: str | None = None
    stamp: str | None = None

    def over(self, other: About) -> About:
        """This, with what it does not say taken from `other`."""
        return About(
            source=self.source or other.source,
            convention=self.convention or other.convention,
            currency=self.currency or other.currency,
            interval=self.interval or other.interval,
            stamp=self.stamp or other.stamp,
        )


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One row as read: `time` in seconds since 1970 UTC, its close (None: there was no price), its place."""

    time: int
    close: Decimal | None
    place: str
    """`line 12` or `row 3`."""


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Closes over intervals `[start, start + interval)` that do not overlap, in order of time.

    Attributes:
        interval: seconds.
        starts: seconds since 1970 UTC.
        closes: units of `currency` for one bitcoin, above zero.
        digest: SHA-256 (hex) over everything above, independent of the file's name and form.
    """

    currency: str
    source: str
    convention: str
    interval: int
    starts: tuple[int, ...]
    closes: tuple[Decimal, ...]
    digest: str

    def find(self, when: int) -> tuple[Decimal, int] | None:
        """Close of the interval that holds `when`, and the moment it was struck, the interval's end.

        None before the first interval, behind the last and in a gap. The close is struck after `when`,
        by one interval at most: that much the convention looks ahead, and no further.
        """
        place = bisect_right(self.starts, when) - 1
        if place < 0 or when >= self.starts[place] + self.interval:
            return None
        return self.closes[place], self.starts[place] + self.interval


def refuse(path: Path, place: str, problem: str, hint: str | None = None) -> NoReturn:
    """Raise BadPrice for one place of a file; `place` is `line 12`, `row 3` or empty."""
    where = f"{path}, {place}" if place else str(path)
    kind, _, number = place.partition(" ")
    facts = {kind: int(number)} if number.isdigit() else {}
    raise BadPrice(f"{where}: {safe_text(problem)}", hint=hint, path=str(path), **facts)


def parse_price(text: str, path: Path, place: str) -> Decimal | None:
    """A price; None for a blank or a zero, which is how tables write that there was none.

    Raises:
        BadPrice: not a plain decimal number, negative, or of more than `MAX_DIGITS` digits.
    """
    if not (stripped := text.strip()):
        return None
    try:
        price = Decimal(stripped)
    except InvalidOperation:
        refuse(path, place, f"`{stripped[:40]}` is not a price", "write 1234.56, without separators")
    if not price.is_finite() or price < 0:
        refuse(path, place, f"`{stripped[:40]}` is not a price", "a price is a number above zero")
    if len(price.as_tuple().digits) > MAX_DIGITS or abs(price.adjusted()) > MAX_DIGITS:
        refuse(path, place, f"a price of more than {MAX_DIGITS} digits")
    return price or None


def parse_time(text: str, path: Path, place: str) -> int:
    """Seconds since 1970 of a date, a time, or a number of seconds or milliseconds.

    A date is its first moment in UTC; a time without an offset is taken as UTC.

    Raises:
        BadPrice: none of these, or before 2009.
    """
    stripped = text.strip()
    try:
        if stripped.lstrip("-").isdigit() and len(stripped) != len("20090103"):
            number = int(stripped[:20])
            seconds = number // 1000 if abs(number) >= _MILLISECONDS else number
        elif len(stripped) == len("2009-01-03"):
            day = date.fromisoformat(stripped)
            seconds = (day - _EPOCH.date()) // timedelta(seconds=1)
        else:
            moment = datetime.fromisoformat(stripped)
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            seconds = (aware - _EPOCH) // timedelta(seconds=1)
    except ValueError:
        refuse(path, place, f"`{stripped[:40]}` is not a time", "write 2018-03-31 or 2018-03-31T13:00:00Z")
    if not _FIRST <= seconds < _LAST:
        refuse(path, place, f"`{stripped[:40]}` is not a time between 2009 and 2200")
    return seconds


def build_table(path: Path, rows: Sequence[PriceRow], about: About) -> PriceTable:
    """Order and check the rows.

    Raises:
        BadPrice: source, convention or currency is missing, no rows, two rows of one time, intervals
            that overlap, or an interval that the rows do not show.
    """
    source, convention, currency = _required(path, about)
    if all(row.close is None for row in rows):
        refuse(path, "", "no row has a price")
    ordered = sorted(rows, key=_time)
    for before, after in pairwise(ordered):
        if before.time == after.time:
            refuse(path, after.place, f"the same time stands in {before.place}")
    interval = _interval(path, ordered, about)
    shift = _shift(path, interval, about)
    priced = [(row.time - shift, row.close) for row in ordered if row.close is not None]
    starts, closes = tuple(start for start, _ in priced), tuple(close for _, close in priced)
    body = "\n".join(f"{start},{close}" for start, close in priced)
    canonical = rfc8785.dumps(
        {
            "convention": convention,
            "currency": currency,
            "interval": interval,
            "rows": hashlib.sha256(body.encode()).hexdigest(),
            "source": source,
        }
    )
    digest = hashlib.sha256(canonical).hexdigest()
    return PriceTable(currency, source, convention, interval, starts, closes, digest)


def _time(row: PriceRow) -> int:
    return row.time


def _required(path: Path, about: About) -> tuple[str, str, str]:
    given = {"source": about.source, "convention": about.convention, "currency": about.currency}
    if missing := [name for name, value in given.items() if not value]:
        lines = ", ".join(f"`# {name}: ...`" for name in missing)
        refuse(
            path,
            "",
            f"the table does not say its {' and '.join(missing)}",
            f"start a CSV with {lines}, or write a card (*.toml) that names the file and says it",
        )
    currency = (about.currency or "").upper()
    if not _CURRENCY.fullmatch(currency):
        refuse(path, "", f"`{currency[:20]}` is not a currency", "write its three letters, like USD")
    return about.source or "", about.convention or "", currency


def _interval(path: Path, ordered: Sequence[PriceRow], about: About) -> int:
    gaps = [after.time - before.time for before, after in pairwise(ordered)]
    shortest = min(gaps, default=DAY)
    if about.interval is not None:
        match = _INTERVAL.fullmatch(about.interval.strip().lower())
        interval = int(match[1]) * _UNITS[match[2]] if match else 0
        if interval <= 0:
            refuse(path, "", f"`{about.interval[:20]}` is not an interval", "write 1d or 1h")
    elif shortest in {DAY, HOUR} and (gaps or ordered[0].time % DAY == 0):
        interval = shortest
    elif not gaps:
        refuse(path, ordered[0].place, "one row alone does not show an interval", "say it: `# interval: 1h`")
    else:
        problem = f"rows are {shortest} seconds apart, neither a day nor an hour"
        refuse(path, "", problem, "say it: `# interval: 15m`")
    if shortest < interval:
        place = ordered[gaps.index(shortest) + 1].place
        refuse(path, place, f"{shortest} seconds behind the row before it; an interval has {interval}")
    return interval


def _shift(path: Path, interval: int, about: About) -> int:
    stamp = (about.stamp or "start").lower()
    if stamp not in {"start", "end"}:
        refuse(path, "", f"`{stamp[:20]}` is not a stamp", "write start or end")
    return interval if stamp == "end" else 0
