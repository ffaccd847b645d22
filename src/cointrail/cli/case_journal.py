"""`cointrail case journal show`, `verify`: what was done to a case, and whether the record is whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from cointrail import workbench
from cointrail.cli.case import app
from cointrail.cli.case_options import CaseArgument, Db, open_cases
from cointrail.cli.failures import FOUND
from cointrail.cli.options import Format, FormatOption
from cointrail.cli.render import Answer, Table, write

journal_app = typer.Typer(help="The journal of a case: who did what, when and why.")

_HEADS = ("seq", "utc", "who", "action", "content", "why", "counts")


def add_to(program: typer.Typer) -> None:  # noqa: ARG001 -- they stand under `case`
    """Put the commands of this module under `cointrail case`."""
    app.add_typer(journal_app, name="journal")


@journal_app.callback()
def _journal() -> None:
    """The journal of a case: who did what, when and why."""


@journal_app.command("show")
def show(case: CaseArgument, db: Db = None, form: FormatOption = Format.TABLE) -> None:
    """Show every entry, those that were undone too."""
    with open_cases(db) as cases:
        journal = cases.journal(case)
    undone = journal.case.undone
    entries = [workbench.entry_values(one, counts=one.seq not in undone) for one in journal.entries]
    rows = [[_cell(entry[head]) for head in _HEADS] for entry in entries]
    data = {"case": journal.case.reference, "head": str(journal.case.head), "entries": entries}
    facts: list[tuple[str, object]] = [("case", journal.case.reference), ("head", str(journal.case.head))]
    write(Answer(data=data, facts=facts, tables=[Table("entries", _HEADS, rows)]), form)


def _cell(value: Any) -> object:
    """Content as JSON, cut for people; nothing is lost, as JSON gives all of it."""
    if not isinstance(value, dict):
        return value
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:80]}… ({len(text):,} characters)"


@journal_app.command("verify")
def verify(
    case: Annotated[
        str | None, typer.Argument(metavar="CASE", help="Reference of the case, or its id.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="An exported journal instead of a case.")
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(
            "--head", metavar="HEAD", help="A head that was kept elsewhere, as `12:` and 64 hex digits."
        ),
    ] = None,
    db: Db = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Check that a journal is what was written.

    Any change, gap and reordering is found; with `--head` also an end that was cut off or written anew.
    Exit code 1 when anything is wrong.
    """
    if (case is None) == (file is None):
        raise typer.BadParameter("give a case, or a file with `--file`, and not both")
    kept = workbench.Head.parse(head) if head else None
    if file is not None:
        verdict = workbench.verify_journal_file(file, kept)
    else:
        with open_cases(db) as cases:
            verdict = cases.verify(str(case), kept)
    values = workbench.verdict_values(verdict)
    facts = [(name, values[name]) for name in ("intact", "entries", "head", "held_against")]
    heads = ("place", "fault", "says")
    rows = [[one[name] for name in heads] for one in values["faults"]]
    write(Answer(data=values, facts=facts, tables=[Table("faults", heads, rows)]), form)
    if verdict.intact and kept is None:
        typer.echo("\nhint: hold it against a head that was kept elsewhere, with `--head`", err=True)
    if not verdict.intact:
        raise typer.Exit(FOUND)
