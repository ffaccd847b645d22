"""The vote on change in a world: what it said, what it kept quiet about, and where its coins went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.chain.view import ScriptType
from cointrail.clustering.clusters import Clusters
from cointrail.evaluate.bootstrap import Interval, share_interval
from cointrail.evaluate.worlds.links import NOBODY, Signers, change_said
from cointrail.evaluate.worlds.truth import Truth
from cointrail.evaluate.worlds.voters import VoterAlone, tally_voters
from cointrail.heuristics.base import Tier
from cointrail.heuristics.change.vote import VOTERS, Quiet
from cointrail.store.chain_places import last_at_most
from cointrail.store.reader import Snapshot
from cointrail.store.schema import NOT_YET

Array = npt.NDArray[Any]
I64 = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]

MOST_HOPS = 100
"""Hops that a coin is followed by; a longer chain counts as one of so many."""


@dataclass(frozen=True, slots=True)
class ChangeCount:
    """Transactions whose change was named at one tier."""

    tier: str
    said: int
    wrong: int
    """The output is another hand's than the sender's."""
    wrong_interval: Interval | None
    """Of their share, by drawing senders again."""


@dataclass(frozen=True, slots=True)
class VoterCount:
    """Verdicts of T3 and T4 in which one rule voted for the output."""

    rule: str
    said: int
    wrong: int
    wrong_interval: Interval | None
    """Of their share, by drawing senders again."""


@dataclass(frozen=True, slots=True)
class Named:
    """Verdicts of one tier and all stronger ones, by what was there to be named.

    Attributes:
        tier: the weakest.
        with_change: payments with change: an output is the sender's and another is not.
        right: of these, the output that was named is the sender's.
        wrong: of these, it is not.
        without: payments without change: no output is the sender's.
        wrong_without: of these, an output was named all the same.
    """

    tier: str
    with_change: int
    right: int
    wrong: int
    without: int
    wrong_without: int


@dataclass(frozen=True, slots=True)
class Survival:
    """Coins that were followed by so many hops of change of T3 and stronger."""

    hops: int
    chains: int
    still_right: int
    """Of these, chains whose coin is still the first sender's."""
    interval: Interval | None
    """Of the share that is, by drawing senders again."""
    came_right: int
    """Chains whose coin was the first sender's before this hop."""
    stayed_right: int
    """Of these, chains whose coin is so after it: the accuracy of the hop by itself."""
    hop_interval: Interval | None
    """Of that share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTally:
    """The vote against what is true.

    Attributes:
        transactions: that spend something.
        with_change: of these, some spendable output is the sender's and some is not.
        counts: verdicts by tier.
        named: verdicts up to T3 and up to T4, by whether there was change to name.
        found: transactions with change for which T3 or stronger named an output that is the sender's.
        found_interval: of their share of those with change, by drawing senders again.
        quiet: transactions without a verdict, by reason.
        abstained_interval: of the share without a verdict, by drawing senders again.
        voters: verdicts by the rules that made them.
        alone: what each voter names by itself.
        survival: coins followed along the verdicts, by hops; 1 is the verdict itself.
    """

    transactions: int
    with_change: int
    counts: tuple[ChangeCount, ...]
    named: tuple[Named, ...]
    found: int
    found_interval: Interval | None
    quiet: dict[str, int]
    abstained_interval: Interval | None
    voters: tuple[VoterCount, ...]
    alone: tuple[VoterAlone, ...]
    survival: tuple[Survival, ...]


def tally_change(
    snapshot: Snapshot, clusters: Clusters, truth: Truth, signers: Signers, seed: int
) -> ChangeTally:
    """Count everything."""
    columns = clusters.change_columns
    tier, rules, codes = np.asarray(columns.tier), np.asarray(columns.rules), np.asarray(columns.quiet)
    spending = signers.hand != NOBODY
    said, wrong = change_said(snapshot, clusters, truth, signers)
    with_change, without = _with_and_without(snapshot, truth, signers)
    right = said[~wrong & (tier[said] <= Tier.T3)]
    return ChangeTally(
        transactions=int(spending.sum()),
        with_change=int(with_change.sum()),
        counts=tuple(
            _count(one, wrong[tier[said] == one], signers.hand[said[tier[said] == one]], seed)
            for one in (Tier.T1, Tier.T3, Tier.T4)
        ),
        named=tuple(
            _named(one, said[tier[said] <= one], wrong[tier[said] <= one], with_change, without)
            for one in (Tier.T3, Tier.T4)
        ),
        found=int(with_change[right].sum()),
        found_interval=share_interval(
            np.isin(np.flatnonzero(with_change), right), signers.hand[with_change], seed
        ),
        quiet={
            why.value: count
            for code, why in enumerate(Quiet, start=1)
            if (count := int((codes[spending] == code).sum()))
        },
        abstained_interval=share_interval(codes[spending] > 0, signers.hand[spending], seed),
        voters=tuple(
            VoterCount(
                voter.id,
                int(voted.sum()),
                int(wrong[voted].sum()),
                share_interval(wrong[voted], signers.hand[said[voted]], seed),
            )
            for k, voter in enumerate(VOTERS)
            if (voted := (rules[said] >> k & 1 == 1) & (tier[said] > Tier.T1)).any()
        ),
        alone=tally_voters(snapshot, clusters, truth, signers, seed),
        survival=_survival(snapshot, clusters, truth, signers, seed),
    )


def _count(tier: Tier, wrong: Marks, hands: Array, seed: int) -> ChangeCount:
    return ChangeCount(tier.name, len(wrong), int(wrong.sum()), share_interval(wrong, hands, seed))


def _named(tier: Tier, said: I64, wrong: Marks, with_change: Marks, without: Marks) -> Named:
    has = with_change[said]
    return Named(
        tier=tier.name,
        with_change=int(with_change.sum()),
        right=int((has & ~wrong).sum()),
        wrong=int((has & wrong).sum()),
        without=int(without.sum()),
        wrong_without=int((without[said] & wrong).sum()),
    )


def _with_and_without(snapshot: Snapshot, truth: Truth, signers: Signers) -> tuple[Marks, Marks]:
    """Transactions that pay somebody else: those with an output that stays, and those without."""
    firsts = snapshot.column("txs.first_output").all().astype(np.int64)
    counts = np.diff(np.append(firsts, snapshot.n_outputs))
    tx = np.repeat(np.arange(snapshot.n_txs), counts)
    types = snapshot.column("scripts.type").take(snapshot.column("outputs.script").all())
    spendable = types != ScriptType.OP_RETURN
    own = truth.output_hand == signers.hand[tx]
    stays = np.bincount(tx[own & spendable], minlength=snapshot.n_txs) > 0
    leaves = np.bincount(tx[~own & spendable], minlength=snapshot.n_txs) > 0
    pays: Marks = leaves & (signers.hand != NOBODY)
    return pays & stays, pays & ~stays


def _survival(
    snapshot: Snapshot, clusters: Clusters, truth: Truth, signers: Signers, seed: int
) -> tuple[Survival, ...]:
    """Follow every verdict to the transaction that spends its output, and on, all at once."""
    output, follow = _next_hop(snapshot, clusters)
    start = np.flatnonzero(output >= 0)
    begun_before = np.zeros(snapshot.n_txs, np.bool_)
    begun_before[follow[follow >= 0]] = True
    chain = at = start[~begun_before[start]]
    before = np.ones(len(at), np.bool_)
    found = []
    for hops in range(1, MOST_HOPS + 1):
        if not len(at):
            break
        hands = signers.hand[chain]
        right = truth.output_hand[output[at]] == hands
        found.append(
            Survival(
                hops,
                len(at),
                int(right.sum()),
                share_interval(right, hands, seed),
                int(before.sum()),
                int((right & before).sum()),
                share_interval(right[before], hands[before], seed),
            )
        )
        onward = follow[at]
        goes_on = onward >= 0
        goes_on[goes_on] = output[onward[goes_on]] >= 0
        chain, at, before = chain[goes_on], onward[goes_on], (right & before)[goes_on]
    return tuple(found)


def _next_hop(snapshot: Snapshot, clusters: Clusters) -> tuple[I64, I64]:
    """Per transaction its change output of T3 or stronger and what spends it; -1 where there is none."""
    columns = clusters.change_columns
    tier = np.asarray(columns.tier)
    output = np.full(snapshot.n_txs, -1, np.int64)
    follow = output.copy()
    hop = np.flatnonzero(tier <= Tier.T3)
    places = snapshot.column("txs.first_output").take(hop).astype(np.int64)
    output[hop] = places + np.asarray(columns.output)[hop]
    spends = snapshot.spent_by_many(output[hop])
    spent = np.flatnonzero(spends != NOT_YET)
    follow[hop[spent]] = last_at_most(snapshot.column("txs.first_input"), spends[spent])
    return output, follow
