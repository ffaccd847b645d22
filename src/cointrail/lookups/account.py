"""A cluster as an account in which moneys mix: whose they are, by the conventions that courts use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cointrail.chain.types import Outpoint, Txid
from cointrail.clustering.move_page import page_of_moves
from cointrail.errors import BadInput
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.find import get_output_num, parse_outpoint
from cointrail.lookups.find_cluster import get_cluster
from cointrail.lookups.views import ClusterClaims, ClusterRef, LookupBasis, Page
from cointrail.tracing.account import AccountFlow, Entry, Method, account_flow

MOST_MOVES = 200_000
"""Outputs and inputs of a cluster that are read into one account; our choice, some seconds of work."""

ByMethod = dict[Method, int]
"""Satoshi by method."""


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A claim: an output to the cluster that is said to be somebody's, and what is left of it there."""

    outpoint: Outpoint
    value_sat: int
    left_sat: ByMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOut:
    """A transaction by which value left the cluster.

    Attributes:
        paid_sat: what left, the fee included; change is taken off.
        claimed_sat: of this, what left of the claims, by method.
        balance_sat: of the cluster after it.
    """

    txid: Txid
    height: int
    time_utc: datetime
    paid_sat: int
    claimed_sat: ByMethod
    balance_sat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """Claims on a cluster's balance.

    Attributes:
        cluster: whose.
        claimed_by: what tags propose for it; None when nothing is.
        balance_sat: at the tip.
        claims: each output with what is left of it.
        page: which payments are shown.
        payments: transactions by which value left after the first claim came in, in chain order.
        basis: what this rests on.
    """

    cluster: ClusterRef
    claimed_by: ClusterClaims | None
    balance_sat: int
    claims: tuple[ClaimLine, ...]
    page: Page
    payments: tuple[PaymentOut, ...]
    basis: LookupBasis


@dataclass(frozen=True, slots=True)
class _Ledger:
    """The entries of a cluster, and the transaction of each payment out with the balance after it."""

    entries: list[Entry]
    payments: list[tuple[int, int, int]]
    """transaction, satoshi, balance after it; those after the first claim"""
    skipped: int
    """payments out before the first claim"""
    balance: int


def show_account(
    desk: LookupDesk, text: str, claims: Sequence[str], *, start: int = 0, limit: int = 25
) -> AccountView:
    """Follow claimed outputs through a cluster's balance, by each method.

    One transaction is one entry: what the cluster put in and got back is set off. A transaction that other
    clusters signed too counts for this cluster's own inputs and outputs.

    Args:
        desk: the chain, its clusters and tags.
        text: the cluster.
        claims: outputs to it, `txid:vout`.
        start: payments to skip.
        limit: payments to show.

    Raises:
        BadInput: a claim is no output to the cluster, none is named, or the cluster moved too often.
        NotFound: the chain does not hold one.
    """
    if not claims:
        raise BadInput("no claim is named", hint="name an output to the cluster: `--claim txid:vout`")
    ref = get_cluster(desk, text)
    outputs = [get_output_num(desk.snapshot, parse_outpoint(claim.strip())) for claim in claims]
    for claim, output in zip(claims, outputs, strict=True):
        _require_member(desk, ref, claim, output)
    ledger = _read(desk, ref, frozenset(outputs))
    flows = {method: account_flow(method, ledger.entries) for method in Method}
    shown = ledger.payments[start : start + limit]
    return AccountView(
        cluster=ref,
        claimed_by=desk.cluster_claims(ref.label),
        balance_sat=ledger.balance,
        claims=tuple(_claim_line(desk, output, flows) for output in dict.fromkeys(outputs)),
        page=Page(start, len(shown), len(ledger.payments)),
        payments=tuple(
            _payment(desk, payment, ledger.skipped + start + place, flows)
            for place, payment in enumerate(shown)
        ),
        basis=desk.basis,
    )


def _require_member(desk: LookupDesk, ref: ClusterRef, claim: str, output: int) -> None:
    label = desk.clusters.label(desk.snapshot.output_script(output))
    if label != ref.label:
        raise BadInput(
            f"`{claim.strip()}` pays cluster {label}, not {ref.label}",
            hint="a claim is an output to the cluster",
            value=claim,
        )


def _read(desk: LookupDesk, ref: ClusterRef, claimed: frozenset[int]) -> _Ledger:
    moves = desk.clusters.moves.of(ref.label)
    total = len(moves.credits) + len(moves.debits)
    if total > MOST_MOVES:
        raise BadInput(
            f"cluster {ref.label} has {total:,} movements, and an account may have {MOST_MOVES:,}",
            hint="a cluster of that size is a service: ask it for its books",
            movements=total,
        )
    entries: list[Entry] = []
    payments: list[tuple[int, int, int]] = []
    skipped = balance = 0
    first = min(desk.snapshot.output_tx(output) for output in claimed)
    of_tx: dict[int, list[Entry]] = {}
    for tx, credit, number, value in zip(
        *(column.tolist() for column in page_of_moves(desk.snapshot, moves, 0, total)), strict=True
    ):
        label = str(number) if credit and number in claimed else None
        of_tx.setdefault(tx, []).append(Entry(value if credit else -value, label))
    for tx, moved in of_tx.items():
        named = [entry for entry in moved if entry.label is not None]
        own = sum(entry.sat for entry in moved if entry.label is None)
        entries += [*named, Entry(own)]
        balance += own + sum(entry.sat for entry in named)
        if own < 0 and tx < first:
            skipped += 1
        elif own < 0:
            payments.append((tx, -own, balance))
    return _Ledger(entries, payments, skipped, balance)


def _claim_line(desk: LookupDesk, output: int, flows: dict[Method, AccountFlow]) -> ClaimLine:
    left = {method: flow.left.get(str(output), 0) for method, flow in flows.items()}
    return ClaimLine(desk.snapshot.outpoint(output), desk.snapshot.output_value(output), left)


def _payment(
    desk: LookupDesk, payment: tuple[int, int, int], place: int, flows: dict[Method, AccountFlow]
) -> PaymentOut:
    tx, paid, balance = payment
    block = desk.block_of_tx(tx)
    return PaymentOut(
        txid=desk.snapshot.txid(tx),
        height=block.height,
        time_utc=block.time_utc,
        paid_sat=paid,
        claimed_sat={method: sum(flow.paid[place].values()) for method, flow in flows.items()},
        balance_sat=balance,
    )
