"""Many people's old keys emptied within minutes into one place: a lead that keys were stolen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import NamedTuple

from cointrail.chain.types import Txid
from cointrail.heuristics.base import Abstained, rule

MIN_OWNERS = 20
"""Clusters, each of its own until then. Our choice."""

MAX_SPAN_SECONDS = 3_600
"""From the first sweep's block time to the last one's. Our choice: block times are off by up to two hours,
but those of neighbours rarely by more than minutes."""

MIN_AGE_BLOCKS = 26_280
"""Half a year at 144 blocks a day, for the median coin. Our choice."""


class SweepLimits(NamedTuple):
    """What makes sweeps of many owners' old coins."""

    owners: int = MIN_OWNERS
    seconds: int = MAX_SPAN_SECONDS
    age_blocks: int = MIN_AGE_BLOCKS


LIMITS = SweepLimits()


@dataclass(frozen=True, slots=True)
class SweptCoin:
    """A coin that a sweep took."""

    script: bytes
    owner: int
    """Label of the script's cluster in the block before the first sweep."""
    age_blocks: int
    """From the block that made it to the block that spent it."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """A transaction with one spendable output."""

    txid: Txid
    time: int
    """Of its block, epoch seconds."""
    to: bytes
    """Locking script of its output."""
    coins: tuple[SweptCoin, ...]


@dataclass(frozen=True, slots=True)
class KeyCompromise:
    """A lead: these keys may have been in other hands than their owners'."""

    scripts: frozenset[bytes]
    first_sweep: Txid
    because: str


@rule("theft.key_sweep", version=1)
def key_sweep(sweeps: Sequence[Sweep], *, limits: SweepLimits = LIMITS) -> KeyCompromise | Abstained:
    """Coins of many owners, most of them long at rest, went to one script within an hour.

    The thief could sign for all of them, so common input holds from the sweep on; what these keys did before
    says nothing of one owner. It is a lead and goes into no total.

    Source: our choice; the pattern is that of published thefts by weak keys, of which no labelled set was at
        hand.
    Wrong when: a service moves the coins of its customers to a new system; somebody with many unlinked
        coins tidies up.
    Abstains on: several targets, fewer than twenty owners, a longer time, younger coins.
    Needs: the sweeps into a script, with the clusters as they were before the first of them.
    """
    if not sweeps or len({sweep.to for sweep in sweeps}) > 1:
        return Abstained("not sweeps into one script")
    coins = [coin for sweep in sweeps for coin in sweep.coins if coin.script != sweep.to]
    owners = len({coin.owner for coin in coins})
    if owners < limits.owners:
        return Abstained(f"coins of {owners} owners, not of {limits.owners}")
    times = [sweep.time for sweep in sweeps]
    if max(times) - min(times) > limits.seconds:
        return Abstained(f"spread over {max(times) - min(times)} seconds")
    age = median_low(coin.age_blocks for coin in coins)
    if age < limits.age_blocks:
        return Abstained(f"half of the coins are younger than {age + 1} blocks")
    first = min(sweeps, key=lambda sweep: sweep.time)
    return KeyCompromise(
        frozenset(coin.script for coin in coins),
        first.txid,
        f"coins of {owners} owners, half of them {age} blocks old or more, in {len(sweeps)} sweeps",
    )
