"""What a worker works with; it goes to its process as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What a worker works with.

    Attributes:
        store: the store.
        work: the folder of finished work.
        place: the case database, as `CaseBench` takes it.
        who: under whose name entries are made; None: as `CaseBench` finds it.
        blocks: the blocks directory that the store was built from; None: no bundle can be made.
        key: a secret key of minisign's to sign bundles with; one without a password.
        contacts: the user's own file on exchanges.
        tags: tag files for cases that name none.
        prices: price tables for cases that name none.
        memory: bytes that it may take beside mapped files; None: whatever there is.
    """

    store: Path
    work: Path
    place: str | None = None
    who: str | None = None
    blocks: Path | None = None
    key: Path | None = None
    contacts: Path | None = None
    tags: tuple[Path, ...] = ()
    prices: tuple[Path, ...] = ()
    memory: int | None = None

    def to_json(self) -> str:
        """As one line."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Shop:
        """As `to_json` wrote it."""
        found: dict[str, Any] = json.loads(text)
        for name in ("store", "work", "blocks", "key", "contacts"):
            found[name] = None if found[name] is None else Path(found[name])
        for name in ("tags", "prices"):
            found[name] = tuple(map(Path, found[name]))
        return cls(**found)
