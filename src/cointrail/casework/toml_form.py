"""A TOML file read as a form: known keys, typed answers, and a line for every complaint."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from copy import copy
from datetime import date, datetime
from types import MappingProxyType
from typing import NoReturn

from cointrail.attribution.text_file import TextFile
from cointrail.casework.toml_lines import find_lines
from cointrail.errors import BadCase
from cointrail.journal.days import YEARS

MOST = 2**53 - 1
"""The largest whole number that JSON carries everywhere; the basis is JSON."""

LONGEST_SHOWN = 60
"""Characters of a value that a message shows."""


def _shown(value: object) -> str:
    """A value in a message, cut to a readable length; a number in hex may be too long to print at all."""
    try:
        text = repr(value)
    except ValueError:
        return "a number of thousands of digits"
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "..."


class TomlForm:
    """Answers of a TOML file, by section and key.

    Args:
        file: the file.
        known: the keys that each section may have.
        lists: the keys that each entry of a list of sections may have.

    Raises:
        BadCase: not TOML, or a section or key that is not known.
    """

    def __init__(
        self,
        file: TextFile,
        known: Mapping[str, frozenset[str]],
        lists: Mapping[str, frozenset[str]] = MappingProxyType({}),
    ) -> None:
        self.file = file
        self._lists = lists
        try:
            self._tables: dict[str, object] = tomllib.loads(file.text)
        except tomllib.TOMLDecodeError as error:
            raise BadCase(
                f"{file.path}: not a TOML file: {error}",
                hint="compare with docs/how-to/run-a-case.md",
                path=str(file.path),
            ) from None
        except ValueError:  # a number with more digits than Python reads; it gives no line
            raise BadCase(
                f"{file.path}: a number in it has thousands of digits",
                hint=f"at most {MOST}",
                path=str(file.path),
            ) from None
        except RecursionError:
            raise BadCase(f"{file.path}: nested too deeply", path=str(file.path)) from None
        self._lines = find_lines(file.text)
        self._refuse_unknown(known)

    def _refuse_unknown(self, known: Mapping[str, frozenset[str]]) -> None:
        for section, answers in self._tables.items():
            if section in self._lists:
                self._refuse_unknown_entries(section, answers)
                continue
            if section not in known:
                self._refuse_name("section", section, known, (section,))
            if not isinstance(answers, dict):
                self.refuse(f"`{section}` is a section, not a value", section, hint=f"write `[{section}]`")
            for key in answers:
                if key not in known[section]:
                    self._refuse_name(f"key in [{section}]", key, known[section], (section, key))

    def _refuse_unknown_entries(self, section: str, entries: object) -> None:
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            self.refuse(f"`{section}` is a list of sections", section, hint=f"write `[[{section}]]`")
        for place, entry in enumerate(entries):
            for key in sorted(entry.keys() - self._lists[section]):
                self._refuse_name(f"key in [[{section}]]", key, self._lists[section], (section, place, key))

    def _refuse_name(
        self, kind: str, name: str, known: Mapping[str, object] | frozenset[str], where: tuple[str | int, ...]
    ) -> NoReturn:
        near = difflib.get_close_matches(name, sorted(known), n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(sorted(known))}"
        self.refuse(f"`{name}` is not a known {kind}", *where, hint=hint)

    def line(self, *where: str | int) -> int:
        """The line of an answer, or of the nearest part of the file around it."""
        for depth in range(len(where), 0, -1):
            if (line := self._lines.get(where[:depth])) is not None:
                return line
        return 1

    def refuse(self, message: str, *where: str | int, hint: str | None = None) -> NoReturn:
        """Complain about an answer, with file and line.

        Raises:
            BadCase: always.
        """
        line = self.line(*where)
        raise BadCase(
            f"{self.file.path}, line {line}: {message}", hint=hint, path=str(self.file.path), line=line
        )

    def entries(self, section: str) -> list[TomlForm]:
        """The entries of a list of sections, each as a form with that one section."""
        given = self._tables.get(section, [])
        assert isinstance(given, list), "checked when the form was read"
        return [self._entry(section, place, table) for place, table in enumerate(given)]

    def _entry(self, section: str, place: int, table: object) -> TomlForm:
        form = copy(self)
        lines = {
            (section, *where[2:]): line
            for where, line in self._lines.items()
            if where[:2] == (section, place)
        }
        vars(form).update(_tables={section: table}, _lines=lines)
        return form

    def find(self, section: str, key: str) -> object | None:
        """The answer as TOML gives it; None when there is none."""
        table = self._tables.get(section)
        return table.get(key) if isinstance(table, dict) else None

    def get_text(self, section: str, key: str, what: str) -> str:
        """A text that must be there and say something."""
        text = self.find_text(section, key)
        if text is None:
            self.refuse(f"[{section}] has no `{key}`: {what}", section, hint=f'add `{key} = "..."`')
        return text

    def find_text(self, section: str, key: str) -> str | None:
        """A text; None when there is none."""
        given = self.find(section, key)
        if given is None:
            return None
        if not isinstance(given, str) or not given.strip():
            self.refuse(
                f"`{key}` must be a text that is not empty", section, key, hint=f'write `{key} = "..."`'
            )
        return given.strip()

    def get_texts(self, section: str, key: str) -> list[tuple[str, int]]:
        """A list of texts with the line of each; empty when there is none."""
        given = self.find(section, key)
        if given is None:
            return []
        if not isinstance(given, list):
            self.refuse(f"`{key}` must be a list of texts", section, key, hint=f'write `{key} = ["..."]`')
        for place, one in enumerate(given):
            if not isinstance(one, str) or not one.strip():
                self.refuse(f"`{key}` holds {_shown(one)}, which is not a text", section, key, place)
        return [(one.strip(), self.line(section, key, place)) for place, one in enumerate(given)]

    def find_whole(self, section: str, key: str, least: int, most: int = MOST) -> int | None:
        """A whole number, `least` to `most`; None when there is none."""
        given = self.find(section, key)
        if given is None:
            return None
        if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
            self.refuse(
                f"`{key}` is {_shown(given)}; it must be a whole number, {least} or more",
                section,
                key,
                hint=f"at most {most}",
            )
        return given

    def find_date(self, section: str, key: str) -> date | datetime | None:
        """A day, or a time with its zone; None when there is none."""
        given = self.find(section, key)
        if isinstance(given, str):
            given = self._parse(given.strip(), section, key)
        if given is None:
            return None
        if not isinstance(given, date):
            self.refuse(
                f"`{key}` is {_shown(given)}, not a date", section, key, hint=f'write `{key} = "2017-01-31"`'
            )
        if given.year not in YEARS:
            self.refuse(
                f"`{key}` is in the year {given.year}", section, key, hint=f"{YEARS[0]} to {YEARS[-1]}"
            )
        if isinstance(given, datetime) and given.tzinfo is None:
            self.refuse(
                f"`{key}` has a time without a zone",
                section,
                key,
                hint="end it with `Z` for UTC, or write a date",
            )
        return given

    def _parse(self, text: str, section: str, key: str) -> date | datetime:
        try:
            return (
                date.fromisoformat(text) if len(text) <= len("2017-01-31") else datetime.fromisoformat(text)
            )
        except ValueError:
            self.refuse(
                f"`{key}` is `{text}`, not a date", section, key, hint=f'write `{key} = "2017-01-31"`'
            )
