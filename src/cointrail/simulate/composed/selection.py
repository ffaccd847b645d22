"""Which coins a program spends: pure functions over values.

All take effective values (satoshi less what it costs to spend the coin) and a target, and return places in
the list, or None where they find nothing. Worlds are large, so searches give up sooner than the programs do.

Sources: Erhardt, An evaluation of coin selection strategies, 2016; Bitcoin Core, wallet/coinselection.cpp.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from cointrail.simulate.dice import Dice

SEARCH_STEPS = 2_000
"""Steps of a search. Bitcoin Core takes 100,000."""
KNAPSACK_ROUNDS = 30
"""Random passes. Bitcoin Core makes 1,000."""
GRINDER_RATE = 30.0
"""Satoshi for a virtual byte above which Core grinds: three times its long-term rate of 10."""
CONSOLIDATE_RATE = 10.0
"""Below Core's long-term rate spending a coin now is cheaper than later: ties go to more inputs."""


class Selection(Enum):
    """A program's way of taking coins."""

    OLDEST = auto()
    LARGEST = auto()
    RANDOM = auto()
    """Single random draw."""
    KNAPSACK = auto()
    """Bitcoin Core before 0.17."""
    EXACT = auto()
    """Branch and bound, then knapsack: Bitcoin Core 0.17 to 0.21."""
    LEAST_WASTE = auto()
    """Branch and bound, knapsack and random draw, the least waste: Bitcoin Core 22 to 26."""
    GRIND = auto()
    """As before, and the lightest set where fees are high: Bitcoin Core 27 and later."""
    MANUAL = auto()
    """Somebody ticks boxes: one coin that is large enough, or several more than are needed."""
    ALL = auto()
    """Everything there is, each time."""


def first_enough(values: Sequence[int], order: Sequence[int], target: int) -> list[int] | None:
    """Coins in `order` until they reach `target`."""
    have, taken = 0, []
    for place in order:
        taken.append(place)
        have += values[place]
        if have >= target:
            return taken
    return None


def oldest_first(values: Sequence[int], target: int) -> list[int] | None:
    """Coins in the order in which they came."""
    return first_enough(values, range(len(values)), target)


def largest_first(values: Sequence[int], target: int) -> list[int] | None:
    """The largest coin first."""
    return first_enough(values, sorted(range(len(values)), key=lambda n: -values[n]), target)


def random_draw(values: Sequence[int], target: int, dice: Dice) -> list[int] | None:
    """Coins as they come up (single random draw)."""
    if sum(values) < target:
        return None
    return first_enough(values, dice.sample(range(len(values)), len(values)), target)


def exact_match(values: Sequence[int], target: int, room: int) -> list[int] | None:
    """Coins that sum to `target` or at most `room` more, so that no change is needed; the least excess.

    Depth-first, the largest first, with the branches left out that cannot reach the target.
    """
    order = sorted((n for n in range(len(values)) if values[n] > 0), key=lambda n: -values[n])
    rest = [0] * (len(order) + 1)
    for depth in range(len(order) - 1, -1, -1):
        rest[depth] = rest[depth + 1] + values[order[depth]]
    if rest[0] < target:
        return None
    best: tuple[int, list[int]] | None = None
    stack: list[tuple[int, int, list[int]]] = [(0, 0, [])]
    for _ in range(SEARCH_STEPS):
        if not stack:
            break
        depth, have, taken = stack.pop()
        if target <= have <= target + room and (best is None or have < best[0]):
            best = have, taken
            if have == target:
                break
        if have > target or depth == len(order) or have + rest[depth] < target:
            continue
        stack.append((depth + 1, have, taken))
        stack.append((depth + 1, have + values[order[depth]], [*taken, order[depth]]))
    return best[1] if best is not None else None


