"""`cointrail evaluate train-change`: the learned change model, made anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli import evaluate
from cointrail.cli.options import Format, FormatOption
from cointrail.cli.progress import Meter
from cointrail.cli.render import Answer, Table, write

if TYPE_CHECKING:
    from cointrail.workbench import Trained

_VOTE = (
    "plan",
    "vote",
    "payments with change",
    "found",
    "T3 said",
    "T3 wrong",
    "T4 said",
    "T4 wrong",
)


def add_to(_program: typer.Typer) -> None:
    """Put the command of this module under `evaluate`."""
    evaluate.app.command("train-change")(train_change)


def train_change(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="New or empty folder for the model and its card.")
    ],
    worlds: Annotated[
        list[str] | None,
        typer.Option(
            "--worlds", metavar="NAME", help="Plan of worlds by name, in place of all; may be repeated."
        ),
    ] = None,
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, help="Training worlds of each plan; half as many for the rest.")
    ] = 4,
    transactions: Annotated[int, typer.Option("--transactions", min=300, help="Size of each world.")] = 5_000,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Worlds at a time; by default one a processor.")
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Train the learned change model on simulated worlds.

    Trees from training worlds, probabilities and the cut from calibration worlds, every figure from
    comparison worlds. A model that too few worlds have calibrated keeps quiet everywhere. Writes the model,
    its card and a diagram; the same options give the same bytes.
    """
    budget = workbench.Budget(seeds=seeds, transactions=transactions, jobs=jobs, plans=tuple(worlds or ()))
    with Meter() as meter:
        found, files = workbench.train_change(out, budget, progress=meter.steps)
    write(_answer(found), form)
    typer.echo(f"\n{len(files)} files are in {out}; begin with change-model.md", err=True)


def _answer(found: Trained) -> Answer:
    figures = found.figures
    rows = [
        (plan, name, said.with_change, said.found, *_pairs(said.said, said.wrong))
        for plan, without, beside in workbench.votes_by_plan(found.compared)
        for name, said in (("without", without), ("with", beside))
    ]
    facts: list[tuple[str, object]] = [
        ("model", found.model.digest),
        ("payments asked about", figures.payments),
        ("kinds of transactions that it speaks in", sum(found.model.known)),
        ("picks", figures.spoke),
        ("wrong picks", figures.wrong),
        ("false positives, at most ppm", figures.false_positive_bound_ppm),
        ("AUC ppm", figures.auc_ppm),
        ("calibration error ppm", figures.ece_ppm),
    ]
    votes = Table("the vote with and without the model", _VOTE, rows)
    return Answer(
        data={
            "model": found.model.digest,
            "figures": figures,
            "votes": [dict(zip(_VOTE, row, strict=True)) for row in rows],
        },
        facts=facts,
        tables=[votes],
        csv=votes,
    )


def _pairs(said: tuple[int, ...], wrong: tuple[int, ...]) -> tuple[int, ...]:
    """Said and wrong of each tier in turn."""
    return tuple(number for pair in zip(said, wrong, strict=True) for number in pair)
