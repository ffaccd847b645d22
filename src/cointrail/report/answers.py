"""What an exchange answered: references to accounts, read as private tags that never leave the case."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import rfc8785

from cointrail.attribution.safe_text import safe_text
from cointrail.errors import BadInput

COLUMNS = ("key", "account", "note")
"""Columns of an answer; `note` may be missing. `key` is the `txid:vout` of a line of the packet."""

MOST_ROWS = 100_000
"""Lines of one answer; our choice, far above what a packet holds."""

LONGEST = 500
"""Characters of an account's reference or a note."""


@dataclass(frozen=True, slots=True)
class PrivateTag:
    """An account that an exchange named for an output. Show `account` and `note` through `safe_text`."""

    key: str
    account: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class AnswerRead:
    """An answer, sorted by what was asked.

    Attributes:
        tags: for outputs that the packet asked about.
        not_asked: lines about anything else, as (line, key); they are not kept.
        unanswered: outputs of the packet that the answer says nothing of.
    """

    tags: tuple[PrivateTag, ...]
    not_asked: tuple[tuple[int, str], ...]
    unanswered: tuple[str, ...]


def read_text_of(path: Path) -> str:
    """The text of an answer's file, UTF-8.

    Raises:
        BadInput: it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot read `{path}`", hint="save it as CSV in UTF-8", path=str(path)) from error


def read_answer(path: Path, asked: Iterable[str]) -> AnswerRead:
    """Read an answer from a file, CSV in UTF-8 with a head.

    Raises:
        BadInput: it is not such a table.
    """
    return answer_of(read_text_of(path), path.name, asked)


def answer_of(text: str, name: str, asked: Iterable[str]) -> AnswerRead:
    """Read an answer.

    Args:
        text: of the table.
        name: what messages call it.
        asked: keys of the packet.

    Raises:
        BadInput: it is not such a table.
    """
    lines = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        return _sorted_out(lines, name, dict.fromkeys(asked))
    except csv.Error as error:
        raise BadInput(f"`{name}` is not CSV: {error}", hint="save it as CSV in UTF-8", file=name) from None


def _sorted_out(lines: csv.DictReader[str], name: str, wanted: dict[str, None]) -> AnswerRead:
    heads = [head.strip().lower() for head in lines.fieldnames or ()]
    if missing := [column for column in COLUMNS[:2] if column not in heads]:
        raise BadInput(
            f"`{name}` has no column `{missing[0]}`",
            hint="its head must have the columns key and account; note may be there",
            file=name,
        )
    lines.fieldnames = heads
    tags: dict[tuple[str, str], PrivateTag] = {}
    not_asked: list[tuple[int, str]] = []
    for row in lines:
        if lines.line_num > MOST_ROWS:
            raise BadInput(f"`{name}` has more than {MOST_ROWS:,} lines", hint="split it", file=name)
        key, account = ((row.get(column) or "").strip() for column in COLUMNS[:2])
        note = (row.get("note") or "").strip()
        if max(len(account), len(note)) > LONGEST:
            raise BadInput(f"`{name}`, line {lines.line_num}: over {LONGEST} characters", file=name)
        if key not in wanted:
            not_asked.append((lines.line_num, safe_text(key[:100])))
        elif account:
            tags[key, account] = PrivateTag(key, account, note)
    named = {tag.key for tag in tags.values()}
    return AnswerRead(
        tuple(tags.values()), tuple(not_asked), tuple(key for key in wanted if key not in named)
    )


def tags_json(tags: Iterable[PrivateTag], exchange: str, on: date) -> bytes:
    """Private tags as canonical JSON, as the case keeps them beside its journal."""
    listed = [{"key": tag.key, "account": tag.account, "note": tag.note} for tag in tags]
    return rfc8785.dumps({"exchange": exchange, "on": on.isoformat(), "private": True, "tags": listed})
