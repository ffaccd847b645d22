"""Rates by time and currency, out of the price tables of a case."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import rfc8785

from cointrail.attribution.text_file import read_text
from cointrail.errors import BadInput, BadPrice
from cointrail.valuation import ecb
from cointrail.valuation.card import read_card
from cointrail.valuation.csv_table import read_csv_table
from cointrail.valuation.json_table import read_days_since_genesis, read_json_table
from cointrail.valuation.money import EXACT, Total, add_up, money_text, value_of
from cointrail.valuation.rate import FxRate, Rate
from cointrail.valuation.table import About, PriceTable

__all__ = ["About", "FxRate", "Rate", "RateBook", "Total", "add_up", "money_text", "value_of"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNSAID = About()


@dataclass(frozen=True)
class RateBook:
    """Price tables, in the order in which they are asked."""

    tables: tuple[PriceTable, ...]

    @classmethod
    def load(cls, paths: Sequence[Path], about: About = _UNSAID) -> Self:
        """Read price tables: CSV, JSON, or cards (TOML) that name one. All or nothing.

        Args:
            paths: files; where two tables have a rate for the same time, the earlier file is used.
            about: goes before what the files themselves say, for all of them.

        Raises:
            BadPrice: a file cannot be read, or does not say its source, convention and currency.
        """
        return cls(tuple(_read_table(path, about) for path in paths))

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over the tables in their order and the bank's currency rates."""
        facts = {"ecb": ecb.bundle_digest(), "tables": [table.digest for table in self.tables]}
        return hashlib.sha256(rfc8785.dumps(facts)).hexdigest()

    def rate_at(self, when: datetime, currency: str) -> Rate | None:
        """The rate of the interval that holds `when`; None when no table has one.

        A table in `currency` itself goes first. Otherwise a table in another currency is converted by
        the ECB reference rate of the UTC day of `when`, or of the latest business day before it.

        Raises:
            BadInput: `when` has no time zone.
            BadPrice: no table has the currency and the bank does not quote it.
        """
        if when.tzinfo is None:
            raise BadInput(f"`{when}` has no time zone", hint="pass an aware time in UTC", value=str(when))
        seconds = (when - _EPOCH) // timedelta(seconds=1)
        for table in self.tables:
            if table.currency == currency and (found := table.find(seconds)) is not None:
                return Rate(found[0], currency, table.source, _moment(found[1]), table.convention)
        self._check_currency(currency)
        for table in self.tables:
            if table.currency != currency and (rate := _converted(table, seconds, currency)) is not None:
                return rate
        return None

    def _check_currency(self, currency: str) -> None:
        if not self.tables or any(table.currency == currency for table in self.tables):
            return
        if not ecb.is_quoted(currency):
            raise BadPrice(
                f"`{currency}`: no price table has it, and the ECB does not quote it",
                hint="write its three letters, like EUR, or import a table in it",
                value=currency,
            )


def _converted(table: PriceTable, seconds: int, currency: str) -> Rate | None:
    found = table.find(seconds)
    fx = ecb.find_fx(table.currency, currency, _moment(seconds).date()) if found else None
    if found is None or fx is None:
        return None
    return Rate(
        EXACT.multiply(found[0], fx.value),
        currency,
        f"{table.source}; {fx.source}",
        _moment(found[1]),
        f"{table.convention}; {fx.base} to {fx.quote} at {fx.value}, ECB reference rate of {fx.day}",
        fx,
    )


def _moment(seconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)


def _read_table(path: Path, about: About) -> PriceTable:
    file = read_text(path, BadPrice)
    suffix = path.suffix.lower()
    if suffix == ".json":
        return read_json_table(file, about)
    if suffix in {".csv", ".tsv", ".txt"}:
        return read_csv_table(file, about)
    if suffix != ".toml":
        raise BadPrice(
            f"{path}: not a known kind of price table",
            hint="name it *.csv, *.json, or *.toml for a card that names the table",
            path=str(path),
        )
    card = read_card(file)
    table = read_text(card.file, BadPrice)
    said = about.over(card.about)
    if card.format == "csv":
        return read_csv_table(table, said)
    if card.format == "days_since_genesis":
        return read_days_since_genesis(table, said)
    return read_json_table(table, said, card.columns)
