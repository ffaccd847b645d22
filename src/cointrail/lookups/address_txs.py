"""The transactions of one script in chain order, each with what it gained or lost there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.chain.types import BlockHash, Txid
from cointrail.clustering.moves import Ascending, Moves
from cointrail.lookups.find import get_script_num
from cointrail.lookups.ledger import LedgerDesk
from cointrail.lookups.script_moves import moves_of_script
from cointrail.lookups.views import LookupBasis, OpenPage, ScriptRef
from cointrail.store.chain_places import txs_of_inputs, txs_of_outputs
from cointrail.store.reader import Snapshot

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

FEW_MOVES = 100_000
"""Up to so many outputs and spends together are read at once, so that all transactions are counted."""

FIRST_WINDOW = 1024
"""Outputs, and as many spends, that are looked at first of a script with more; each window is the double
of the one before."""

WIDEST_WINDOW = 1 << 17


@dataclass(frozen=True, slots=True, kw_only=True)
class TxLine:
    """A transaction as one script sees it.

    Attributes:
        txid: its id.
        height: of its block.
        block_hash: the block's hash.
        time_utc: what the block's miner wrote.
        received_sat: value of its outputs that carry the script.
        spent_sat: value of the script's outputs that it spends.
        net_sat: received minus spent; below zero where more was spent.
    """

    txid: Txid
    height: int
    block_hash: BlockHash
    time_utc: datetime
    received_sat: int
    spent_sat: int
    net_sat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressTxs:
    """Some transactions of a script.

    Attributes:
        script: whose.
        page: which are listed; no total where the script has more than `FEW_MOVES` outputs and spends.
        transactions: those, in chain order or newest first.
        basis: what this rests on.
    """

    script: ScriptRef
    page: OpenPage
    transactions: tuple[TxLine, ...]
    basis: LookupBasis


def address_txs(
    desk: LedgerDesk, text: str, *, start: int = 0, limit: int = 25, newest: bool = False
) -> AddressTxs:
    """The transactions that pay or spend an address, in chain order or newest first.

    Raises:
        BadInput: it cannot be read.
        NotFound: the chain does not hold it.
    """
    number = get_script_num(desk.snapshot, text)
    moves = moves_of_script(desk, number)
    found = page_of_txs(desk.snapshot, moves, start, limit, newest=newest)
    lines = tuple(_line(desk, moves, tx) for tx in found.txs.tolist())
    page = OpenPage(start, len(lines), found.total)
    return AddressTxs(script=desk.script_ref(number), page=page, transactions=lines, basis=desk.basis)


class TxPage(NamedTuple):
    """Transaction numbers in the order asked for, and how many there are; None where nobody counted."""

    txs: I64
    total: int | None


def page_of_txs(snapshot: Snapshot, moves: Moves, start: int, limit: int, *, newest: bool) -> TxPage:
    """The transactions of some moves from place `start` on, each once, at most `limit`."""
    few = len(moves.credits) + len(moves.debits) <= FEW_MOVES
    found: list[I64] = []
    seen = 0
    for txs in iter_txs(snapshot, moves, WIDEST_WINDOW if few else FIRST_WINDOW, newest=newest):
        found.append(txs[max(0, start - seen) : max(0, start + limit - seen)])
        seen += len(txs)
        if not few and seen >= start + limit:
            break
    else:
        return TxPage(_joined(found), seen)
    return TxPage(_joined(found), None)


def iter_txs(
    snapshot: Snapshot, moves: Moves, window: int = FIRST_WINDOW, *, newest: bool = False
) -> Iterator[I64]:
    """The transactions of some moves, each once, in chain order or newest first, some at a time.

    Args:
        snapshot: the chain.
        moves: outputs and the inputs that spend them.
        window: outputs and inputs to look at first.
        newest: the last transaction first.
    """
    sign = -1 if newest else 1
    paid_done = spent_done = 0
    while paid_done < len(moves.credits) or spent_done < len(moves.debits):
        paid = sign * txs_of_outputs(snapshot, _window(moves.credits, paid_done, window, newest=newest))
        spent = sign * txs_of_inputs(snapshot, _window(moves.debits, spent_done, window, newest=newest))
        more = (
            paid_done + len(paid) < len(moves.credits),
            spent_done + len(spent) < len(moves.debits),
        )
        whole = _whole(paid, spent, more=more)
        if any(whole):
            yield sign * np.union1d(paid[: whole[0]], spent[: whole[1]])
        paid_done, spent_done = paid_done + whole[0], spent_done + whole[1]
        window = min(2 * window, WIDEST_WINDOW) if any(whole) else 2 * window


def _window(numbers: Ascending, done: int, size: int, *, newest: bool) -> U64:
    """The next `size` numbers after the first `done`; or those before the last `done`, the last one first."""
    if not newest:
        return numbers.slice(done, done + size)
    end = len(numbers) - done
    return numbers.slice(max(0, end - size), end)[::-1]


def _whole(paid: I64, spent: I64, *, more: tuple[bool, bool]) -> tuple[int, int]:
    """How many of the first of each side belong to transactions that were seen with all their moves."""
    ends = [side[-1] for side, goes_on in zip((paid, spent), more, strict=True) if goes_on]
    if not ends:
        return len(paid), len(spent)
    return int(np.searchsorted(paid, min(ends))), int(np.searchsorted(spent, min(ends)))


def _joined(parts: list[I64]) -> I64:
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


def _line(desk: LedgerDesk, moves: Moves, tx: int) -> TxLine:
    snapshot = desk.snapshot
    block = desk.block_of_tx(tx)
    values = snapshot.column("outputs.value")
    received = values.take(_between(moves.credits, snapshot.tx_output_range(tx)))
    spends = _between(moves.debits, snapshot.tx_input_range(tx))
    spent = values.take(snapshot.column("inputs.output").take(spends))
    gained, lost = int(received.sum()), int(spent.sum())
    return TxLine(
        txid=snapshot.txid(tx),
        height=block.height,
        block_hash=block.hash,
        time_utc=block.time_utc,
        received_sat=gained,
        spent_sat=lost,
        net_sat=gained - lost,
    )


def _between(numbers: Ascending, edges: tuple[int, int]) -> U64:
    """Those of some ascending numbers that lie in a range, its end not included."""
    return numbers.slice(numbers.below(edges[0]), numbers.below(edges[1]))
