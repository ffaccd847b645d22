"""Undo records: what a block spent, as Bitcoin Core keeps it to be able to take the block back.

Written to be read; it is the definition that `kernel.undo` is held to. A record has one entry for each
transaction but the coinbase, and in it one for each input: the output spent, with the height and kind of
the transaction that created it. Amounts and scripts are compressed.

Source: Bitcoin Core, src/undo.h, src/compressor.{h,cpp}, src/serialize.h (VARINT).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cointrail.chain.decode import MAX_MONEY, encode_compact_size, read_compact_size
from cointrail.chain.script import OP_CHECKSIG, p2pk, p2pkh, p2sh
from cointrail.chain.types import BlockHash, Height, Sat, TxOut, sha256d
from cointrail.errors import DecodeError

FIELD_PRIME = 2**256 - 2**32 - 977
"""Coordinates of points of secp256k1 are numbers below this prime. Source: SEC 2, section 2.4.1."""

CURVE_B = 7
"""The curve is y^2 = x^3 + 7."""

VARINT_LIMIT = 1 << 55
"""A number that has grown this large takes no further byte; no amount, height or length needs one."""

WHOLE_SCRIPT = 6
"""Kinds below this one are compressed forms; any other is the script's length plus this."""

MIN_SPENT_SIZE = 3
"""Height and coinbase flag, amount, kind of script: a byte each at least."""

_P2PKH, _P2SH, _EVEN_KEY, _ODD_KEY, _EVEN_WHOLE_KEY, _ODD_WHOLE_KEY = range(WHOLE_SCRIPT)


@dataclass(frozen=True, slots=True)
class SpentOutput:
    """An output that a block spends, and where it came from."""

    output: TxOut
    height: Height
    """of the block that created it"""
    is_coinbase: bool
    """whether a coinbase created it"""


def _wrong(offset: int, expected: str, found: str) -> DecodeError:
    return DecodeError(f"byte {offset}: expected {expected}, {found}", offset=offset, expected=expected)


def _take(data: bytes, at: int, count: int, what: str) -> tuple[bytes, int]:
    if at + count > len(data):
        raise _wrong(at, f"{what} of {count} bytes", f"{len(data) - at} left")
    return data[at : at + count], at + count


# -- numbers


def read_varint(data: bytes, offset: int = 0) -> tuple[int, int]:
    """The number at `offset` in Core's VARINT form, and the offset behind it.

    Seven bits a byte, the highest first; every byte but the last has its top bit set and counts from one,
    so each number has one form.

    Raises:
        DecodeError: the bytes end, or the number is larger than any that a record holds.
    """
    value, at = 0, offset
    while at < len(data) and value < VARINT_LIMIT:
        byte = data[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at
        value += 1
    found = "the record ends" if at == len(data) else "got a longer one"
    raise _wrong(offset, "a number of a few bytes", found)


def encode_varint(value: int) -> bytes:
    """The VARINT form of a number that is not negative."""
    out = [value & 0x7F]
    while value > 0x7F:
        value = (value >> 7) - 1
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))


def compress_amount(value: int) -> int:
    """A number that is small when `value` ends in zeros; 0 for 0."""
    if value == 0:
        return 0
    zeros = 0
    while value % 10 == 0 and zeros < 9:
        value //= 10
        zeros += 1
    if zeros == 9:
        return 1 + (value - 1) * 10 + 9
    rest, last = divmod(value, 10)
    return 1 + (rest * 9 + last - 1) * 10 + zeros


def decompress_amount(number: int) -> int:
    """The value whose compressed form is `number`. It may be more than there is."""
    if number == 0:
        return 0
    rest, zeros = divmod(number - 1, 10)
    if zeros == 9:
        return int((rest + 1) * 10**9)
    tens, last = divmod(rest, 9)
    return int((tens * 10 + last + 1) * 10**zeros)


# -- scripts


