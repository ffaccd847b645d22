"""`cointrail evaluate`: methods against real transactions with known labels, and against simulated worlds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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

    from cointrail.workbench import EraGates, Evaluation, RealEvaluation, Sheet

app = typer.Typer(help="Measure methods on data whose truth is known.")

LotOption = Annotated[
    int, typer.Option("--seed", min=0, help="Of the draw of one link a hand, and of intervals.")
]

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
    join where owners are known, clusters and links of an emulated chain against its wallets, clusters with
    addresses of two exchanges, and change that transactions give away.
    """
    with Meter() as meter:
        found = workbench.evaluate_real(data, meter.steps)
    write(_answer(found), form)


@app.command("world")
def world(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder that `simulate` wrote.")],
    store: Annotated[
        Path | None,
        typer.Option(
            "--store", metavar="DIR", help="Store of its blocks; without one they are read, and not kept."
        ),
    ] = None,
    seed: LotOption = 0,
    form: FormatOption = Format.TABLE,
) -> None:
    """Measure every link, cluster and change verdict in one world.

    All are compared with what is true there. Shares carry upper bounds or intervals. A stratum with too few
    hands takes its parent's bound. The same world gives the same bytes.
    """
    with Meter() as meter:
        found = workbench.evaluate_world(folder, store, seed=seed, progress=meter.steps)
    write(_world_answer(found), form)


