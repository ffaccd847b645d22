"""Sweeps found over columns are those that the rule finds, told to it group by group."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import find, given, settings
from hypothesis import strategies as st

from cointrail.chain.types import Txid
from cointrail.clustering.build import build
from cointrail.clustering.sweeps import find_sweeps
from cointrail.heuristics.key_sweep import KeyCompromise, Sweep, SweepLimits, SweptCoin, key_sweep
from cointrail.store.columns import Column
from support.array_chain import ArrayChain, Arrays, PlainTx
from support.columns import column_of

LIMITS = SweepLimits(owners=2, seconds=100, age_blocks=2)
TARGETS = (0, 1)


class TimedChain(ArrayChain):
    """A chain with two transactions a block, and times."""

    def __init__(self, txs: list[PlainTx], times: list[int]) -> None:
        super().__init__(Arrays.of(txs), settled=len(txs) // 2)
        self.txs, self.times = txs, times
        self._added = {
            "txs.block": column_of([k // 2 for k in range(len(txs))], "<u4"),
            "blocks.first_tx": column_of(list(range(0, len(txs), 2)), "<u4"),
        }

    def column(self, key: str) -> Column:
        return self._added.get(key) or super().column(key)

    def block_times(self) -> npt.NDArray[np.uint32]:
        return np.array(self.times, np.uint32)


@st.composite
def timed_chains(draw: st.DrawFn) -> TimedChain:
    """People who get paid, some of whose coins are swept into one of two scripts."""
    people, made = 8, 10
    # The first transaction pays every script, in order.
    txs = [PlainTx([], [(script, 1_000) for script in range(made)]), PlainTx([], [(2, 5)])]
    unspent = [*range(made), made]
    made += 1
    for _ in range(draw(st.integers(1, 9))):
        spends = (
            draw(st.lists(st.sampled_from(unspent), unique=True, min_size=1, max_size=4)) if unspent else []
        )
        to = draw(st.sampled_from([*TARGETS, *TARGETS, draw(st.integers(2, people))]))
        pays = [(to, 7)] if draw(st.integers(0, 3)) else [(to, 7), (draw(st.integers(0, people)), 9)]
        txs.append(PlainTx(spends, pays))
        unspent = [one for one in unspent if one not in spends] + list(range(made, made + len(pays)))
        made += len(pays)
    steps = draw(st.lists(st.sampled_from([0, 30, 60, 101, -20]), min_size=len(txs), max_size=len(txs)))
    return TimedChain(txs, (1_000 + np.cumsum(steps)).tolist())


def groups_of(chain: TimedChain) -> list[list[int]]:
    """Sweeps into one script, in chain order, held together greedily."""
    by_target: defaultdict[int, list[list[int]]] = defaultdict(list)
    for tx, one in enumerate(chain.txs):
        if not one.spends or len(one.pays) != 1:
            continue
        groups = by_target[one.pays[0][0]]
        time = chain.times[tx // 2]
        if groups and abs(time - chain.times[groups[-1][0] // 2]) <= LIMITS.seconds:
            groups[-1].append(tx)
        else:
            groups.append([tx])
    return [group for groups in by_target.values() for group in groups]


def found_plainly(chain: TimedChain) -> list[tuple[int, ...]]:
    outputs = [(tx, script) for tx, one in enumerate(chain.txs) for script, _ in one.pays]
    found = []
    for group in groups_of(chain):
        cut = group[0] // 2 * 2
        then: Any = build(TimedChain(chain.txs[:cut], chain.times)) if cut else None
        sweeps = []
        for tx in group:
            coins = []
            for output in chain.txs[tx].spends:
                made, script = outputs[output]
                owner = script if then is None else then.label(script)
                coins.append(SweptCoin(bytes([script]), owner, tx // 2 - made // 2))
            to = bytes([chain.txs[tx].pays[0][0]])
            sweeps.append(Sweep(Txid(bytes(32)), chain.times[tx // 2], to, tuple(coins)))
        if isinstance(key_sweep(sweeps, limits=LIMITS), KeyCompromise):
            found.append(tuple(group))
    return sorted(found)


@settings(max_examples=50)
@given(chain=timed_chains())
def test_the_sweeps_found_are_those_that_the_rule_finds(chain: TimedChain) -> None:
    found = find_sweeps(chain, build(chain), limits=LIMITS)
    assert sorted(one.txs for one in found) == found_plainly(chain)


def test_chains_with_sweeps_are_drawn() -> None:
    chain = find(timed_chains(), lambda chain: any(len(one) > 1 for one in found_plainly(chain)))
    assert find_sweeps(chain, build(chain), limits=LIMITS)
