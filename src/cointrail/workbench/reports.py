"""Reports and exports of a case that was run: they need its folder and no store."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cointrail.journal.acts import OutputMade
from cointrail.journal.book import CaseBook, Deed
from cointrail.journal.state import CaseState
from cointrail.report.case_tables import read_case
from cointrail.report.document import document_of, report_files
from cointrail.report.exports import export_files
from cointrail.report.writing import write_files
from cointrail.workbench.since_run import NOTHING_SERVED, ServedFiles, since_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Files that were written.

    Attributes:
        out: the folder.
        files: their names and sizes in bytes, in the order of writing.
        sha256: their digests, in hex.
        summary: the summary of the case that they are about.
        since_run: how the kept case differs from what the run rests on; the report says it too.
    """

    out: Path
    files: dict[str, int]
    sha256: dict[str, str]
    summary: dict[str, Any]
    since_run: tuple[str, ...] = ()


def write_report(
    case_folder: Path,
    out: Path | None = None,
    kept: CaseState | None = None,
    served: ServedFiles = NOTHING_SERVED,
) -> Written:
    """Write `report.pdf` and `report.json` of a case that was run.

    Args:
        case_folder: what `case run` wrote.
        out: the folder for the report; None: the same.
        kept: the kept case, whose exhibits, findings and requests the report is to have.
        served: what the next run would take where the case names no files.

    Raises:
        BadInput: the folder is not as a case run wrote it, or cannot be written.
    """
    case = read_case(case_folder)
    changed = since_run(case.basis, kept, served) if kept else ()
    return _write(out or case_folder, report_files(case, kept, changed), case.summary, changed)


def note_report(book: CaseBook, case: str, written: Written) -> CaseState:
    """Note on a kept case that this report of it was made: its name and digest, so that it is known again."""
    name = "report.pdf"
    act = OutputMade(kind="report", name=name, facts={"basis": written.summary["basis_digest"]})
    return book.add(case, Deed(act, digest=written.sha256[name]))


def export_case(case_folder: Path, out: Path, changed: Sequence[str] = ()) -> Written:
    """Write a case for other programs: XLSX, CSV, JSON, GraphML and CASE/UCO.

    Args:
        case_folder: what `case run` wrote.
        out: the folder for the files.
        changed: how the kept case differs from what the run rests on; workbook and JSON say it.

    Raises:
        BadInput: the folder is not as a case run wrote it, or cannot be written.
    """
    case = read_case(case_folder)
    return _write(out, export_files(case, changed), case.summary, changed)


def report_document(case_folder: Path, kept: CaseState | None = None) -> dict[str, Any]:
    """The report of a case as JSON values; see `cointrail.report.document`."""
    return document_of(read_case(case_folder), kept)


def _write(out: Path, files: dict[str, bytes], summary: dict[str, Any], changed: Sequence[str]) -> Written:
    write_files(out, files)
    sizes = {name: len(data) for name, data in files.items()}
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    return Written(out=out, files=sizes, sha256=digests, summary=summary, since_run=tuple(changed))
