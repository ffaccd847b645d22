"""What one script held over time.

Blocks are dated here by their median time (the median of a block's time and the ten before): it never
goes back from one block to the next, while the time that a miner writes may.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from cointrail.lookups.find import get_script_num
from cointrail.lookups.ledger import LedgerDesk
from cointrail.lookups.script_moves import Moves, moves_of_script
from cointrail.lookups.views import LookupBasis, Page, ScriptRef
from cointrail.store.chain_places import block_ends, heights_of_txs, txs_of_inputs, txs_of_outputs
from cointrail.store.reader import Snapshot

I64 = npt.NDArray[np.int64]


class Every(StrEnum):
    """Which blocks a balance is given for."""

    MONTH = "month"
    """the last block of each month"""
    DAY = "day"
    """the last block of each day"""
    BLOCK = "block"
    """each block that holds a transaction of the script"""


_UNITS = {Every.MONTH: "datetime64[M]", Every.DAY: "datetime64[D]"}


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
    moves = moves_of_script(desk, number)
    first = snapshot.tx_height(snapshot.output_tx(int(moves.credits[0])))
    heights = _moved(snapshot, moves) if every is Every.BLOCK else period_ends(snapshot, first, every)
    listed = heights[start : start + limit]
    balances = balances_after(snapshot, moves, listed)
    return AddressBalance(
        script=desk.script_ref(number),
        every=every,
        page=Page(start, len(listed), len(heights)),
        lines=balance_lines(snapshot, listed, balances),
        basis=desk.basis,
    )


def balance_lines(snapshot: Snapshot, heights: I64, balances: I64) -> tuple[BalanceLine, ...]:
    """Balances after blocks as listings show them."""
    times = snapshot.column("blocks.median_time").take(heights)
    return tuple(
        BalanceLine(height=height, median_time_utc=datetime.fromtimestamp(when, UTC), balance_sat=sat)
        for height, when, sat in zip(heights.tolist(), times.tolist(), balances.tolist(), strict=True)
    )


def balances_after(snapshot: Snapshot, moves: Moves, heights: I64) -> I64:
    """Satoshi that the outputs of some moves hold unspent after each of some blocks."""
    ends = block_ends(snapshot, heights)
    values = snapshot.column("outputs.value")
    gained = np.cumsum(np.append(np.int64(0), values.take(moves.credits)))
    spent = snapshot.column("inputs.output").take(moves.debits)
    lost = np.cumsum(np.append(np.int64(0), values.take(spent)))
    balances: I64 = (
        gained[np.searchsorted(moves.credits, ends.outputs)]
        - lost[np.searchsorted(moves.debits, ends.inputs)]
    )
    return balances


def _moved(snapshot: Snapshot, moves: Moves) -> I64:
    """The blocks that hold a transaction of the script, ascending."""
    paid = heights_of_txs(snapshot, txs_of_outputs(snapshot, moves.credits))
    spent = heights_of_txs(snapshot, txs_of_inputs(snapshot, moves.debits))
    return np.union1d(paid, spent)


def period_ends(snapshot: Snapshot, first: int, every: Every) -> I64:
    """The last block of each month or day from the block of height `first` to the tip."""
    times = snapshot.column("blocks.median_time").slice(first, snapshot.height + 1)
    periods = times.astype("datetime64[s]").astype(_UNITS[every])
    return first + np.append(np.flatnonzero(periods[1:] != periods[:-1]), len(periods) - 1)
