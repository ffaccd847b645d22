"""Tags laid over clusters: what each cluster is proposed to be, by which tagged address, and who disagrees.

A tag sits on its own address as a **direct** tag. It reaches the rest of a cluster only as a
**proposal**, which names the tagged address that it comes through. Tags that are said to hold for one
address alone (`is_cluster_definer` false) and tags of events and mentions make no proposal. Proposals
are never weighed against each other: when they name different parties, the cluster has a conflict and
no actor, and all of them are shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cointrail.attribution.actors import Actor, is_custodial
from cointrail.attribution.parties import name_each, parties
from cointrail.attribution.tags import Tag, TagSet
from cointrail.chain.types import Txid


@dataclass(frozen=True, slots=True)
class Proposal:
    """A tag as it reaches a cluster: through the tagged script `via_script` (script_num)."""

    tag: Tag
    via_script: int


@dataclass(frozen=True, slots=True)
class ClusterTags:
    """All that tags say of a cluster.

    Attributes:
        label: the cluster's label.
        proposals: by via_script, then label, then source.
        actor: whom every proposal names: an actor id, or a label where no actor id is given; None in
            a conflict.
        conflict: the proposals name more than one party.
        parties: those parties.
    """

    label: int
    proposals: tuple[Proposal, ...]
    actor: str | None
    conflict: bool
    parties: tuple[str, ...]


@dataclass(frozen=True)
class Attribution:
    """What a tag set says of the scripts and clusters of one chain."""

    digest: str
    """Digest of the tag set."""
    unseen: int
    """Address tags whose script the chain does not hold."""
    _clusters: Mapping[int, ClusterTags]
    _actors: Mapping[int, Actor]
    """By cluster label: the one actor that its proposals name, with the categories that they add."""
    _contested: frozenset[int]
    custodial_scripts: frozenset[int]
    """Scripts that a tag gives to a custodian for themselves alone (`is_cluster_definer` false)."""
    _direct: Mapping[int, tuple[Tag, ...]] = field(repr=False)
    _by_tx: Mapping[Txid, tuple[Tag, ...]] = field(repr=False)
    _described: Mapping[str, Actor] = field(repr=False)
    """By id: the actors that files describe."""

    def of_script(self, script_num: int) -> tuple[Tag, ...]:
        """The direct tags of a script, of every kind; empty when there are none."""
        return self._direct.get(script_num, ())

    def of_tx(self, txid: Txid) -> tuple[Tag, ...]:
        """The tags of a transaction; empty when there are none."""
        return self._by_tx.get(txid, ())

    def of_cluster(self, label: int) -> ClusterTags | None:
        """What is proposed for a cluster; None when nothing is."""
        return self._clusters.get(label)

    def proposed(self) -> tuple[ClusterTags, ...]:
        """Every cluster that something is proposed for, by label."""
        return tuple(found for _, found in sorted(self._clusters.items()))

    def parties_of(self, proposals: Sequence[Proposal]) -> tuple[str | None, ...]:
        """Of each proposal the party that it names, told apart among all of them."""
        return name_each([proposal.tag for proposal in proposals], self._described)

    def actor(self, label: int) -> Actor | None:
        """Whom all proposals for a cluster name; None when nothing is proposed or they disagree."""
        return self._actors.get(label)

    def custodian(self, label: int) -> Actor | None:
        """The same, if that actor holds coins for others: no trace goes through such a cluster."""
        actor = self._actors.get(label)
        return actor if actor is not None and is_custodial(actor.categories) else None

    def custodian_labels(self) -> dict[int, Actor]:
        """Every cluster with a custodian."""
        return {label: actor for label, actor in self._actors.items() if is_custodial(actor.categories)}

    def contested_custodians(self) -> frozenset[int]:
        """Clusters in conflict of which some proposal says that a custodian holds them.

        Nobody can be named there, and following value through them would still be wrong.
        """
        return self._contested

    def conflicts(self) -> tuple[ClusterTags, ...]:
        """Every cluster whose proposals name different parties, by label."""
        return tuple(found for _, found in sorted(self._clusters.items()) if found.conflict)


def resolve(
    tags: TagSet, find_script: Callable[[bytes], int | None], label_of: Callable[[int], int]
) -> Attribution:
    """Lay a tag set over a chain and its clusters.

    Args:
        tags: the tag set.
        find_script: script_num of a locking script; None when the chain does not hold it.
        label_of: label of the cluster that a script belongs to.
    """
    direct, unseen = _direct(tags.tags, find_script)
    clusters = _clusters(direct, label_of, tags.actors)
    actors = {
        label: _actor(found, tags.actors) for label, found in clusters.items() if found.actor is not None
    }
    contested = frozenset(
        label for label, found in clusters.items() if found.conflict and _any_custodian(found, tags.actors)
    )
    by_tx: defaultdict[Txid, list[Tag]] = defaultdict(list)
    for tag in tags.tags:
        if tag.txid is not None:
            by_tx[tag.txid].append(tag)
    return Attribution(
        digest=tags.digest,
        unseen=unseen,
        _clusters=clusters,
        _actors=actors,
        _contested=contested,
        custodial_scripts=_custodial_scripts(direct, tags.actors),
        _direct=direct,
        _by_tx={txid: tuple(found) for txid, found in by_tx.items()},
        _described=tags.actors,
    )


def _direct(
    tags: Iterable[Tag], find_script: Callable[[bytes], int | None]
) -> tuple[dict[int, tuple[Tag, ...]], int]:
    found: defaultdict[int, list[Tag]] = defaultdict(list)
    unseen = 0
    for tag in tags:
        if tag.script is None:
            continue
        script_num = find_script(tag.script)
        if script_num is None:
            unseen += 1
        else:
            found[script_num].append(tag)
    ordered = {num: tuple(sorted(found[num], key=_by_label_and_source)) for num in sorted(found)}
    return ordered, unseen


def _by_label_and_source(tag: Tag) -> tuple[str, str]:
    return tag.label, tag.source


def _clusters(
    direct: Mapping[int, tuple[Tag, ...]], label_of: Callable[[int], int], actors: Mapping[str, Actor]
) -> dict[int, ClusterTags]:
    proposals: defaultdict[int, list[Proposal]] = defaultdict(list)
    for script_num, tags in direct.items():
        spreading = [tag for tag in tags if tag.names_controller and tag.is_cluster_definer is not False]
        if spreading:
            proposals[label_of(script_num)] += [Proposal(tag, script_num) for tag in spreading]
    clusters: dict[int, ClusterTags] = {}
    for label in sorted(proposals):
        named = parties((proposal.tag for proposal in proposals[label]), actors)
        only = named[0] if len(named) == 1 else None
        clusters[label] = ClusterTags(label, tuple(proposals[label]), only, len(named) > 1, named)
    return clusters


def _actor(found: ClusterTags, actors: Mapping[str, Actor]) -> Actor:
    """The one party of a cluster: as described, or as its tags alone say; with their categories added."""
    tags = [proposal.tag for proposal in found.proposals]
    name = found.parties[0]
    said = tuple(word for tag in tags for word in tag.categories)
    known = actors.get(name) if any(tag.actor == name for tag in tags) else None
    if known is None:
        label = min(tag.label for tag in tags)
        source = min(tag.source for tag in tags)
        return Actor(id=name, label=label, categories=tuple(dict.fromkeys(said)), source=source)
    return Actor(
        id=known.id,
        label=known.label,
        categories=tuple(dict.fromkeys((*known.categories, *said))),
        jurisdictions=known.jurisdictions,
        legal_name=known.legal_name,
        uri=known.uri,
        source=known.source,
        aliases=known.aliases,
        extra=known.extra,
    )


def _any_custodian(found: ClusterTags, actors: Mapping[str, Actor]) -> bool:
    return any(_names_custodian(proposal.tag, actors) for proposal in found.proposals)


def _names_custodian(tag: Tag, actors: Mapping[str, Actor]) -> bool:
    actor = actors.get(tag.actor) if tag.actor else None
    return is_custodial((*tag.categories, *(actor.categories if actor else ())))


def _custodial_scripts(direct: Mapping[int, tuple[Tag, ...]], actors: Mapping[str, Actor]) -> frozenset[int]:
    return frozenset(
        script_num
        for script_num, tags in direct.items()
        for tag in tags
        if tag.names_controller and tag.is_cluster_definer is False and _names_custodian(tag, actors)
    )
