"""Options and answers that the commands on kept cases share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from getpass import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli.options import Format
from cointrail.cli.render import Answer, write
from cointrail.errors import BadInput

if TYPE_CHECKING:
    from cointrail.workbench import CaseBench, CaseState

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


Encrypt = Annotated[
    bool,
    typer.Option(
        "--encrypt",
        help="Encrypt the case database if it is made now; the passphrase is asked for, unless "
        "COINTRAIL_DB_KEY_FILE names a file that holds it.",
    ),
]


def open_cases(db: str | None, who: str | None = None, *, encrypt: bool = False) -> CaseBench:
    """The case database; its passphrase is asked for at a terminal, unless a file with it is named."""
    return workbench.CaseBench(db, who, ask=asking(), encrypt=encrypt)


def asking() -> Callable[[str], str] | None:
    """Asks whoever sits at the terminal, and shows nothing of what is typed; None: nobody does."""
    return getpass if sys.stdin.isatty() else None


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
