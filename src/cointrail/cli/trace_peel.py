"""`cointrail trace peel`: one coin, hop by hop."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cointrail import workbench
from cointrail.cli.error_text import bound_facts
from cointrail.cli.look import Facts, basis_facts
from cointrail.cli.options import STORE, Format, FormatOption, StoreOption, TagsOption
from cointrail.cli.progress import Meter
from cointrail.cli.render import Answer, Table, write
from cointrail.cli.trace import trace_app

if TYPE_CHECKING:
    from cointrail.lookups.peel_views import PeelChainView, PeelHopLine, PeelPayment, PeelView

DAY = 86_400

_CAME_IN = ("spent_sat", "beside_sat")
_WENT_OUT = ("paid_sat", "burned_sat", "fee_sat", "kept_sat")
"""Together as much as what came in."""
_HOP_HEADS = ("hop", "txid", "time_utc", "kind", "tier", *_CAME_IN, *_WENT_OUT)
_WIDE_HEADS = (
    "hop",
    "txid",
    "height",
    "time_utc",
    "kind",
    "tier",
    "rules",
    "spent",
    "spent_sat",
    "beside",
    "beside_sat",
    "kept",
    "kept_sat",
    "paid_sat",
    "burned_sat",
    "fee_sat",
)
_PAID_HEADS = ("hop", "outpoint", "time_utc", "value_sat", "address", "actor", "actor_tier")
_FIAT_HEADS = ("value", "currency")


class WeakestTier(StrEnum):
    """The tiers that a change verdict may have."""

    T1 = "T1"
    T3 = "T3"
    T4 = "T4"


def add_to(app: typer.Typer) -> None:  # noqa: ARG001 -- it stands under `trace`
    """Put the command of this module under `cointrail trace`."""
    trace_app.command("peel")(peel)


def peel(
    output: Annotated[str, typer.Argument(help="The output to begin with, as `txid:vout`.")],
    store: StoreOption = STORE,
    backward: Annotated[bool, typer.Option("--backward", help="Go back to where it came from.")] = False,
    tags: TagsOption = [],  # noqa: B006 -- typer copies it
    max_hops: Annotated[int, typer.Option(min=0, help="End after this many transactions.")] = 1_000,
    min_value: Annotated[int, typer.Option(min=0, help="End at a coin of less satoshi.")] = 0,
    max_gap_days: Annotated[
        int | None, typer.Option(min=0, help="End where a coin lay longer than these days.", metavar="DAYS")
    ] = None,
    weakest: Annotated[
        WeakestTier, typer.Option(help="The weakest tier of change to follow.")
    ] = WeakestTier.T3,
    through_joins: Annotated[
        bool,
        typer.Option("--through-joins", help="Go on where coins outside its cluster are spent beside it."),
    ] = False,
    stop_at_sweeps: Annotated[
        bool, typer.Option("--stop-at-sweeps", help="End where all goes to one output.")
    ] = False,
    max_chains: Annotated[
        int, typer.Option(min=1, help="Follow branches too, until there are this many chains.")
    ] = 1,
    prices: Annotated[
        list[Path], typer.Option("--prices", help="Price table; may be repeated.", metavar="FILE")
    ] = [],  # noqa: B006 -- typer copies it
    currency: Annotated[
        str | None, typer.Option(help="Value what was paid in this currency.", metavar="CODE")
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Follow one coin hop by hop, over the change of each payment.

    Every chain ends for one named reason, and says how many hops it has and what they may be wrong
    together. Where no rule tells which output is the change, all candidates are listed as branches.
    """
    limits = workbench.PeelLimits(
        max_hops=max_hops,
        min_value_sat=min_value,
        max_gap_s=None if max_gap_days is None else max_gap_days * DAY,
        weakest=workbench.Tier[weakest.value],
        through_joins=through_joins,
        through_sweeps=not stop_at_sweeps,
        max_chains=max_chains,
    )
    with Meter() as meter:
        bench = workbench.PeelBench(store, meter.steps)
        found = bench.peel(
            output, backward=backward, tags=tags, prices=prices, currency=currency, limits=limits
        )
    write(_answer(found), form)


