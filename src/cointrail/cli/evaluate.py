"""`cointrail evaluate real`: what detectors and models say of real transactions with known labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli.options import Format, FormatOption
from cointrail.cli.progress import Meter
from cointrail.cli.render import Answer, Table, table_of, write

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from cointrail.workbench import RealEvaluation

app = typer.Typer(help="Measure methods on data whose truth is known.")

_TALLY = (
    "detector",
    "claim",
    "labelled_set",
    "n",
    "fired",
    "true",
    "misnamed",
    "false",
    "unknown",
    "missed",
    "undecided",
)


def add_to(program: typer.Typer) -> None:
    """Put the commands of this module under the program."""
    program.add_typer(app, name="evaluate")


@app.callback()
def _evaluate() -> None:
    """Measure methods on data whose truth is known."""


@app.command("real")
def real(
    data: Annotated[
        Path, typer.Option("--data", metavar="DIR", help="Folder of labelled real transactions; only read.")
    ],
    form: FormatOption = Format.TABLE,
) -> None:
    """Count what detectors say of labelled real transactions.

    Every detector on every set: right, wrong, and where no label says. Also the gate, the models of a
    join where owners are known, and clusters of an emulated chain against its wallets.
    """
    with Meter() as meter:
        found = workbench.evaluate_real(data, meter.steps)
    write(_answer(found), form)


def _answer(found: RealEvaluation) -> Answer:
    told = [one for one in found.detectors if one.fired or one.missed or one.undecided]
    models = [(one.name.replace("_", " "), getattr(found.models, one.name)) for one in fields(found.models)]
    return Answer(
        data=found,
        tables=[
            table_of("sets", ("name", "n", "holds", "what"), found.sets),
            table_of("detectors", _TALLY, told),
            table_of("gate", ("labelled_set", "n", "safe", "unknown", "unsafe"), found.gate),
            Table("models of a join, where owners are known", ("of emulated rounds", "count"), models),
            _listed("JoinMarket readings", found.slots),
            _listed("pairs of scripts on the emulated chain", found.pairs),
            _listed("published lists of ids", found.lists),
        ],
        csv=table_of("detectors", _TALLY, found.detectors),
        basis=[("not run, need more than one transaction", found.not_run), ("not read", found.not_read)],
    )


def _listed(title: str, rows: Sequence[DataclassInstance]) -> Table:
    """Rows under the names of their fields."""
    return table_of(title, [one.name for one in fields(rows[0])] if rows else [], rows)
