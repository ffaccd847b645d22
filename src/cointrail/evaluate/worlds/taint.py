"""Policies by which value is said to flow, against where money truly went.

Each seed is traced by every policy, with the addresses of all keepers of other people's money known, so that
only the division of value is judged. What ended with a hand is compared with what truly is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.clustering.clusters import Clusters
from cointrail.evaluate.bootstrap import Interval, ratio_interval
from cointrail.evaluate.intervals import ONE
from cointrail.evaluate.worlds.money import KEEPERS, Moves, Seed, moves_of, true_flow
from cointrail.evaluate.worlds.truth import Truth
from cointrail.store.reader import Snapshot
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.flow import FlowWalk
from cointrail.tracing.flow_columns import STOPS, FlowView, numbers, view_of
from cointrail.tracing.flow_result import FEE_OUTPUT, Flow
from cointrail.tracing.policy import Policy
from cointrail.tracing.sources import Source
from cointrail.tracing.stops import Stop

F64 = npt.NDArray[np.float64]

CRIME = frozenset({"thief", "extortioner", "shop"})
ORDINARY = frozenset({"person", "merchant"})

MOST_HANDS = 40
"""Hands of each sort whose money is traced in one world, and coins of each hand of crime."""
MOST_OUTPUTS = 20_000
"""Of one trace; what a flow had not reached then counts as withheld."""
LEAST_SAT = 10_000
"""Of a seed: dust goes nowhere."""

SORTS = ("crime", "ordinary")

_ARRIVED = (Stop.UNSPENT, Stop.TAGGED_ADDRESS, Stop.CUSTODIAN, Stop.FEE, Stop.BURNED)
"""Ends that say with whom the value is; all others say why it cannot be told."""


@dataclass(frozen=True, slots=True)
class TaintSeed:
    """One seed by one policy; shares are of the seed's value, in ppm.

    Attributes:
        policy: how value was divided.
        sort: whose money it was: of crime, or ordinary.
        hand: whose, by name.
        l1_ppm: sum over hands of the difference between what is said and what is true, up to 2,000,000; None
            by poison, which states no amounts.
        misplaced_ppm: said to be with a hand beyond what truly is there; None by poison.
        withheld_ppm: ended for a reason that says nobody's name.
        covered_ppm: of what truly is anywhere, that with hands which the policy came to at all.
    """

    policy: str
    sort: str
    hand: str
    l1_ppm: int | None
    misplaced_ppm: int | None
    withheld_ppm: int
    covered_ppm: int


class Mean(NamedTuple):
    """A mean over seeds, and its interval by drawing hands again; nothing where no amount is stated."""

    share: float | None
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class TaintError:
    """One policy on all seeds of a sort; see `TaintSeed`."""

    policy: str
    sort: str
    seeds: int
    hands: int
    l1: Mean
    misplaced: Mean
    withheld: Mean
    covered: Mean


def tally_taint(snapshot: Snapshot, clusters: Clusters, truth: Truth, seed: int) -> tuple[TaintSeed, ...]:
    """Trace drawn coins by every policy, and compare."""
    moves = moves_of(snapshot, truth)
    drawn = [(sort, one) for sort in SORTS for one in _draw(snapshot, truth, moves, sort, seed)]
    seeds = [one for _, one in drawn]
    true = true_flow(truth, moves, seeds)
    view = view_of(snapshot, clusters, None)
    kept = _kept_scripts(truth)
    view = FlowView(view.chain, view.claims._replace(custodial_script=kept))
    return tuple(
        _judge(_trace(view, policy, one), truth, sort, one, true[:, place])
        for place, (sort, one) in enumerate(drawn)
        for policy in Policy
    )


def taint_errors(found: Sequence[tuple[str, TaintSeed]], seed: int = 0) -> tuple[TaintError, ...]:
    """Means of every policy and sort, over seeds of many worlds.

    Args:
        found: each with the name of its world, for hands of two worlds have nothing in common.
        seed: of the draws of hands.
    """
    return tuple(
        _error(policy.value, sort, rows, seed)
        for sort in SORTS
        for policy in Policy
        if (rows := [(w, one) for w, one in found if (one.policy, one.sort) == (policy.value, sort)])
    )


def _error(policy: str, sort: str, rows: Sequence[tuple[str, TaintSeed]], seed: int) -> TaintError:
    names, place = np.unique([f"{world}\n{one.hand}" for world, one in rows], return_inverse=True)
    count = np.bincount(place)

    def mean(figure: str) -> Mean:
        told = [getattr(one, f"{figure}_ppm") for _, one in rows]
        if None in told:
            return Mean(None, None)
        shares = np.array(told, np.float64) / ONE
        return Mean(float(shares.mean()), ratio_interval(np.bincount(place, shares), count, seed=seed))

    return TaintError(
        policy,
        sort,
        len(rows),
        len(names),
        l1=mean("l1"),
        misplaced=mean("misplaced"),
        withheld=mean("withheld"),
        covered=mean("covered"),
    )


def _kept_scripts(truth: Truth) -> npt.NDArray[np.uint32]:
    keepers = [hand for hand, kind in enumerate(truth.hand_kinds) if kind in KEEPERS]
    return numbers(np.flatnonzero(np.isin(truth.script_hand, keepers)).tolist())


def _draw(snapshot: Snapshot, truth: Truth, moves: Moves, sort: str, seed: int) -> Iterator[Seed]:
    """Coins that came to hands of a sort from others: of ordinary hands one each, of crime several."""
    kinds = CRIME if sort == "crime" else ORDINARY
    wanted = np.array([kind in kinds for kind in truth.hand_kinds] + [False, False], np.bool_)
    width = len(wanted)
    came = np.unique((moves.tx * width + moves.payee)[wanted[moves.payee]])
    firsts = snapshot.column("txs.first_output").all().astype(np.int64)
    tx = np.repeat(np.arange(snapshot.n_txs), np.diff(np.append(firsts, snapshot.n_outputs)))
    values = snapshot.column("outputs.value").all()
    rows = np.flatnonzero(np.isin(tx * width + truth.output_hand, came) & (values >= LEAST_SAT))
    rows = np.random.default_rng(seed).permutation(rows)
    each = MOST_HANDS if sort == "crime" else 1
    taken: dict[int, int] = {}
    for output in rows.tolist():
        hand = int(truth.output_hand[output])
        if taken.get(hand, 0) < each and sum(taken.values()) < MOST_HANDS:
            taken[hand] = taken.get(hand, 0) + 1
            yield Seed(output, int(tx[output]), hand, int(values[output]))


def _trace(view: FlowView, policy: Policy, seed: Seed) -> Flow:
    bounds = Bounds(max_outputs=MOST_OUTPUTS)
    return FlowWalk(view, policy, [Source("seed", (seed.output,))]).go_on(bounds)


def _judge(flow: Flow, truth: Truth, sort: str, seed: Seed, true: F64) -> TaintSeed:
    ends = flow.ends
    arrived = np.isin(ends.stop, [STOPS.index(stop) for stop in _ARRIVED])
    fees = len(truth.hands)
    who = np.where(ends.output == FEE_OUTPUT, fees, truth.output_hand[np.maximum(ends.output, 0)])
    said = np.bincount(who[arrived], ends.sat[arrived].astype(np.float64), minlength=fees + 1)
    amounts = flow.policy.conserves
    return TaintSeed(
        policy=flow.policy.value,
        sort=sort,
        hand=truth.hands[seed.hand],
        l1_ppm=_ppm(float(np.abs(said - true).sum()), seed.sat) if amounts else None,
        misplaced_ppm=_ppm(float(np.maximum(said - true, 0).sum()), seed.sat) if amounts else None,
        withheld_ppm=min(ONE, _ppm(float(ends.sat[~arrived].sum()), seed.sat)),
        covered_ppm=_ppm(float(true[said > 0].sum()), seed.sat),
    )


def _ppm(part: float, whole: int) -> int:
    return round(ONE * part / whole)
