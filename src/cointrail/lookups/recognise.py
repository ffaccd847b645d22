"""What a line that somebody pasted may be, and whether the chain holds it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from cointrail.chain.types import BlockHash, Txid
from cointrail.errors import BadInput, NotFound
from cointrail.lookups.find import get_script_num, parse_outpoint
from cointrail.store.reader import Snapshot

LONGEST_LINE = 20_100
"""Characters; what is longer is no name of anything."""

_HEX_ID = re.compile(r"[0-9a-fA-F]{64}")
_AROUND = re.compile(r"^[\s\"'`<>()\[\],;]+|[\s\"'`<>()\[\],;]+$")
_URI = re.compile(r"^bitcoin:(?://)?(?P<name>[^?]+)", re.IGNORECASE)
_BLOCK = re.compile(r"(?:block|height)\s*[:#]?\s*(?P<name>\d+)", re.IGNORECASE | re.ASCII)
_URL = re.compile(r"^https?://[^\s?#]+", re.IGNORECASE)


class Thing(StrEnum):
    """What a name names."""

    ADDRESS = "address"
    OUTPOINT = "outpoint"
    TRANSACTION = "transaction"
    BLOCK = "block"
    UNKNOWN = "unknown"
    """Nothing that this program knows how to read."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A line as it was read.

    Attributes:
        given: the line.
        thing: what it names.
        name: that, as look-ups take it; empty when it is unknown.
        found: whether the chain holds it.
        says: why it cannot be read or is not found; empty when it is found.
    """

    given: str
    thing: Thing
    name: str
    found: bool
    says: str = ""


def recognise(snapshot: Snapshot, line: str) -> Recognised:
    """Read a line: an address, an outpoint, a transaction, a block by hash or height.

    Quotes and separators around it, `bitcoin:` before it and the address of an explorer's page are taken
    off, and `block` before a height. Whole numbers are heights unless they have the length of a hash.
    Nothing leaves the machine.
    """
    name = _bare(line)
    if not name or len(name) > LONGEST_LINE:
        return Recognised(
            line, Thing.UNKNOWN, "", found=False, says="there is nothing in it that can be read"
        )
    if _HEX_ID.fullmatch(name):
        return _hash(snapshot, line, name.lower())
    if name.isascii() and name.isdigit():
        return _height(snapshot, line, name)
    thing = Thing.OUTPOINT if ":" in name and not name.startswith("script:") else Thing.ADDRESS
    try:
        if thing is Thing.OUTPOINT:
            name = str(parse_outpoint(name))
        get_script_num(snapshot, name)
    except NotFound as error:
        return Recognised(line, thing, name, found=False, says=str(error))
    except BadInput as error:
        return Recognised(line, Thing.UNKNOWN, "", found=False, says=str(error))
    return Recognised(line, thing, name, found=True)


def _bare(line: str) -> str:
    text = _AROUND.sub("", line)
    if match := _URI.match(text) or _BLOCK.fullmatch(text):
        return match["name"]
    if match := _URL.match(text):
        return match[0].rstrip("/").rpartition("/")[2]
    return text


def _height(snapshot: Snapshot, line: str, name: str) -> Recognised:
    height = int(name) if len(name) < 12 else snapshot.height + 1
    if height > snapshot.height:
        says = f"the tip has height {snapshot.height}"
        return Recognised(line, Thing.BLOCK, name, found=False, says=says)
    return Recognised(line, Thing.BLOCK, str(snapshot.block_hash(height)), found=True)


def _hash(snapshot: Snapshot, line: str, name: str) -> Recognised:
    if snapshot.find_tx(Txid.parse(name)) is not None:
        return Recognised(line, Thing.TRANSACTION, name, found=True)
    if snapshot.find_block(BlockHash.parse(name)) is not None:
        return Recognised(line, Thing.BLOCK, name, found=True)
    says = f"neither a transaction nor a block up to height {snapshot.height}"
    return Recognised(line, Thing.TRANSACTION, name, found=False, says=says)
