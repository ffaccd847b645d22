"""An entry of a journal: who did what, when and why, chained to the one before by its digest.

    digest(1) covers first_previous(case); digest(n) covers digest(n - 1)
    digest(n) = SHA-256 over the canonical JSON of the entry without its digest

A line of a journal is the canonical JSON of the entry with its digest, then a line feed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Self

from cointrail.errors import BadInput, BadJournal
from cointrail.journal.canonical import canonical, parse_canonical, sha256

FORMAT = 1
"""Of entries and of what their fields mean."""

MOST_LINE_BYTES = 8 << 20
"""Longest line of a journal, in bytes: ten thousand seeds have one."""

MOST_WHO, MOST_WHY = 200, 10_000
"""Longest name and reason, in characters."""

SHA256 = re.compile(r"[0-9a-f]{64}")
CASE_ID = re.compile(r"[0-9a-f]{32}")
_UTC = "%Y-%m-%dT%H:%M:%SZ"


def first_previous(case: str) -> str:
    """What the first entry of a case is chained to: it binds the entry to the case and to `FORMAT`."""
    return sha256(f"cointrail journal {FORMAT} {case}".encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry.

    Attributes:
        case: the case's own id, 32 hex digits; it never changes and is used once.
        seq: its place in the journal, from 1.
        utc: when, to the second: `2024-05-01T09:30:00Z`.
        who: who did it.
        action: what was done: a name of `cointrail.journal.acts.ACTS`.
        content: with what; see the class of the action.
        why: the reason in words; may be empty where the content says it.
        result: SHA-256 of what came out and is kept beside the journal; None: nothing did.
        previous: digest of the entry before, `first_previous` for the first.
    """

    case: str
    seq: int
    utc: str
    who: str
    action: str
    content: dict[str, Any]
    why: str
    result: str | None
    previous: str

    def body(self) -> dict[str, Any]:
        """What the digest covers."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def digest(self) -> str:
        """SHA-256 of the canonical JSON of `body`."""
        return sha256(canonical(self.body()))

    def line(self) -> bytes:
        """The line of the journal, with its line feed."""
        return canonical({**self.body(), "digest": self.digest()}) + b"\n"

    @property
    def head(self) -> Head:
        """The head of a journal that ends with this entry."""
        return Head(self.seq, self.digest())


@dataclass(frozen=True, slots=True)
class Head:
    """How far a journal goes, and the digest of its last entry. Kept elsewhere, it shows a cut tail."""

    seq: int
    digest: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.digest}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """`12:` and 64 hex digits.

        Raises:
            BadInput: it is not that.
        """
        number, _, digest = text.strip().partition(":")
        if not re.fullmatch(r"[1-9][0-9]{0,8}", number) or not SHA256.fullmatch(digest):
            raise BadInput(
                f"`{text[:100]}` is not the head of a journal",
                hint="write the number of the last entry, `:` and 64 hex digits, as `case show` gives it",
                value=text[:100],
            )
        return cls(int(number), digest)


def utc_text(when: datetime) -> str:
    """A time as entries have it: UTC, to the second."""
    return when.astimezone(UTC).strftime(_UTC)


def is_utc(text: str) -> bool:
    """Whether a text is a time as entries have it."""
    try:
        return datetime.strptime(text, _UTC).strftime(_UTC) == text  # noqa: DTZ007 -- the Z is literal
    except ValueError:
        return False


def parse_line(line: bytes) -> tuple[Entry, str]:
    """An entry and the digest that its line states, which is not compared here.

    Raises:
        BadJournal: it is no entry, or not the one way to write it.
    """
    if len(line) > MOST_LINE_BYTES:
        raise BadJournal(f"longer than {MOST_LINE_BYTES:,} bytes")
    if not line.endswith(b"\n"):
        raise BadJournal("the line does not end")
    value = parse_canonical(line[:-1])
    if not isinstance(value, dict):
        raise BadJournal("not an entry")
    digest = value.pop("digest", None)
    if not isinstance(digest, str) or not SHA256.fullmatch(digest):
        raise BadJournal("an entry has a `digest` of 64 hex digits")
    return entry_of(value), digest


def entry_of(value: dict[str, Any]) -> Entry:
    """An entry from its fields.

    Raises:
        BadJournal: one is missing, unknown, or of the wrong kind.
    """
    names = {field.name for field in fields(Entry)}
    if value.keys() != names:
        odd = ", ".join(f"`{name[:40]}`" for name in sorted(value.keys() ^ names))
        raise BadJournal(f"not the fields of an entry: {odd}")
    _require("case", value["case"], CASE_ID)
    _require("previous", value["previous"], SHA256)
    if value["result"] is not None:
        _require("result", value["result"], SHA256)
    if type(value["seq"]) is not int or value["seq"] < 1:
        raise BadJournal("`seq` must be a whole number, 1 or more")
    if not isinstance(value["utc"], str) or not is_utc(value["utc"]):
        raise BadJournal("`utc` must be a time as in 2024-05-01T09:30:00Z")
    if not isinstance(value["content"], dict):
        raise BadJournal("`content` must be an object")
    _require_text("action", value["action"], MOST_WHO, least=1)
    _require_text("who", value["who"], MOST_WHO, least=1)
    _require_text("why", value["why"], MOST_WHY)
    return Entry(**value)


def _require(name: str, value: object, form: re.Pattern[str]) -> None:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise BadJournal(f"`{name}` must be hex digits of the right number")


def _require_text(name: str, value: object, most: int, least: int = 0) -> None:
    if not isinstance(value, str) or not least <= len(value.strip()) or len(value) > most:
        raise BadJournal(f"`{name}` must be a text of {least} to {most:,} characters")
