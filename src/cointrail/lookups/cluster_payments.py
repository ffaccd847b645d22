"""What a cluster received and spent, output by output and input by input, in chain order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cointrail.chain.types import BlockHash, Txid
from cointrail.clustering.move_page import page_of_moves
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.find_cluster import get_cluster
from cointrail.lookups.views import ClusterClaims, ClusterRef, LookupBasis, Page


class Direction(StrEnum):
    """Which way value moved, as the cluster sees it."""

    IN = "in"
    """an output pays a member"""
    OUT = "out"
    """an input spends a member's output"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLine:
    """One output that pays a member, or one input that spends a member's output.

    Attributes:
        txid: the transaction.
        height: of its block.
        block_hash: the block's hash.
        time_utc: what the block's miner wrote.
        direction: in or out.
        place: number of the output, or of the input, in the transaction.
        value_sat: what the output holds.
        address: the member's; None where it has none.
        script_num: the member.
    """

    txid: Txid
    height: int
    block_hash: BlockHash
    time_utc: datetime
    direction: Direction
    place: int
    value_sat: int
    address: str | None
    script_num: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterPayments:
    """Some of what a cluster received and spent.

    Change and other transfers inside the cluster are out and in again: both lines are listed.

    Attributes:
        cluster: whose.
        claims: what tags propose for it; None when nothing is.
        page: which lines.
        payments: those, in chain order or newest first; in a transaction what it spends comes first.
        basis: what this rests on.
    """

    cluster: ClusterRef
    claims: ClusterClaims | None
    page: Page
    payments: tuple[PaymentLine, ...]
    basis: LookupBasis


def cluster_payments(
    desk: LookupDesk, text: str, *, start: int = 0, limit: int = 25, newest: bool = False
) -> ClusterPayments:
    """List what a cluster received and spent. Time: in proportion to `limit`, however large the cluster is.

    Args:
        desk: the chain and its clusters.
        text: a label, an address, a script in hex, or an outpoint.
        start: lines to skip.
        limit: lines to list.
        newest: the last line first.

    Raises:
        BadInput: it cannot be read, or is a number that is no label.
        NotFound: the chain does not hold it.
    """
    ref = get_cluster(desk, text)
    moves = desk.clusters.moves.of(ref.label)
    total = len(moves.credits) + len(moves.debits)
    first, last = min(start, total), min(start + limit, total)
    if newest:
        first, last = total - last, total - first
    rows = page_of_moves(desk.snapshot, moves, first, last - first)
    lines = [_line(desk, *row) for row in zip(*(column.tolist() for column in rows), strict=True)]
    return ClusterPayments(
        cluster=ref,
        claims=desk.cluster_claims(ref.label),
        page=Page(start, len(lines), total),
        payments=tuple(lines[::-1] if newest else lines),
        basis=desk.basis,
    )


def _line(desk: LookupDesk, tx: int, credit: bool, number: int, value: int) -> PaymentLine:  # noqa: FBT001
    snapshot = desk.snapshot
    block = desk.block_of_tx(tx)
    if credit:
        coin, first = number, snapshot.tx_output_range(tx)[0]
    else:
        coin, first = int(snapshot.column("inputs.output")[number]), snapshot.tx_input_range(tx)[0]
    script = snapshot.output_script(coin)
    return PaymentLine(
        txid=snapshot.txid(tx),
        height=block.height,
        block_hash=block.hash,
        time_utc=block.time_utc,
        direction=Direction.IN if credit else Direction.OUT,
        place=number - first,
        value_sat=value,
        address=desk.address(script),
        script_num=script,
    )
