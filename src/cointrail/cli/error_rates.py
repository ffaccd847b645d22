"""`cointrail evaluate table` and `check`: the table of measured error, made anew and put to the test."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli.evaluate import app as evaluate_app
from cointrail.cli.failures import FOUND
from cointrail.cli.options import Format, FormatOption
from cointrail.cli.progress import Meter
from cointrail.cli.render import Answer, Table, write

if TYPE_CHECKING:
    from cointrail.workbench import MadeTable, TableCheck

_ROW = (
    "rule",
    "stratum",
    "links",
    "wrong links",
    "n",
    "wrong",
    "worlds",
    "bound_ppm",
    "rest_ppm",
    "bound of",
    "stress_ppm",
)
_CHECKED = (
    "rule",
    "stratum",
    "links",
    "wrong links",
    "n",
    "wrong",
    "least_ppm",
    "share_ppm",
    "bound_ppm",
    "outside",
)


class BudgetChoice(StrEnum):
    """How many worlds."""

    FULL = "full"
    SMALL = "small"


def add_to(app: typer.Typer) -> None:  # noqa: ARG001 -- they stand under `evaluate`
    """Put the commands of this module under `cointrail evaluate`."""
    evaluate_app.command("table")(table)
    evaluate_app.command("check")(check)


def table(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the table is written.")],
    budget: Annotated[
        BudgetChoice, typer.Option(help="full: what ships, in minutes; small: a few worlds, for tests.")
    ] = BudgetChoice.FULL,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="Folder of labelled real transactions, counted beside."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Worlds at a time; by default one a processor.")
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Make the table of measured error anew.

    From worlds of default plans and of plans drawn at random. The same program makes the same bytes. The
    table in force is the one in the package.
    """
    with Meter() as meter:
        made = workbench.make_error_table(
            out, budget=budget.value, real=data, jobs=jobs, progress=meter.steps
        )
    write(_table_answer(made), form)


def _table_answer(made: MadeTable) -> Answer:
    found = made.table
    rows = [
        (
            row.stratum[0],
            ", ".join(row.stratum[1:]) or "all",
            row.links,
            row.wrong_links,
            row.n,
            row.wrong,
            row.worlds,
            row.bound_ppm,
            row.rest_ppm,
            "itself" if row.own else "its parent",
            row.stress_ppm,
        )
        for row in found.rows.values()
    ]
    sheet = Table("strata", _ROW, rows)
    facts = [
        ("digest", found.digest),
        ("in force", made.in_force),
        ("worlds", len(found.worlds)),
        ("transactions", found.transactions),
        ("hands", found.hands),
        ("bounds that hold together", found.strata),
        ("worlds held back", found.validation.worlds),
        ("bounds checked there", found.validation.strata),
        ("outside", found.validation.outside),
        ("allowed", found.validation.allowed),
    ]
    data = {**dict(facts), "rows": [dict(zip(_ROW, row, strict=True)) for row in rows]}
    return Answer(data=data, facts=facts, tables=[sheet], csv=sheet)


def check(
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the world that is drawn.")],
    vary: Annotated[
        bool, typer.Option("--vary", help="Draw its plan too, at random within the documented ranges.")
    ] = False,
    table: Annotated[
        Path | None, typer.Option("--table", metavar="FILE", help="Another table than the one in force.")
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Hold the stated bounds against a world that nobody has seen.

    A stratum is outside where so many wrong links would be a surprise (5 %) if its bound were true there.
    Of sound bounds some are outside by chance; exit code 1 when more are than that allows.
    """
    found = workbench.check_error_table(seed, vary=vary, table=table)
    write(_check_answer(found), form)
    if not found.holds:
        typer.echo(
            f"{found.outside} of {found.strata} strata are outside their bounds; "
            f"chance allows {found.allowed}",
            err=True,
        )
        raise typer.Exit(FOUND)


def _check_answer(found: TableCheck) -> Answer:
    rows = [
        (
            one.stratum[0],
            ", ".join(one.stratum[1:]) or "all",
            one.links,
            one.wrong_links,
            one.n,
            one.wrong,
            one.least_ppm,
            one.share_ppm,
            one.bound_ppm,
            one.outside,
        )
        for one in found.rows
    ]
    sheet = Table("strata of this world", _CHECKED, rows)
    return Answer(
        data=found,
        facts=[
            ("world", found.world),
            ("transactions", found.transactions),
            ("strata", found.strata),
            ("outside", found.outside),
            ("allowed", found.allowed),
            ("holds", found.holds),
            ("not measured", found.not_measured),
        ],
        tables=[sheet],
        csv=sheet,
        basis=[("table", found.table), ("truth", found.truth)],
    )
