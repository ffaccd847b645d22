"""A card: a TOML file that names a price table and says what the table itself does not.

file = "brk_date_price_ohlc.json"
format = "days_since_genesis"
source = "bitcoinresearchkit/brk, brk_oracle examples"
convention = "daily close, 24:00 UTC"
currency = "USD"
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cointrail.attribution.text_file import TextFile
from cointrail.valuation.table import About, refuse

FORMATS = ("csv", "json", "days_since_genesis")

_TEXTS = ("source", "convention", "currency", "interval", "stamp", "format", "file")


@dataclass(frozen=True, slots=True)
class Card:
    """The table's path, its form, what is said of it, and the order of a candle's items."""

    file: Path
    format: str
    about: About
    columns: tuple[str, ...] | None


def read_card(text_file: TextFile) -> Card:
    """Parse a card. The table's path is relative to the card.

    Raises:
        BadPrice: not TOML, an unknown key, a value that is no text, no `file`, an unknown format.
    """
    path = text_file.path
    try:
        data = tomllib.loads(text_file.text)
    except tomllib.TOMLDecodeError as error:
        refuse(path, "", f"not TOML: {error}")
    except RecursionError:
        refuse(path, "", "nested too deep")
    if unknown := sorted(set(data) - {*_TEXTS, "columns"}):
        refuse(path, "", f"unknown key `{unknown[0][:40]}`", "one of: " + ", ".join((*_TEXTS, "columns")))
    texts = {name: data[name] for name in _TEXTS if name in data}
    for name, value in texts.items():
        if not isinstance(value, str):
            refuse(path, "", f"`{name}` is not a text", f'write {name} = "..."')
    if "file" not in texts:
        refuse(path, "", "it names no `file`", 'write file = "prices.json"')
    table = path.parent / texts.pop("file")
    form = texts.pop("format", "csv" if table.suffix.lower() == ".csv" else "json")
    if form not in FORMATS:
        refuse(path, "", f"unknown format `{form[:40]}`", "one of: " + ", ".join(FORMATS))
    return Card(table, form, About(**texts), _columns(path, data.get("columns")))


def _columns(path: Path, value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        refuse(path, "", "`columns` is not a list of names")
    return tuple(value)
