"""Whom to ask: a file of the user's own on exchanges, with source and date of every line; never a guess."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from cointrail.errors import BadInput

UNKNOWN = "unknown"
"""What stands where no source says."""

LONGEST = 500
"""Characters of one field: a packet is a page."""

FORM = "see docs/how-to/send-requests.md for the form"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What somebody found out about an exchange.

    Attributes:
        exchange: its name, as the leads have it.
        jurisdiction: country code, as the leads have it; empty: for all of them.
        legal_entity: its registered name; empty: not known.
        contact: where requests of authorities go: an address, a mailbox, a portal; empty: not known.
        source: where both come from.
        as_of: the day on which the source said so.
    """

    exchange: str
    jurisdiction: str = ""
    legal_entity: str = ""
    contact: str = ""
    source: str
    as_of: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who asks. What is empty is left open in a packet, to be filled in by hand."""

    authority: str = ""
    officer: str = ""
    address: str = ""
    mail: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class ContactBook:
    """The user's file on exchanges."""

    contacts: tuple[Contact, ...] = ()
    sender: Sender = Sender()

    def find(self, exchange: str, jurisdiction: str) -> Contact | None:
        """The line on an exchange in a country; else the one on it in all countries."""
        for wanted in (jurisdiction, ""):
            for one in self.contacts:
                if (one.exchange, one.jurisdiction) == (exchange, wanted):
                    return one
        return None


def read_contacts(path: Path | None) -> ContactBook:
    """Read a file on exchanges, TOML or CSV by its ending; None: an empty book.

    Raises:
        BadInput: it cannot be read, or a line of it is not as it must be.
    """
    if path is None:
        return ContactBook()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot read `{path}`", hint="name a text file in UTF-8", path=str(path)) from error
    if path.suffix.lower() == ".csv":
        rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        lines = [{name: cell for name, cell in row.items() if cell != ""} for row in rows]
        return ContactBook(_contacts(lines, path))
    return _from_toml(text, path)


def _from_toml(text: str, path: Path) -> ContactBook:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"`{path}` is not TOML: {error}", hint=FORM, path=str(path)) from error
    if odd := sorted(found.keys() - {"contact", "sender"}):
        raise _bad(path, f"`{odd[0]}` is not known; there are [[contact]] and [sender]")
    listed, sender = found.get("contact", []), found.get("sender", {})
    if not isinstance(listed, list) or not isinstance(sender, dict):
        raise _bad(path, "write [[contact]] for each exchange and [sender] once")
    known = {field.name for field in fields(Sender)}
    if odd := sorted(sender.keys() - known):
        raise _bad(path, f"[sender]: `{odd[0]}` is not known")
    return ContactBook(_contacts(listed, path), Sender(**{k: _text(path, k, v) for k, v in sender.items()}))


def _contacts(listed: Iterable[Mapping[str, object]], path: Path) -> tuple[Contact, ...]:
    found: dict[tuple[str, str], Contact] = {}
    for place, given in enumerate(listed, 1):
        one = _contact(given, path, f"contact {place}")
        if (one.exchange, one.jurisdiction) in found:
            raise _bad(path, f"contact {place}: `{one.exchange}` is named twice for the same country")
        found[one.exchange, one.jurisdiction] = one
    return tuple(found.values())


def _contact(given: Mapping[str, object], path: Path, where: str) -> Contact:
    names = [field.name for field in fields(Contact)]
    if not isinstance(given, Mapping) or (odd := sorted(str(key) for key in given if key not in names)):
        raise _bad(path, f"{where}: `{odd[0] if isinstance(given, Mapping) else given}` is not known")
    if missing := [name for name in ("exchange", "source", "as_of") if not given.get(name)]:
        raise _bad(path, f"{where}: `{missing[0]}` is missing; what has no source and date is not used")
    texts = {name: _text(path, f"{where}, {name}", given[name]) for name in given if name != "as_of"}
    return Contact(**texts, as_of=_day(path, where, given["as_of"]))


def _text(path: Path, where: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST:
        raise _bad(path, f"{where}: not a text of at most {LONGEST} characters")
    return value.strip()


def _day(path: Path, where: str, value: object) -> date:
    if isinstance(value, date) and type(value) is date:
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise _bad(path, f"{where}: `as_of` is not a day, as 2024-05-31") from None


def _bad(path: Path, why: str) -> BadInput:
    return BadInput(f"`{path.name}`: {why}", hint=FORM, path=str(path))
