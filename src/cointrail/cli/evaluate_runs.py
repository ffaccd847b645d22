"""`cointrail evaluate sweep`, `compare` and `cases`: shares varied, runs compared, statements judged."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli.evaluate import app as evaluate_app
from cointrail.cli.options import Format, FormatOption
from cointrail.cli.progress import Meter
from cointrail.cli.render import Answer, Table, table_of, write

if TYPE_CHECKING:
    from cointrail.workbench import Rate, RateChange, RunComparison, StatementRate

JobsOption = Annotated[
    int | None, typer.Option("--jobs", min=1, help="Worlds at a time; by default one a processor.")
]
FirstSeedOption = Annotated[int, typer.Option("--first-seed", min=0, help="Of the first world.")]

_CHANGE = ("of", "rule", "where", "before", "", "after", "", "held against", "parted")
_CHANGE_CSV = (
    *("of", "rule", "where"),
    *("before_ppm", "before_low_ppm", "before_high_ppm", "before_n", "before_wrong"),
    *("after_ppm", "after_low_ppm", "after_high_ppm", "after_n", "after_wrong"),
    *("against", "parted"),
)
_STATEMENT = (
    *("case", "kind", "tier", "said", "wrong", "hands", "wrong_hands", "bound_ppm", "stated_ppm", "holds"),
    *("true", "found"),
)


def add_to(app: typer.Typer) -> None:  # noqa: ARG001 -- they stand under `evaluate`
    """Put the commands of this module under `cointrail evaluate`."""
    evaluate_app.command("sweep")(sweep)
    evaluate_app.command("compare")(compare)
    evaluate_app.command("cases")(cases)


def sweep(
    out: Annotated[
        Path,
        typer.Option("--out", metavar="DIR", help="New or empty folder for the table, pictures, a page."),
    ],
    vary: Annotated[
        list[str] | None,
        typer.Option(
            "--vary", metavar="NAME", help="`payjoin`, `joins`, `core` or `reuse`; may be repeated; else all."
        ),
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="Worlds of each share.")] = 2,
    first_seed: FirstSeedOption = 1,
    transactions: Annotated[int, typer.Option("--transactions", min=300, help="Of each world.")] = 2_000,
    jobs: JobsOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Vary a share that nobody knows, and see which rates move.

    PayJoins among payments, CoinJoins among transactions, one wallet program among persons, one address for
    everything: one share at a time, all else as in a preset.
    """
    with Meter() as meter:
        found, files = workbench.evaluate_sweeps(
            out,
            vary or (),
            seeds=seeds,
            first_seed=first_seed,
            transactions=transactions,
            jobs=jobs,
            progress=meter.steps,
        )
    heads = ("sweep", "share", "figure", "value", "interval", "part", "whole")
    write(Answer(data=found, tables=[table_of("rates against shares", heads, found)]), form)
    typer.echo(f"\n{len(files)} files are in {out}; begin with sweep.md", err=True)


def compare(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="Folder that `evaluate run` wrote.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="Another one.")],
    form: FormatOption = Format.TABLE,
) -> None:
    """Say where measured rates differ between two runs.

    A rate moved when its intervals have nothing in common. Kinds of transactions that only the second run has
    are listed too, each held against the rule elsewhere. `--format csv` lists all that was compared.
    """
    found = workbench.compare_runs(before, after)
    write(_comparison(found), form)


def cases(
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="Worlds, each with its case.")] = 3,
    first_seed: FirstSeedOption = 1,
    scale: Annotated[
        float, typer.Option("--scale", min=0.01, max=1.0, help="Size of each world; 1 is the demo's.")
    ] = 0.1,
    jobs: JobsOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Judge all that the demo's case says, on several worlds.

    Payments, leads and deposits of proceeds, by class, weakest tier and case: how many were wrong, how many
    were missed, and whether the bounds that stand beside them hold.
    """
    with Meter() as meter:
        found = workbench.evaluate_cases(
            seeds=seeds, first_seed=first_seed, scale=scale, jobs=jobs, progress=meter.steps
        )
    write(_cases_answer(found), form)


def _comparison(found: RunComparison) -> Answer:
    rows = [
        (
            one.of,
            one.rule,
            one.where,
            *_rate(one.before),
            *_rate(one.after),
            one.against,
            one.parted,
        )
        for one in found.told
    ]
    return Answer(
        data=found,
        facts=[
            ("rates compared", len(found.changes)),
            ("strata with too few hands", found.strata_left_out),
            ("worlds only before", len(found.only_before)),
            ("worlds only after", len(found.only_after)),
            ("worlds in both", found.same),
        ],
        tables=[Table("rates that moved, and kinds that are new", _CHANGE, rows)],
        csv=Table("changes", _CHANGE_CSV, [_flat(one) for one in found.changes]),
    )


def _rate(one: Rate | None) -> tuple[str, str]:
    """A rate with its counts, and its interval."""
    if one is None:
        return "not there", ""
    counts = "" if one.n is None else f" ({one.wrong} of {one.n})"
    ends = f"{workbench.percent(one.low_ppm)} to {workbench.percent(one.high_ppm)}"
    return f"{workbench.percent(one.ppm)}{counts}", ends


def _flat(one: RateChange) -> Sequence[object]:
    return (one.of, one.rule, one.where, *_five(one.before), *_five(one.after), one.against, one.parted)


def _five(one: Rate | None) -> Sequence[object]:
    return (None,) * 5 if one is None else (one.ppm, one.low_ppm, one.high_ppm, one.n, one.wrong)


def _cases_answer(found: Sequence[StatementRate]) -> Answer:
    total = [one for one in found if one.case == "all"]
    whole = [one for one in found if one.case != "all" and one.tier == "all"]
    return Answer(
        data=found,
        tables=[
            table_of("all cases", _STATEMENT[1:], total),
            table_of("case by case", _STATEMENT, whole),
        ],
        csv=table_of("statements", _STATEMENT, found),
    )
