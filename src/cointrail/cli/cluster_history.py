"""`cointrail cluster payments`, `balance`, `neighbours`: what a cluster did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli.address_history import EveryName
from cointrail.cli.look import ClusterArgument, Facts, basis_facts, claim_facts, cluster_app, say_page
from cointrail.cli.options import (
    PAGE,
    STORE,
    Format,
    FormatOption,
    LimitOption,
    NewestOption,
    StartOption,
    StoreOption,
    TagsOption,
)
from cointrail.cli.progress import Meter
from cointrail.cli.render import Answer, Table, table_of, write

if TYPE_CHECKING:
    from cointrail.lookups.cluster_balance import ClusterBalance
    from cointrail.lookups.cluster_neighbours import ClusterNeighbour, ClusterNeighbours
    from cointrail.lookups.cluster_payments import ClusterPayments, PaymentLine
    from cointrail.lookups.service_leads import ServiceLead
    from cointrail.lookups.views import ClusterClaims, ClusterRef


def add_to(app: typer.Typer) -> None:  # noqa: ARG001 -- they stand under `cluster`
    """Put the commands of this module under `cointrail cluster`."""
    for command in (payments, balance, neighbours):
        cluster_app.command()(command)


def payments(
    cluster: ClusterArgument,
    store: StoreOption = STORE,
    tags: TagsOption = [],  # noqa: B006 -- typer copies it
    start: StartOption = 0,
    limit: LimitOption = PAGE,
    newest: NewestOption = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """List what a cluster received and spent, in chain order.

    `in`: an output that pays a member. `out`: an input that spends a member's output. What a cluster
    pays to itself, such as change, is out and in again.
    """
    with Meter() as meter:
        bench = workbench.LookupBench(store, meter.steps)
        found = bench.cluster_payments(cluster, tags=tags, start=start, limit=limit, newest=newest)
    write(_payments_answer(found), form)
    say_page(found.page, "payments", form)


def _payments_answer(found: ClusterPayments) -> Answer:
    heads = ("txid", "height", "time_utc", "direction", "value_sat", "address")
    wide = (
        "txid",
        "height",
        "block_hash",
        "time_utc",
        "direction",
        "place",
        "value_sat",
        "address",
        "script_num",
    )
    return Answer(
        data=found,
        facts=_cluster_facts(found.cluster, found.claims),
        tables=[Table("payments", heads, [_payment_row(line, heads) for line in found.payments])],
        csv=table_of("payments", wide, found.payments),
        beside_csv=claim_facts(found.claims),
        basis=basis_facts(found.basis),
    )


def _payment_row(line: PaymentLine, heads: tuple[str, ...]) -> list[object]:
    """A row for people: a member without an address is named by its number."""
    row = {head: getattr(line, head) for head in heads}
    return [*(row | {"address": line.address or f"script {line.script_num}"}).values()]


def balance(
    cluster: ClusterArgument,
    store: StoreOption = STORE,
    every: Annotated[
        EveryName, typer.Option("--every", help="One line for the last block of each, or for each block.")
    ] = EveryName.MONTH,
    start: StartOption = 0,
    limit: LimitOption = PAGE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show what a cluster held over time.

    Months and days are of UTC and go by the median time of blocks, which never goes back. The
    cluster is that of today: who joined it later counts from the start.
    """
    with Meter() as meter:
        bench = workbench.LookupBench(store, meter.steps)
        found = bench.cluster_balance(cluster, every=every.value, start=start, limit=limit)
    write(_balance_answer(found), form)
    say_page(found.page, "lines", form)


def _balance_answer(found: ClusterBalance) -> Answer:
    heads = ("height", "median_time_utc", "balance_sat")
    return Answer(
        data=found,
        facts=[*_cluster_facts(found.cluster, None), ("every", found.every)],
        tables=[table_of("balance", heads, found.lines)],
        basis=basis_facts(found.basis),
    )


def neighbours(
    cluster: ClusterArgument,
    store: StoreOption = STORE,
    tags: TagsOption = [],  # noqa: B006 -- typer copies it
    start: StartOption = 0,
    limit: LimitOption = PAGE,
    most_txs: Annotated[
        int, typer.Option("--max-txs", min=1, help="How many of its transactions to look at, at most.")
    ] = 10_000,
    newest: Annotated[
        bool, typer.Option("--newest", help="Look at its last transactions, not at its first.")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """List the clusters that a cluster paid, or that paid it.

    A transaction is the payment of the one cluster that signed it. Where several signed, nothing says
    who paid what: those are counted apart.
    """
    with Meter() as meter:
        bench = workbench.LookupBench(store, meter.steps)
        found = bench.cluster_neighbours(
            cluster, tags=tags, start=start, limit=limit, most_txs=most_txs, newest=newest
        )
    write(_neighbours_answer(found), form)
    say_page(found.page, "neighbours", form)
    if not found.complete:
        typer.echo(
            f"only {found.transactions} of its transactions were looked at ({found.stop_reason.value}); "
            "the sums are of those",
            err=True,
        )


def _neighbours_answer(found: ClusterNeighbours) -> Answer:
    heads = (
        "cluster",
        "address",
        "size",
        "paid_txs",
        "paid_sat",
        "received_txs",
        "received_sat",
        "claimed_actor",
        "conflicting_parties",
    )
    looked: Facts = [
        ("transactions looked at", found.transactions),
        ("complete", found.complete),
        ("stop reason", found.stop_reason),
        ("coinbase transactions", found.coinbase_txs),
        ("coinbase_sat", found.coinbase_sat),
        ("signed by several clusters", found.several_signers_txs),
        *(("behaves like", _lead(lead)) for lead in found.service_leads),
    ]
    return Answer(
        data=found,
        facts=[*_cluster_facts(found.cluster, None), *looked],
        tables=[Table("neighbours", heads, [_neighbour_row(one) for one in found.neighbours])],
        beside_csv=looked,
        basis=basis_facts(found.basis),
    )


def _lead(lead: ServiceLead) -> str:
    """A lead in a sentence: what kind of wallet, never whose."""
    of = f" of {lead.of}" if lead.of else ""
    return f"a {lead.kind}{of}, a lead at {lead.tier.name} ({lead.rule}): {lead.because}"


def _neighbour_row(one: ClusterNeighbour) -> tuple[object, ...]:
    claims = one.claims
    actor = claims.actor if claims and not claims.conflict else None
    parties = claims.parties if claims and claims.conflict else ()
    sums = (one.paid_txs, one.paid_sat, one.received_txs, one.received_sat)
    return (one.cluster.label, one.cluster.name, one.cluster.size, *sums, actor, parties)


def _cluster_facts(cluster: ClusterRef, claims: ClusterClaims | None) -> Facts:
    return [
        ("cluster", cluster.label),
        ("address", cluster.name),
        ("size", cluster.size),
        *claim_facts(claims),
    ]
