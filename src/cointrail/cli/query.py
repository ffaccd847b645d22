"""`cointrail sql`: read-only SQL over the store's columns."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli.look import basis_facts
from cointrail.cli.options import STORE, Format, FormatOption, StoreOption
from cointrail.cli.render import Answer, Table, write
from cointrail.errors import BadInput
from cointrail.workbench.memory_bound import at_most

if TYPE_CHECKING:
    from cointrail.analytics.answer import QueryAnswer

ROWS = 1000
"""Rows written when nobody says how many."""


def add_to(app: typer.Typer) -> None:
    """Put the command of this module under the program."""
    app.command("sql")(sql)


def sql(
    query: Annotated[
        str | None, typer.Argument(help="One SELECT; without it and `--file` it is read from stdin.")
    ] = None,
    store: StoreOption = STORE,
    file: Annotated[
        Path | None, typer.Option("--file", help="File that holds the query.", metavar="FILE")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many rows to write, at most.")] = ROWS,
    everything: Annotated[
        bool, typer.Option("--all", help="Write every row, whatever `--limit` says.")
    ] = False,
    memory: Annotated[
        str, typer.Option("--memory", metavar="SIZE", help="What the query may use beside the columns.")
    ] = "1G",
    threads: Annotated[int, typer.Option("--threads", min=1, help="Threads that the query may use.")] = 2,
    form: FormatOption = Format.TABLE,
) -> None:
    """Ask the store a question in SQL.

    Tables: blocks, txs, outputs, inputs, scripts, reveals. `DESCRIBE outputs` lists a table's columns.
    The query only reads, and sees the store and nothing else: no file, no network.
    """
    text = _query(query, file)
    size = workbench.parse_size(memory)
    ask = workbench.ask
    with at_most(size):
        found = ask(store, text, limit=None if everything else limit, memory=size, threads=threads)
    write(_answer(found), form)
    if found.goes_on:
        gap = "\n" if form is Format.TABLE else ""
        typer.echo(
            f"{gap}only the first {len(found.rows)} rows are written, the result has more; "
            "write them with `--limit` or `--all`",
            err=True,
        )


def _query(query: str | None, file: Path | None) -> str:
    """The query from wherever it was given; exactly one place."""
    if query is not None and file is not None:
        raise BadInput("a query and `--file` were given", hint="give one of them")
    if query is not None:
        return query
    try:
        return sys.stdin.read() if file is None else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"`{file or 'stdin'}` cannot be read: {error}", hint="give a text file in UTF-8"
        ) from error


def _answer(found: QueryAnswer) -> Answer:
    heads = [column.name for column in found.columns]
    return Answer(
        data=found,
        tables=[Table(f"{len(found.rows)} rows", heads, found.rows, raw=True)],
        basis=basis_facts(found.basis),
    )
