"""`cointrail tx analyse`: what every rule makes of one transaction."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.chain.network import get_network
from cointrail.cli.inspect_raw import NetworkOption, PrevoutsOption
from cointrail.cli.look import Facts, basis_facts, tx_app
from cointrail.cli.options import STORE, Format, FormatOption, NetworkName, StoreOption, TagsOption
from cointrail.cli.progress import Meter
from cointrail.cli.render import Answer, Table, table_of, write

if TYPE_CHECKING:
    from cointrail.rulebook.reading import TxReading

YES_OR_NO = {True: "yes", False: "no", None: "cannot tell"}


def add_to(app: typer.Typer) -> None:  # noqa: ARG001 -- it stands under `tx`
    """Put the command of this module under `cointrail tx`."""
    tx_app.command("analyse")(analyse)


def analyse(
    txid: Annotated[str | None, typer.Argument(help="Transaction id, as explorers show it.")] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", metavar="FILE", help="A raw transaction instead, bytes or hex; no store."),
    ] = None,
    prevouts: PrevoutsOption = None,
    network: NetworkOption = NetworkName.MAINNET,
    store: StoreOption = STORE,
    tags: TagsOption = [],  # noqa: B006 -- typer copies it
    prices: Annotated[
        list[Path] | None,
        typer.Option("--prices", metavar="FILE", help="Price table, to see amounts round in a currency."),
    ] = None,
    currency: Annotated[str, typer.Option("--currency", help="That currency, by its three letters.")] = "USD",
    form: FormatOption = Format.TABLE,
) -> None:
    """Say what every rule makes of a transaction, and on what.

    The gate's reasons with the values behind them, change rule by rule and the vote, marks of the
    wallet program, and what speaks for and against one hand and each output as change.
    """
    if (txid is None) == (file is None):
        raise typer.BadParameter("give a transaction id, or a file with `--file`, and not both")
    if file is None:
        if prevouts is not None:
            raise typer.BadParameter("`--prevouts` goes with `--file`: a store knows what is spent")
        with Meter() as meter:
            found = workbench.LookupBench(store, meter.steps).analyse_tx(
                str(txid), tags=tags, prices=prices or (), currency=currency
            )
        facts: Facts = [
            ("txid", found.txid),
            ("height", found.block.height),
            ("block hash", found.block.hash),
            ("time", found.block.time_utc),
        ]
        write(_answer(found, facts, basis_facts(found.basis)), form)
        return
    known = workbench.read_prevouts(prevouts) if prevouts else {}
    chain = get_network(network.value)
    raw = workbench.decode_file(
        file, "a transaction", lambda data: workbench.analyse_raw_tx(data, chain, known)
    )
    write(_answer(raw, [("txid", raw.txid)], [("rules", raw.rules)]), form)
    if raw.unknown_prevouts:
        typer.echo(
            f"\n{len(raw.unknown_prevouts)} of the spent outputs are not known, so little can be read\n\n"
            "hint: give the transactions that made them with `--prevouts FILE`",
            err=True,
        )


def _answer(found: TxReading, about: Facts, basis: Facts) -> Answer:
    needed = found.inputs_needed
    facts: Facts = [
        *about,
        ("form", found.form),
        ("gate", found.gate),
        ("every input looks needed (UIH1)", YES_OR_NO[needed.looks_needed]),
        ("an input was unnecessary (UIH2)", YES_OR_NO[needed.one_unnecessary]),
        ("- as to that", needed.because),
        *_vote_facts(found),
        ("fingerprint", found.fingerprint),
    ]
    arguments = table_of("for and against", ("claim", "side", "by", "says"), found.arguments)
    change = [
        (one.rule, one.tier, one.vote, _left(one.outputs), one.abstains, one.judged_at)
        for one in found.change
    ]
    coins = ("place", "address", "script_type", "value_sat")
    tables = [
        table_of("inputs", coins, found.inputs),
        table_of("outputs", coins, found.outputs),
        table_of("reasons of the gate", ("rule", "gate", "because"), found.reasons),
        table_of("other detectors that fired", ("rule", "because"), found.shapes),
        Table(
            "change, rule by rule", ("rule", "tier", "vote", "may be change", "abstains", "judged_at"), change
        ),
        table_of("wallet programs that fit", ("wallet", "versions", "family"), found.wallets),
        arguments,
    ]
    beside: Facts = [("gate", found.gate), *_vote_facts(found)]
    return Answer(data=found, facts=facts, tables=tables, csv=arguments, beside_csv=beside, basis=basis)


def _vote_facts(found: TxReading) -> Facts:
    if found.vote is None:
        return [("change", "no vote without the chain")]
    if found.vote.output is None:
        return [("change", f"abstains: {found.vote.because}")]
    judged = "" if found.vote.judged_at is None else f", judged at height {found.vote.judged_at}"
    return [("change", f"output {found.vote.output}, {found.vote.tier}: {found.vote.because}{judged}")]


def _left(outputs: tuple[int, ...] | None) -> str:
    """Places of outputs; an abstention is a dash, no output at all a word."""
    if outputs is None:
        return ""
    return ", ".join(map(str, outputs)) or "none"
