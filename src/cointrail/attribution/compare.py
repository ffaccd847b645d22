"""Rows against each other: which say the same again, which name different holders of one address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cointrail.attribution.actors import Actor
from cointrail.attribution.canonical import tag_json
from cointrail.attribution.parties import parties
from cointrail.attribution.tags import Tag


@dataclass(frozen=True, slots=True)
class Entry:
    """A tag that stands by itself, with its file and its canonical form."""

    tag: Tag
    path: str
    canonical: bytes

    @property
    def place(self) -> str:
        """`file, line n`."""
        return f"{self.path}, line {self.tag.line}"


def entry(tag: Tag, path: str) -> Entry:
    """The tag, ready to be compared."""
    return Entry(tag, path, tag_json(tag))


def find_duplicates(entries: Sequence[Entry]) -> dict[int, int]:
    """Positions of entries that repeat another one's subject, label and source, each with the kept one's.

    The best vouched for and then the latest is kept, whatever the order of reading. A repetition that
    names another actor is no duplicate: it is a claim of its own.
    """
    groups: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for position, item in enumerate(entries):
        tag = item.tag
        groups[tag.script, tag.txid, tag.label, tag.source, tag.tag_type].append(position)
    repeated: dict[int, int] = {}
    for positions in groups.values():
        if len(positions) > 1:
            repeated.update(_repeated(entries, positions))
    return repeated


def _repeated(entries: Sequence[Entry], positions: list[int]) -> dict[int, int]:
    ranked = sorted(positions, key=lambda position: _rank(entries[position]))
    kept: dict[str | None, int] = {}
    repeated: dict[int, int] = {}
    for position in ranked:
        actor = entries[position].tag.actor
        if kept and (actor is None or actor in kept):
            repeated[position] = kept[actor] if actor in kept else next(iter(kept.values()))
        else:
            kept[actor] = position
    return repeated


def _rank(item: Entry) -> tuple[bool, int, int, bytes]:
    tag = item.tag
    day = tag.lastmod.toordinal() if tag.lastmod else 0
    return tag.actor is None, -tag.confidence.level, -day, item.canonical


def find_conflicts(entries: Iterable[Entry], actors: Mapping[str, Actor]) -> dict[bytes, tuple[str, ...]]:
    """Scripts whose tags name more than one party, with those parties."""
    by_script: defaultdict[bytes, list[Tag]] = defaultdict(list)
    for item in entries:
        if item.tag.names_controller and item.tag.script is not None:
            by_script[item.tag.script].append(item.tag)
    named = {script: parties(tags, actors) for script, tags in by_script.items() if len(tags) > 1}
    return {script: who for script, who in named.items() if len(who) > 1}
