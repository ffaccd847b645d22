"""Locking scripts: their type, what they carry, and how to build them.

`classify` is the definition of `ScriptType`. It follows Solver in Bitcoin Core, src/script/solver.cpp;
rules and opcodes are at the functions below.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cointrail.chain.ripemd160 import ripemd160
from cointrail.chain.view import ScriptType
from cointrail.errors import BadInput

OP_0 = 0x00
OP_PUSHDATA1 = 0x4C
OP_PUSHDATA2 = 0x4D
OP_PUSHDATA4 = 0x4E
OP_1NEGATE = 0x4F
OP_RESERVED = 0x50
OP_1 = 0x51
OP_16 = 0x60
OP_RETURN = 0x6A
OP_DUP = 0x76
OP_EQUAL = 0x87
OP_EQUALVERIFY = 0x88
OP_HASH160 = 0xA9
OP_CHECKSIG = 0xAC
OP_CHECKMULTISIG = 0xAE

MALFORMED = 0x100
"""In place of an opcode: a push that reaches past the end. Nothing follows it."""

MAX_SCRIPT_SIZE = 10_000
"""A longer script can never be run. Source: Bitcoin Core, src/script/script.h."""

MAX_MULTISIG_KEYS = 20

PAY_TO_ANCHOR = bytes((OP_1, 2, 0x4E, 0x73))


class Op(NamedTuple):
    """One step of a script: its opcode and, for a push of bytes, the bytes."""

    code: int
    data: bytes


class Multisig(NamedTuple):
    """A bare multisig script: how many signatures it asks for, and the keys that may give them."""

    required: int
    keys: tuple[bytes, ...]


def hash160(data: bytes) -> bytes:
    """RIPEMD-160 of SHA-256: 20 bytes."""
    return ripemd160(hashlib.sha256(data).digest())


def script_hash(script: bytes) -> bytes:
    """SHA-256 of a script: what P2WSH commits to. 32 bytes, not reversed."""
    return hashlib.sha256(script).digest()


def iter_ops(script: bytes) -> Iterator[Op]:
    """The steps of a script, in order.

    A push that reaches past the end comes as `Op(MALFORMED, b"")` and is the last.
    OP_0 and OP_1..OP_16 carry no bytes here.
    """
    at = 0
    while at < len(script):
        code = script[at]
        at += 1
        if code > OP_PUSHDATA4:
            yield Op(code, b"")
            continue
        width = (0, 1, 2, 4)[max(0, code - OP_PUSHDATA1 + 1)]
        size = int.from_bytes(script[at : at + width], "little") if width else code
        at += width
        if at > len(script) or at + size > len(script):
            yield Op(MALFORMED, b"")
            return
        yield Op(code, script[at : at + size])
        at += size


def is_push_only(script: bytes) -> bool:
    """Whether every step is a push: opcodes up to OP_16, OP_RESERVED among them as in Bitcoin Core."""
    return all(op.code <= OP_16 for op in iter_ops(script))


def pushes(script: bytes) -> list[bytes] | None:
    """What a script of pushes alone leaves on the stack, bottom first; None for any other script.

    OP_0 leaves no bytes, OP_1NEGATE 0x81, OP_1..OP_16 one byte of that value.
    """
    items: list[bytes] = []
    for code, data in iter_ops(script):
        if code > OP_16 or code == OP_RESERVED:
            return None
        if code == OP_1NEGATE:
            items.append(b"\x81")
        else:
            items.append(data if code <= OP_PUSHDATA4 else bytes((code - OP_1 + 1,)))
    return items


def is_unspendable(script: bytes) -> bool:
    """Whether no input can ever spend it: it starts with OP_RETURN or is longer than 10,000 bytes."""
    return script[:1] == b"\x6a" or len(script) > MAX_SCRIPT_SIZE


def classify(script: bytes) -> ScriptType:
    """The type of a locking script. The first rule that fits decides.

    P2SH             23 bytes: HASH160, a push of 20, EQUAL.
    witness program  4..42 bytes: OP_0 or OP_1..OP_16, then one direct push of all the rest.
        OP_0: 20 bytes P2WPKH, 32 bytes P2WSH, else NONSTANDARD.
        OP_1: 32 bytes P2TR; the two bytes 4e73 P2A.
        else WITNESS_UNKNOWN.
    OP_RETURN        RETURN, then pushes alone (OP_RESERVED counts as one), all of them whole.
    P2PK             33 or 65 bytes of key by direct push, CHECKSIG; see `is_key`.
    P2PKH            25 bytes: DUP HASH160, a push of 20, EQUALVERIFY CHECKSIG.
    MULTISIG         see `read_multisig`.
    NONSTANDARD      all else: the empty script, an OP_RETURN with more than pushes behind it.
    """
    size = len(script)
    if size == 23 and script[:2] == b"\xa9\x14" and script[22] == OP_EQUAL:
        return ScriptType.P2SH
    if is_witness_program(script):
        return _classify_witness(script)
    if script[:1] == b"\x6a":
        return ScriptType.OP_RETURN if is_push_only(script[1:]) else ScriptType.NONSTANDARD
    if size in (35, 67) and script[0] == size - 2 and script[-1] == OP_CHECKSIG and is_key(script[1:-1]):
        return ScriptType.P2PK
    if size == 25 and script[:3] == b"\x76\xa9\x14" and script[23:] == b"\x88\xac":
        return ScriptType.P2PKH
    return ScriptType.MULTISIG if read_multisig(script) else ScriptType.NONSTANDARD


def is_witness_program(script: bytes) -> bool:
    """Whether the whole script is a version and one push of 2..40 bytes (BIP 141)."""
    if not 4 <= len(script) <= 42 or script[1] + 2 != len(script):
        return False
    return script[0] == OP_0 or OP_1 <= script[0] <= OP_16


def _classify_witness(script: bytes) -> ScriptType:
    version, size = script[0], script[1]
    if version == OP_0:
        return {20: ScriptType.P2WPKH, 32: ScriptType.P2WSH}.get(size, ScriptType.NONSTANDARD)
    if version == OP_1 and size == 32:
        return ScriptType.P2TR
    return ScriptType.P2A if script == PAY_TO_ANCHOR else ScriptType.WITNESS_UNKNOWN


def is_key(data: bytes) -> bool:
    """Whether the length fits the first byte: 33 for 02 and 03, 65 for 04, 06 and 07.

    Whether it is a point on the curve is not asked.
    """
    return (len(data) == 33 and data[0] in (2, 3)) or (len(data) == 65 and data[0] in (4, 6, 7))


def read_multisig(script: bytes) -> Multisig | None:
    """The keys of a bare multisig script; None when it is none.

    m, then the keys, then n, then CHECKMULTISIG at the very end, with 1 <= m <= n <= 20 and n keys.
    m and n are OP_1..OP_16, or 17..20 as a direct push of one byte. Keys are pushed in any way and pass
    `is_key`.
    """
    if script[-1:] != b"\xae":
        return None
    ops = list(iter_ops(script[:-1]))
    if len(ops) < 3:
        return None
    required, count = _small_number(ops[0]), _small_number(ops[-1])
    keys = tuple(op.data for op in ops[1:-1])
    if not 1 <= required <= count or count != len(keys) or not all(map(is_key, keys)):
        return None
    return Multisig(required, keys)


def _small_number(op: Op) -> int:
    """1..20 in the one form Bitcoin Core takes; 0 for anything else."""
    if OP_1 <= op.code <= OP_16:
        return op.code - OP_1 + 1
    if op.code == 1 and 16 < op.data[0] <= MAX_MULTISIG_KEYS:
        return op.data[0]
    return 0


def payload(script: bytes) -> bytes:
    """What a locking script carries, by its type.

    P2PK: the key. P2PKH, P2SH, P2WPKH, P2WSH: the hash. P2TR: the x-only output key. P2A and
    WITNESS_UNKNOWN: the witness program. OP_RETURN: everything behind the opcode.
    MULTISIG and NONSTANDARD: nothing.
    """
    match classify(script):
        case ScriptType.P2PK:
            return script[1:-1]
        case ScriptType.P2PKH:
            return script[3:23]
        case ScriptType.P2SH:
            return script[2:22]
        case ScriptType.OP_RETURN:
            return script[1:]
        case ScriptType.MULTISIG | ScriptType.NONSTANDARD:
            return b""
        case _:
            return script[2:]


def push(data: bytes) -> bytes:
    """The shortest push of `data` by its length alone: OP_1..OP_16 are not used for single bytes."""
    size = len(data)
    if size < OP_PUSHDATA1:
        return bytes((size,)) + data
    if size <= 0xFF:
        return bytes((OP_PUSHDATA1, size)) + data
    if size <= 0xFFFF:
        return bytes((OP_PUSHDATA2,)) + size.to_bytes(2, "little") + data
    return bytes((OP_PUSHDATA4,)) + size.to_bytes(4, "little") + data


def push_number(number: int) -> bytes:
    """The push of a number that Bitcoin Core makes: OP_0, OP_1..OP_16, or its shortest signed bytes."""
    if number == 0:
        return bytes((OP_0,))
    if number == -1 or 1 <= number <= 16:
        return bytes((OP_1 + number - 1,))
    size = abs(number).bit_length() // 8 + 1
    raw = bytearray(abs(number).to_bytes(size, "little"))
    raw[-1] |= 0x80 if number < 0 else 0
    return push(bytes(raw))


def witness_program(version: int, program: bytes) -> bytes:
    """The locking script of a witness program: version 0..16, 2..40 bytes.

    Raises:
        BadInput: a version or length that no witness program has.
    """
    if not 0 <= version <= 16:
        raise BadInput(f"witness versions are 0..16, got {version}", value=version)
    if not 2 <= len(program) <= 40:
        raise BadInput(f"a witness program is 2..40 bytes, got {len(program)}", value=program.hex())
    return push_number(version) + push(program)


def p2pk(key: bytes) -> bytes:
    """Pay to a public key of 33 or 65 bytes."""
    _require_keys((key,))
    return push(key) + bytes((OP_CHECKSIG,))


def p2pkh(key_hash: bytes) -> bytes:
    """Pay to the `hash160` of a public key."""
    return b"\x76\xa9" + push(_require_size(key_hash, 20, "a key hash")) + b"\x88\xac"


def p2sh(redeem_hash: bytes) -> bytes:
    """Pay to the `hash160` of a redeem script."""
    return b"\xa9" + push(_require_size(redeem_hash, 20, "a script hash")) + b"\x87"


def p2wpkh(key_hash: bytes) -> bytes:
    """Pay to the `hash160` of a public key, with a witness."""
    return witness_program(0, _require_size(key_hash, 20, "a key hash"))


def p2wsh(witness_script_hash: bytes) -> bytes:
    """Pay to the SHA-256 of a witness script."""
    return witness_program(0, _require_size(witness_script_hash, 32, "a witness script hash"))


def p2tr(output_key: bytes) -> bytes:
    """Pay to an x-only taproot output key."""
    return witness_program(1, _require_size(output_key, 32, "a taproot output key"))


def op_return(data: bytes) -> bytes:
    """Carry `data`, spendable by nobody."""
    return bytes((OP_RETURN,)) + push(data)


def multisig(required: int, keys: Sequence[bytes]) -> bytes:
    """Ask for `required` signatures of `keys`: 1..20 keys of 33 or 65 bytes.

    Raises:
        BadInput: numbers out of range, or bytes that are no key.
    """
    if not 1 <= required <= len(keys) <= MAX_MULTISIG_KEYS:
        raise BadInput(f"{required} of {len(keys)} keys is not a multisig", hint="1 <= m <= n <= 20")
    _require_keys(keys)
    numbers = push_number(required), push_number(len(keys))
    return numbers[0] + b"".join(map(push, keys)) + numbers[1] + bytes((OP_CHECKMULTISIG,))


def _require_size(data: bytes, size: int, what: str) -> bytes:
    if len(data) != size:
        raise BadInput(f"{what} is {size} bytes, got {len(data)}", value=data.hex())
    return data


def _require_keys(keys: Sequence[bytes]) -> None:
    for key in keys:
        if not is_key(key):
            raise BadInput(f"`{key.hex()}` is not a public key of 33 or 65 bytes", value=key.hex())
