"""`cointrail address txs`, `balance`, `neighbours`: what an address did, from the ledger alone."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli.look import ADDRESS_FORMS, Facts, address_app, basis_facts, say_page
from cointrail.cli.options import (
    PAGE,
    STORE,
    Format,
    FormatOption,
    LimitOption,
    NewestOption,
    StartOption,
    StoreOption,
)
from cointrail.cli.render import Answer, Table, table_of, write

if TYPE_CHECKING:
    from cointrail.lookups.address_txs import AddressTxs
    from cointrail.lookups.balance import AddressBalance
    from cointrail.lookups.neighbours import AddressNeighbours
    from cointrail.lookups.views import ScriptRef

AddressArgument = Annotated[str, typer.Argument(help=f"What to look up: {ADDRESS_FORMS}.")]


class EveryName(StrEnum):
    """The names of `cointrail.lookups.balance_series.Every`."""

    MONTH = "month"
    DAY = "day"
    BLOCK = "block"


def add_to(app: typer.Typer) -> None:  # noqa: ARG001 -- they stand under `address`
    """Put the commands of this module under `cointrail address`."""
    for command in (txs, balance, neighbours):
        address_app.command()(command)


def txs(
    address: AddressArgument,
    store: StoreOption = STORE,
    start: StartOption = 0,
    limit: LimitOption = PAGE,
    newest: NewestOption = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """List the transactions of an address, each with its net value."""
    found = workbench.LedgerBench(store).address_txs(address, start=start, limit=limit, newest=newest)
    write(_txs_answer(found), form)
    say_page(found.page, "transactions", form)


def _txs_answer(found: AddressTxs) -> Answer:
    heads = ("txid", "height", "time_utc", "received_sat", "spent_sat", "net_sat")
    wide = ("txid", "height", "block_hash", *heads[2:])
    return Answer(
        data=found,
        facts=_script_facts(found.script),
        tables=[table_of("transactions", heads, found.transactions)],
        csv=table_of("transactions", wide, found.transactions),
        basis=basis_facts(found.basis),
    )


def balance(
    address: AddressArgument,
    store: StoreOption = STORE,
    every: Annotated[
        EveryName, typer.Option("--every", help="One line for the last block of each, or for each block.")
    ] = EveryName.MONTH,
    start: StartOption = 0,
    limit: LimitOption = PAGE,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show what an address held over time.

    Months and days are of UTC and go by the median time of blocks, which never goes back.
    """
    bench = workbench.LedgerBench(store)
    found = bench.address_balance(address, every=every.value, start=start, limit=limit)
    write(_balance_answer(found), form)
    say_page(found.page, "lines", form)


def _balance_answer(found: AddressBalance) -> Answer:
    heads = ("height", "median_time_utc", "balance_sat")
    return Answer(
        data=found,
        facts=[*_script_facts(found.script), ("every", found.every)],
        tables=[table_of("balance", heads, found.lines)],
        basis=basis_facts(found.basis),
    )


def neighbours(
    address: AddressArgument,
    store: StoreOption = STORE,
    start: StartOption = 0,
    limit: LimitOption = PAGE,
    most_txs: Annotated[
        int, typer.Option("--max-txs", min=1, help="How many of its transactions to look at, at most.")
    ] = 1000,
    newest: Annotated[
        bool, typer.Option("--newest", help="Look at its last transactions first, not at its first.")
    ] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """List the scripts that share transactions with an address.

    `from`: what the other put into transactions that pay the address. `to`: what the other got from
    transactions that the address spends in. Whose coins went to whom inside one is not known.
    """
    bench = workbench.LedgerBench(store)
    found = bench.address_neighbours(address, start=start, limit=limit, most_txs=most_txs, newest=newest)
    write(_neighbours_answer(found), form)
    say_page(found.page, "neighbours", form)
    if found.stop_reason != "complete":
        typer.echo(
            f"only {found.transactions} of its transactions were looked at ({found.stop_reason.value}); "
            "the sums are of those",
            err=True,
        )


def _neighbours_answer(found: AddressNeighbours) -> Answer:
    heads = ("address", "script_type", "from_txs", "from_sat", "to_txs", "to_sat", "script")
    rows = [
        (n.script.address, n.script.script_type, n.from_txs, n.from_sat, n.to_txs, n.to_sat, n.script.script)
        for n in found.neighbours
    ]
    narrow = [row[:-1] if row[0] else (f"script:{row[-1]}", *row[1:-1]) for row in rows]
    looked: Facts = [("transactions looked at", found.transactions), ("stop reason", found.stop_reason)]
    return Answer(
        data=found,
        facts=[*_script_facts(found.script), *looked],
        tables=[Table("neighbours", heads[:-1], narrow)],
        csv=Table("neighbours", heads, rows),
        beside_csv=looked,
        basis=basis_facts(found.basis),
    )


def _script_facts(script: ScriptRef) -> Facts:
    return [("address", script.address), ("script type", script.script_type), ("script", script.script)]
