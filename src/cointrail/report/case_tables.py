"""The files of a case run, read back: the tables, the summary and the basis, checked against each other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cointrail.casework.basis import RESULT_VERSION
from cointrail.casework.columns import Column, columns_of
from cointrail.casework.outputs import OWNED, SUMMARY, read_rows, safe_cell
from cointrail.casework.rows import TABLES
from cointrail.errors import BadInput

AGAIN = "run `cointrail case run` again"


@dataclass(frozen=True)
class CaseTable:
    """One table of a case.

    Attributes:
        name: `payments`, `leads` or `proceeds`.
        columns: what each column says.
        rows: texts, in the order of the file; an empty text is a value that is not known.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.name}.csv"

    @cached_property
    def _places(self) -> dict[str, int]:
        return {column.name: place for place, column in enumerate(self.columns)}

    def column(self, name: str) -> list[str]:
        """The cells of one column."""
        place = self._places[name]
        return [row[place] for row in self.rows]

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return name in self._places

    def records(self, names: Sequence[str] = ()) -> list[dict[str, str]]:
        """The rows by column name; only the named columns where some are named."""
        places = [(name, self._places[name]) for name in names or self._places]
        return [{name: row[place] for name, place in places} for row in self.rows]


@dataclass(frozen=True)
class CaseTables:
    """What a case run wrote.

    Attributes:
        payments: outputs to the service.
        leads: withdrawals that payments lead back to.
        proceeds: where the money went.
        summary: counts and totals.
        basis: what all of it rests on.
        sha256: digest of each file, in hex.
    """

    payments: CaseTable
    leads: CaseTable
    proceeds: CaseTable
    summary: dict[str, Any]
    basis: dict[str, Any]
    sha256: dict[str, str]

    @property
    def tables(self) -> tuple[CaseTable, ...]:
        """The three tables."""
        return self.payments, self.leads, self.proceeds


def read_case(folder: Path) -> CaseTables:
    """Read the folder that `case run` wrote.

    Raises:
        BadInput: a file is missing, was changed since the run, or another version wrote it.
    """
    files: dict[str, bytes] = {}
    for name in OWNED:
        try:
            files[name] = (folder / name).read_bytes()
        except OSError as error:
            raise BadInput(
                f"cannot read `{folder / name}`: {error.strerror}",
                hint="name the folder that `cointrail case run --out` wrote",
                path=str(folder / name),
            ) from error
    return tables_of(files)


def tables_of(files: Mapping[str, bytes]) -> CaseTables:
    """The same from the files' bytes, by name.

    Raises:
        BadInput: they do not fit each other, or another version wrote them.
    """
    summary, basis = (_parsed(name, files[name]) for name in (SUMMARY, "basis.json"))
    if basis.get("result_version") != RESULT_VERSION:
        raise BadInput("the case run is of another version", hint=AGAIN, file="basis.json")
    digests = {name: hashlib.sha256(files[name]).hexdigest() for name in OWNED}
    noted = summary.get("files_sha256")
    for name, digest in digests.items():
        if name != SUMMARY and (not isinstance(noted, dict) or noted.get(name) != digest):
            raise BadInput(f"`{name}` is not as the case run wrote it", hint=AGAIN, file=name)
    parts = {name: _table(name, files[f"{name}.csv"]) for name in TABLES}
    return CaseTables(**parts, summary=summary, basis=basis, sha256=digests)


def _parsed(name: str, data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except ValueError as error:
        raise BadInput(f"`{name}` is not JSON", hint=AGAIN, file=name) from error
    if not isinstance(value, dict):
        raise BadInput(f"`{name}` is not an object of JSON", hint=AGAIN, file=name)
    return value


def _table(name: str, data: bytes) -> CaseTable:
    head, *rows = read_rows(data) or [[]]
    columns = columns_of(TABLES[name])
    if head != [column.name for column in columns]:
        raise BadInput(f"`{name}.csv` has the columns of another version", hint=AGAIN, file=f"{name}.csv")
    return CaseTable(name, columns, tuple(tuple(map(_as_meant, row)) for row in rows))


def _as_meant(cell: str) -> str:
    """The cell without the apostrophe that keeps spreadsheets from running it."""
    return cell[1:] if cell.startswith("'") and safe_cell(cell[1:]) == cell else cell