def find_y(x: int, *, odd: bool) -> int | None:
    """The y of the curve's point with this x and parity of y; None when there is no point."""
    if x >= FIELD_PRIME:
        return None
    square = (pow(x, 3, FIELD_PRIME) + CURVE_B) % FIELD_PRIME
    y = pow(square, (FIELD_PRIME + 1) // 4, FIELD_PRIME)  # the prime is 3 modulo 4
    if y * y % FIELD_PRIME != square:
        return None
    return y if y % 2 == odd else FIELD_PRIME - y


def _is_point(x: int, y: int) -> bool:
    return y < FIELD_PRIME and find_y(x, odd=y % 2 == 1) == y


def compress_script(script: bytes) -> bytes:
    """A locking script as a record holds it: its kind, then what the kind does not say.

    P2PKH and P2SH are their hash. P2PK is the x of its key; an uncompressed key must be a point of the
    curve. All else stands as it is after its length.
    """
    size = len(script)
    if size == 25 and script == p2pkh(script[3:23]):
        return bytes((_P2PKH,)) + script[3:23]
    if size == 23 and script == p2sh(script[2:22]):
        return bytes((_P2SH,)) + script[2:22]
    if size == 35 and script[0] == 33 and script[1] in {2, 3} and script[-1] == OP_CHECKSIG:
        return script[1:34]
    if size == 67 and script[:2] == b"\x41\x04" and script[-1] == OP_CHECKSIG:
        x, y = int.from_bytes(script[2:34], "big"), int.from_bytes(script[34:66], "big")
        if _is_point(x, y):
            return bytes((_ODD_WHOLE_KEY if y % 2 else _EVEN_WHOLE_KEY,)) + script[2:34]
    return encode_varint(size + WHOLE_SCRIPT) + script


def read_script(data: bytes, offset: int = 0) -> tuple[bytes, int]:
    """The locking script whose compressed form stands at `offset`, and the offset behind it.

    Raises:
        DecodeError: the bytes end, or an x belongs to no point of the curve.
    """
    kind, at = read_varint(data, offset)
    if kind >= WHOLE_SCRIPT:
        return _take(data, at, kind - WHOLE_SCRIPT, "a script")
    if kind in {_P2PKH, _P2SH}:
        payload, at = _take(data, at, 20, "the hash in a script")
        return (p2pkh if kind == _P2PKH else p2sh)(payload), at
    raw, at = _take(data, at, 32, "the x of a key")
    if kind in {_EVEN_KEY, _ODD_KEY}:
        return p2pk(bytes((kind,)) + raw), at
    y = find_y(int.from_bytes(raw, "big"), odd=kind == _ODD_WHOLE_KEY)
    if y is None:
        raise _wrong(at - 32, "the x of a point of the curve", f"got {raw.hex()}")
    return p2pk(b"\x04" + raw + y.to_bytes(32, "big")), at


# -- records


def decode_undo(data: bytes) -> tuple[tuple[SpentOutput, ...], ...]:
    """The outputs that a block spends: a row for each transaction but the coinbase, an entry an input.

    `data` is a record's payload, without magic, length and checksum.

    Raises:
        DecodeError: not an undo record, or more than one; names the offset and what was expected there.
    """
    count, at = _read_count(data, 0, 1, "transactions")
    rows = []
    for _ in range(count):
        inputs, at = _read_count(data, at, MIN_SPENT_SIZE, "inputs")
        row = []
        for _ in range(inputs):
            spent, at = _read_spent(data, at)
            row.append(spent)
        rows.append(tuple(row))
    if at < len(data):
        raise _wrong(at, "the end of the undo record", f"{len(data) - at} bytes follow")
    return tuple(rows)


def _read_count(data: bytes, offset: int, item_size: int, what: str) -> tuple[int, int]:
    count, at = read_compact_size(data, offset)
    if count * item_size > len(data) - at:
        raise _wrong(offset, f"{count} {what}", f"{len(data) - at} bytes cannot hold them")
    return count, at


def _read_spent(data: bytes, offset: int) -> tuple[SpentOutput, int]:
    code, at = read_varint(data, offset)
    height = Height(code >> 1)
    if height:
        _, at = read_varint(data, at)  # a transaction version in old records, 0 in new ones
    place = at
    number, at = read_varint(data, at)
    value = decompress_amount(number)
    if value > MAX_MONEY:
        raise _wrong(place, f"a value of 0..{MAX_MONEY} sat", f"got {value}")
    script, at = read_script(data, at)
    return SpentOutput(TxOut(Sat(value), script), height, code & 1 == 1), at


def encode_undo(rows: Sequence[Sequence[SpentOutput]]) -> bytes:
    """The payload of the record of a block that spends these: the inverse of `decode_undo`."""
    return encode_compact_size(len(rows)) + b"".join(map(_encode_row, rows))


def _encode_row(row: Sequence[SpentOutput]) -> bytes:
    return encode_compact_size(len(row)) + b"".join(map(_encode_spent, row))


def _encode_spent(spent: SpentOutput) -> bytes:
    code = encode_varint(spent.height * 2 + spent.is_coinbase)
    version = b"\x00" if spent.height else b""
    amount = encode_varint(compress_amount(spent.output.value))
    return code + version + amount + compress_script(spent.output.script)


def undo_checksum(previous: BlockHash, data: bytes) -> bytes:
    """What stands behind the payload `data`: 32 bytes that bind it to the block before its own."""
    return sha256d(previous.raw + data)
