"""Where money truly went: between hands, with everything that one hand has as one pot.

A hand's coins are alike to it, and its wallet picks among them; so of money that a hand has mixed, each
payment carries a share in proportion. This is the one reading that rests on owners alone and on no order of
coins. What is paid to a hand that keeps other people's money stays there, as a trace ends there too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.evaluate.agreement import add_up
from cointrail.evaluate.worlds.truth import Truth
from cointrail.store.chain_places import last_at_most
from cointrail.store.reader import Snapshot
from cointrail.store.schema import NOT_YET

I64 = npt.NDArray[np.int64]
F64 = npt.NDArray[np.float64]

KEEPERS = frozenset({"exchange", "custodian", "mixer", "market", "casino", "swap_service", "channel"})
"""Kinds of hands in which moneys of many mix: no flow goes on."""


class Moves(NamedTuple):
    """Satoshi that went from one hand to another, in the order of the chain.

    Two numbers stand behind those of the hands: miners' fees, and newly mined coins.
    """

    tx: I64
    payer: I64
    payee: I64
    sat: F64


class Seed(NamedTuple):
    """Money whose way is asked for."""

    output: int
    tx: int
    hand: int
    sat: int


def moves_of(snapshot: Snapshot, truth: Truth) -> Moves:
    """What every transaction truly moved: who lost pays who gained; where several lost, in proportion.

    A coin whose key changed hands first goes to the one who spends it.
    """
    hands = len(truth.hands)
    firsts = snapshot.column("txs.first_output").all().astype(np.int64)
    counts = np.diff(np.append(firsts, snapshot.n_outputs))
    tx = np.repeat(np.arange(snapshot.n_txs), counts)
    value = snapshot.column("outputs.value").all().astype(np.int64)
    owner = truth.output_hand.astype(np.int64)
    spends = snapshot.spent_by_many(np.arange(snapshot.n_outputs))
    spent = np.flatnonzero(spends != NOT_YET)
    spender = last_at_most(snapshot.column("txs.first_input"), spends[spent]).astype(np.int64)
    script = snapshot.column("outputs.script").all()[spent]
    heights = snapshot.column("txs.block").all()
    holder = truth.owner_at(script, heights[spender]).astype(np.int64)
    coinbase = counts > 0
    coinbase[spender] = False
    gains = _gains(
        np.concatenate([tx, spender]),
        np.concatenate([owner, holder]),
        np.concatenate([value, -value[spent]]),
        snapshot.n_txs,
        hands,
        coinbase,
    )
    taken = np.flatnonzero(holder != owner[spent])
    custody = Moves(
        spender[taken], owner[spent[taken]], holder[taken], value[spent[taken]].astype(np.float64)
    )
    paid = _pairs(*gains)
    joined = [np.concatenate(pair) for pair in zip(custody, paid, strict=True)]
    late = np.concatenate([np.zeros(len(taken), np.int64), np.ones(len(paid.tx), np.int64)])
    order = np.lexsort((late, joined[0]))
    return Moves(*(column[order] for column in joined))


def _gains(  # noqa: PLR0917 - columns of one table, and its sizes
    tx: I64, hand: I64, sat: I64, txs: int, hands: int, coinbase: npt.NDArray[np.bool_]
) -> tuple[I64, I64, I64]:
    """Per transaction and hand what it gained or lost; the fee gains what is left, mining loses it."""
    width = hands + 2
    keys, place = np.unique(tx * width + hand, return_inverse=True)
    gain = add_up(place, sat, len(keys))
    left = -add_up(keys // width, gain, txs)
    rest = np.flatnonzero(left)
    other = np.where(coinbase[rest], hands + 1, hands)
    keys = np.concatenate([keys, rest * width + other])
    gain = np.concatenate([gain, left[rest]])
    order = np.argsort(keys, kind="stable")
    moved = order[gain[order] != 0]
    return keys[moved] // width, keys[moved] % width, gain[moved]


def _pairs(tx: I64, hand: I64, gain: I64) -> Moves:
    """Each who lost with each who gained in the same transaction."""
    lost, won = np.flatnonzero(gain < 0), np.flatnonzero(gain > 0)
    first, last = np.searchsorted(tx[won], tx[lost]), np.searchsorted(tx[won], tx[lost], side="right")
    times = last - first
    payer = np.repeat(lost, times)
    payee = won[np.arange(len(payer)) - np.repeat(np.cumsum(times) - times, times) + np.repeat(first, times)]
    whole = np.bincount(tx[won], gain[won].astype(np.float64), minlength=int(tx.max(initial=-1)) + 1)
    sat = -gain[payer].astype(np.float64) * gain[payee] / whole[tx[payer]]
    return Moves(tx[payer], hand[payer], hand[payee], sat)


def true_flow(truth: Truth, moves: Moves, seeds: Sequence[Seed]) -> F64:
    """Per hand, fees last, and seed: satoshi of the seed's money that are there in the end.

    A step for every move after the first seed; each is a few operations on a row of all seeds.
    """
    hands = len(truth.hands)
    keeps = np.array([kind in KEEPERS for kind in truth.hand_kinds] + [True, False], np.bool_)
    held = np.zeros(hands + 2)
    flow = np.zeros((hands + 2, len(seeds)))
    waiting = sorted(range(len(seeds)), key=lambda k: seeds[k].tx, reverse=True)
    rows = zip(moves.tx.tolist(), moves.payer.tolist(), moves.payee.tolist(), moves.sat.tolist(), strict=True)
    for tx, payer, payee, sat in rows:
        while waiting and seeds[waiting[-1]].tx < tx:
            _begin(flow, seeds, waiting.pop())
        if len(waiting) < len(seeds) and not keeps[payer] and held[payer] > 0:
            part = flow[payer] * min(1.0, sat / held[payer])
            flow[payer] -= part
            flow[payee] += part
        held[payer] -= sat
        held[payee] += sat
    for place in waiting:
        _begin(flow, seeds, place)
    return flow[:-1]


def _begin(flow: F64, seeds: Sequence[Seed], place: int) -> None:
    flow[seeds[place].hand, place] = seeds[place].sat
