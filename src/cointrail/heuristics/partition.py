"""Joins of unequal amounts: inputs and outputs that fall into parts which pay for themselves.

A part balances when its inputs cover its outputs and leave at most the whole fee. Two parts are
enough: every finer partition can be merged down to two. Subset sums are hard, so size is capped.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations

from cointrail.heuristics.base import rule
from cointrail.heuristics.shape import Shape

SHAREDCOIN_FIRST_HEIGHT = 267_000
SHAREDCOIN_LAST_HEIGHT = 446_100
"""November 2013, when blockchain.info opened SharedCoin, to the end of 2016; main network."""

SHAREDCOIN_MIN_SIDE = 4

MAX_PARTS = 12
"""Most hands, and most outputs, that a search takes on: 4,096 sums a side."""

CHANCE_ONE_IN = 100
"""Outside the window a partition counts only if chance would balance one in fewer than 1 in so many."""


@rule("partition.sharedcoin", version=1)
def sharedcoin(shape: Shape) -> bool:
    """In SharedCoin's years: four inputs, four outputs, and two parts that balance.

    A search that is too large counts as found, so a large payment of those years may stay unlinked.

    Source: Atlas 2014, CoinJoin Sudoku; Maurer et al. 2017 for the model; the window is our choice.
    Wrong when: amounts of one owner balance by chance, the more likely the more outputs there are.
    Abstains on: other or unknown heights; fewer than four inputs or outputs; one known hand.
    Needs: input and output values and scripts; the answer never changes as the chain grows.
    """
    if shape.height is None or not SHAREDCOIN_FIRST_HEIGHT <= shape.height <= SHAREDCOIN_LAST_HEIGHT:
        return False
    if min(shape.n_inputs, shape.n_outputs) < SHAREDCOIN_MIN_SIDE or not shape.complete:
        return False
    if _too_large(shape):
        return shape.signers > 1
    hands, outs = _sides(shape)
    return min(len(hands), len(outs)) > 1 and _balances(hands, outs)


@rule("partition.balanced", version=1)
def balanced(shape: Shape) -> bool:
    """Two parts balance, and chance would hardly have made them.

    The number of ways to choose the parts, times the fee's share of the whole, is how many would
    balance by chance. From one in a hundred on, nothing is concluded; so ordinary batches and
    consolidations pass.

    Source: Maurer et al. 2017 for the model; the bound on chance is our choice.
    Wrong when: one owner moves several coins, each to its own output.
    Abstains on: too many inputs, outputs or too high a fee to tell from chance; one known hand.
    Needs: input and output values and scripts; the answer never changes as the chain grows.
    """
    if not shape.complete or _too_large(shape):
        return False
    hands, outs = _sides(shape)
    slack = sum(hands) - sum(outs)
    if min(len(hands), len(outs)) < 2 or slack < 0:
        return False
    ways = 1 << (len(hands) + len(outs))
    return sum(hands) // ((slack + 1) * CHANCE_ONE_IN) >= ways and _balances(hands, outs)


def _too_large(shape: Shape) -> bool:
    return max(shape.signers, shape.n_outputs) > MAX_PARTS


def _sides(shape: Shape) -> tuple[list[int], list[int]]:
    """What each hand (distinct input script) brings, and the outputs; without those of nothing."""
    brought: defaultdict[bytes, int] = defaultdict(int)
    for script, value in zip(shape.in_scripts, shape.in_values, strict=True):
        brought[script] += value
    return [v for v in brought.values() if v], [v for v in shape.out_values if v]


def _balances(hands: Sequence[int], outs: Sequence[int]) -> bool:
    """Whether some but not all hands pay for some but not all outputs, within the whole fee.

    The part that holds the first hand is looked for; the rest balances with it.
    """
    slack = sum(hands) - sum(outs)
    others = range(1, len(hands))
    brought = [
        hands[0] + sum(hands[k] for k in chosen)
        for size in range(len(hands) - 1)
        for chosen in combinations(others, size)
    ]
    paid = sorted(sum(chosen) for size in range(1, len(outs)) for chosen in combinations(outs, size))
    for total in brought:
        at = bisect_right(paid, total)
        if at and total - paid[at - 1] <= slack:
            return True
    return False
