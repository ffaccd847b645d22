"""`theft.key_sweep` over a whole chain: which sweeps of many people's old coins there are.

Sweeps into one script are held together greedily: a group is a sweep and what follows within an hour of it.
Most groups fall by what columns show, the number of scripts and the age of coins; the rule itself is asked of
the rest, with clusters as they were in the block before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from cointrail.chain.types import Txid
from cointrail.chain.view import ScriptType
from cointrail.clustering.as_of import members_at
from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.clusters import Clusters
from cointrail.errors import NotFound
from cointrail.heuristics.beside import Found, Said, rules_beside
from cointrail.heuristics.key_sweep import LIMITS, KeyCompromise, Sweep, SweepLimits, SweptCoin, key_sweep
from cointrail.kernel.sweeps import mark_firsts
from cointrail.store.batch import TxBatch
from cointrail.store.chain_places import last_at_most, rows_between

U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]

PIECE = 1 << 22
"""Inputs that are looked at together."""


class SweptChain(ChainView, Protocol):
    """A chain that also tells the times of its blocks."""

    def block_times(self) -> U32:
        """Header time of every block by height, epoch seconds."""


class FoundSweep(NamedTuple):
    """Sweeps that the rule finds, together."""

    txs: tuple[int, ...]
    """In chain order."""
    to: int
    """Script that they pay."""
    because: str


def all_beside(chain: SweptChain, clusters: Clusters) -> Found:
    """What every rule beside the gate says of a chain as of its tip; see `rules_beside`."""
    swept = [tx for one in find_sweeps(chain, clusters) for tx in one.txs]
    return rules_beside(chain, clusters.reasons).with_said(swept, Said.KEY_SWEEP)


class _Sweeps(NamedTuple):
    """Transactions with one spendable output, by the script it pays and then in chain order."""

    tx: I64
    to: U32
    time: I64
    inputs: I64
    """How many."""


class _Coins(NamedTuple):
    """What sweeps took from other scripts than they pay."""

    sweep: I64
    """Place of the sweep among those asked for."""
    script: U32
    age: I64
    """Blocks."""


def find_sweeps(chain: SweptChain, clusters: Clusters, *, limits: SweepLimits = LIMITS) -> list[FoundSweep]:
    """Every group of sweeps that `key_sweep` calls a lead.

    Memory: 28 bytes a transaction with one spendable output.

    Args:
        chain: the chain.
        clusters: of that chain.
        limits: those of the rule.
    """
    sweeps = _all_sweeps(chain)
    firsts = np.empty(len(sweeps.tx), np.bool_)
    mark_firsts(sweeps.to, sweeps.time, limits.seconds, firsts)
    starts = np.flatnonzero(firsts)
    if not len(starts):
        return []
    ends = np.append(starts[1:], len(firsts))
    large = np.add.reduceat(sweeps.inputs, starts) >= limits.owners
    found = []
    for first, last in _old_groups(chain, sweeps, starts[large], ends[large], limits):
        columns: list[Any] = [column[first:last] for column in sweeps]
        group = _Sweeps(*columns)
        said = key_sweep(_as_sweeps(chain, clusters, group), limits=limits)
        if isinstance(said, KeyCompromise):
            found.append(FoundSweep(tuple(group.tx.tolist()), int(group.to[0]), said.because))
    return found


def _all_sweeps(chain: SweptChain) -> _Sweeps:
    parts = [_of_batch(batch) for batch in chain.batches()]
    tx, to, inputs = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.lexsort((tx, to))
    tx, to, inputs = tx[order], to[order], inputs[order]
    times = chain.block_times()[chain.column("txs.block").take(tx)].astype(np.int64)
    return _Sweeps(tx, to, times, inputs)


def _of_batch(batch: TxBatch) -> tuple[I64, U32, I64]:
    spendable = batch.out_type != ScriptType.OP_RETURN
    before = np.concatenate([[0], np.cumsum(spendable)])
    inputs = np.diff(batch.in_start)
    rows = np.flatnonzero((np.diff(before[batch.out_start]) == 1) & (inputs > 0))
    places = np.flatnonzero(spendable)[before[batch.out_start[rows]]]
    return rows + batch.first_tx, batch.out_script[places], inputs[rows]


def _old_groups(
    chain: SweptChain, sweeps: _Sweeps, starts: I64, ends: I64, limits: SweepLimits
) -> Iterator[tuple[int, int]]:
    """The groups with enough scripts, and half of their coins old enough: first sweep, one after the last."""
    inputs = np.concatenate([[0], np.cumsum(sweeps.inputs)])
    filled = np.cumsum(inputs[ends] - inputs[starts]) // PIECE
    for piece in np.unique(filled).tolist():
        own = np.flatnonzero(filled == piece)
        group, rows = rows_between(starts[own], ends[own])
        coins = _coins(chain, sweeps.tx[rows], sweeps.to[rows])
        of_group = group[coins.sweep]
        order = np.lexsort((coins.age, of_group))
        counts = np.bincount(of_group, minlength=len(own))
        middle = np.cumsum(counts) - counts + (counts - 1) // 2
        pairs = np.unique(of_group << 32 | coins.script.astype(np.int64))
        enough = np.bincount(pairs >> 32, minlength=len(own)) >= limits.owners
        kept = np.flatnonzero(enough)
        kept = kept[coins.age[order[middle[kept]]] >= limits.age_blocks]
        yield from zip(starts[own[kept]].tolist(), ends[own[kept]].tolist(), strict=True)


def _coins(chain: SweptChain, txs: I64, to: U32) -> _Coins:
    firsts = chain.column("txs.first_input")
    begin, end = firsts.take(txs).astype(np.int64), np.full(len(txs), chain.n_inputs, np.int64)
    inside = txs + 1 < chain.n_txs
    end[inside] = firsts.take(txs[inside] + 1)
    sweep, rows = rows_between(begin, end)
    spent = chain.column("inputs.output").take(rows)
    known = spent < chain.n_outputs
    sweep, spent = sweep[known], spent[known]
    scripts = chain.column("outputs.script").take(spent)
    heights = chain.column("txs.block")
    made = heights.take(last_at_most(chain.column("txs.first_output"), spent)).astype(np.int64)
    ages = heights.take(txs[sweep]).astype(np.int64) - made
    others = scripts != to[sweep]
    return _Coins(sweep[others], scripts[others], ages[others])


def _as_sweeps(chain: SweptChain, clusters: Clusters, group: _Sweeps) -> list[Sweep]:
    """The group as the rule asks for it; scripts and ids are numbers, in four and 32 bytes."""
    coins = _coins(chain, group.tx, group.to)
    block = int(chain.column("txs.block")[int(group.tx[0])])
    txs = int(chain.column("blocks.first_tx")[block])
    owners = {int(script): _owner(chain, clusters, int(script), txs) for script in np.unique(coins.script)}
    swept: list[list[SweptCoin]] = [[] for _ in group.tx]
    for place, script, age in zip(*(column.tolist() for column in coins), strict=True):
        swept[place].append(SweptCoin(script.to_bytes(4, "little"), owners[script], age))
    to = int(group.to[0]).to_bytes(4, "little")
    return [
        Sweep(Txid(tx.to_bytes(32, "little")), time, to, tuple(own))
        for tx, time, own in zip(group.tx.tolist(), group.time.tolist(), swept, strict=True)
    ]


def _owner(chain: SweptChain, clusters: Clusters, script: int, txs: int) -> int:
    """Label of the script's cluster when the chain held its first `txs` transactions."""
    try:
        return int(members_at(chain, clusters, script, txs)[0])
    except NotFound:
        return script
