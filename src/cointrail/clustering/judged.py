"""Headline clusters as an analyst's judgements leave them: a view that changes nothing below it.

Only the clusters that a judgement names are looked at again. All their links are read anew, those of a
transaction that was cut are left out, what was pinned is joined first, and then the links join in their
order (by tier, then by the chain) unless that would bring together what is held apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from cointrail.chain.types import Txid
from cointrail.clustering.apart import apart_of
from cointrail.clustering.bridges import tree_of
from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.judgements import Judgement, JudgementKind, standing
from cointrail.clustering.links import LinkTable, end_to_end, links_among
from cointrail.clustering.proof import NO_TX, ProofStep, meet
from cointrail.clustering.rules import Link
from cointrail.errors import BadInput, NotFound
from cointrail.heuristics.base import Abstained, Tier
from cointrail.heuristics.change.vote import Change
from cointrail.heuristics.gate import GateVerdict
from cointrail.kernel.apart import REFUSED, join_apart
from cointrail.kernel.union import flatten

U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]


class NamedChain(ChainView, Protocol):
    """A chain whose scripts and transactions can be found by name; a `Snapshot` is one."""

    def find_script(self, script: bytes, /) -> int | None:
        """The number of a script; None where it never appeared."""

    def tx_input_range(self, tx_num: int, /) -> tuple[int, int]:
        """Its inputs: the first, and the one after the last."""

    def find_tx(self, txid: Txid, /) -> int | None:
        """The number of a transaction; None where there is none."""


class JudgedPart(NamedTuple):
    """A cluster after the judgements: its label and how many scripts it has."""

    label: int
    scripts: int


class JudgedChange(NamedTuple):
    """What became of one headline cluster: the clusters that now hold its scripts, by label."""

    label: int
    scripts: int
    parts: tuple[JudgedPart, ...]


class LeftOut(NamedTuple):
    """A link that was left out because a judgement holds its sides apart."""

    step: ProofStep
    judgement: str


class JudgedClusters:
    """Clusters under judgements. Tiers other than T2 are as they were.

    Args:
        chain: the chain.
        clusters: of that chain.
        judgements: all entries of a case, in their order.

    Raises:
        NotFound: a judgement names what the chain does not hold.
        BadInput: judgements contradict each other, or what is withdrawn does not stand.
    """

    def __init__(self, chain: NamedChain, clusters: Clusters, judgements: Iterable[Judgement]) -> None:
        entries = tuple(judgements)
        self._base = clusters
        self.judgements = standing(entries)
        by_kind = {kind: [one for one in self.judgements if one.kind is kind] for kind in JudgementKind}
        self._pins, apart = by_kind[JudgementKind.SAME_HAND], by_kind[JudgementKind.APART]
        self._cuts = {_find_tx(chain, one): one for one in by_kind[JudgementKind.NO_LINK]}
        pins, pairs = (
            np.array([_find_pair(chain, one) for one in some], np.int64).reshape(-1, 2)
            for some in (self._pins, apart)
        )
        touched = self._touched(chain, [*pins.ravel().tolist(), *pairs.ravel().tolist()])
        self._members, links = _read(chain, clusters, touched)
        self._links = links.take(~np.isin(links.tx, np.array([*self._cuts], np.uint32)))
        self._own, self.left_out = self._join(pins, pairs, apart)
        self.changes = tuple(self._change(label) for label in touched)
        self.digest = _digest(clusters.digest, self.judgements)
        self.rules = clusters.rules
        self.model = clusters.model

    # -- what the rest of a case asks

    def label(self, script_num: int, tier: Tier = Tier.T2) -> int:
        """The smallest script number of the cluster."""
        place = self._place(script_num) if tier == Tier.T2 else None
        return self._base.label(script_num, tier) if place is None else int(self._members[self._own[place]])

    def members(self, label: int, tier: Tier = Tier.T2) -> U32:
        """The script numbers of a cluster, ascending.

        Raises:
            BadInput: not a label.
        """
        place = self._place(label) if tier == Tier.T2 else None
        if place is None:
            return self._base.members(label, tier)
        if self._own[place] != place:
            raise BadInput(f"{label} is no cluster label", label=int(self._members[self._own[place]]))
        found: U32 = self._members[self._own == place]
        return found

    def size(self, label: int, tier: Tier = Tier.T2) -> int:
        """How many scripts a cluster has."""
        place = self._place(label) if tier == Tier.T2 else None
        return self._base.size(label, tier) if place is None else len(self.members(label))

    def gate(self, tx_num: int) -> GateVerdict:
        """The gate's verdict, which no judgement changes: a cut shows in the clusters of the inputs."""
        return self._base.gate(tx_num)

    def change(self, tx_num: int) -> Change | Abstained:
        """The vote on change; it abstains on a transaction that was cut."""
        cut = self._cuts.get(tx_num)
        return self._base.change(tx_num) if cut is None else Abstained(f"judgement {cut.id}: {cut.why}")

    def explain(self, a: int, b: int) -> tuple[ProofStep, ...] | None:
        """The links that join two scripts under the judgements; None when none do.

        A step by a judgement has its id for a rule, and no tier.
        """
        if self.label(a) != self.label(b):
            return None
        if self._place(a) is None:
            return self._base.explain(a, b)
        own = np.flatnonzero(self._own == self._own[self._place(a)])
        place = np.full(len(self._members), len(own))
        place[own] = np.arange(len(own))
        one, other = (place[ends] for ends in (self._all.one, self._all.other))
        rows = np.flatnonzero((one < len(own)) & (other < len(own)))
        ends = (one[rows].astype(np.uint32), other[rows].astype(np.uint32))
        links = self._all.take(rows)._replace(one=ends[0], other=ends[1])
        if len(own) == 1:
            return ()
        _, trees = tree_of(len(own), links)
        first, last = (int(np.searchsorted(self._members[own], np.uint32(script))) for script in (a, b))
        up, down = meet(trees.parent, first, last)
        climb = [self._step(rows[trees.tx[k]], own[k]) for k in up]
        descend = [self._step(rows[trees.tx[k]], own[trees.parent[k]]) for k in reversed(down)]
        return (*climb, *descend)

    def is_judged(self, script_num: int) -> bool:
        """Whether the headline cluster of a script is one that a judgement names."""
        return self._place(script_num) is not None

    @property
    def judged_members(self) -> U32:
        """The scripts of every headline cluster that a judgement names, ascending."""
        return self._members

    @property
    def judged_labels(self) -> U32:
        """Their labels now."""
        found: U32 = self._members[self._own]
        return found

    # -- how they are made

    def _touched(self, chain: NamedChain, scripts: list[int]) -> tuple[int, ...]:
        """Labels of the headline clusters that judgements name."""
        for tx in self._cuts:
            spent = chain.column("inputs.output").slice(*chain.tx_input_range(tx))
            scripts += chain.column("outputs.script").take(spent).tolist()
        return tuple(sorted({self._base.label(script) for script in scripts}))

    def _join(self, pins: I64, pairs: I64, apart: list[Judgement]) -> tuple[U32, tuple[LeftOut, ...]]:
        """Per member the place of the first one of its cluster; and the links that were left out."""
        pinned = np.searchsorted(self._members, pins).astype(np.uint32)
        held = np.searchsorted(self._members, pairs).astype(np.uint32)
        nothing = np.full(len(pins), NO_TX, np.uint32)
        first = LinkTable(
            pinned[:, 0], pinned[:, 1], nothing, nothing.astype(np.uint8), nothing.astype(np.int64)
        )
        self._all = everything = end_to_end(first, self._links)
        parent = np.arange(len(self._members), dtype=np.uint32)
        outcome, against = np.zeros(len(everything.one), np.uint8), np.zeros(len(everything.one), np.uint32)
        state = apart_of(len(parent), held[:, 0].copy(), held[:, 1].copy())
        join_apart(parent, everything.one, everything.other, state, outcome, against)
        refused = np.flatnonzero(outcome == REFUSED)
        if len(refused) and refused[0] < len(pins):
            ids = self._pins[refused[0]].id, apart[against[refused[0]]].id
            raise BadInput(
                f"judgements `{ids[0]}` and `{ids[1]}` contradict each other",
                hint="withdraw one of them by a later entry",
            )
        flatten(parent)
        left_out = tuple(
            LeftOut(self._step(int(k), int(everything.one[k])), apart[against[k]].id) for k in refused
        )
        self._all = everything.take(outcome != REFUSED)
        return parent, left_out

    def _change(self, label: int) -> JudgedChange:
        members = self._base.members(label)
        owners = np.unique(self._own[np.searchsorted(self._members, members)])
        parts = (int(self._members[owner]) for owner in owners)
        return JudgedChange(
            label, len(members), tuple(JudgedPart(part, len(self.members(part))) for part in parts)
        )

    def _step(self, row: int, start: int) -> ProofStep:
        """A link, from the member at a place to the other one."""
        ends = int(self._all.one[row]), int(self._all.other[row])
        end = ends[1] if start == ends[0] else ends[0]
        scripts = int(self._members[start]), int(self._members[end])
        if row < len(self._pins):
            return ProofStep(*scripts, f"judgement:{self._pins[row].id}", None, None)
        link, tx = Link(int(self._all.rule[row])), int(self._all.tx[row])
        return ProofStep(*scripts, link.rule.name, link.tier, None if tx == NO_TX else tx)

    def _place(self, script_num: int) -> int | None:
        """Where a script stands among those that were looked at again."""
        place = int(np.searchsorted(self._members, np.uint32(script_num)))
        return place if place < len(self._members) and self._members[place] == script_num else None


