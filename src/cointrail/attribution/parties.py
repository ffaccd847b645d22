"""Whom a handful of tags name, and whether they agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from cointrail.attribution.actors import Actor
from cointrail.attribution.tags import Tag


def parties(tags: Iterable[Tag], actors: Mapping[str, Actor]) -> tuple[str, ...]:
    """The different persons or organisations that the tags name: actor ids, then labels without an actor.

    A label that stands without an actor id counts as an actor's when it equals that actor's id, name,
    an alias, or the label of another of these tags that does name the actor; case does not matter.
    Event and mention tags name nobody. More than one party is a conflict; nothing here decides it.
    """
    naming = [tag for tag in tags if tag.names_controller]
    ids = sorted({tag.actor for tag in naming if tag.actor is not None})
    known = {_fold(name) for actor_id in ids for name in _names(actor_id, actors)}
    known.update(_fold(tag.label) for tag in naming if tag.actor is not None)
    loose = {_fold(tag.label): tag.label for tag in sorted(naming, key=_label) if tag.actor is None}
    return (*ids, *(loose[label] for label in sorted(loose) if label not in known))


def name_each(tags: Sequence[Tag], actors: Mapping[str, Actor]) -> tuple[str | None, ...]:
    """Of each tag the party that it names, as `parties` tells them apart; None where it names nobody."""
    naming = [tag for tag in tags if tag.names_controller]
    known: dict[str, str] = {}
    for tag in sorted(naming, key=_label):
        if tag.actor is None:
            known[_fold(tag.label)] = tag.label
    for tag in naming:
        if tag.actor is not None:
            known |= dict.fromkeys(map(_fold, (tag.label, *_names(tag.actor, actors))), tag.actor)
    return tuple((tag.actor or known[_fold(tag.label)]) if tag.names_controller else None for tag in tags)


def _names(actor_id: str, actors: Mapping[str, Actor]) -> tuple[str, ...]:
    actor = actors.get(actor_id)
    return (actor_id, actor.label, *actor.aliases) if actor else (actor_id,)


def _fold(label: str) -> str:
    return " ".join(label.casefold().split())


def _label(tag: Tag) -> str:
    return tag.label