@app.command("run")
def run(
    out: Annotated[
        Path,
        typer.Option("--out", metavar="DIR", help="New or empty folder for tables, pictures and a page."),
    ],
    worlds: Annotated[
        list[str] | None,
        typer.Option("--worlds", metavar="NAME", help="Plan of worlds by name; may be repeated."),
    ] = None,
    plan: Annotated[
        list[Path] | None,
        typer.Option("--plan", metavar="FILE", help="Plan of worlds in a TOML file; may be repeated."),
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="Worlds of each plan.")] = 2,
    first_seed: Annotated[int, typer.Option("--first-seed", min=0, help="Of the first of these.")] = 1,
    transactions: Annotated[
        int | None,
        typer.Option("--transactions", min=300, help="Size of each world, in place of its plan's."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Worlds at a time; by default one a processor.")
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Make worlds of several plans and seeds, and measure them.

    Writes tables, pictures and a page. Without a plan: one of each era, and some that stress joins, one
    wallet program, and crime. The worlds themselves are not kept: their plans and seeds make them again.
    """
    with Meter() as meter:
        found, files = workbench.evaluate_worlds(
            out,
            presets=worlds or (),
            plans=plan or (),
            seeds=seeds,
            first_seed=first_seed,
            transactions=transactions,
            jobs=jobs,
            progress=meter.steps,
        )
    write(_world_answer(found), form)
    typer.echo(f"\n{len(files)} files are in {out}; begin with report.md", err=True)


@app.command("fidelity")
def fidelity(
    data: Annotated[
        Path, typer.Option("--real", metavar="DIR", help="Folder of real blocks and transactions; only read.")
    ],
    out: Annotated[
        Path,
        typer.Option("--out", metavar="DIR", help="New or empty folder for tables, pictures and a page."),
    ],
    era: Annotated[
        list[int] | None, typer.Option("--era", metavar="YEAR", help="Era; may be repeated; all without it.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the worlds.")] = 1,
    form: FormatOption = Format.TABLE,
) -> None:
    """Hold worlds of an era against real blocks of that time.

    Marginals and key joints, each with a distance and its limit, and a classifier that tells real from made
    up, with what it goes by. Rates of an era whose gates fail carry the warning.
    """
    with Meter() as meter:
        found, files = workbench.evaluate_fidelity(out, data, eras=era or (), seed=seed, progress=meter.steps)
    eras = [one.summary for one in found]
    gates = Table("gates", _GATE, [row for one in found for row in _gate_rows(one)])
    heads = ("era", "n", "gates passed", "failed", "auc", "two real samples", "goes by")
    rows = [
        (
            str(one.era),
            one.n,
            len(one.passed),
            len(one.failed),
            _thousandths(one.auc_ppm),
            None if one.real_auc_ppm is None else _thousandths(one.real_auc_ppm),
            ", ".join(one.best),
        )
        for one in eras
    ]
    warnings = [(str(one.era), one.warning) for one in eras if one.warning]
    write(Answer(data=eras, tables=[Table("eras", heads, rows), gates], csv=gates, basis=warnings), form)
    typer.echo(f"\n{len(files)} files are in {out}; begin with fidelity.md", err=True)


_GATE = ("era", "gate", "distance", "limit", "passed", "two real samples")


def _gate_rows(era: EraGates) -> Iterator[tuple[str, str, str, str, bool, str | None]]:
    for one in era.gates:
        apart = None if one.real_distance is None else f"{one.real_distance:.3f}"
        yield str(era.era), one.name, f"{one.distance:.3f}", f"{one.limit:g}", one.passed, apart


def _thousandths(ppm: int) -> str:
    return f"{ppm / 1_000_000:.3f}"


_STRATUM = (
    "rule",
    "era",
    "links",
    "wrong links",
    "n",
    "wrong",
    "bound_ppm",
    "bound from",
    "target_ppm",
    "within",
)
_CLUSTERS = (
    "world",
    "tier",
    "bcubed_precision",
    "bcubed_precision_low",
    "bcubed_precision_high",
    "outside_precision",
    "bcubed_recall",
    "bcubed_recall_low",
    "bcubed_recall_high",
    "contaminated",
    "tag_contaminated",
    "false_merges",
    "unexplained_merges",
)


_TAINT = ("policy", "sort", "seeds", "hands", "l1", "l1_low", "l1_high", "misplaced", "withheld", "covered")


def _world_answer(found: Evaluation) -> Answer:
    sheets = workbench.evaluation_sheets(found)
    strata = Table("strata", sheets["strata"].heads, sheets["strata"].rows)
    everything = {
        name: [dict(zip(sheet.heads, row, strict=True)) for row in sheet.rows]
        for name, sheet in sheets.items()
    }
    heads = [one for one in found.strata if len(one.stratum) <= 2]
    rows = [
        (
            one.stratum[0],
            one.stratum[1] if len(one.stratum) > 1 else "all",
            one.links,
            one.wrong_links,
            one.n,
            one.wrong,
            one.bound_ppm,
            "itself" if one.own else "the rule",
            one.target_ppm,
            one.within,
        )
        for one in heads
    ]
    return Answer(
        data=everything,
        facts=[("bounds that hold together", found.bounds)],
        tables=[
            Table("links, by rule and era (all strata: --format csv)", _STRATUM, rows),
            *(
                Table(title, sheets[name].heads, sheets[name].rows)
                for name, title in (
                    ("vote", "the vote on change"),
                    ("change", "change that was named"),
                    ("worth", "what verdicts are worth, by the share of payments with change"),
                    ("voters", "rules that voted"),
                    ("voters_alone", "outputs that each voter names by itself"),
                    ("survival", "coins followed along their change"),
                    ("gate", "the gate, by what transactions truly are"),
                )
            ),
            Table(
                "wrong links, by what made them",
                sheets["kinds"].heads[:4],
                [row[:4] for row in sheets["kinds"].rows if row[3]],
            ),
            Table(
                "coins that another hand spent, by what made them",
                ("made by", "coins", "another hand's"),
                [row[1:4] for row in sheets["holders"].rows if row[3]],
            ),
            Table("policies against the true flow", *_some(sheets["taint"], _TAINT)),
            Table("addresses of services", sheets["services"].heads, sheets["services"].rows),
            Table("clusters", *_some(sheets["clusters"], _CLUSTERS)),
        ],
        csv=strata,
        basis=[(one.name, f"truth {one.truth_digest}") for one in found.worlds],
    )


def _some(sheet: Sheet, names: Sequence[str]) -> tuple[Sequence[str], list[list[object]]]:
    """Some columns of a table: heads and rows."""
    places = [sheet.heads.index(name) for name in names]
    return names, [[row[place] for place in places] for row in sheet.rows]


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
            _listed("links on the emulated chain", found.links),
            _listed("published addresses of exchanges, in clusters of what is at hand", found.exchanges),
            _listed("change rules on change that transactions give away", found.revealed),
            _listed("rates against real truth", found.rates),
            _listed("published lists of ids", found.lists),
        ],
        csv=table_of("detectors", _TALLY, found.detectors),
        basis=[("not run, need more than one transaction", found.not_run), ("not read", found.not_read)],
    )


def _listed(title: str, rows: Sequence[DataclassInstance]) -> Table:
    """Rows under the names of their fields."""
    return table_of(title, [one.name for one in fields(rows[0])] if rows else [], rows)
