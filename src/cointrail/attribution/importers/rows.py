"""What every importer hands on: rows as their file gave them, before anything is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cointrail.attribution.actors import Actor
from cointrail.attribution.tags import Verdict

TAG_FIELDS = frozenset(
    {
        "label",
        "source",
        "currency",
        "network",
        "confidence",
        "address",
        "tx_hash",
        "actor",
        "tag_type",
        "is_cluster_definer",
        "lastmod",
        "context",
    }
)
"""Fields that hold one text each; `category`, `abuse` and `concepts` become `categories`."""


@dataclass(frozen=True, slots=True)
class TagRow:
    """A row that claims something: fields by TagPack name, as text, blank ones left out."""

    fields: Mapping[str, str]
    line: int
    categories: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActorRow:
    """A row that describes an actor. `actor` is None when it cannot be kept; `verdict`, `reason` say why."""

    actor: Actor | None
    line: int
    subject: str
    verdict: Verdict = Verdict.ACCEPTED
    reason: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """All rows of one file. Rows of a tag file are tags, rows of an actor file are actors."""

    format: str
    pack: str
    tags: tuple[TagRow, ...] = ()
    actors: tuple[ActorRow, ...] = ()
    warnings: tuple[str, ...] = ()
