"""`cointrail tags check` and `prices check`: files looked at before a case uses them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cointrail import workbench
from cointrail.cli.failures import FOUND
from cointrail.cli.options import Format, FormatOption, NetworkName
from cointrail.cli.render import Answer, Table, table_of, write

FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILE...", help="The files.")]

TAKEN = frozenset({"accepted", "conflicting", "duplicate"})
"""Verdicts of rows that lose nothing: kept, or the same as one that is."""

tags_app = typer.Typer(help="Check tag files.")
prices_app = typer.Typer(help="Check price tables.")


def add_to(app: typer.Typer) -> None:
    """Put the commands of this module under the program."""
    app.add_typer(tags_app, name="tags")
    app.add_typer(prices_app, name="prices")


@tags_app.callback()
def _tags() -> None:
    """Check tag files."""


@prices_app.callback()
def _prices() -> None:
    """Check price tables."""


@tags_app.command("check")
def check_tags(
    files: FilesArgument,
    network: Annotated[
        NetworkName, typer.Option("--network", help="Network that the addresses must be of.")
    ] = NetworkName.MAINNET,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say what becomes of every row of tag files.

    Reads them as a case would. Exit code 1 when a row cannot be used.
    """
    found = workbench.check_tags(files, network.value)
    counts = {verdict.value: count for verdict, count in found.counts().items()}
    heads = ("path", "line", "verdict", "subject", "label", "reason", "warnings")
    data = {
        "counts": counts,
        "files": found.files,
        "rows": found.verdicts,
        "tags_digest": found.digest,
    }
    verdicts = [(verdict, count) for verdict, count in counts.items() if count]
    tables = [
        table_of("rows", heads, found.verdicts),
        Table("verdicts", ("verdict", "rows"), verdicts),
    ]
    write(Answer(data=data, tables=tables, basis=[("tags digest", found.digest)]), form)
    if any(count for verdict, count in counts.items() if verdict not in TAKEN):
        raise typer.Exit(FOUND)


@prices_app.command("check")
def check_prices(files: FilesArgument, form: FormatOption = Format.TABLE) -> None:
    """Say what price tables hold.

    Reads them as a case would: source, convention, currency, time span and gaps of each.
    """
    found = workbench.check_prices(files)
    heads = (
        "path",
        "currency",
        "interval",
        "rows",
        "first",
        "last",
        "gaps",
        "lowest",
        "highest",
        "source",
        "convention",
        "digest",
    )
    write(Answer(data={"tables": found}, tables=[table_of("price tables", heads, found)]), form)
