"""Reports to look at: their documents and pages, kept as long as neither run nor journal has moved."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from cointrail.casework.outputs import SUMMARY
from cointrail.errors import BadInput
from cointrail.journal.state import CaseState
from cointrail.report.case_tables import read_case
from cointrail.report.document import TEMPLATE, document_of
from cointrail.report.typesetting import pictures_of

MOST_KEPT = 4
"""Reports whose document and pages are kept: some megabytes each."""

Form = Literal["svg", "png"]
Key = tuple[str, str, str, tuple[str, ...]]


class ReportPages:
    """Documents and pictures of reports. One is set at a time, so that many who ask cost one processor."""

    def __init__(self) -> None:
        self._documents: OrderedDict[Key, dict[str, Any]] = OrderedDict()
        self._pictures: OrderedDict[tuple[Key, Form], tuple[bytes, ...]] = OrderedDict()
        self._lock = Lock()

    def document(
        self, folder: Path, kept: CaseState | None = None, changed: Sequence[str] = ()
    ) -> dict[str, Any]:
        """The report of a run as values.

        Args:
            folder: the run.
            kept: its kept case.
            changed: how that case differs from what the run rests on.

        Raises:
            BadInput: the folder is not as a case run wrote it.
        """
        with self._lock:
            return self._document(_key(folder, kept, changed), folder, kept)

    def pictures(
        self, folder: Path, kept: CaseState | None, changed: Sequence[str], form: Form
    ) -> tuple[bytes, ...]:
        """A picture of each page.

        Raises:
            BadInput: the folder is not as a case run wrote it.
        """
        with self._lock:
            key = _key(folder, kept, changed)
            if (key, form) not in self._pictures:
                document = self._document(key, folder, kept)
                day = date.fromisoformat(document["date"])
                self._pictures[key, form] = pictures_of(TEMPLATE, document, day, form)
                _shorten(self._pictures)
            return self._pictures[key, form]

    def _document(self, key: Key, folder: Path, kept: CaseState | None) -> dict[str, Any]:
        if key not in self._documents:
            self._documents[key] = document_of(read_case(folder), kept, key[-1])
            _shorten(self._documents)
        return self._documents[key]


def _key(folder: Path, kept: CaseState | None, changed: Sequence[str]) -> Key:
    """What a report depends on: the folder, when its run was put there, the head of the journal, changes."""
    try:
        made = (folder / SUMMARY).stat()
    except OSError as error:
        raise BadInput(f"`{folder}` is not the output of a case run", path=str(folder)) from error
    head = "" if kept is None else str(kept.head)
    return str(folder), f"{made.st_mtime_ns} {made.st_ino}", head, tuple(changed)


def _shorten(kept: OrderedDict[Any, Any]) -> None:
    while len(kept) > MOST_KEPT:
        kept.popitem(last=False)
