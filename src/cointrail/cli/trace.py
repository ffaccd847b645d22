"""`cointrail trace forward`, `backward`: where value went, and where it came from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from cointrail import workbench
from cointrail.cli.error_text import FIVE_PERCENT, bound_text
from cointrail.cli.look import Facts, basis_facts, say_page
from cointrail.cli.options import (
    PAGE,
    STORE,
    Format,
    FormatOption,
    LimitOption,
    StartOption,
    StoreOption,
    TagsOption,
)
from cointrail.cli.progress import Meter
from cointrail.cli.render import Answer, Table, write

if TYPE_CHECKING:
    from cointrail.lookups.trace_views import BySat, EndLine, TraceView

trace_app = typer.Typer(help="Follow value over outputs, forward or backward.")

SeedsArgument = Annotated[
    list[str],
    typer.Argument(
        help="Where to start: outpoints `txid:vout`, addresses or transaction ids (all their outputs), "
        "in the order in which they were reported."
    ),
]
PolicyOption = Annotated[
    list[str],
    typer.Option(
        "--policy",
        metavar="NAME",
        help="How value divides inside a transaction: fifo, lifo, haircut, tiho, tilo, payment_first, "
        "change_first, poison, or all. There is no default, as it decides what is found. May be repeated.",
    ),
]
HopsOption = Annotated[int, typer.Option("--max-hops", min=0, help="End a path after so many transactions.")]
OutputsOption = Annotated[
    int,
    typer.Option(
        "--max-outputs", min=1, help="End the trace when it has come to so many outputs, in chain order."
    ),
]
ValueOption = Annotated[
    int, typer.Option("--min-value", min=0, help="End a branch that carries fewer satoshi, as `dust`.")
]
ShareOption = Annotated[
    str,
    typer.Option(
        "--min-share",
        metavar="PERCENT",
        help="End a branch that carries a smaller share of all that is traced, as `small_share`.",
    ),
]
SecondsOption = Annotated[
    float | None,
    typer.Option(
        "--seconds", help="End the trace by each policy after this time; where depends on the machine."
    ),
]


EXPOSED = ("actor", "reason", "ends", "hops", "policy", "direct_sat", "indirect_sat")


class Asked(NamedTuple):
    """How far to follow, as it was typed."""

    max_hops: int
    max_outputs: int
    min_value_sat: int
    min_share: str
    seconds: float | None


def add_to(app: typer.Typer) -> None:
    """Put the commands of this module under the program."""
    app.add_typer(trace_app, name="trace")


@trace_app.callback()
def _trace() -> None:
    """Follow value over outputs, forward or backward."""


@trace_app.command()
def forward(
    seeds: SeedsArgument,
    policy: PolicyOption = [],  # noqa: B006 -- typer copies it
    store: StoreOption = STORE,
    tags: TagsOption = [],  # noqa: B006 -- typer copies it
    max_hops: HopsOption = 1_000,
    max_outputs: OutputsOption = 100_000,
    min_value: ValueOption = 0,
    min_share: ShareOption = "0",
    seconds: SecondsOption = None,
    start: StartOption = 0,
    limit: LimitOption = PAGE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Follow value forward, to where it went.

    No trace goes through a tagged custodian, a CoinJoin, or a transaction that several clusters signed.
    Every branch ends with a named reason, and the sums of the ends are checked against the start. With
    several policies, the answer says what holds by all of them and what needs one.
    """
    bounds = Asked(max_hops, max_outputs, min_value, min_share, seconds)
    _trace_seeds(seeds, policy, store, tags, bounds, start, limit, form, forward=True)


