"""`cointrail case report` and `case data`: a case as people and other programs read it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli import case
from cointrail.cli.case_options import Db, Who, open_cases
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
    case.app.command("data")(data)


def report(
    folder: FolderArgument,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the report; by default that of the case."),
    ] = None,
    kept: Annotated[
        str | None,
        typer.Option("--case", metavar="CASE", help="The kept case whose exhibits and requests it has."),
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Note on the kept case that this report was made.")
    ] = False,
    db: Db = None,
    who: Who = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Set a case that was run as a report, in PDF.

    Writes report.pdf, which archives take (PDF/A) and screen readers read (PDF/UA), and report.json, which it
    is set from. The same case gives the same bytes. Where seeds, judgements, terms or files of the kept case
    have changed since the run, the first page says so.
    """
    if kept is None:
        if record:
            raise typer.BadParameter("`--record` needs `--case`")
        done = workbench.write_report(folder, out)
    else:
        with open_cases(db, who) as cases:
            done = workbench.write_report(folder, out, cases.case(kept))
            if record:
                workbench.note_report(cases.book, kept, done)
    write(written_answer(done), form)
    if done.since_run:
        typer.echo(f"the case has changed since it was run: {'; '.join(done.since_run)}", err=True)
        typer.echo("the first page says so: run the case again, and make the report anew", err=True)


def data(
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
    values = {
        "out": str(done.out),
        "files": [
            {"name": name, "bytes": size, "sha256": done.sha256[name]} for name, size in done.files.items()
        ],
    }
    rows = list(done.files.items())
    return Answer(
        data=values, facts=[("folder", str(done.out))], tables=[Table("files", ("name", "bytes"), rows)]
    )
