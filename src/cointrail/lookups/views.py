"""What look-ups answer with. Satoshi are integers, times are aware UTC, an absent value is None."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from cointrail.chain.types import BlockHash, Outpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupBasis:
    """What an answer rests on.

    Attributes:
        network: name of the network.
        tip_hash: hash of the tip; the height alone does not name a block.
        tip_height: its height.
        store_digest: digest of the store, hex.
        clusters_digest: digest of the clusters, hex; None where no cluster was asked for.
        tags_digest: digest of the tag set, hex; None without tags.
        rules: rules with versions, `common_input@1`; empty where only the ledger was read.
        program: name and version of this program.
    """

    network: str
    tip_hash: BlockHash
    tip_height: int
    store_digest: str
    clusters_digest: str | None = None
    tags_digest: str | None = None
    rules: tuple[str, ...] = ()
    program: str


@dataclass(frozen=True, slots=True)
class BlockRef:
    """A block by height and hash, and the time its miner wrote."""

    height: int
    hash: BlockHash
    time_utc: datetime


@dataclass(frozen=True, slots=True)
class ScriptRef:
    """A locking script in hex, with its shape; `address` is None where it has none."""

    address: str | None
    script: str
    script_type: str


@dataclass(frozen=True, slots=True)
class ClusterRef:
    """A cluster by its label.

    `name` is the smallest member's address, or `script:` and its hex where it has none; `size` counts
    scripts.
    """

    label: int
    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TagLine:
    """One claim, with who makes it. `via` is the tagged address or transaction."""

    label: str
    actor: str | None
    categories: tuple[str, ...]
    source: str
    claimed_on: date | None
    confidence: str
    confidence_level: int
    via: str


@dataclass(frozen=True, slots=True)
class ClusterClaims:
    """What tags propose for a cluster; `actor` is None when they disagree."""

    actor: str | None
    conflict: bool
    parties: tuple[str, ...]
    proposals: tuple[TagLine, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over all outputs of a script or a cluster. Fees and coins sent to oneself count as both."""

    outputs: int
    unspent_outputs: int
    received_sat: int
    spent_sat: int
    balance_sat: int


@dataclass(frozen=True, slots=True)
class OutputLine:
    """An output in a listing; `spent_by` is `txid:vin`, None while it is unspent at the tip."""

    outpoint: Outpoint
    height: int
    block_hash: BlockHash
    time_utc: datetime
    value_sat: int
    spent_by: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a longer list is shown: `shown` items from item `start` of `total`."""

    start: int
    shown: int
    total: int


@dataclass(frozen=True, slots=True)
class OpenPage:
    """The same of a list that may be too long to count: then `total` is None, and the list may go on."""

    start: int
    shown: int
    total: int | None
