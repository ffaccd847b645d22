"""What one script held over time.

Blocks are dated here by their median time (the median of a block's time and the ten before): it never
goes back from one block to the next, while the time that a miner writes may.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from cointrail.lookups.balance_series import Every, balance_series
from cointrail.lookups.find import get_script_num
from cointrail.lookups.ledger import LedgerDesk
from cointrail.lookups.script_moves import moves_of_script
from cointrail.lookups.views import LookupBasis, Page, ScriptRef
from cointrail.store.reader import Snapshot

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceLine:
    """What a script held after a block; `median_time_utc` is that of the block."""

    height: int
    median_time_utc: datetime
    balance_sat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressBalance:
    """A script's balance over time.

    Attributes:
        script: whose.
        every: which blocks are listed. Months and days go by UTC and by the blocks' median time, from
            the script's first transaction to the tip; those without a block have no line. The last one
            ends at the tip.
        page: which part of the list.
        lines: in chain order.
        basis: what this rests on.
    """

    script: ScriptRef
    every: Every
    page: Page
    lines: tuple[BalanceLine, ...]
    basis: LookupBasis


def address_balance(
    desk: LedgerDesk, text: str, *, every: Every = Every.MONTH, start: int = 0, limit: int = 25
) -> AddressBalance:
    """What an address held at the end of months, days or blocks.

    Raises:
        BadInput: it cannot be read.
        NotFound: the chain does not hold it.
    """
    snapshot = desk.snapshot
    number = get_script_num(snapshot, text)
    series = balance_series(snapshot, moves_of_script(desk, number), every, start, limit)
    lines = balance_lines(snapshot, series.heights, series.balances)
    return AddressBalance(
        script=desk.script_ref(number),
        every=every,
        page=Page(start, len(lines), series.total),
        lines=lines,
        basis=desk.basis,
    )


def balance_lines(snapshot: Snapshot, heights: I64, balances: I64) -> tuple[BalanceLine, ...]:
    """Balances after blocks as listings show them."""
    times = snapshot.column("blocks.median_time").take(heights)
    return tuple(
        BalanceLine(height=height, median_time_utc=datetime.fromtimestamp(when, UTC), balance_sat=sat)
        for height, when, sat in zip(heights.tolist(), times.tolist(), balances.tolist(), strict=True)
    )
