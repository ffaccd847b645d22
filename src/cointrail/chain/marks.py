"""What an input shows of its signatures and its script. This is the definition of `InputMarks`.

Only the input's own bytes are looked at, not the output it spends, so bytes that merely look like a
signature or a script are taken for one. That is a wallet's fingerprint or a warning, never a proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from cointrail.chain.script import (
    MALFORMED,
    OP_1,
    OP_16,
    OP_CHECKSIG,
    OP_DUP,
    OP_EQUAL,
    OP_EQUALVERIFY,
    OP_PUSHDATA4,
    Op,
    iter_ops,
    read_multisig,
)
from cointrail.chain.view import InputMarks

ANNEX_TAG = 0x50
TAPSCRIPT_LEAF = 0xC0
"""The only leaf version with a meaning so far; the lowest bit of the control byte is a parity."""
MIN_CONTROL_SIZE, MAX_CONTROL_SIZE = 33, 33 + 32 * 128
SCHNORR_SIZE = 64
SCHNORR_SIGHASHES = frozenset({0x01, 0x02, 0x03, 0x81, 0x82, 0x83})

KEY_SIZES = (33, 65)
"""An item of a key's size in a script's place is taken for a key, and not read as a script."""
PREIMAGE_SIZE = 32
"""Bytes that every contract in use asks for: BOLT 3, submarine swaps, atomic swaps (BIP 199)."""
HASH_OPS = frozenset(range(0xA6, 0xAB))
"""RIPEMD160, SHA1, SHA256, HASH160, HASH256."""
HASH_SIZES = (20, 32)
OP_IF, OP_NOTIF, OP_ELSE, OP_ENDIF = 0x63, 0x64, 0x67, 0x68
OP_IFDUP, OP_DROP, OP_CHECKSEQUENCEVERIFY = 0x73, 0x75, 0xB2
_KEY_PUSH = 33

_BY_BASE = {2: InputMarks.SIGHASH_NONE.value, 3: InputMarks.SIGHASH_SINGLE.value}


def input_marks(script_sig: bytes, witness: tuple[bytes, ...]) -> InputMarks:
    """What a scriptSig and a witness show.

    Items are the data pushes of the scriptSig up to the first malformed one (OP_0 is an empty item,
    OP_1NEGATE and OP_1..OP_16 are none), then every witness item.
        An item of DER form is an ECDSA signature; its last byte is the sighash byte.
        An item of 65 bytes that starts with 04 is an uncompressed key.
        With an empty scriptSig and a witness, taproot forms are looked for too (`_taproot_marks`).
    Sighash byte: its low five bits 2 are NONE, 3 SINGLE, all else ALL; 0x80 is ANYONE_CAN_PAY.
    Scripts shown: the push that ends the scriptSig; of a witness of two items or more the last one, or
        the one before the control block of a taproot spend by script (`_script_marks`).

    Source: BIP 66 (DER form), BIP 341 and 342 (taproot), BIP 16 and 141 (scripts shown).
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
    return InputMarks(marks | _redeem_marks(script_sig) | _witness_script_marks(witness, bare=not script_sig))


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


def _redeem_marks(script_sig: bytes) -> int:
    """Marks of the redeem script, if the scriptSig ends with a push."""
    steps = list(iter_ops(script_sig))
    if not steps or steps[-1].code > OP_PUSHDATA4:
        return 0
    return _script_marks(steps[-1].data, [step.data for step in steps[:-1]])


def _witness_script_marks(witness: tuple[bytes, ...], *, bare: bool) -> int:
    """Marks of the script in a witness. `bare`: the scriptSig is empty, so it may be a taproot spend."""
    items = _without_annex(witness) if bare else witness
    if bare and len(items) > 1 and _is_control_block(items[-1]):
        return _script_marks(items[-2], items[:-2])
    return _script_marks(witness[-1], witness[:-1]) if len(witness) > 1 else 0


def _script_marks(script: bytes, before: Sequence[bytes]) -> int:
    """Marks of a script that was shown after the items `before` it."""
    if len(script) in KEY_SIZES:
        return 0
    marks = 0
    if multisig := read_multisig(script):
        both = (multisig.required, len(multisig.keys)) == (2, 2)
        marks |= InputMarks.MULTISIG | (InputMarks.TWO_OF_TWO if both else 0)
    steps = list(iter_ops(script))
    if _has_hash_lock(steps):
        shown = any(len(item) == PREIMAGE_SIZE for item in before)
        marks |= InputMarks.HASH_LOCK | (InputMarks.PREIMAGE if shown else 0)
    marks |= InputMarks.DELAYED if _is_delayed(steps) else 0
    return int(marks | (InputMarks.ANCHOR if _is_anchor(steps) else 0))


def _has_hash_lock(steps: Sequence[Op]) -> bool:
    """Whether a hash of the stack's top is compared with 20 or 32 pushed bytes.

    Behind DUP it is the hash of a key, as in P2PKH, and does not count.
    """
    before = Op(0, b"")
    for hashed, (wanted, compared) in zip(steps, pairwise(steps[1:]), strict=False):
        is_hash = hashed.code in HASH_OPS and before.code != OP_DUP
        is_push = wanted.code <= OP_PUSHDATA4 and len(wanted.data) in HASH_SIZES
        if is_hash and is_push and compared.code in (OP_EQUAL, OP_EQUALVERIFY):
            return True
        before = hashed
    return False


def _is_delayed(steps: Sequence[Op]) -> bool:
    """IF key ELSE delay CHECKSEQUENCEVERIFY DROP key ENDIF CHECKSIG, the keys of 33 bytes.

    Source: BOLT 3, `to_local` and the outputs of HTLC transactions.
    """
    codes = [step.code for step in steps]
    if len(codes) != 9 or not (1 <= codes[3] <= 5 or OP_1 <= codes[3] <= OP_16):
        return False
    codes[3] = 0
    rest = (OP_CHECKSEQUENCEVERIFY, OP_DROP, _KEY_PUSH, OP_ENDIF, OP_CHECKSIG)
    return codes == [OP_IF, _KEY_PUSH, OP_ELSE, 0, *rest]


def _is_anchor(steps: Sequence[Op]) -> bool:
    """Key CHECKSIG IFDUP NOTIF 16 CHECKSEQUENCEVERIFY ENDIF, the key of 33 bytes. Source: BOLT 3."""
    rest = (OP_CHECKSIG, OP_IFDUP, OP_NOTIF, OP_16, OP_CHECKSEQUENCEVERIFY, OP_ENDIF)
    return [step.code for step in steps] == [_KEY_PUSH, *rest]


def _taproot_marks(witness: tuple[bytes, ...]) -> int:
    """Marks of a taproot spend, by key or by script; 0 when the witness has neither form.

    The annex (BIP 341) is left out first: the last of two or more items, starting with 50.
    By key: one item. By script: two or more, the last a control block of 33 + 32k bytes, k <= 128, for
    leaf version c0; signatures are among the items before the script.
    """
    witness = _without_annex(witness)
    if len(witness) == 1:
        return _schnorr_marks(witness)
    if not _is_control_block(witness[-1]):
        return 0
    return InputMarks.SCRIPT_PATH.value | _schnorr_marks(witness[:-2])


def _without_annex(witness: tuple[bytes, ...]) -> tuple[bytes, ...]:
    has_annex = len(witness) >= 2 and witness[-1][:1] == bytes((ANNEX_TAG,))
    return witness[:-1] if has_annex else witness


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
