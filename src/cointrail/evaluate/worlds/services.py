"""Whose addresses are recognised as a service's, when a few of each service's are known from test purchases.

Two ways, each counted apart: the cluster of a known address, and deposit addresses that are recognised by
where they are emptied. Counts are kept by service, for the addresses of one service fail together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.attribution.actors import Actor
from cointrail.attribution.confidence import find_confidence
from cointrail.attribution.resolve import Attribution, resolve
from cointrail.attribution.tags import Tag, TagSet
from cointrail.chain.view import ScriptType
from cointrail.clustering.clusters import Clusters
from cointrail.evaluate.bootstrap import Interval, ratio_interval
from cointrail.evaluate.worlds.truth import Truth
from cointrail.heuristics.base import Abstained, Tier
from cointrail.store.reader import Snapshot
from cointrail.tracing.deposits import Deposits
from cointrail.tracing.neighbourhood import Neighbourhood

Array = npt.NDArray[Any]
I64 = npt.NDArray[np.int64]

CATEGORIES = {
    "casino": "gambling",
    "custodian": "wallet_service",
    "exchange": "exchange",
    "market": "market",
    "mixer": "mixing_service",
    "pool": "mining_service",
    "swap_service": "coin_swapping",
}
"""Kinds of services and the category that their tags have."""

PURCHASES = 3
"""Addresses of each service that are tagged: those of so many of its outputs, drawn by lot."""

MOST_JUDGED = 3_000
"""Addresses of one world, drawn by lot, that are judged as deposit addresses: about a second of work."""

SOURCE = "a test purchase"

DEPOSIT = "deposit"
"""The role of outputs that customers pay into a service."""

WAYS = ("cluster", "deposit T3", "deposit T5")


@dataclass(frozen=True, slots=True)
class ServiceCount:
    """One service and one way of recognising its addresses.

    Attributes:
        kind: of service.
        hand: its name.
        way: how.
        said: addresses that were given to it.
        right: of these, its own.
        true: of its own, those that were looked at: for deposits, deposit addresses outside tagged clusters.
        found: of these, given to it.
    """

    kind: str
    hand: str
    way: str
    said: int
    right: int
    true: int
    found: int


@dataclass(frozen=True, slots=True)
class ServiceRate:
    """A kind of service and a way, over many worlds; intervals draw services again."""

    kind: str
    way: str
    services: int
    said: int
    right: int
    precision: Interval | None
    true: int
    found: int
    recall: Interval | None


def tally_services(
    snapshot: Snapshot, clusters: Clusters, truth: Truth, seed: int
) -> tuple[ServiceCount, ...]:
    """Tag a few addresses of every service, and count what follows from it."""
    services = [hand for hand, kind in enumerate(truth.hand_kinds) if kind in CATEGORIES]
    tags = _tagged(snapshot, clusters, truth, services, seed)
    said = _by_cluster(snapshot, clusters, truth, tags)
    spendable = snapshot.column("scripts.type").all() != ScriptType.OP_RETURN
    items = np.flatnonzero(spendable & ~truth.moved)
    deposits, asked = _by_deposit(snapshot, clusters, truth, tags, items[said[items] < 0], seed)
    found = list(_count(truth, services, WAYS[0], said, items, items))
    meant = asked[_is_deposit(snapshot, truth)[asked]]
    for way, tier in zip(WAYS[1:], (Tier.T3, Tier.T5), strict=True):
        named = np.where(deposits[1] == tier, deposits[0], -1)
        found += _count(truth, services, way, named, asked, meant)
    return tuple(one for one in found if one.said or one.true)


def service_rates(found: Sequence[tuple[str, ServiceCount]], seed: int = 0) -> tuple[ServiceRate, ...]:
    """Sums by kind and way over many worlds.

    Args:
        found: each with the name of its world.
        seed: of the draws of services.
    """
    keys = sorted({(one.kind, WAYS.index(one.way)) for _, one in found})
    return tuple(_rate(kind, WAYS[way], found, seed) for kind, way in keys)


def _rate(kind: str, way: str, found: Sequence[tuple[str, ServiceCount]], seed: int) -> ServiceRate:
    rows = [one for _, one in found if (one.kind, one.way) == (kind, way)]
    said, right, true, got = (
        np.array([getattr(one, name) for one in rows], np.int64)
        for name in ("said", "right", "true", "found")
    )
    return ServiceRate(
        kind,
        way,
        services=len(rows),
        said=int(said.sum()),
        right=int(right.sum()),
        precision=ratio_interval(right, said, seed=seed),
        true=int(true.sum()),
        found=int(got.sum()),
        recall=ratio_interval(got, true, seed=seed),
    )


def _tagged(
    snapshot: Snapshot, clusters: Clusters, truth: Truth, services: Sequence[int], seed: int
) -> Attribution:
    """Tags from test purchases at every service."""
    places = np.random.default_rng(seed).permutation(snapshot.n_outputs)
    owners = truth.output_hand[places]
    scripts = snapshot.column("outputs.script").all()
    sure = find_confidence("manual_transaction")
    assert sure is not None, "a word of the table"
    tags: list[Tag] = []
    actors: dict[str, Actor] = {}
    for hand in services:
        name, category = truth.hands[hand], CATEGORIES[truth.hand_kinds[hand]]
        actors[name] = Actor(id=name, label=name, categories=(category,))
        known = dict.fromkeys(scripts[places[owners == hand][:PURCHASES]].tolist())
        tags += [
            Tag(label=name, source=SOURCE, actor=name, confidence=sure, script=snapshot.get_script(script))
            for script in known
        ]
    return resolve(TagSet(tuple(tags), actors, (), ""), snapshot.find_script, clusters.label)


def _by_cluster(snapshot: Snapshot, clusters: Clusters, truth: Truth, tags: Attribution) -> I64:
    """Per script the service whose cluster it is said to lie in; -1 where nothing is said."""
    number = {name: hand for hand, name in enumerate(truth.hands)}
    by_label = np.full(snapshot.n_scripts, -1, np.int64)
    for one in tags.proposed():
        if one.actor is not None:
            by_label[one.label] = number[one.actor]
    said: I64 = by_label[clusters.labels(Tier.T2)]
    return said


def _by_deposit(  # noqa: PLR0917 - the chain in its layers
    snapshot: Snapshot, clusters: Clusters, truth: Truth, tags: Attribution, rest: I64, seed: int
) -> tuple[tuple[I64, I64], I64]:
    """Per script the service whose deposit address it is said to be, and the tier; and who was asked."""
    asked = np.sort(np.random.default_rng(seed).permutation(rest)[:MOST_JUDGED])
    near = Neighbourhood(snapshot, clusters, tags, frozenset())
    deposits = Deposits(near, snapshot, clusters, tags)
    number = {name: hand for hand, name in enumerate(truth.hands)}
    said, tier = np.full(snapshot.n_scripts, -1, np.int64), np.zeros(snapshot.n_scripts, np.int64)
    for script in asked.tolist():
        found = deposits.judge(script)
        if not isinstance(found, Abstained):
            actor = tags.custodian(found.service)
            assert actor is not None, "a deposit address is a custodian's"
            said[script], tier[script] = number[actor.id], found.tier
    return (said, tier), asked


def _is_deposit(snapshot: Snapshot, truth: Truth) -> npt.NDArray[np.bool_]:
    """Per script whether customers pay into it."""
    found = np.zeros(snapshot.n_scripts, np.bool_)
    if DEPOSIT in truth.roles:
        outputs = truth.output_role == truth.roles.index(DEPOSIT)
        found[snapshot.column("outputs.script").all()[outputs]] = True
    return found


def _count(  # noqa: PLR0917 - what was said, of which addresses
    truth: Truth, services: Sequence[int], way: str, said: I64, items: I64, meant: I64
) -> Iterator[ServiceCount]:
    """Args: `items` were looked at, `meant` are those that a perfect method would name."""
    width = len(truth.hands)
    named = items[said[items] >= 0]
    gave = np.bincount(said[named], minlength=width)
    right = np.bincount(said[named][truth.script_hand[named] == said[named]], minlength=width)
    own = np.bincount(truth.script_hand[meant], minlength=width)
    hit = meant[said[meant] == truth.script_hand[meant]]
    found = np.bincount(truth.script_hand[hit], minlength=width)
    for hand in services:
        counts = gave[hand], right[hand], own[hand], found[hand]
        yield ServiceCount(truth.hand_kinds[hand], truth.hands[hand], way, *map(int, counts))
