"""The generated reference pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli_tree import walk_commands
from cointrail.errors import BadAddress
from cointrail.tracing.stops import Stop
from make_reference import cli_lines, error_lines, member_docs, page_text, pages


def _toy_app() -> typer.Typer:
    app, inner = typer.Typer(help="Follow a toy."), typer.Typer(help="Cases.")
    app.add_typer(inner, name="case")

    @inner.command()
    def run(
        case: Annotated[Path, typer.Argument(help="The case file.")],
        hops: Annotated[int, typer.Option(min=1, help="Stop after this | many.")] = 3,
    ) -> None:
        """Run a case."""

    @inner.command(hidden=True)
    def secret() -> None:
        """Not for people."""

    return app


def test_every_command_has_its_usage_and_its_parameters() -> None:
    page = page_text(cli_lines(walk_commands(_toy_app(), "toy")))
    assert "## `toy case run`" in page
    assert "[`run`](#toy-case-run)" in page
    assert "| `case <path>` | The case file. [required] |" in page
    assert "Stop after this \\| many. [default: 3; x>=1]" in page


def test_a_hidden_command_stays_hidden() -> None:
    assert [command.name for command in walk_commands(_toy_app(), "toy")] == [
        "toy",
        "toy case",
        "toy case run",
    ]


def test_a_command_knows_its_flags() -> None:
    run = list(walk_commands(_toy_app(), "toy"))[-1]
    assert run.flags == {"--hops", "--help"}


def test_every_error_code_stands_under_the_one_it_is_a_case_of() -> None:
    lines = list(error_lines())
    assert (
        f"| `{BadAddress.code}` | Not an address, or an address of another network. | `bad_input` |" in lines
    )


def test_every_stop_reason_is_explained() -> None:
    assert member_docs(Stop).keys() == set(Stop.__members__)


def test_every_page_can_be_made_and_is_the_same_twice() -> None:
    once = {name: page_text(make()) for name, make in pages().items()}
    assert {"errors.md", "rules.md", "tables.md", "worlds.md"} <= once.keys()
    assert once == {name: page_text(make()) for name, make in pages().items()}