def knapsack(values: Sequence[int], target: int, min_change: int, dice: Dice) -> list[int] | None:
    """Bitcoin Core's first way: an exact coin, a close sum of smaller ones, or the smallest larger one."""
    larger, smaller = None, []
    for place in dice.sample(range(len(values)), len(values)):
        if values[place] == target:
            return [place]
        if values[place] < target + min_change:
            smaller.append(place)
        elif larger is None or values[place] < values[larger]:
            larger = place
    total = sum(values[n] for n in smaller)
    if total == target:
        return smaller
    if total < target:
        return [larger] if larger is not None else None
    smaller.sort(key=lambda n: -values[n])
    wanted = target if total < target + min_change else target + min_change
    best = _closest(values, smaller, wanted, dice)
    if larger is not None and values[larger] <= sum(values[n] for n in best):
        return [larger]
    return best


def _closest(values: Sequence[int], places: Sequence[int], target: int, dice: Dice) -> list[int]:
    best, best_sum = list(places), sum(values[n] for n in places)
    for _ in range(KNAPSACK_ROUNDS):
        have, taken = 0, set()
        for again in (False, True):
            for place in places:
                if place in taken or not (again or dice.chance(0.5)):
                    continue
                taken.add(place)
                have += values[place]
                if have >= target:
                    if have < best_sum:
                        best, best_sum = [n for n in places if n in taken], have
                    taken.remove(place)
                    have -= values[place]
        if best_sum == target:
            break
    return best


def lightest(values: Sequence[int], weights: Sequence[int], target: int, min_change: int) -> list[int] | None:
    """The set of least weight that leaves `min_change` at least (CoinGrinder); greedy, then pruned."""
    order = sorted(range(len(values)), key=lambda n: (-values[n], weights[n]))
    taken = first_enough(values, order, target + min_change)
    if taken is None:
        return None
    have = sum(values[n] for n in taken)
    for place in sorted(taken, key=lambda n: -weights[n]):
        if have - values[place] >= target + min_change:
            taken.remove(place)
            have -= values[place]
    return taken


def by_hand(values: Sequence[int], target: int, dice: Dice) -> list[int] | None:
    """One coin that is large enough, or the largest ones; now and then one more than was needed."""
    enough = [n for n in range(len(values)) if values[n] >= target]
    taken = [dice.pick(enough)] if enough else largest_first(values, target)
    if taken is not None and dice.chance(0.25):
        others = [n for n in range(len(values)) if n not in taken]
        taken = [*taken, *dice.sample(others, 1)]
    return taken


def waste(values: Sequence[int], taken: Sequence[int], target: int, change_cost: int, rate: float) -> float:
    """What a choice costs above the least: inputs bought early or late, change, or excess given away.

    Source: Bitcoin Core, `SelectionResult::RecalculateWaste`; an input counts as 68 virtual bytes.
    """
    excess = sum(values[n] for n in taken) - target
    timing = len(taken) * 68 * (rate - CONSOLIDATE_RATE)
    return timing + min(excess, change_cost)


def select(  # noqa: PLR0917 - in the order in which a wallet comes to know them
    how: Selection, values: Sequence[int], weights: Sequence[int], target: int, change_cost: int,
    min_change: int, rate: float, dice: Dice,
) -> list[int] | None:  # fmt: skip
    """Coins for `target` in the way of `how`."""
    match how:
        case Selection.OLDEST:
            return oldest_first(values, target)
        case Selection.LARGEST:
            return largest_first(values, target)
        case Selection.RANDOM:
            return random_draw(values, target, dice)
        case Selection.KNAPSACK:
            return knapsack(values, target, min_change, dice)
        case Selection.MANUAL:
            return by_hand(values, target, dice)
        case Selection.ALL:
            return list(range(len(values))) if sum(values) >= target else None
    exact = exact_match(values, target, change_cost)
    if how is Selection.EXACT:
        return exact or knapsack(values, target, min_change, dice)
    tried = [
        exact,
        knapsack(values, target, min_change, dice),
        random_draw(values, target + min_change, dice),
    ]
    if how is Selection.GRIND and rate > GRINDER_RATE:
        tried.append(lightest(values, weights, target, min_change))
    found = [taken for taken in tried if taken]
    return min(
        found, key=lambda taken: (waste(values, taken, target, change_cost, rate), -len(taken)), default=None
    )
