"""`cointrail case report` and `case export`: a case as people and other programs read it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli import case
from cointrail.cli.options import Format, FormatOption
from cointrail.cli.render import Answer, Table, write

if TYPE_CHECKING:
    from cointrail.workbench import Written

FolderArgument = Annotated[
    Path, typer.Argument(metavar="DIR", help="The folder that `case run --out` wrote.")
]


def add_to(program: typer.Typer) -> None:
    """Put the commands of this module beside `case run`."""
    del program
    case.app.command("report")(report)
    case.app.command("export")(export)


def report(
    folder: FolderArgument,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the report; by default that of the case."),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Set a case that was run as a report, in PDF.

    Writes report.pdf, which archives take (PDF/A) and screen readers read (PDF/UA), and report.json, which it
    is set from. The same case gives the same bytes.
    """
    write(written_answer(workbench.write_report(folder, out)), form)


def export(
    folder: FolderArgument,
    out: Annotated[
        Path,
        typer.Option("--out", metavar="DIR", help="Folder for the files; those of an earlier export go."),
    ],
    form: FormatOption = Format.TABLE,
) -> None:
    """Write a case that was run for other programs.

    A workbook (XLSX) and the same tables as CSV, in neither of which a cell is a formula; all of it as JSON;
    the trails as a graph (GraphML); the process in CASE/UCO (JSON-LD).
    """
    write(written_answer(workbench.export_case(folder, out)), form)


def written_answer(done: Written) -> Answer:
    """The files that were written."""
    data = {"out": str(done.out), "files": [{"name": n, "bytes": size} for n, size in done.files.items()]}
    rows = list(done.files.items())
    return Answer(
        data=data, facts=[("folder", str(done.out))], tables=[Table("files", ("name", "bytes"), rows)]
    )
