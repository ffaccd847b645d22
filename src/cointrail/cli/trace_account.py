"""`cointrail trace account`: claims on a balance in which moneys mix."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli.look import ClusterArgument, basis_facts, claim_facts, say_page
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
from cointrail.cli.trace import trace_app

if TYPE_CHECKING:
    from cointrail.lookups.account import AccountView

METHODS = ("fifo", "lifo", "pro_rata", "lowest_balance")


def add_to(app: typer.Typer) -> None:  # noqa: ARG001 -- it stands under `trace`
    """Put the command of this module under `cointrail trace`."""
    trace_app.command()(account)


def account(
    cluster: ClusterArgument,
    claim: Annotated[
        list[str], typer.Option("--claim", help="An output to the cluster, `txid:vout`; may be repeated.")
    ] = [],  # noqa: B006 -- typer copies it
    store: StoreOption = STORE,
    tags: TagsOption = [],  # noqa: B006 -- typer copies it
    start: StartOption = 0,
    limit: LimitOption = PAGE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say what is left of claims on a balance, by four conventions.

    First in first out, last in first out, pro rata, and the lowest intermediate balance. Each transaction
    is one entry of the account, change set off. The books of a custodian, where it discloses them, are
    better than its cluster.
    """
    _follow(cluster, claim, store, tags, start, limit, form)


def _follow(
    cluster: str, claims: list[str], store: Path, tags: list[Path], start: int, limit: int, form: Format
) -> None:
    with Meter() as meter:
        bench = workbench.TraceBench(store, meter.steps)
        found = bench.account(cluster, claims=claims, tags=tags, start=start, limit=limit)
    write(_answer(found), form)
    say_page(found.page, "payments", form)


def _answer(found: AccountView) -> Answer:
    left = tuple(f"{method} left_sat" for method in METHODS)
    gone = tuple(f"{method}_sat" for method in METHODS)
    claims = [(line.outpoint, line.value_sat, *line.left_sat.values()) for line in found.claims]
    payments = [
        (line.txid, line.height, line.time_utc, line.paid_sat, *line.claimed_sat.values(), line.balance_sat)
        for line in found.payments
    ]
    heads = ("txid", "height", "time_utc", "paid_sat", *gone, "balance_sat")
    facts: list[tuple[str, object]] = [
        ("cluster", found.cluster.label),
        ("address", found.cluster.name),
        ("size", found.cluster.size),
        *claim_facts(found.claimed_by),
        ("balance_sat", found.balance_sat),
    ]
    kept = Table("what is left of the claims", ("outpoint", "value_sat", *left), claims)
    return Answer(
        data=found,
        facts=facts,
        tables=[kept, Table("what left of them with each payment", heads, payments)],
        csv=kept,
        beside_csv=facts,
        basis=basis_facts(found.basis),
    )
