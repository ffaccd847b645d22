"""`cointrail inspect block` and `inspect tx`: raw blocks and transactions without a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.chain.network import get_network
from cointrail.cli.failures import FOUND
from cointrail.cli.options import Format, FormatOption, NetworkName
from cointrail.cli.render import Answer, Table, table_of, write

if TYPE_CHECKING:
    from cointrail.inspection.block import RawBlock
    from cointrail.inspection.tx import RawTransaction

Facts = list[tuple[str, object]]

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="Raw bytes, or the same in hex; `/dev/stdin` reads a pipe.")
]
NetworkOption = Annotated[NetworkName, typer.Option("--network", help="Network of the addresses.")]
PrevoutsOption = Annotated[
    Path | None,
    typer.Option(
        "--prevouts",
        metavar="FILE",
        help="Raw transactions in hex, one a line, whose outputs may be spent: values, fee and verdict "
        "rest on them.",
    ),
]
app = typer.Typer(help="Decode raw blocks and transactions, without a store.")


def add_to(program: typer.Typer) -> None:
    """Put the commands of this module under the program."""
    program.add_typer(app, name="inspect")


@app.command("block")
def inspect_block(
    file: FileArgument,
    network: NetworkOption = NetworkName.MAINNET,
    prevouts: PrevoutsOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Decode a raw block and check what vouches for it.

    Lists its transactions with script types and gate verdicts. Exit code 1 when a check fails.
    """
    known = workbench.read_prevouts(prevouts) if prevouts else {}
    chain = get_network(network.value)
    found = workbench.decode_file(file, "a block", lambda raw: workbench.inspect_block(raw, chain, known))
    write(_block_answer(found), form)
    for name, said in found.failed_checks.items():
        typer.echo(f"failed: {name}: {said}", err=True)
    if found.failed_checks:
        raise typer.Exit(FOUND)


def _block_answer(found: RawBlock) -> Answer:
    facts: Facts = [
        ("hash", found.hash),
        ("previous", found.previous),
        ("network", found.network),
        ("height by the coinbase", found.height),
        ("time", found.time_utc),
        ("version", f"{found.version:#010x}"),
        ("bits", found.bits),
        ("size", found.size),
        ("transactions", found.transactions),
        ("inputs", found.inputs),
        ("outputs", found.outputs),
        ("segwit transactions", found.segwit_transactions),
        ("outputs_sat", found.outputs_sat),
        *found.checks.items(),
    ]
    types = [(kind, count) for kind, count in found.script_types.items() if count]
    heads = (
        "place",
        "txid",
        "inputs",
        "outputs",
        "outputs_sat",
        "vsize",
        "gate",
        "reasons",
        "unknown_prevouts",
    )
    rows = [
        (
            one.place,
            one.txid,
            one.inputs,
            one.outputs,
            one.outputs_sat,
            one.vsize,
            one.gate.verdict,
            one.gate.reasons,
            one.unknown_prevouts,
        )
        for one in found.txs
    ]
    txs = Table("transactions", heads, rows)
    tables = [Table("outputs by script type", ("script_type", "outputs"), types), txs]
    return Answer(
        data=found,
        facts=facts,
        tables=tables,
        csv=txs,
        beside_csv=list(found.checks.items()),
        basis=[("rules", found.rules)],
    )


@app.command("tx")
def inspect_tx(
    file: FileArgument,
    network: NetworkOption = NetworkName.MAINNET,
    prevouts: PrevoutsOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Decode a raw transaction and judge its inputs.

    Lists its inputs and outputs with script types and addresses.
    """
    known = workbench.read_prevouts(prevouts) if prevouts else {}
    chain = get_network(network.value)
    found = workbench.decode_file(file, "a transaction", lambda raw: workbench.inspect_tx(raw, chain, known))
    write(_tx_answer(found), form)
    if found.unknown_prevouts:
        typer.echo(
            f"\n{len(found.unknown_prevouts)} of {len(found.inputs)} spent outputs are not known, so neither "
            "is the fee\n\nhint: give the transactions that made them with `--prevouts FILE`",
            err=True,
        )


def _tx_answer(found: RawTransaction) -> Answer:
    facts: Facts = [
        ("txid", found.txid),
        ("wtxid", found.wtxid),
        ("network", found.network),
        ("version", found.version),
        ("locktime", found.locktime),
        ("size", found.size),
        ("virtual size", found.vsize),
        ("weight", found.weight),
        ("coinbase", found.is_coinbase),
        ("witness", found.has_witness),
        ("outputs_sat", found.outputs_sat),
        ("fee_sat", found.fee_sat),
        ("feerate in sat/vB", found.feerate),
        ("gate", found.gate.verdict),
        ("gate reasons", found.gate.reasons),
    ]
    in_heads = ("vin", "spends", "address", "script_type", "value_sat", "marks")
    out_heads = ("vout", "address", "script_type", "value_sat", "script")
    tables = [table_of("inputs", in_heads, found.inputs), table_of("outputs", out_heads, found.outputs)]
    return Answer(data=found, facts=facts, tables=tables, csv=_flows(found), basis=[("rules", found.rules)])


def _flows(found: RawTransaction) -> Table:
    """Inputs and outputs in one table: what a CSV gives."""
    heads = ("side", "place", "address", "script_type", "value_sat", "outpoint", "gate", "gate_reasons")
    gate = (found.gate.verdict, found.gate.reasons)
    inputs = [("input", i.vin, i.address, i.script_type, i.value_sat, i.spends, *gate) for i in found.inputs]
    outputs = [
        ("output", o.vout, o.address, o.script_type, o.value_sat, f"{found.txid}:{o.vout}", *gate)
        for o in found.outputs
    ]
    return Table("flows", heads, [*inputs, *outputs])
