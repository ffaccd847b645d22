"""What spends a script in an invented chain: scriptSig and witness of the real form, random signatures."""

from __future__ import annotations

import numpy as np

from chain_bytes import mixed, next_word, put, put_noise, put_size, roll
from chain_jit import kernel
from chain_scripts import (
    INSCRIPTION,
    KEY,
    MULTISIG,
    P2PKH,
    P2PKH_WHOLE,
    P2SH_MULTISIG,
    P2SH_NESTED,
    P2TR,
    P2TR_PATH,
    P2WSH,
    has_witness,
    kind_of,
    put_key,
    put_multisig,
    put_whole_key,
)
from cointrail.kernel.jit import int64
from cointrail.kernel.memory import store_count

CHUNK = 520
"""The longest push of a script. Source: Bitcoin Core, src/script/script.h."""
_ENVELOPE_HEAD = tuple(b"\x00\x63\x03ord\x01\x01\x18text/plain;charset=utf-8\x00")
_SIGNATURE = 71
_MULTISIG_SIZE = 3 + 3 * (1 + KEY)


@kernel
def _put_coordinate(dice: int, at: int) -> int:
    """Thirty-two bytes whose first has no top bit."""
    store_count(at, next_word(dice) & ~0x80)
    store_count(at + 8, next_word(dice))
    store_count(at + 16, next_word(dice))
    store_count(at + 24, next_word(dice))
    return at + 32


@kernel
def _put_signature(dice: int, at: int, longer: int) -> int:
    """A DER signature of 71 bytes, or of 72 when `longer` is 1, with SIGHASH_ALL, after its length."""
    at = put(at, _SIGNATURE + longer | 0x30 << 8 | (68 + longer) << 16 | 2 << 24 | (32 + longer) << 32, 5)
    at = _put_coordinate(dice, put(at, 0, longer))
    if longer:
        store_count(at - 32, next_word(dice) | 0x80)
    return put(_put_coordinate(dice, put(at, 0x2002, 2)), 1, 1)


@kernel
def put_script_sig(dice: int, at: int, script: int) -> int:
    """The scriptSig that spends `script`, after its length."""
    kind = kind_of(script)
    if kind > P2SH_NESTED and has_witness(script):
        return put(at, 0, 1)
    if kind == P2SH_NESTED:
        seed = int64(mixed(np.uint64(script * 8 + 1)))
        return put_noise(put(at, 0x14001617, 4), 20, seed)
    longer = next_word(dice) & 1
    if kind == P2PKH:
        at = _put_signature(dice, put(at, _SIGNATURE + longer + KEY + 2, 1), longer)
        return put_key(put(at, KEY, 1), script, 0)
    if kind == P2PKH_WHOLE:
        at = _put_signature(dice, put(at, _SIGNATURE + longer + 67, 1), longer)
        return put_whole_key(put(at, 65, 1), script)
    if kind == P2SH_MULTISIG:
        at = put(at, 1 + 2 * (_SIGNATURE + 1) + 2 + _MULTISIG_SIZE, 2)
        at = _put_signature(dice, _put_signature(dice, at, 0), 0)
        return put_multisig(put(at, 76 | _MULTISIG_SIZE << 8, 2), script, 2)
    if kind == MULTISIG:
        return _put_signature(dice, put(at, _SIGNATURE + longer + 2, 2), longer)
    return _put_signature(dice, put(at, _SIGNATURE + longer + 1, 1), longer)


@kernel
def _put_control(at: int, seed: int, depth: int) -> int:
    """A control block of `depth` tree levels, after its length."""
    return put_noise(put(at, 33 + 32 * depth | 0xC0 + (seed & 1) << 8, 2), 32 + 32 * depth, seed)


@kernel
def _put_path(dice: int, at: int) -> int:
    """A signature, a script that asks for it, and the place of the script in its tree."""
    at = put_noise(put(at, 0x4003, 2), 64, next_word(dice))
    at = put(put_noise(put(at, 0x2022, 2), 32, next_word(dice)), 0xAC, 1)
    return _put_control(at, next_word(dice), roll(dice, 3))


@kernel
def _envelope_size(content: int) -> int:
    """Bytes of the script that holds an inscription."""
    return 34 + len(_ENVELOPE_HEAD) + content + 3 * ((content + CHUNK - 1) // CHUNK) + 1


@kernel
def _put_inscription(dice: int, at: int, content: int) -> int:
    """The same with a script that holds `content` bytes. Source: docs.ordinals.com, Inscriptions."""
    at = put_size(put_noise(put(at, 0x4003, 2), 64, next_word(dice)), _envelope_size(content))
    at = put(put_noise(put(at, KEY - 1, 1), 32, next_word(dice)), 0xAC, 1)
    for k in range(len(_ENVELOPE_HEAD)):
        at = put(at, _ENVELOPE_HEAD[k], 1)
    while content > 0:
        size = min(content, CHUNK)
        at = put_noise(put(at, 77 | size << 8, 3), size, next_word(dice))
        content -= size
    return _put_control(put(at, 0x68, 1), next_word(dice), 0)


@kernel
def put_witness(dice: int, at: int, script: int, content: int) -> int:
    """The witness of an input that spends `script`; `content` is the size of an inscription."""
    kind = kind_of(script)
    if not has_witness(script):
        return put(at, 0, 1)
    if kind == P2TR:
        return put_noise(put(at, 0x4001, 2), 64, next_word(dice))
    if kind == P2TR_PATH:
        return _put_path(dice, at)
    if kind == INSCRIPTION:
        return _put_inscription(dice, at, content)
    longer = next_word(dice) & 1
    if kind == P2WSH:
        at = _put_signature(dice, _put_signature(dice, put(at, 4, 2), longer), 0)
        return put_multisig(put(at, _MULTISIG_SIZE, 1), script, 2)
    return put_key(put(_put_signature(dice, put(at, 2, 1), longer), KEY, 1), script, 0)
