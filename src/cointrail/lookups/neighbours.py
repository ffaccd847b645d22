"""The scripts that share transactions with one script.

The sums are ledger facts about whole transactions: what another script put into transactions that pay
this one, and what it got from transactions that this one spends in. Where several scripts sign or are
paid, no rule of the ledger says whose coins went to whom, and nothing here says it either.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.clustering.move_page import first_txs
from cointrail.clustering.moves import Ascending, Moves
from cointrail.lookups.find import get_script_num
from cointrail.lookups.ledger import LedgerDesk
from cointrail.lookups.script_moves import moves_of_script
from cointrail.lookups.views import LookupBasis, Page, ScriptRef
from cointrail.store.chain_places import SIDES, edges_of_txs, rows_between, sizes_of_txs
from cointrail.store.reader import Snapshot

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MOST_TXS = 1000
"""Transactions looked at when nobody says how many."""

MOST_ROWS = 4_000_000
"""Inputs and outputs looked at, at most, whatever the number of transactions."""


class Reach(StrEnum):
    """Why the look at transactions ended."""

    COMPLETE = "complete"
    """every transaction of the script was looked at"""
    TX_LIMIT = "tx_limit"
    """the limit on transactions"""
    ROW_LIMIT = "row_limit"
    """`MOST_ROWS` inputs and outputs"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Another script.

    Attributes:
        script: which.
        from_txs: transactions that pay the script asked for and that this one has inputs of.
        from_sat: value of its outputs that these spend.
        to_txs: transactions that the script asked for spends in and that pay this one.
        to_sat: value of its outputs there.
    """

    script: ScriptRef
    from_txs: int
    from_sat: int
    to_txs: int
    to_sat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressNeighbours:
    """The scripts that share transactions with one.

    Attributes:
        script: the one asked for; it is none of its neighbours.
        transactions: how many of its transactions were looked at.
        stop_reason: why no more were.
        page: which neighbours are listed.
        neighbours: those, by `from_sat` and `to_sat` together, the largest first; equal ones in the
            order of first appearance.
        basis: what this rests on.
    """

    script: ScriptRef
    transactions: int
    stop_reason: Reach
    page: Page
    neighbours: tuple[Neighbour, ...]
    basis: LookupBasis


def address_neighbours(
    desk: LedgerDesk,
    text: str,
    *,
    start: int = 0,
    limit: int = 25,
    most_txs: int = MOST_TXS,
    newest: bool = False,
) -> AddressNeighbours:
    """The scripts that an address shares transactions with, and the sums on either side.

    Args:
        desk: the chain.
        text: an address, a script in hex, or an outpoint.
        start: neighbours to skip.
        limit: neighbours to list.
        most_txs: transactions to look at, at most, in chain order.
        newest: begin with the last transaction instead of the first.

    Raises:
        BadInput: it cannot be read.
        NotFound: the chain does not hold it.
    """
    snapshot = desk.snapshot
    number = get_script_num(snapshot, text)
    moves = moves_of_script(desk, number)
    txs, reach = looked_at(snapshot, moves, most_txs, newest=newest)
    sums = sums_of(snapshot, number, moves, txs)
    lines = tuple(_line(desk, sums, row) for row in range(*slice(start, start + limit).indices(len(sums[0]))))
    return AddressNeighbours(
        script=desk.script_ref(number),
        transactions=len(txs),
        stop_reason=reach,
        page=Page(start, len(lines), len(sums.scripts)),
        neighbours=lines,
        basis=desk.basis,
    )


def looked_at(snapshot: Snapshot, moves: Moves, most: int, *, newest: bool) -> tuple[I64, Reach]:
    """The first or last `most` transactions of some moves, or as many as `MOST_ROWS` allows; ascending."""
    txs, whole = first_txs(snapshot, moves, most, newest=newest)
    sizes = np.cumsum(sizes_of_txs(snapshot, txs[::-1] if newest else txs))
    fit = int(np.searchsorted(sizes, MOST_ROWS, side="right"))
    if fit < len(txs):
        return txs[len(txs) - fit :] if newest else txs[:fit], Reach.ROW_LIMIT
    return txs, Reach.COMPLETE if whole else Reach.TX_LIMIT


def _hit(numbers: Ascending, edges: tuple[I64, I64]) -> Flags:
    """Between which edges, themselves ascending, one of some ascending numbers lies."""
    least, greatest = (int(edge[at]) if len(edge) else 0 for edge, at in zip(edges, (0, -1), strict=True))
    near = numbers.slice(numbers.below(least), numbers.below(greatest))
    first, last = (np.searchsorted(near, edge.astype(np.uint64)) for edge in edges)
    return first < last


class NeighbourSums(NamedTuple):
    """Per neighbour, the largest first."""

    scripts: I64
    from_txs: I64
    from_sat: I64
    to_txs: I64
    to_sat: I64
    first_tx: I64
    last_tx: I64


def sums_of(snapshot: Snapshot, number: int, moves: Moves, txs: I64) -> NeighbourSums:
    """What each other script put in and got in some transactions of one, ascending."""
    given, taken = passed(snapshot, number, moves, txs)
    senders, takers = _side(taken), _side(given)
    scripts = np.union1d(senders.scripts, takers.scripts)
    (from_txs, from_sat), (to_txs, to_sat) = (_spread(scripts, side) for side in (senders, takers))
    first_tx, last_tx = _span(scripts, (senders, takers))
    order = np.lexsort((scripts, -(from_sat + to_sat)))
    columns = (scripts, from_txs, from_sat, to_txs, to_sat, first_tx, last_tx)
    return NeighbourSums(*(column[order] for column in columns))


class _Side(NamedTuple):
    """Scripts, ascending, in how many transactions each was, and the value of its outputs there."""

    scripts: I64
    txs: I64
    sat: I64
    first_tx: I64
    last_tx: I64


class Passed(NamedTuple):
    """Amounts one by one: whom each went to or came from, the transaction, satoshi."""

    other: I64
    tx: I64
    sat: I64


def passed(snapshot: Snapshot, number: int, moves: Moves, txs: I64) -> tuple[Passed, Passed]:
    """What others got where a script spends, and what others put in where it is paid; `txs` ascend."""
    ins, outs = (edges_of_txs(snapshot, side, txs) for side in SIDES)
    paying, spending = _hit(moves.credits, outs), _hit(moves.debits, ins)
    from_owner, inputs = rows_between(*(edge[paying] for edge in ins))
    to_owner, outputs = rows_between(*(edge[spending] for edge in outs))
    spent = snapshot.column("inputs.output").take(inputs)
    return (
        _of_others(snapshot, number, outputs, txs[spending][to_owner]),
        _of_others(snapshot, number, spent, txs[paying][from_owner]),
    )


def _of_others(snapshot: Snapshot, number: int, outputs: npt.NDArray[np.integer], tx: I64) -> Passed:
    scripts = snapshot.column("outputs.script").take(outputs).astype(np.int64)
    others = scripts != number
    values = snapshot.column("outputs.value").take(outputs)[others]
    return Passed(scripts[others], tx[others], values.astype(np.int64))


def _side(amounts: Passed) -> _Side:
    """What some amounts sum up to by script."""
    found, place = np.unique(amounts.other, return_inverse=True)
    sat = np.zeros(len(found), np.int64)
    np.add.at(sat, place, amounts.sat)
    seen, tx = np.unique(amounts.tx, return_inverse=True)
    pairs = np.unique(place * np.int64(max(len(seen), 1)) + tx)
    txs = np.bincount(pairs // max(len(seen), 1), minlength=len(found))
    first, last = np.full(len(found), np.iinfo(np.int64).max), np.full(len(found), -1, np.int64)
    np.minimum.at(first, place, amounts.tx)
    np.maximum.at(last, place, amounts.tx)
    return _Side(found, txs.astype(np.int64), sat, first, last)


def _spread(scripts: I64, side: _Side) -> tuple[I64, I64]:
    """A side's counts and sums by the places of `scripts`, zero where it has none."""
    txs, sat = np.zeros((2, len(scripts)), np.int64)
    at = np.searchsorted(scripts, side.scripts)
    txs[at], sat[at] = side.txs, side.sat
    return txs, sat


def _span(scripts: I64, sides: tuple[_Side, _Side]) -> tuple[I64, I64]:
    """The first and the last transaction of each script on either side; each is on one at least."""
    first, last = np.full(len(scripts), np.iinfo(np.int64).max), np.full(len(scripts), -1, np.int64)
    for side in sides:
        at = np.searchsorted(scripts, side.scripts)
        first[at] = np.minimum(first[at], side.first_tx)
        last[at] = np.maximum(last[at], side.last_tx)
    return first, last


def _line(desk: LedgerDesk, sums: NeighbourSums, row: int) -> Neighbour:
    script, *rest = (int(column[row]) for column in sums[:5])
    from_txs, from_sat, to_txs, to_sat = rest
    return Neighbour(
        script=desk.script_ref(script), from_txs=from_txs, from_sat=from_sat, to_txs=to_txs, to_sat=to_sat
    )
