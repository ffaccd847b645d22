"""The addresses of many scripts as text: the fast twin of `chain.address.encode_address`.

Two calls: `address_text_room` says how many bytes the text may take, `write_address_text` writes it. The
result has the layout of an Arrow string column: all text end to end, and where each row begins and
ends; a script that has no address has an empty row.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.chain.network import Network
from cointrail.chain.view import ScriptType
from cointrail.kernel.base58 import MOST_DIGITS, SIZE, write_base58
from cointrail.kernel.bech32 import open_checksum, text_length, write_program
from cointrail.kernel.bytes import CHECKED, touch
from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import (
    address_of_bytes,
    copy_bytes,
    load_byte,
    stack_block,
    store_byte,
    store_count,
)
from cointrail.kernel.sha256_run import hash_queue

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

_P2PKH, _P2SH = int(ScriptType.P2PKH), int(ScriptType.P2SH)
_HASHES = (ScriptType.P2PKH, ScriptType.P2SH)
_PROGRAMS = (
    ScriptType.P2WPKH,
    ScriptType.P2WSH,
    ScriptType.P2TR,
    ScriptType.P2A,
    ScriptType.WITNESS_UNKNOWN,
)
_BASE58 = np.array([ScriptType(number) in _HASHES for number in range(len(ScriptType))])
_WITNESS = np.array([ScriptType(number) in _PROGRAMS for number in range(len(ScriptType))])
"""By the number of a type: whether its address is in bech32; above, whether it is in base58."""
_P2PKH_SIZE, _P2SH_SIZE = 25, 23
_CHECKSUM = 4
_BATCH = 64
"""Rows whose checksums are hashed together."""
_MESSAGE = 32
"""Bytes between two messages to hash, each of them 21 long."""
_DIGEST = 32
_DIGESTS = _BATCH * _MESSAGE
_STARTS = _DIGESTS + _BATCH * _DIGEST
_LENGTHS = _STARTS + 8 * _BATCH
_ROOM = _LENGTHS + 8 * _BATCH
"""Messages, digests, and the starts and lengths of the messages, one after another."""
_SEPARATOR = ord("1")


class ScriptSlices(NamedTuple):
    """Locking scripts as slices of a buffer, as `kernel.decode` finds them."""

    data: U8
    starts: I64
    lengths: I64
    types: U8
    """`ScriptType` of each, as `classify_script` says"""


class AddressForm(NamedTuple):
    """What the addresses of a network begin with."""

    p2pkh_version: int
    p2sh_version: int
    hrp: U8
    """in lower case"""

    @classmethod
    def of(cls, network: Network) -> AddressForm:
        """The form of a network."""
        hrp = np.frombuffer(network.hrp.encode(), np.uint8)
        return cls(network.p2pkh_version, network.p2sh_version, hrp)


@kernel
def address_text_room(scripts: ScriptSlices, form: AddressForm) -> int:
    """Bytes that the addresses take at most. IndexError where a script is not what its type says."""
    _check(scripts)
    room = int64(0)
    for row in range(len(scripts.starts)):
        room += _room_of(scripts, row, form)
    return room


@kernel
def write_address_text(scripts: ScriptSlices, form: AddressForm, text: U8, ends: I64) -> None:
    """Write the address of every script.

    Args:
        scripts: n of them.
        form: of the network.
        text: out, ASCII, as long as `address_text_room` says or longer; IndexError when it is too short.
        ends: out, int64[n + 1]: row k is `text[ends[k] : ends[k + 1]]`; the first of them is 0.
    """
    _check(scripts)
    if len(ends) != len(scripts.starts) + 1:
        raise IndexError("the ends of n rows are n + 1 numbers")
    messages, checksum = stack_block(_ROOM), open_checksum(form.hrp)
    at = int64(0)
    ends[0] = 0
    for first in range(0, len(scripts.starts), _BATCH):
        last = min(first + _BATCH, len(scripts.starts))
        _hash_checksums(scripts, form, first, last, messages)
        message = messages
        for row in range(first, last):
            if at > len(text) - _room_of(scripts, row, form):
                raise IndexError("the addresses leave their array")
            kind, script = scripts.types[row], address_of_bytes(scripts.data) + scripts.starts[row]
            if _BASE58[kind]:
                at += write_base58(message, address_of_bytes(text) + at)
                message += _MESSAGE
            elif _WITNESS[kind]:
                at = _write_witness(checksum, script, scripts.lengths[row] - 2, form.hrp, text, at)
            ends[row + 1] = at


@kernel
def _check(scripts: ScriptSlices) -> None:
    """IndexError unless every script lies in its buffer and has the length that its type asks for."""
    if len(scripts.lengths) != len(scripts.starts) or len(scripts.types) != len(scripts.starts):
        raise IndexError("starts, lengths and types do not belong together")
    for row in range(len(scripts.starts)):
        start, length, kind = scripts.starts[row], scripts.lengths[row], int64(scripts.types[row])
        if start < 0 or length < 0 or start > len(scripts.data) - length:
            raise IndexError("a script leaves its array")
        if kind >= len(_WITNESS):
            raise IndexError("there is no such script type")
        fits = 4 <= length <= 42 if _WITNESS[kind] else True
        if kind == _P2PKH:
            fits = length == _P2PKH_SIZE
        if kind == _P2SH:
            fits = length == _P2SH_SIZE
        if not fits:
            raise IndexError("a script is not of its type")
        if CHECKED:
            touch(scripts.data, start, length)


@kernel
def _room_of(scripts: ScriptSlices, row: int, form: AddressForm) -> int:
    """Bytes that one address takes at most."""
    kind = scripts.types[row]
    if _BASE58[kind]:
        return int64(MOST_DIGITS)
    if _WITNESS[kind]:
        return len(form.hrp) + 1 + text_length(scripts.lengths[row] - 2)
    return int64(0)


@kernel
def _hash_checksums(scripts: ScriptSlices, form: AddressForm, first: int, last: int, messages: int) -> None:
    """Put together what base58 writes, of those rows that it writes: version, hash, checksum."""
    starts, lengths, digests = messages + _STARTS, messages + _LENGTHS, messages + _DIGESTS
    count = int64(0)
    for row in range(first, last):
        kind = scripts.types[row]
        if _BASE58[kind]:
            script, message = (
                address_of_bytes(scripts.data) + scripts.starts[row],
                messages + _MESSAGE * count,
            )
            store_byte(message, form.p2pkh_version if kind == _P2PKH else form.p2sh_version)
            copy_bytes(message + 1, script + (3 if kind == _P2PKH else 2), int64(SIZE - _CHECKSUM - 1))
            store_count(starts + 8 * count, _MESSAGE * count)
            store_count(lengths + 8 * count, SIZE - _CHECKSUM)
            count += 1
    hash_queue((messages, starts, lengths, digests, count, int64(2), int64(1)), int64(0), int64(0))
    for k in range(count):
        copy_bytes(messages + _MESSAGE * k + SIZE - _CHECKSUM, digests + _DIGEST * k, int64(_CHECKSUM))


@kernel
def _write_witness(checksum: int, script: int, size: int, hrp: U8, text: U8, at: int) -> int:
    """Write the address of a witness program of `size` bytes. Returns where it ends."""
    for k in range(len(hrp)):
        text[at + k] = hrp[k]
    at += len(hrp)
    text[at] = _SEPARATOR
    version = load_byte(script)
    version = version if version == 0 else version - 80
    write_program(checksum, version, script + 2, size, address_of_bytes(text) + at + 1)
    return at + 1 + text_length(size)
