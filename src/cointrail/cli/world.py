"""`cointrail simulate` and `demo`: an invented world, and the whole job on it."""

from __future__ import annotations

import shlex
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli.case import case_answer, say_tags
from cointrail.cli.options import Format, FormatOption
from cointrail.cli.progress import Meter
from cointrail.cli.render import Answer, Table, write
from cointrail.errors import BadInput
from cointrail.workbench.json_values import plain

if TYPE_CHECKING:
    from cointrail.workbench import DemoRun

DEMO_OUT = Path("demo-out")
RANDOM = "random"
"""In place of a preset: a plan at random within the ranges, by the seed."""

SeedOption = Annotated[int, typer.Option("--seed", min=0, help="Another number, another world.")]
ScaleOption = Annotated[
    float, typer.Option("--scale", min=0.01, max=1, help="Size: 1 is the full world of 7,300 payments.")
]


def add_to(app: typer.Typer) -> None:
    """Put the commands of this module under the program."""
    for command in (simulate, demo):
        app.command()(command)


def simulate(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="New or empty folder for the world.")],
    seed: SeedOption = 1,
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help="Write stand-ins for signatures, and have nobody validate.")
    ] = False,
    scale: ScaleOption = 1.0,
    preset: Annotated[
        str | None,
        typer.Option(
            "--preset",
            metavar="NAME",
            help="Compose a world by a plan of that name, as `2021`; `random` draws one by the seed.",
        ),
    ] = None,
    world: Annotated[
        Path | None,
        typer.Option("--world", metavar="FILE", help="Compose a world by the plan in a TOML file."),
    ] = None,
    transactions: Annotated[
        int | None, typer.Option("--transactions", help="Size of a composed world, in place of its plan's.")
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Make an invented bitcoin economy whose truth is known.

    Writes blocks and the truth beside them. Without a plan it is the demo's world, with tags, prices and a
    case. The same seed gives the same bytes. Signed where the libraries for it are installed.
    """
    composed = preset is not None or world is not None
    if (preset is not None and world is not None) or (composed and scale != 1.0):
        raise BadInput(
            "name one of --preset, --world and --scale", hint="--transactions sizes a plan's world"
        )
    if transactions is not None and not composed:
        raise BadInput("--transactions goes with --preset or --world", hint="the demo's world has --scale")
    plan = None
    if world is not None:
        plan = workbench.plan_from_toml(world)
    elif preset is not None:
        plan = workbench.draw_plan(seed) if preset == RANDOM else workbench.preset(preset)
    plan = plan and plan.with_size(transactions)
    workbench.require_folder(out)
    signed = False if unsigned else None
    with Meter() as meter:
        progress = partial(meter.steps, "simulate")
        summary: object
        if plan is not None:
            summary = workbench.compose_world(plan, seed, out, signed=signed, progress=progress)
        else:
            summary = workbench.simulate_world(seed, out, signed=signed, scale=scale, progress=progress)
    data = plain(summary)
    if not data["signed"]:
        typer.echo("note: this world is UNSIGNED; its blocks were validated by nobody", err=True)
    kinds = sorted(data.get("kinds", {}).items())
    facts = [(name.replace("_", " "), value) for name, value in data.items() if name != "kinds"]
    tables = [Table("transactions by kind", ("kind", "count"), kinds)] if kinds else []
    write(Answer(data=data, facts=facts, tables=tables), form)


def demo(
    seed: SeedOption = 1,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for world, store, case and bundle.")
    ] = DEMO_OUT,
    scale: ScaleOption = 1.0,
    form: FormatOption = Format.TABLE,
) -> None:
    """Run the whole job on an invented world, and count what is wrong.

    It ends with the evidence bundle of its case. A world that an earlier run made for the same seed is
    used again.
    """
    with Meter() as meter:
        run = workbench.run_demo(out, seed, scale=scale, progress=meter.steps, blocks_progress=meter.blocks)
    if run.world_was_there:
        typer.echo(f"the world of seed {seed} was there already in {run.out / 'world'}", err=True)
    say_tags(run.case)
    write(_demo_answer(run), form)
    bundle, key = run.out / "bundle", run.public_key
    typer.echo(
        f"\nthe list of leads is in {run.out / 'case' / 'leads.csv'}, the evidence in {bundle}", err=True
    )
    line = f"python3 {bundle / 'data' / 'verify.py'}"
    typer.echo(f"check it: {line}" if key is None else f"check it: {line} --key {key}", err=True)
    typer.echo(f"look at it in the browser: {serve_line(run.out)}", err=True)


def serve_line(out: Path) -> str:
    """The command that shows a demo, and with which a case can be opened and worked on in the page."""
    world = out / "world"
    program = sys.argv[0] if Path(sys.argv[0]).name == "cointrail" else "cointrail"
    words = [program, "serve", "--store", out / "store", "--case", out / "case", "--blocks", world / "blocks"]
    for kind in ("tagpack", "actorpack"):
        words += ["--tags", world / "tags" / f"exchanges.{kind}.yaml"]
    words += ["--prices", world / "prices" / "demo_usd.csv"]
    return shlex.join(str(word) for word in words)


def _demo_answer(run: DemoRun) -> Answer:
    counts = {name: plain(getattr(run.comparison, name)) for name in ("payments", "leads", "proceeds")}
    missed = {name: getattr(run.comparison, f"missed_{name}") for name in counts}
    case = run.case.result
    data = {
        **counts,
        "seconds": run.seconds,
        "missed": missed,
        "world": run.world,
        "basis_digest": case.basis.digest(),
    }
    rows = [(name, one["true"], one["found"], one["wrong"], _share(one)) for name, one in counts.items()]
    lost = [(name, why, count) for name, by in missed.items() for why, count in by.items()]
    times = [(name, f"{seconds:.1f}") for name, seconds in run.seconds.items()]
    answer = case_answer(run.case)
    return Answer(
        data=data,
        facts=[
            ("world", f"seed {run.world['seed']}, {run.world['transactions']:,} transactions"),
            ("validation", run.world["note"]),
            *answer.facts,
        ],
        tables=[
            *answer.tables,
            Table("what was missed, and why", ("of", "reason", "count"), lost),
            Table("seconds", ("stage", "seconds"), times),
            Table("found against true", ("of", "true", "found", "wrong", "found %"), rows),
        ],
        csv=Table("found against true", ("of", "true", "found", "wrong", "found %"), rows),
        basis=answer.basis,
    )


def _share(count: dict[str, int]) -> str | None:
    return f"{100 * count['found'] / count['true']:.1f}" if count["true"] else None
