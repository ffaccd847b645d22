"""A tag: one claim, one source, one date. A tag set: all claims that were read, with a verdict each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cointrail.attribution.actors import Actor
from cointrail.attribution.confidence import UNKNOWN, Confidence
from cointrail.chain.types import Txid

ACTOR_TAG = "actor"
"""The kind of tag that says who controls an address; `event` and `mention` tags say something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One claim about one address or one transaction. Exactly one of `script` and `txid` is set.

    Attributes:
        label: the claim, as given; show it through `safe_text`.
        actor: id of the actor that it names; None when it names none.
        categories: words of the source (`category`, `abuse` and `concepts` together), as given.
        confidence: how far its maker vouches for it.
        source: where it was taken from.
        lastmod: the day of the claim; None when not known.
        address: the tagged address as text; None for a tagged transaction.
        script: the locking script of that address.
        txid: the tagged transaction.
        is_cluster_definer: True: said to hold for the whole cluster; False: for this address only;
            None: the source does not say.
        pack: title of the collection that it came in.
        line: line in its file, from 1.
        tag_type: `actor`, `event` or `mention`.
        context: free text of the source.
        extra: fields of the source that have no place above, as (name, text).
    """

    label: str
    source: str
    actor: str | None = None
    categories: tuple[str, ...] = ()
    confidence: Confidence = UNKNOWN
    lastmod: date | None = None
    address: str | None = None
    script: bytes | None = None
    txid: Txid | None = None
    is_cluster_definer: bool | None = None
    pack: str = ""
    line: int = 0
    tag_type: str = ACTOR_TAG
    context: str | None = None
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def subject(self) -> str:
        """The address or transaction id, as text."""
        return self.address if self.address is not None else str(self.txid)

    @property
    def names_controller(self) -> bool:
        """Whether it says who controls its address."""
        return self.script is not None and self.tag_type == ACTOR_TAG


class Verdict(StrEnum):
    """What became of a row. Accepted and conflicting rows are kept; the others are only listed."""

    ACCEPTED = "accepted"
    CONFLICTING = "conflicting"
    """Kept, and another kept tag names somebody else for the same address."""
    DUPLICATE = "duplicate"
    """Same subject, label and source as a tag that is kept."""
    BAD_CHECKSUM = "bad_checksum"
    BAD_ADDRESS = "bad_address"
    WRONG_NETWORK = "wrong_network"
    INCOMPLETE = "incomplete"
    """No label, source or subject."""
    UNSUPPORTED = "unsupported"
    """About another chain, or larger than this program takes."""


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What became of one row: its file and line, what it said, the verdict and why.

    `subject` and `label` are raw; show them through `safe_text`. `reason` and `warnings` can be shown.
    """

    verdict: Verdict
    path: str
    line: int
    subject: str
    label: str
    reason: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TagFile:
    """A file that was read. `sha256` is hex, over its bytes; `rows` counts tags or actors."""

    path: str
    format: str
    rows: int
    sha256: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TagSet:
    """Every kept claim and actor, a verdict for every row, and the digest of what was kept.

    `digest` is SHA-256 (hex) over the canonical JSON (RFC 8785) of the kept tags and actors. File
    names, line numbers, pack titles and the order of reading do not enter it.
    """

    tags: tuple[Tag, ...]
    actors: dict[str, Actor]
    verdicts: tuple[RowVerdict, ...]
    digest: str
    files: tuple[TagFile, ...] = ()

    def counts(self) -> dict[Verdict, int]:
        """Rows by verdict, every verdict named; the counts add up to the rows of the files."""
        seen = Counter(row.verdict for row in self.verdicts)
        return {verdict: seen[verdict] for verdict in Verdict}
