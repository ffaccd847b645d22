"""`cointrail cluster tiers` and `review`: what clusters hang on, and what the guards found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli.look import ClusterArgument, basis_facts, cluster_app, say_page
from cointrail.cli.options import (
    PAGE,
    STORE,
    CaseFileOption,
    Format,
    FormatOption,
    LimitOption,
    StartOption,
    StoreOption,
    TagsOption,
)
from cointrail.cli.progress import Meter
from cointrail.cli.render import Answer, Table, table_of, write

if TYPE_CHECKING:
    from cointrail.lookups.cluster_review import ClusterReview
    from cointrail.lookups.cluster_tiers import ClusterTiers
    from cointrail.lookups.link_lines import LinkLine

_LINK = ("rule", "tier", "txid", "height", "from", "to", "bound_ppm")


def add_to(app: typer.Typer) -> None:  # noqa: ARG001 -- they stand under `cluster`
    """Put the commands of this module under `cointrail cluster`."""
    for command in (tiers, review):
        cluster_app.command()(command)


def tiers(
    cluster: ClusterArgument,
    store: StoreOption = STORE,
    tags: TagsOption = [],  # noqa: B006 -- typer copies it
    tier: Annotated[str, typer.Option("--tier", help="Where to look for bridges: T1, T2, T3 or T4.")] = "T2",
    limit: Annotated[int, typer.Option("--bridges", min=0, help="How many bridges at most.")] = 10,
    case: CaseFileOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show a cluster tier by tier, and what it hangs on.

    T1: same key or script. T2: inputs signed together; T1 and T2 are the cluster that every other
    command means. T3: change by agreeing signals. T4: leads. Each holds those before it.

    A bridge is a link without which a part would be apart: one wrong bridge is a wrong part. Unions of
    large clusters or of different tagged parties are listed for review, links of T3 and T4 that
    contradict something were refused. With `--case`, every tier is as its judgements leave the links.
    """
    with Meter() as meter:
        bench = workbench.LookupBench(store, meter.steps)
        found = bench.cluster_tiers(cluster, tags=tags, tier=tier, limit=limit, case=case)
    write(_answer(found), form)
    for page, what in (
        (found.bridges_page, "bridges"),
        (found.reviews_page, "unions to review"),
        (found.refused_page, "refused links"),
    ):
        if page.total is not None and page.shown < page.total:
            typer.echo(f"{what}: {page.shown} of {page.total} are listed", err=True)


def _answer(found: ClusterTiers) -> Answer:
    heads = ("tier", "label", "scripts", "parts", "received_sat", "balance_sat", "wrong_links_ppm")
    by_tier = table_of("tiers", heads, found.tiers)
    bridge_heads = (*_LINK, "scripts", "received_sat", "balance_sat")
    bridges = [(*_link(one.link), one.scripts, one.received_sat, one.balance_sat) for one in found.bridges]
    tables = [by_tier, Table(f"bridges of {found.tier.name}, with the part at risk", bridge_heads, bridges)]
    if found.reviews:
        rows = [(*_link(one.link), one.because) for one in found.reviews]
        tables.append(Table("unions to review", (*_LINK, "because"), rows))
    if found.refused:
        refused = [(*_link(one.link), one.because, one.against_txid) for one in found.refused]
        tables.append(Table("refused links", (*_LINK, "because", "against"), refused))
    return Answer(
        data=found,
        facts=[
            ("cluster", found.cluster.label),
            ("address", found.cluster.name),
            ("size", found.cluster.size),
            ("bridges", found.bridges_page.total),
            ("unions to review", found.reviews_page.total),
            ("refused links", found.refused_page.total),
            ("error", found.error.says),
        ],
        tables=tables,
        csv=by_tier,
        basis=basis_facts(found.basis),
    )


def _link(link: LinkLine) -> tuple[object, ...]:
    height = link.block.height if link.block else None
    return (link.rule, link.tier, link.txid, height, link.from_name, link.to_name, link.bound_ppm)


def review(
    store: StoreOption = STORE,
    start: StartOption = 0,
    limit: LimitOption = PAGE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show what the guards found over the whole chain.

    The largest cluster for every thousand blocks, links of T3 and T4 that were refused because they
    contradict something, and unions of two clusters of more than 1,000 scripts each, to be looked at.
    """
    with Meter() as meter:
        found = workbench.LookupBench(store, meter.steps).cluster_review(start=start, limit=limit)
    write(_review_answer(found), form)
    say_page(found.page, "unions", form)


def _review_answer(found: ClusterReview) -> Answer:
    growth = table_of(
        "largest cluster", ("to_height", "largest", "scripts", "share_per_million"), found.growth
    )
    refused = table_of("refused links", ("rule", "contradicts", "links"), found.refused)
    rows = [(*_link(one.link), one.because) for one in found.reviews]
    unions = Table("unions to review", (*_LINK, "because"), rows)
    return Answer(
        data=found,
        facts=[
            ("unions to review", found.page.total),
            ("refused links", sum(one.links for one in found.refused)),
        ],
        tables=[growth, refused, unions],
        csv=unions,
        beside_csv=[("refused links", sum(one.links for one in found.refused))],
        basis=basis_facts(found.basis),
    )
