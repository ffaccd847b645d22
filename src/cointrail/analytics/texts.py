"""Functions between the text that people write and the store's numbers, one value at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cointrail.chain.address import encode_address
from cointrail.chain.types import Outpoint, Txid
from cointrail.errors import NotFound
from cointrail.lookups.find import get_script_num
from cointrail.store.reader import Snapshot


@dataclass(frozen=True, slots=True)
class Finder:
    """A text in, a number out; None when the chain does not hold it.

    `find` raises `BadInput` for a text that cannot be read.
    """

    name: str
    find: Callable[[Snapshot, str], int | None]
    about: str


@dataclass(frozen=True, slots=True)
class Writer:
    """A script number in, a text out; None when it has none, or there is no such script."""

    name: str
    text: Callable[[Snapshot, int], str | None]
    about: str


def _find_tx(snapshot: Snapshot, text: str) -> int | None:
    return snapshot.find_tx(Txid.parse(text.strip()))


def _find_output(snapshot: Snapshot, text: str) -> int | None:
    return snapshot.find_output(Outpoint.parse(text))


def _find_script(snapshot: Snapshot, text: str) -> int | None:
    try:
        return get_script_num(snapshot, text)
    except NotFound:
        return None


def _address(snapshot: Snapshot, script: int) -> str | None:
    if script >= snapshot.n_scripts:
        return None
    return encode_address(snapshot.get_script(script), snapshot.network)


def _script_hex(snapshot: Snapshot, script: int) -> str | None:
    return snapshot.get_script(script).hex() if script < snapshot.n_scripts else None


FINDERS = (
    Finder("find_tx", _find_tx, "the transaction with an id"),
    Finder("find_output", _find_output, "the output at an outpoint, `txid:vout`"),
    Finder("find_script", _find_script, "the script of an address, of an outpoint, or given in hex"),
)

WRITERS = (
    Writer("address_of", _address, "the address of a script; none for a type that has none"),
    Writer("script_hex", _script_hex, "the locking script in hex"),
)
