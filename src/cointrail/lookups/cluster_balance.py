"""What a cluster held over time. Months, days and blocks are those of `cointrail.lookups.balance`."""

from __future__ import annotations

from dataclasses import dataclass

from cointrail.lookups.balance import BalanceLine, balance_lines
from cointrail.lookups.balance_series import Every, balance_series
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.find_cluster import get_cluster
from cointrail.lookups.views import ClusterRef, LookupBasis, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterBalance:
    """A cluster's balance over time.

    Attributes:
        cluster: whose.
        every: which blocks are listed, as in `AddressBalance`.
        page: which part of the list.
        lines: in chain order.
        basis: what this rests on.
    """

    cluster: ClusterRef
    every: Every
    page: Page
    lines: tuple[BalanceLine, ...]
    basis: LookupBasis


def cluster_balance(
    desk: LookupDesk, text: str, *, every: Every = Every.MONTH, start: int = 0, limit: int = 25
) -> ClusterBalance:
    """What a cluster held at the end of months, days or blocks.

    Raises:
        BadInput: it cannot be read, or is a number that is no label.
        NotFound: the chain does not hold it.
    """
    ref = get_cluster(desk, text)
    moves = desk.clusters.moves.of(ref.label)
    series = balance_series(desk.snapshot, moves, every, start, limit)
    lines = balance_lines(desk.snapshot, series.heights, series.balances)
    return ClusterBalance(
        cluster=ref,
        every=every,
        page=Page(start, len(lines), series.total),
        lines=lines,
        basis=desk.basis,
    )