@trace_app.command()
def backward(
    seeds: SeedsArgument,
    policy: PolicyOption = [],  # noqa: B006 -- typer copies it
    store: StoreOption = STORE,
    tags: TagsOption = [],  # noqa: B006 -- typer copies it
    max_hops: HopsOption = 1_000,
    max_outputs: OutputsOption = 100_000,
    min_value: ValueOption = 0,
    min_share: ShareOption = "0",
    seconds: SecondsOption = None,
    start: StartOption = 0,
    limit: LimitOption = PAGE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Follow value backward, to where it came from; see `trace forward`."""
    bounds = Asked(max_hops, max_outputs, min_value, min_share, seconds)
    _trace_seeds(seeds, policy, store, tags, bounds, start, limit, form, forward=False)


def _trace_seeds(
    seeds: list[str],
    policy: list[str],
    store: Path,
    tags: list[Path],
    asked: Asked,
    start: int,
    limit: int,
    form: Format,
    *,
    forward: bool,
) -> None:
    policies = workbench.trace_policies(policy)
    bounds = workbench.trace_bounds(**asked._asdict())
    with Meter() as meter:
        found = workbench.TraceBench(store, meter.steps).trace(
            seeds, forward=forward, policies=policies, tags=tags, bounds=bounds, start=start, limit=limit
        )
    write(_answer(found), form)
    say_page(found.page, "ends", form)
    _say_rest(found, form)


def _answer(found: TraceView) -> Answer:
    names = [policy.value for policy in found.policies]
    facts: Facts = [
        ("direction", found.direction),
        ("policies", found.policies),
        ("traced_sat", found.traced_sat),
        ("fees", found.fees),
    ]
    seeds = [(one.seed, one.kind, one.outputs, one.value_sat) for one in found.seeds]
    runs = [
        (run.policy, run.outputs, run.transactions, run.cut, run.frontier, run.frontier_sat)
        for run in found.runs
    ]
    sums = [(line.stop, *line.ends.values(), *line.sat.values()) for line in found.stops]
    if len(names) > 1:
        sums = [(line.stop, *line.sat.values()) for line in found.stops]
    said = [(one.claim, one.holds, one.policies, one.open) for one in found.conclusions]
    lost = [(one.policy, one.outpoint, one.seed, one.counts_under, one.sat) for one in found.collisions]
    sat = [f"{name}_sat" for name in names]
    tables = [
        Table("seeds", ("seed", "kind", "outputs", "value_sat"), seeds),
        Table("how far", ("policy", "outputs", "transactions", "cut", "frontier", "frontier_sat"), runs),
        Table("where it ended", ("reason", *(("ends",) if len(names) == 1 else ()), *sat), sums),
        Table("who is claimed to be there", EXPOSED, _exposed_rows(found)),
        Table("what holds", ("claim", "by every policy", "by", "open"), said),
        Table("collisions", ("policy", "outpoint", "seed", "counts under", "value_sat"), lost),
        Table(
            "ends",
            ("reason", "outpoint", "address", "actor", "hops", "tier", "bound", *sat),
            _end_rows(found),
        ),
    ]
    return Answer(
        data=found,
        facts=facts,
        tables=[table for table in tables if table.rows or table.title == "ends"],
        csv=_wide(found, sat),
        beside_csv=_sum_facts(found),
        basis=basis_facts(found.basis),
    )


def _exposed_rows(found: TraceView) -> list[tuple[object, ...]]:
    """A row for each actor and policy; a policy by which nothing is there has none."""
    return [
        (one.actor, one.stop, one.ends, one.fewest_hops, policy, direct, one.indirect_sat[policy])
        for one in found.exposures
        for policy, direct in one.direct_sat.items()
        if direct or one.indirect_sat[policy]
    ]


def _end_rows(found: TraceView) -> list[tuple[object, ...]]:
    return [
        (
            *(one.stop, one.outpoint, one.address, one.actor, one.hops, one.weakest_tier),
            bound_text(one.bound),
            *one.sat.values(),
        )
        for one in found.ends
    ]


def _wide(found: TraceView, sat: list[str]) -> Table:
    """What a CSV gives: the ends, with all that is known of each."""
    heads = ("seed", "reason", "outpoint", "address", "cluster", "actor", "height", "time_utc", "value_sat")
    return Table(
        "ends",
        (*heads, "hops", "weakest_tier", *sat, "path", "bound_ppm", "payjoin_5_ppm", "says_error"),
        [_wide_row(one) for one in found.ends],
    )


def _wide_row(one: EndLine) -> tuple[object, ...]:
    where = (one.outpoint, one.address, one.cluster, one.actor, one.block.height, one.block.time_utc)
    path = " > ".join(map(str, one.path))
    error = (one.bound.bound_ppm, one.bound.at_share(FIVE_PERCENT), one.says_error)
    sums = one.sat.values()
    return (one.seed, one.stop, *where, one.value_sat, one.hops, one.weakest_tier, *sums, path, *error)


def _sum_facts(found: TraceView) -> Facts:
    """Sums, in one line each: what a CSV of ends has no room for."""
    return [
        ("traced_sat", found.traced_sat),
        *((f"ended as {line.stop.value}", _sums(line.sat)) for line in found.stops),
        *((f"{run.policy.value} was cut", f"{run.cut.value}") for run in found.runs if run.cut is not None),
    ]


def _sums(sat: BySat) -> str:
    return "; ".join(f"{policy.value} {value} sat" for policy, value in sat.items())


def _say_rest(found: TraceView, form: Format) -> None:
    """Say on stderr what bounds cut off, and what else is not shown."""
    gap = "\n" if form is Format.TABLE else ""
    for run in found.runs:
        if run.cut is None or run.followed_to_block is None:
            continue
        side = "before" if found.direction.value == "forward" else "after"
        typer.echo(
            f"{gap}{run.policy.value}: the trace ended as `{run.cut.value}`; all {side} transaction "
            f"{run.followed_to} in block {run.followed_to_block.height} was followed. "
            f"{run.frontier:,} outputs wait: raise `--max-outputs` or `--seconds`, or start from them",
            err=True,
        )
    if found.deposits_not_judged:
        typer.echo(
            f"{gap}{found.deposits_not_judged:,} addresses that are emptied into a service were not judged: "
            "some ends in it may lie one transaction behind the deposit",
            err=True,
        )
    if len(found.collisions) < found.collisions_total:
        typer.echo(
            f"{gap}collisions {len(found.collisions):,} of {found.collisions_total:,} are shown", err=True
        )