def _read(chain: ChainView, clusters: Clusters, labels: tuple[int, ...]) -> tuple[U32, LinkTable]:
    """All members of some headline clusters, ascending, and their links by tier and then chain order."""
    several = [np.array(clusters.members(label)) for label in labels]
    members = np.sort(np.concatenate([np.empty(0, np.uint32), *several]))
    tables = []
    for own in several:
        links, place = links_among(chain, clusters, own), np.searchsorted(members, own).astype(np.uint32)
        tables.append(links._replace(one=place[links.one], other=place[links.other]))
    if not tables:
        return members, LinkTable(*(np.empty(0, dtype) for dtype in ("u4", "u4", "u4", "u1", "i8")))
    links = end_to_end(*tables)
    return members, links.take(np.lexsort((links.since, links.tiers)))


def _find_pair(chain: NamedChain, one: Judgement) -> tuple[int, int]:
    numbers = [chain.find_script(script) for script in one.scripts]
    for name, number in zip(one.names, numbers, strict=True):
        if number is None:
            raise NotFound(f"judgement `{one.id}`: the chain does not hold `{name}`", id=one.id, value=name)
    first, second = (number for number in numbers if number is not None)
    return first, second


def _find_tx(chain: NamedChain, one: Judgement) -> int:
    number = None if one.txid is None else chain.find_tx(one.txid)
    if number is None:
        raise NotFound(f"judgement `{one.id}`: the chain does not hold transaction `{one.txid}`", id=one.id)
    return number


def _digest(base: str, judgements: tuple[Judgement, ...]) -> str:
    """That of the clusters, with what was judged; who judged, and why, make no other clusters."""
    digest = hashlib.sha256(base.encode())
    for one in judgements:
        said = (one.kind.value, *(script.hex() for script in one.scripts), str(one.txid))
        digest.update("\n".join(said).encode() + b"\0")
    return digest.hexdigest()
