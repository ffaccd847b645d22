"""From what a person typed to a script of the chain."""

from __future__ import annotations

import re

from cointrail.chain.address import decode_address
from cointrail.chain.network import Network
from cointrail.chain.types import Outpoint, Txid
from cointrail.errors import BadAddress, BadInput, BadOutpoint, NotFound
from cointrail.store.reader import Snapshot

SCRIPT_PREFIX = "script:"
"""Stands before the hex of a script that has no address, here and in every listing."""

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_TXID_DIGITS = 64
_LONGEST_OUTPOINT = 100
"""Characters; an outpoint has 66 to 75. Python reads no endless number."""


def get_script_num(snapshot: Snapshot, text: str) -> int:
    """The script that an address, an outpoint, or the hex of a locking script names.

    Raises:
        BadInput: it is none of these, or an address of another network.
        NotFound: the chain does not hold it.
    """
    text = text.strip()
    if text.startswith(SCRIPT_PREFIX):
        return _get_script(snapshot, _parse_script(text.removeprefix(SCRIPT_PREFIX)), text)
    if ":" in text:
        return _get_output_script(snapshot, parse_outpoint(text))
    if _HEX.fullmatch(text):
        if len(text) == _TXID_DIGITS:
            raise BadInput(
                f"`{text}` is a transaction id, not an address",
                hint="name one of its outputs: `txid:vout`; to see all of it use `cointrail tx show`",
                value=text,
            )
        return _get_script(snapshot, bytes.fromhex(text), text)
    return _get_script(snapshot, parse_address(text, snapshot.network), text)


def parse_address(text: str, network: Network) -> bytes:
    """The locking script of an address.

    Raises:
        BadAddress: not an address of the network.
    """
    try:
        return decode_address(text.strip(), network)
    except BadAddress as error:
        if error.facts.get("fault") == "network":
            error.hint = f"this store holds {network.name}: name a store of that network with `--store`"
        raise


def parse_outpoint(text: str) -> Outpoint:
    """`txid:vout`.

    Raises:
        BadOutpoint: it is not.
    """
    if len(text) > _LONGEST_OUTPOINT:
        raise BadOutpoint(
            f"`{text[:_LONGEST_OUTPOINT]}...` is not an outpoint: it has {len(text)} characters",
            hint="write `txid:vout`, output numbers start at 0",
            value=text,
        )
    return Outpoint.parse(text)


def _parse_script(text: str) -> bytes:
    if not _HEX.fullmatch(text):
        raise BadInput(f"`{text[:80]}` is not a script in hex", hint="write `script:76a914...`", value=text)
    return bytes.fromhex(text)


def _get_script(snapshot: Snapshot, script: bytes, text: str) -> int:
    found = snapshot.find_script(script)
    if found is None:
        raise NotFound(
            f"`{text}` has received nothing on {snapshot.network.name} up to height {snapshot.height}",
            hint="check the address; `cointrail status` says how far the store reaches",
            value=text,
            tip_height=snapshot.height,
        )
    return found


def _get_output_script(snapshot: Snapshot, outpoint: Outpoint) -> int:
    return snapshot.output_script(get_output_num(snapshot, outpoint))


def get_output_num(snapshot: Snapshot, outpoint: Outpoint) -> int:
    """The output that an outpoint names.

    Raises:
        NotFound: the chain does not hold it.
    """
    found = snapshot.find_output(outpoint)
    if found is None:
        raise NotFound(
            f"there is no output `{outpoint}` on {snapshot.network.name} up to height {snapshot.height}",
            hint="check the id and the output number; `cointrail status` says how far the store reaches",
            value=str(outpoint),
            tip_height=snapshot.height,
        )
    return found


def get_tx_num(snapshot: Snapshot, txid: Txid) -> int:
    """The transaction of an id; of two with one id (BIP 30) the later.

    Raises:
        NotFound: the chain does not hold it.
    """
    found = snapshot.find_tx(txid)
    if found is None:
        raise NotFound(
            f"there is no transaction `{txid}` on {snapshot.network.name} up to height {snapshot.height}",
            hint="check the id; `cointrail status` says how far the store reaches",
            value=str(txid),
            tip_height=snapshot.height,
        )
    return found
