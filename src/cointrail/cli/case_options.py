"""Options and answers that the commands on kept cases share."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail.cli.options import Format
from cointrail.cli.render import Answer, write
from cointrail.errors import BadInput

if TYPE_CHECKING:
    from cointrail.workbench import CaseState

Db = Annotated[
    str | None,
    typer.Option(
        "--db",
        envvar="COINTRAIL_DB",
        metavar="DB",
        help="The case database: a file, or `postgresql://USER@HOST/NAME`. Without it `cases.db` in the "
        "folder for data of this user, on Linux `~/.local/share/cointrail`.",
    ),
]
Who = Annotated[
    str | None,
    typer.Option(
        "--who",
        envvar="COINTRAIL_WHO",
        metavar="NAME",
        help="Under whose name the entry is made; without it the name of the login.",
    ),
]
CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="Reference of the case, or its id.")]


def read_day(text: str) -> date:
    """A day as it is typed.

    Raises:
        BadInput: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"`{text[:40]}` is not a day", hint="write it as in 2024-05-31", value=text) from None


def tell_added(case: CaseState, form: Format) -> None:
    """Say which entry was made, and the head that the journal has now."""
    facts: list[tuple[str, object]] = [
        ("case", case.reference),
        ("entry", case.entries),
        ("head", str(case.head)),
    ]
    write(Answer(data=dict(facts), facts=facts), form)
