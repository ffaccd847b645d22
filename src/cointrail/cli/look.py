"""`cointrail address show`, `tx show`, `cluster show`, `explain`: single things in the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli.deposit_facts import deposit_facts, member_deposit_facts
from cointrail.cli.error_text import bound_facts
from cointrail.cli.options import (
    PAGE,
    STORE,
    CaseFileOption,
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
    from cointrail.lookups.address import AddressView
    from cointrail.lookups.cluster import ClusterView
    from cointrail.lookups.explain import ExplainView
    from cointrail.lookups.tx import TransactionView
    from cointrail.lookups.views import BlockRef, ClusterClaims, LookupBasis, OpenPage, Page, TagLine, Totals

Facts = list[tuple[str, object]]

ADDRESS_FORMS = "an address, an outpoint `txid:vout`, or a script in hex"

_TAG_HEADS = ("via", "label", "actor", "categories", "source", "claimed on", "confidence")

address_app = typer.Typer(help="Look up addresses.")
tx_app = typer.Typer(help="Look up transactions.")
cluster_app = typer.Typer(help="Look up clusters.")


def add_to(app: typer.Typer) -> None:
    """Put the commands of this module under the program."""
    app.add_typer(address_app, name="address")
    app.add_typer(tx_app, name="tx")
    app.add_typer(cluster_app, name="cluster")
    app.command("explain")(explain)


@address_app.callback()
def _address() -> None:
    """Look up addresses."""


@tx_app.callback()
def _tx() -> None:
    """Look up transactions."""


@cluster_app.callback()
def _cluster() -> None:
    """Look up clusters."""


@address_app.command("show")
def show_address(
    address: Annotated[str, typer.Argument(help=f"What to look up: {ADDRESS_FORMS}.")],
    store: StoreOption = STORE,
    tags: TagsOption = [],  # noqa: B006 -- typer copies it
    start: StartOption = 0,
    limit: LimitOption = PAGE,
    newest: NewestOption = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show what an address received and spent, and its cluster."""
    with Meter() as meter:
        bench = workbench.LookupBench(store, meter.steps)
        found = bench.show_address(address, tags=tags, start=start, limit=limit, newest=newest)
    write(_address_answer(found), form)
    say_page(found.page, "outputs", form)


def _address_answer(found: AddressView) -> Answer:
    facts: Facts = [
        ("address", found.address),
        ("script type", found.script_type),
        ("script", found.script),
        ("cluster", found.cluster.label),
        ("cluster address", found.cluster.name),
        ("cluster size", found.cluster.size),
        *claim_facts(found.claims),
        *deposit_facts(found.deposit),
        *_total_facts(found.totals),
        *_seen_facts(found.first_seen, found.last_seen),
    ]
    narrow = ("outpoint", "height", "time_utc", "value_sat", "spent_by")
    tables = [table_of("outputs", narrow, found.outputs), *_tag_tables(found.tags, found.claims)]
    wide = table_of("outputs", ("outpoint", "height", "block_hash", *narrow[2:]), found.outputs)
    return Answer(
        data=found,
        facts=facts,
        tables=tables,
        csv=_with_claims(wide, found.claims),
        beside_csv=[
            *claim_facts(found.claims),
            *deposit_facts(found.deposit),
            *_tag_facts(found.tags, found.claims),
        ],
        basis=basis_facts(found.basis),
    )


@tx_app.command("show")
def show_tx(
    txid: Annotated[str, typer.Argument(help="Transaction id, as explorers show it.")],
    store: StoreOption = STORE,
    tags: TagsOption = [],  # noqa: B006 -- typer copies it
    form: FormatOption = Format.TABLE,
) -> None:
    """Show what a transaction spends and makes, and its gate verdict."""
    with Meter() as meter:
        found = workbench.LookupBench(store, meter.steps).show_tx(txid, tags=tags)
    write(_tx_answer(found), form)


def _tx_answer(found: TransactionView) -> Answer:
    facts: Facts = [
        ("txid", found.txid),
        ("height", found.block.height),
        ("block hash", found.block.hash),
        ("time", found.block.time_utc),
        ("coinbase", found.is_coinbase),
        ("version", found.version),
        ("locktime", found.locktime),
        ("inputs_sat", found.inputs_sat),
        ("outputs_sat", found.outputs_sat),
        ("fee_sat", found.fee_sat),
        ("gate", found.gate.verdict),
        ("gate reasons", found.gate.reasons),
    ]
    out_heads = ("vout", "address", "script_type", "value_sat", "cluster", "spent_by")
    in_heads = ("vin", "spends", "address", "script_type", "value_sat", "cluster", "marks")
    tables = [
        table_of("inputs", in_heads, found.inputs),
        table_of("outputs", out_heads, found.outputs),
        *_tag_tables(found.tags, None),
    ]
    if found.claimed:
        tables.append(table_of("clusters that are claimed", ("cluster", "actor", "parties"), found.claimed))
    return Answer(
        data=found,
        facts=facts,
        tables=tables,
        csv=_flows(found),
        beside_csv=_tag_facts(found.tags, None),
        basis=basis_facts(found.basis),
    )


