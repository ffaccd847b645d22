"""Reports and exports of a case that was run: they need its folder and no store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cointrail.report.case_tables import read_case
from cointrail.report.document import document_of, report_files
from cointrail.report.exports import export_files
from cointrail.report.writing import write_files


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Files that were written.

    Attributes:
        out: the folder.
        files: their names and sizes in bytes, in the order of writing.
        summary: the summary of the case that they are about.
    """

    out: Path
    files: dict[str, int]
    summary: dict[str, Any]


def write_report(case_folder: Path, out: Path | None = None) -> Written:
    """Write `report.pdf` and `report.json` of a case that was run.

    Args:
        case_folder: what `case run` wrote.
        out: the folder for the report; None: the same.

    Raises:
        BadInput: the folder is not as a case run wrote it, or cannot be written.
    """
    case = read_case(case_folder)
    return _write(out or case_folder, report_files(case), case.summary)


def export_case(case_folder: Path, out: Path) -> Written:
    """Write a case for other programs: XLSX, CSV, JSON, GraphML and CASE/UCO.

    Raises:
        BadInput: the folder is not as a case run wrote it, or cannot be written.
    """
    case = read_case(case_folder)
    return _write(out, export_files(case), case.summary)


def report_document(case_folder: Path) -> dict[str, Any]:
    """The report of a case as JSON values; see `cointrail.report.document`."""
    return document_of(read_case(case_folder))


def _write(out: Path, files: dict[str, bytes], summary: dict[str, Any]) -> Written:
    write_files(out, files)
    return Written(out=out, files={name: len(data) for name, data in files.items()}, summary=summary)
