"""`cointrail coinjoin analyse`: what the amounts of a join tell, and among how many its outputs hide."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.chain.network import get_network
from cointrail.cli.inspect_raw import NetworkOption, PrevoutsOption
from cointrail.cli.look import basis_facts
from cointrail.cli.options import STORE, Format, FormatOption, NetworkName, StoreOption
from cointrail.cli.progress import Meter
from cointrail.cli.render import Answer, Table, table_of, write

if TYPE_CHECKING:
    from cointrail.coinjoin.analysis import JoinAnalysis, Link
    from cointrail.coinjoin.anonymity import AnonymitySet
    from cointrail.coinjoin.slots import SlotTable
    from cointrail.lookups.coinjoin import JoinView

Facts = list[tuple[str, object]]

MOST_COLUMNS = 12
"""Outputs that fit a matrix on a page; with more, the links are a list in CSV and JSON only."""

app = typer.Typer(help="Analyse CoinJoins.")


def add_to(program: typer.Typer) -> None:
    """Put the commands of this module under the program."""
    program.add_typer(app, name="coinjoin")


@app.callback()
def _coinjoin() -> None:
    """Analyse CoinJoins."""


@app.command("analyse")
def analyse(
    txid: Annotated[str | None, typer.Argument(help="Transaction id, as explorers show it.")] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="A raw transaction instead, bytes or hex; no store."),
    ] = None,
    prevouts: PrevoutsOption = None,
    network: NetworkOption = NetworkName.MAINNET,
    store: StoreOption = STORE,
    at: Annotated[
        int | None,
        typer.Option("--at", min=0, metavar="HEIGHT", help="Count later knowledge up to this height."),
    ] = None,
    merge_inputs: Annotated[
        bool, typer.Option("--merge-inputs/--keep-inputs", help="Take inputs of one script as one.")
    ] = True,
    fee_as_output: Annotated[
        bool, typer.Option("--fee-as-output", help="Take the fee as one more output, of one party.")
    ] = False,
    fee_only: Annotated[
        bool,
        typer.Option(
            "--fee-only/--no-fee-only",
            help="Whether a party may do no more than pay towards the fee, as Boltzmann counts.",
        ),
    ] = True,
    maker_fee: Annotated[
        int | None,
        typer.Option(
            "--maker-fee",
            min=0,
            metavar="SAT",
            help="Most that one party may pay another; as JoinMarket's limits where they fit, if not given.",
        ),
    ] = None,
    common: Annotated[
        list[int],
        typer.Option(
            "--common-output",
            min=0,
            metavar="VOUT",
            help="An output that all paid together, such as a coordinator's fee; may be repeated.",
        ),
    ] = [],  # noqa: B006 -- typer copies it
    steps: Annotated[
        int | None, typer.Option("--max-steps", min=1, help="Give a count up after so many steps.")
    ] = None,
    seconds: Annotated[
        int | None,
        typer.Option("--max-seconds", min=1, help="A guard behind the steps; a result that it ends says so."),
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say what the amounts of a join tell, and what they leave open.

    Which inputs and outputs can belong together, by two models, and among how many an output hides.
    With a store also what the chain told apart later. What could not be decided is named.
    """
    if (txid is None) == (file is None):
        raise typer.BadParameter("give a transaction id, or a file with `--file`, and not both")
    if file is not None and at is not None:
        raise typer.BadParameter("`--at` needs a store, so a transaction id")
    options = workbench.join_options(
        merge_inputs=merge_inputs,
        fee_as_output=fee_as_output,
        fee_only=fee_only,
        maker_fee=maker_fee,
        common=common,
        steps=steps,
        seconds=seconds,
    )
    if file is not None:
        known = workbench.read_prevouts(prevouts) if prevouts else {}
        chain = get_network(network.value)
        raw = workbench.decode_file(
            file, "a transaction", lambda data: workbench.analyse_raw_join(data, chain, known, options)
        )
        nowhere = {"block": None, "as_of_height": None, "analysis": raw, "basis": None}
        write(_answer(raw, nowhere, [], [("rules", raw.gate_rules)]), form)
        _say_open(raw, form)
        return
    with Meter() as meter:
        view = workbench.LookupBench(store, meter.steps).analyse_join(str(txid), options=options, at=at)
    write(_answer(view.analysis, view, _view_facts(view), basis_facts(view.basis)), form)
    _say_open(view.analysis, form)