def _flows(found: TransactionView) -> Table:
    """Inputs and outputs in one table: what a CSV gives. The gate is the transaction's, on every row."""
    names = ("side", "place", "address", "script_type", "value_sat", "cluster", "outpoint", "spent_by")
    gate = (found.gate.verdict, found.gate.reasons)
    inputs = [
        ("input", i.vin, i.address, i.script_type, i.value_sat, i.cluster, i.spends, None, *gate)
        for i in found.inputs
    ]
    outputs = [
        (
            "output",
            o.vout,
            o.address,
            o.script_type,
            o.value_sat,
            o.cluster,
            f"{found.txid}:{o.vout}",
            o.spent_by,
            *gate,
        )
        for o in found.outputs
    ]
    return Table("flows", (*names, "gate", "gate_reasons"), [*inputs, *outputs])


ClusterArgument = Annotated[
    str, typer.Argument(help=f"The cluster's label, or something in it: {ADDRESS_FORMS}.")
]


@cluster_app.command("show")
def show_cluster(
    cluster: ClusterArgument,
    store: StoreOption = STORE,
    tags: TagsOption = [],  # noqa: B006 -- typer copies it
    start: StartOption = 0,
    limit: LimitOption = PAGE,
    at: Annotated[
        int | None,
        typer.Option("--at", metavar="HEIGHT", min=0, help="As it was when this block was the tip."),
    ] = None,
    case: CaseFileOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show the members of a cluster and what it holds.

    `--at` gives members, sums and label of then, without what tags say. A judgement of `--case` counts at
    every height at which what it names was in the chain.
    """
    with Meter() as meter:
        bench = workbench.LookupBench(store, meter.steps)
        found = bench.show_cluster(cluster, tags=tags, start=start, limit=limit, at=at, case=case)
    write(_cluster_answer(found), form)
    say_page(found.page, "members", form)
    if form is Format.TABLE and len(found.members) > 1 and at is None:
        one, other = (member.address or f"script:{member.script}" for member in found.members[:2])
        under = "" if case is None else f" --case {case}"
        typer.echo(
            f"\nhint: why two members are together: `cointrail explain {one} {other}{under}`", err=True
        )


def _cluster_answer(found: ClusterView) -> Answer:
    facts: Facts = [
        ("cluster", found.cluster.label),
        ("address", found.cluster.name),
        ("size", found.cluster.size),
        ("joined by tiers up to", found.tier),
        *([] if found.as_of_height is None else [("as of block", found.as_of_height)]),
        *claim_facts(found.claims),
        *member_deposit_facts(found),
        *_total_facts(found.totals),
        *_seen_facts(found.first_seen, found.last_seen),
        ("error", found.error.says),
    ]
    heads = ("script_num", "address", "script_type", "outputs", "received_sat", "balance_sat")
    tables = [table_of("members", heads, found.members), *_tag_tables((), found.claims)]
    wide = table_of("members", (*heads, "script"), found.members)
    return Answer(
        data=found,
        facts=facts,
        tables=tables,
        csv=_with_claims(wide, found.claims),
        beside_csv=[
            *claim_facts(found.claims),
            *member_deposit_facts(found),
            *_tag_facts((), found.claims),
            ("error", found.error.says),
        ],
        basis=basis_facts(found.basis),
    )


def explain(
    a: Annotated[str, typer.Argument(metavar="A", help=f"One: {ADDRESS_FORMS}.")],
    b: Annotated[str, typer.Argument(metavar="B", help="The other.")],
    store: StoreOption = STORE,
    case: CaseFileOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show what joins two addresses, or that nothing does.

    Each step is one transaction with the rule and tier that it links by, and how often such links are
    wrong. Steps of T3 and T4 join no cluster: they are a lead from one address to the other.
    """
    with Meter() as meter:
        found = workbench.LookupBench(store, meter.steps).explain(a, b, case=case)
    write(_explain_answer(found), form)


def _explain_answer(found: ExplainView) -> Answer:
    facts: Facts = [
        ("from", found.a),
        ("to", found.b),
        ("joined", found.joined),
        ("cluster", found.cluster),
        ("weakest tier", found.weakest_tier),
        ("says", _sentence(found)),
        *(
            [("error", found.says_error)]
            if found.bound is None
            else bound_facts(found.bound, found.says_error)
        ),
    ]
    rows = [
        (
            place,
            step.rule,
            step.tier,
            step.txid,
            step.block.height if step.block else None,
            step.block.time_utc if step.block else None,
            step.from_name,
            step.to_name,
            step.bound_ppm,
            step.stratum,
        )
        for place, step in enumerate(found.steps, 1)
    ]
    heads = ("step", "rule", "tier", "txid", "height", "time_utc", "from", "to", "bound_ppm", "stratum")
    return Answer(
        data=found,
        facts=facts,
        tables=[Table("steps", heads, rows), *_left_out(found)],
        csv=_outcome(found, heads, rows),
        beside_csv=[("joined", found.joined), ("says", _sentence(found)), ("error", found.says_error)],
        basis=basis_facts(found.basis),
    )


def _left_out(found: ExplainView) -> list[Table]:
    heads = ("judgement", "rule", "txid", "from", "to")
    rows = [
        (one.judgement, one.link.rule, one.link.txid, one.link.from_name, one.link.to_name)
        for one in found.left_out
    ]
    return [Table("links that judgements leave out", heads, rows)] if rows else []


def _outcome(found: ExplainView, heads: Sequence[str], rows: Sequence[tuple[object, ...]]) -> Table:
    """The steps as a CSV gives them, each row with the outcome; without steps one row has it alone."""
    ends = {"from": found.a, "to": found.b}
    alone = tuple(ends.get(head) for head in heads)
    joined = "joined" if found.steps else "same script"
    outcome = joined if found.joined else "lead" if found.steps else "not joined"
    return Table("steps", ("outcome", *heads), [(outcome, *row) for row in rows or [alone]])


def _sentence(found: ExplainView) -> str:
    if not found.joined and found.steps:
        return "a lead: links too weak for a cluster go from one to the other; the weakest bounds the whole"
    if not found.joined:
        return "nothing joins them under the rules of the basis; that they are apart is not proven by it"
    if not found.steps:
        return "they are the same script"
    return "each step is one link; the weakest one bounds the whole"


# -- parts that several of them have


def _seen_facts(first: BlockRef, last: BlockRef) -> Facts:
    return [
        (name, value)
        for word, block in (("first", first), ("last", last))
        for name, value in (
            (f"{word} seen", f"block {block.height}, {block.time_utc:%Y-%m-%dT%H:%M:%SZ}"),
            (f"{word} block", block.hash),
        )
    ]


def _total_facts(totals: Totals) -> Facts:
    return [
        ("outputs", totals.outputs),
        ("unspent outputs", totals.unspent_outputs),
        ("received_sat", totals.received_sat),
        ("spent_sat", totals.spent_sat),
        ("balance_sat", totals.balance_sat),
    ]


def claim_facts(claims: ClusterClaims | None) -> Facts:
    """Who a cluster is claimed to be: an actor, or parties in conflict; nothing where nobody claims."""
    if claims is None:
        return []
    if claims.conflict:
        return [("claimed actor", f"CONFLICT: {', '.join(claims.parties)}")]
    return [("claimed actor", claims.actor)]


def _tag_tables(direct: Sequence[TagLine], claims: ClusterClaims | None) -> list[Table]:
    tables = []
    for title, lines in (("tags", direct), ("proposed for the cluster", claims.proposals if claims else ())):
        if lines:
            tables.append(Table(title, _TAG_HEADS, [_tag_row(line) for line in lines]))
    return tables


def _tag_row(line: TagLine) -> tuple[object, ...]:
    said = f"{line.confidence} ({line.confidence_level})"
    return (line.via, line.label, line.actor, line.categories, line.source, line.claimed_on, said)


def _with_claims(table: Table, claims: ClusterClaims | None) -> Table:
    """The table with what is claimed of the cluster, on every row: an actor, or parties in conflict."""
    actor = claims.actor if claims and not claims.conflict else None
    parties = claims.parties if claims and claims.conflict else ()
    rows = [(*row, actor, parties) for row in table.rows]
    return Table(table.title, (*table.heads, "claimed_actor", "conflicting_parties"), rows)


def _tag_facts(direct: Sequence[TagLine], claims: ClusterClaims | None) -> Facts:
    """Tags in one line each: what a CSV has no room for."""
    return [
        (name, [value for value in _tag_row(line) if value])
        for name, lines in (("tag", direct), ("proposed for the cluster", claims.proposals if claims else ()))
        for line in lines
    ]


def basis_facts(basis: LookupBasis) -> Facts:
    """What an answer rests on, as far as it has it."""
    facts: Facts = [
        ("tip", f"block {basis.tip_height} of {basis.network}"),
        ("tip hash", basis.tip_hash),
        ("store digest", basis.store_digest),
        ("clusters digest", basis.clusters_digest),
        ("tags digest", basis.tags_digest),
        ("rules", basis.rules),
    ]
    return [(name, value) for name, value in facts if value]


def say_page(page: Page | OpenPage, what: str, form: Format) -> None:
    """Say on stderr that a list goes on: nothing is cut off in silence."""
    after = page.start + page.shown
    goes_on = page.total is None or after < page.total
    if goes_on or page.start:
        shown = f"{page.start + 1} to {after}" if page.shown else "none"
        total = "more" if page.total is None else page.total
        more = f"; go on with `--start {after}`" if goes_on else ""
        gap = "\n" if form is Format.TABLE else ""
        typer.echo(f"{gap}{what} {shown} of {total}{more}", err=True)