def _answer(found: PeelView) -> Answer:
    first = found.chains[0]
    return Answer(
        data=found,
        facts=[
            ("output", found.output),
            ("direction", "backward" if found.backward else "forward"),
            *_chain_facts(first),
            ("chains", len(found.chains)),
        ],
        tables=[table for chain in found.chains for table in _tables(chain, len(found.chains))],
        csv=_csv(found),
        beside_csv=[fact for chain in found.chains for fact in _end_facts(chain)],
        basis=basis_facts(found.basis),
    )


def _chain_facts(chain: PeelChainView) -> Facts:
    return [
        ("hops", chain.hops),
        ("start_sat", chain.start_sat),
        ("beside_sat", chain.beside_sat),
        ("paid_sat", chain.paid_sat),
        ("burned_sat", sum(line.burned_sat for line in chain.lines)),
        ("fees_sat", chain.fees_sat),
        ("end", chain.end),
        ("end_sat", chain.end_sat),
        ("end address", chain.end_address),
        ("stop reason", chain.stop),
        ("because", chain.because),
        ("service", _service(chain)),
        *bound_facts(chain.bound, chain.says_error),
    ]


def _service(chain: PeelChainView) -> str | None:
    if chain.service is None or chain.service_tier is None:
        return None
    return f"{chain.service}, at {chain.service_tier.name}"


def _end_facts(chain: PeelChainView) -> Facts:
    name = f"chain {chain.chain}"
    return [
        (name, f"{chain.hops} hops, {chain.stop.value} at {chain.end}: {chain.because}"),
        *((f"{name} {key}", value) for key, value in bound_facts(chain.bound, chain.says_error)),
    ]


def _tables(chain: PeelChainView, chains: int) -> list[Table]:
    which = f"chain {chain.chain}: " if chains > 1 else ""
    tables = []
    if chain.chain > 1:
        said = f"{which}branches off chain {chain.branches_off} at {chain.start}"
        tables.append(
            Table(said, ("fact", "value"), [(name, str(value)) for name, value in _end_facts(chain)])
        )
    tables.append(Table(f"{which}hops", _HOP_HEADS, [_row(line, _HOP_HEADS) for line in chain.lines]))
    paid = [(line.hop, payment) for line in chain.lines for payment in line.payments]
    fiat = _FIAT_HEADS if any(payment.currency for _, payment in paid) else ()
    rows = [_paid_row(hop, payment, (*_PAID_HEADS, *fiat)) for hop, payment in paid]
    tables.append(Table(f"{which}peeled off", (*_PAID_HEADS, *fiat), rows))
    if chain.branches:
        heads = ("outpoint", "value_sat", "address", "spent_by", "followed_as")
        rows = [_row(branch, heads) for branch in chain.branches]
        tables.append(Table(f"{which}branches", heads, rows))
    return tables


def _row(item: object, heads: tuple[str, ...]) -> list[object]:
    return [getattr(item, head) for head in heads]


def _paid_row(hop: int, payment: PeelPayment, heads: tuple[str, ...]) -> list[object]:
    return [hop, *(getattr(payment, head) for head in heads[1:])]


def _csv(found: PeelView) -> Table:
    """One row for each output peeled off, with its hop; a hop without one has a row of its own."""
    paid_heads = ("outpoint", "value_sat", "address", "actor", "actor_tier", *_FIAT_HEADS)
    rate_heads = ("rate", "rate_source", "rate_time")
    heads = ("chain", *_WIDE_HEADS, *(f"paid_{head}" for head in paid_heads), *rate_heads)
    rows: list[list[object]] = []
    for chain in found.chains:
        for line in chain.lines:
            rows += [
                [chain.chain, *_row(line, _WIDE_HEADS), *paid]
                for paid in _paid_cells(line, (*paid_heads, *rate_heads))
            ]
    return Table("peel chain", heads, rows)


def _paid_cells(line: PeelHopLine, heads: tuple[str, ...]) -> list[list[object]]:
    return [_row(payment, heads) for payment in line.payments] or [[None] * len(heads)]
