"""What an input shows of its signatures. This is the definition of `InputMarks`.

Only the input's own bytes are looked at, not the output it spends, so bytes that merely look like a
signature are taken for one. That is a wallet's fingerprint or a warning, never a proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cointrail.chain.script import MALFORMED, OP_PUSHDATA4, iter_ops
from cointrail.chain.view import InputMarks

ANNEX_TAG = 0x50
TAPSCRIPT_LEAF = 0xC0
"""The only leaf version with a meaning so far; the lowest bit of the control byte is a parity."""
MIN_CONTROL_SIZE, MAX_CONTROL_SIZE = 33, 33 + 32 * 128
SCHNORR_SIZE = 64
SCHNORR_SIGHASHES = frozenset({0x01, 0x02, 0x03, 0x81, 0x82, 0x83})

_BY_BASE = {2: InputMarks.SIGHASH_NONE.value, 3: InputMarks.SIGHASH_SINGLE.value}


def input_marks(script_sig: bytes, witness: tuple[bytes, ...]) -> InputMarks:
    """What a scriptSig and a witness show.

    Items are the data pushes of the scriptSig up to the first malformed one (OP_0 is an empty item,
    OP_1NEGATE and OP_1..OP_16 are none), then every witness item.
        An item of DER form is an ECDSA signature; its last byte is the sighash byte.
        An item of 65 bytes that starts with 04 is an uncompressed key.
        With an empty scriptSig and a witness, taproot forms are looked for too (`_taproot_marks`).
    Sighash byte: its low five bits 2 are NONE, 3 SINGLE, all else ALL; 0x80 is ANYONE_CAN_PAY.

    Source: BIP 66 (DER form), BIP 341 and 342 (taproot).
    """
    marks = InputMarks.WITNESS.value if witness else 0
    for item in _items(script_sig, witness):
        if is_der_signature(item):
            marks |= _sighash_marks(item[-1])
            marks |= InputMarks.HIGH_R.value if item[3] == 33 else 0
        elif len(item) == 65 and item[0] == 0x04:
            marks |= InputMarks.UNCOMPRESSED_KEY.value
    if witness and not script_sig:
        marks |= _taproot_marks(witness)
    return InputMarks(marks)


def _items(script_sig: bytes, witness: tuple[bytes, ...]) -> Iterator[bytes]:
    for code, data in iter_ops(script_sig):
        if code == MALFORMED:
            break
        if code <= OP_PUSHDATA4:
            yield data
    yield from witness


def is_der_signature(item: bytes) -> bool:
    """Whether the lengths inside fit a DER signature and its sighash byte, 9..73 bytes in all.

    Bytes: 30, length, 02, length of r, r, 02, length of s, s, sighash. r and s themselves are not judged.
    """
    if not 9 <= len(item) <= 73 or item[0] != 0x30 or item[1] != len(item) - 3 or item[2] != 0x02:
        return False
    r_size = item[3]
    if 5 + r_size >= len(item) or item[4 + r_size] != 0x02:
        return False
    return item[5 + r_size] + r_size + 7 == len(item)


def _sighash_marks(sighash: int) -> int:
    marks = InputMarks.SIGNED.value | _BY_BASE.get(sighash & 0x1F, InputMarks.SIGHASH_ALL.value)
    return marks | (InputMarks.ANYONE_CAN_PAY.value if sighash & 0x80 else 0)


def _taproot_marks(witness: tuple[bytes, ...]) -> int:
    """Marks of a taproot spend, by key or by script; 0 when the witness has neither form.

    The annex (BIP 341) is left out first: the last of two or more items, starting with 50.
    By key: one item. By script: two or more, the last a control block of 33 + 32k bytes, k <= 128, for
    leaf version c0; signatures are among the items before the script.
    """
    if len(witness) >= 2 and witness[-1][:1] == bytes((ANNEX_TAG,)):
        witness = witness[:-1]
    if len(witness) == 1:
        return _schnorr_marks(witness)
    if not _is_control_block(witness[-1]):
        return 0
    return InputMarks.SCRIPT_PATH.value | _schnorr_marks(witness[:-2])


def _is_control_block(item: bytes) -> bool:
    if not MIN_CONTROL_SIZE <= len(item) <= MAX_CONTROL_SIZE:
        return False
    return (len(item) - MIN_CONTROL_SIZE) % 32 == 0 and item[0] & 0xFE == TAPSCRIPT_LEAF


def _schnorr_marks(items: Sequence[bytes]) -> int:
    """64 bytes sign everything; a 65th is the sighash byte and must be one that BIP 341 allows."""
    marks = 0
    for item in items:
        if len(item) == SCHNORR_SIZE:
            marks |= InputMarks.SIGNED.value | InputMarks.SIGHASH_ALL.value
        elif len(item) == SCHNORR_SIZE + 1 and item[-1] in SCHNORR_SIGHASHES:
            marks |= _sighash_marks(item[-1])
    return marks
