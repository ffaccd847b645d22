"""Parts of what a cluster or script received and spent, in chain order; found by search."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.moves import Moves
from cointrail.store.chain_places import last_at_most

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]


class MoveRows(NamedTuple):
    """Moves in chain order; inside one transaction what it spends comes before what it pays.

    `number` is that of an output where `credit`, and of an input where not.
    """

    tx: I64
    credit: npt.NDArray[np.bool_]
    number: U64
    value: I64
    """Satoshi."""


def page_of_moves(chain: ChainView, moves: Moves, start: int, limit: int) -> MoveRows:
    """Moves `start` and the `limit - 1` after it, as far as there are.

    Time: in proportion to `limit`, and to the logarithm of how many moves and transactions there are.
    """
    paid, spent = _split(chain, moves, start)
    outputs = moves.credits.slice(paid, paid + limit)
    inputs = moves.debits.slice(spent, spent + limit)
    number = np.concatenate([inputs, outputs])
    credit = np.repeat([False, True], [len(inputs), len(outputs)])
    tx = np.concatenate(
        [
            last_at_most(chain.column("txs.first_input"), inputs),
            last_at_most(chain.column("txs.first_output"), outputs),
        ]
    )
    coins = np.concatenate([chain.column("inputs.output").take(inputs), outputs])
    order = np.argsort(tx, kind="stable")[:limit]
    values = chain.column("outputs.value").take(coins[order])
    return MoveRows(tx[order], credit[order], number[order], values)


def first_txs(chain: ChainView, moves: Moves, most: int, *, newest: bool = False) -> tuple[I64, bool]:
    """The first transactions of some moves in chain order, or the last ones, ascending.

    Args:
        chain: the chain.
        moves: of a cluster or script.
        most: how many transactions at most.
        newest: the last ones.

    Returns:
        The transactions, and whether these are all.
    """
    window = most + 1
    while True:
        txs, whole = _txs_of_window(chain, moves, window, newest=newest)
        if whole or len(txs) > most:
            return txs[-most:] if newest else txs[:most], len(txs) <= most
        window *= 2


def _txs_of_window(chain: ChainView, moves: Moves, window: int, *, newest: bool) -> tuple[I64, bool]:
    """The transactions up to where the first `window` moves of each side are known; whether these are all."""
    sides, ends = [], []
    for key, numbers in (("txs.first_output", moves.credits), ("txs.first_input", moves.debits)):
        first = max(0, len(numbers) - window) if newest else 0
        txs = last_at_most(chain.column(key), numbers.slice(first, first + window))
        sides.append(txs)
        if len(txs) < len(numbers):
            ends.append(txs[0] if newest else txs[-1])
    found = np.union1d(*sides)
    for end in ends:
        found = found[found >= end] if newest else found[found <= end]
    return found, not ends


def _split(chain: ChainView, moves: Moves, start: int) -> tuple[int, int]:
    """How many credits and how many debits are among the first `start` moves."""
    low, high = 0, chain.n_txs  # fewer than `start` moves, or as many, lie before transaction `low`
    while low < high:
        middle = (low + high + 1) // 2
        if sum(_before(chain, moves, middle)) <= start:
            low = middle
        else:
            high = middle - 1
    paid, spent = _before(chain, moves, low)
    rest = start - paid - spent
    here = moves.debits.below(_first(chain, "input", low + 1)) - spent
    return paid + max(0, rest - here), spent + min(rest, here)


def _before(chain: ChainView, moves: Moves, tx_num: int) -> tuple[int, int]:
    """How many credits and how many debits lie in transactions before this one."""
    return moves.credits.below(_first(chain, "output", tx_num)), moves.debits.below(
        _first(chain, "input", tx_num)
    )


def _first(chain: ChainView, side: str, tx_num: int) -> int:
    """The first input or output of a transaction, or of the one that would come next."""
    if tx_num >= chain.n_txs:
        return chain.n_inputs if side == "input" else chain.n_outputs
    return int(chain.column(f"txs.first_{side}")[tx_num])
