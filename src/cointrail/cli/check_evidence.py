"""`cointrail verify`: whether a bundle is what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cointrail import workbench
from cointrail.cli.failures import FOUND
from cointrail.cli.options import Format, FormatOption
from cointrail.cli.render import Answer, Table, write


def add_to(app: typer.Typer) -> None:
    """Put the command of this module under the program."""
    app.command()(verify)


def verify(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The bundle's folder.")],
    key: Annotated[
        Path | None,
        typer.Option("--key", metavar="FILE", help="The signer's public key, in minisign's form."),
    ] = None,
    tables: Annotated[
        Path | None,
        typer.Option("--tables", metavar="DIR", help="Write the tables there, with texts and paths in full."),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Check an evidence bundle, question by question.

    The same program lies in every bundle as data/verify.py and runs without Cointrail. There is no single
    verdict: each question has its own answer. Exit code 1 when something fails.
    """
    found = workbench.verify_bundle(bundle, key, tables)
    rows = [(one.answer, one.question, "; ".join(one.found)) for one in found.answers]
    shown = [
        Table("answers", ("answer", "question", "found"), rows),
        Table("not proven by this program", ("what",), [(what,) for what in found.not_proven]),
    ]
    write(Answer(data=found, tables=shown), form)
    if found.fails:
        raise typer.Exit(FOUND)
