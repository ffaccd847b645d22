"""The manifest: the one commit point. What it does not name does not exist."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cointrail.chain.network import get_network
from cointrail.chain.types import BlockHash
from cointrail.errors import BadInput, StoreCorrupt, StoreUnwritable
from cointrail.store.schema import FORMAT, TABLES

NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Part:
    """Row counts of one part of the store, by table."""

    rows: dict[str, int]

    @classmethod
    def empty(cls) -> Part:
        """No rows."""
        return cls(dict.fromkeys(TABLES, 0))


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the store is: which rows of which files, up to which block."""

    network: str
    settled: Part
    recent: Part
    epoch: int
    """names the folder of the settled part; another one after a rewind"""
    generation: int
    """names the folder of the recent part"""
    height: int
    """height of the tip; -1 when there is no block"""
    tip: str
    """hash of the tip as explorers show it; empty when there is no block"""
    digest: str
    """hex; covers every row up to the tip"""
    undo_checked: bool
    """whether every input was compared with the node's undo data"""
    notes: tuple[str, ...] = field(default=())
    """what the last ingest left out, in words"""

    @property
    def settled_height(self) -> int:
        """How many blocks are settled."""
        return self.settled.rows["blocks"]

    def rows(self, table: str) -> int:
        """Rows of a table over both parts."""
        return self.settled.rows[table] + self.recent.rows[table]


def settled_folder(store: Path, epoch: int) -> Path:
    """Where the settled part of an epoch lives."""
    return store / f"settled-{epoch:08}"


def index_folder(store: Path, epoch: int) -> Path:
    """Where the settled part's indices live."""
    return settled_folder(store, epoch) / "index"


def recent_folder(store: Path, generation: int) -> Path:
    """Where the recent part of a generation lives."""
    return store / f"recent-{generation:08}"


def derived_folder(store: Path) -> Path:
    """What is computed from the store and can be computed again: clusters."""
    return store / "derived"


def read_manifest(store: Path) -> Manifest | None:
    """The manifest; None when there is none.

    Raises:
        StoreCorrupt: it cannot be read, or a newer program wrote it.
    """
    path = store / NAME
    try:
        raw = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    except (ValueError, OSError) as error:
        raise StoreCorrupt(
            f"`{path}` cannot be read: {error}", hint="ingest into a new store", path=str(path)
        ) from error
    if isinstance(raw, dict) and raw.get("format", FORMAT) != FORMAT:
        raise StoreCorrupt(
            f"`{path}` has format {raw['format']}, this program reads {FORMAT}",
            hint="ingest into a new store, or use the program that wrote it",
            path=str(path),
        )
    try:
        return _manifest(raw)
    except (KeyError, TypeError, ValueError, BadInput) as error:
        raise StoreCorrupt(
            f"`{path}` is not the manifest of a store: {error!r}",
            hint="ingest into a new store",
            path=str(path),
        ) from error


def _manifest(raw: dict[str, Any]) -> Manifest:
    """A manifest from what the file holds; a value of the wrong kind raises."""
    manifest = Manifest(
        network=get_network(raw["network"]).name,
        settled=_part(raw["settled"]["rows"]),
        recent=_part(raw["recent"]["rows"]),
        epoch=_number(raw["epoch"]),
        generation=_number(raw["generation"]),
        height=_number(raw["height"] + 1) - 1,
        tip=str(BlockHash.parse(raw["tip"])) if raw["height"] >= 0 else "",
        digest=bytes.fromhex(raw["digest"]).hex(),
        undo_checked=raw["undo_checked"] is True,
        notes=tuple(map(str, raw["notes"])),
    )
    if manifest.height + 1 != manifest.rows("blocks"):
        raise ValueError(f"height {manifest.height} and {manifest.rows('blocks')} blocks")
    return manifest


def _part(rows: dict[str, Any]) -> Part:
    return Part({table: _number(rows[table]) for table in TABLES})


def _number(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is not a count")
    return value


def write_manifest(store: Path, manifest: Manifest) -> None:
    """Commit: write beside, sync, rename, sync the folder.

    Raises:
        StoreUnwritable: the disk is full or read-only; the old manifest stands, unless it says otherwise.
    """
    path = store / NAME
    beside = store / f"{NAME}.new"
    text = json.dumps({"format": FORMAT, **asdict(manifest)}, indent=1, sort_keys=True)
    try:
        with beside.open("w") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise unwritable(store, error) from error
    try:
        sync_folder(store)
    except OSError as error:
        raise StoreUnwritable(
            f"`{store}`: whether the last commit is on the disk cannot be told: {error.strerror or error}",
            hint="see whether the disk is sound, then run again: the store is as it was, or up to date",
            path=str(store),
            errno=error.errno,
        ) from error


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable, where the platform can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def unwritable(store: Path, error: OSError) -> StoreUnwritable:
    """The one error for a disk that will not take more."""
    return StoreUnwritable(
        f"`{store}` cannot be written: {error.strerror or error}",
        hint="the store is as it was; make room or choose another place with `--store`, then run again",
        path=str(store),
        errno=error.errno,
    )