def _view_facts(view: JoinView) -> Facts:
    return [
        ("height", view.block.height),
        ("block hash", view.block.hash),
        ("time", view.block.time_utc),
        ("as of height", view.as_of_height),
    ]


def _answer(found: JoinAnalysis, data: object, where: Facts, basis: Facts) -> Answer:
    links = _link_table(found.links)
    facts: Facts = [
        ("txid", found.txid),
        *where,
        ("gate", found.gate),
        ("gate reasons", found.gate_reasons),
        ("inputs", len(found.inputs)),
        ("outputs", len(found.outputs)),
        ("fee_sat", found.fee_sat),
        ("maker fee up to, sat", found.options.amounts.maker_fee or None),
        ("outputs left out", found.left_out),
        ("undecided", found.undecided),
    ]
    tables = [
        Table("what may be said", ("statement",), [(line,) for line in found.statements]),
        _model_table(found),
        *_matrices(found),
        *_slot_tables(found.slots),
        _set_table(found.sets),
        *_told_tables(found.sets),
    ]
    return Answer(
        data=data,
        facts=facts,
        tables=tables,
        csv=links,
        beside_csv=[("undecided", found.undecided), *(("statement", line) for line in found.statements)],
        basis=[*basis, ("methods", found.methods)],
    )


def _model_table(found: JoinAnalysis) -> Table:
    heads = ("model", "mappings", "non_derived", "entropy_bits", "stop", "abstained")
    return table_of("models", heads, found.models)


def _link_table(links: tuple[Link, ...]) -> Table:
    heads = ("inputs", "output", "together", "many_to_many", "one_to_one", "path")
    return table_of("links", heads, links)


def _matrices(found: JoinAnalysis) -> list[Table]:
    """One matrix a model, inputs down, outputs across, where it fits the page."""
    outputs = list(dict.fromkeys(link.output for link in found.links))
    if not outputs or len(outputs) > MOST_COLUMNS:
        return []
    heads = ("inputs", *("fee" if vout is None else f"output {vout}" for vout in outputs))
    tables = []
    for name in ("many_to_many", "one_to_one"):
        rows: dict[tuple[int, ...], list[object]] = {}
        for link in found.links:
            rows.setdefault(link.inputs, [link.inputs]).append(getattr(link, name))
        if any(cell is not None for row in rows.values() for cell in row[1:]):
            title = f"link probabilities, {name.replace('_', ' ')}"
            tables.append(Table(title, heads, list(rows.values())))
    return tables


def _slot_tables(slots: SlotTable | None) -> list[Table]:
    if slots is None or not slots.solutions:
        return []
    rows = [(slot.role, slot.inputs, slot.change, slot.gain_sat) for slot in slots.slots]
    title = f"participants by exact sums, as in JoinMarket: {slots.reading.value}"
    return [Table(title, ("role", "inputs", "change", "gain_sat"), rows)]


def _set_table(sets: tuple[AnonymitySet, ...]) -> Table:
    heads = ("value_sat", "outputs", "input_scripts", "k_at_mix", "owners", "k")
    rows = [(one.value_sat, len(one.outputs), one.hands, one.k_at_mix, one.owners, one.k) for one in sets]
    return Table("among how many an output hides", heads, rows)


def _told_tables(sets: tuple[AnonymitySet, ...]) -> list[Table]:
    heads = ("output", "why", "height", "txid", "value_sat", "k")
    rows = [
        (
            told.removal.vout,
            told.removal.why.value,
            told.removal.height,
            told.removal.txid,
            one.value_sat,
            told.k,
        )
        for one in sets
        for told in one.told
    ]
    return [Table("told apart", heads, rows)] if rows else []


def _say_open(found: JoinAnalysis, form: Format) -> None:
    if found.undecided and form != Format.CSV:
        typer.echo(f"\nnot decided: {'; '.join(found.undecided)}", err=True)
