"""Fingerprints of outputs: by their definition, and that they tell apart what differs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from cointrail.chain.script import p2pk, p2pkh, p2sh
from cointrail.chain.undo import compress_script
from cointrail.kernel.fingerprint import fingerprint_outputs, fingerprint_stored

WORD = (1 << 64) - 1
STEP, ODD = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93
VALID = bytes.fromhex(
    "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
)
"""The generator of secp256k1, uncompressed."""

scripts = st.one_of(
    st.binary(max_size=80),
    st.binary(min_size=20, max_size=20).map(p2pkh),
    st.binary(min_size=20, max_size=20).map(p2sh),
    st.builds(
        lambda head, x: p2pk(bytes([head]) + x), st.sampled_from([2, 3]), st.binary(min_size=32, max_size=32)
    ),
    st.sampled_from([p2pk(VALID), p2pk(VALID[:-1] + b"\xb9"), p2pk(VALID)[:-1] + b"\xad"]),
)
outputs = st.lists(st.tuples(st.integers(0, 21 * 10**14), scripts), max_size=5)


def _form(script: bytes) -> tuple[int, bytes]:
    """What undo data can tell: a form and its payload. Of every whole key, x and the parity of y."""
    if len(script) == 67 and script[:2] == b"\x41\x04" and script[-1] == 0xAC:
        return 4 + script[65] % 2, script[2:34]
    kind, *rest = compress_script(script)
    return (kind, bytes(rest)) if kind < 6 else (6 + len(script), script)


def _plain(value: int, script: bytes) -> int:
    def mix(state: int, word: int) -> int:
        state = (state ^ word) * ODD & WORD
        return (state ^ state >> 32) * STEP & WORD

    form, payload = _form(script)
    state = mix(mix(STEP, value), form)
    if len(payload) < 8:
        for byte in payload:
            state = mix(state, byte)
        return state
    for at in range(0, len(payload) - 7, 8):
        state = mix(state, int.from_bytes(payload[at : at + 8], "little"))
    return mix(state, int.from_bytes(payload[-8:], "little"))


def _found(of: Sequence[tuple[int, bytes]]) -> list[int]:
    lengths = np.array([len(script) for _, script in of], np.int64)
    data = np.frombuffer(b"#" + b"".join(script for _, script in of), np.uint8)
    out = np.empty(len(of), np.uint64)
    values = np.array([value for value, _ in of], np.int64)
    fingerprint_outputs(values, data, 1 + np.cumsum(lengths) - lengths, lengths, out)
    return out.tolist()


@given(outputs)
@example([(0, b""), (5, p2pk(VALID)), (5, p2pk(VALID[:-1] + b"\xb9"))])
def test_fingerprints_are_as_defined(of: list[tuple[int, bytes]]) -> None:
    assert _found(of) == [_plain(*output) for output in of]


@given(outputs.filter(bool), st.data())
def test_fingerprints_from_the_columns_of_a_store_are_the_same(
    of: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    heap = list(dict.fromkeys(script for _, script in of))
    numbers = data.draw(st.lists(st.sampled_from(range(len(of))), max_size=30))
    out = np.empty(len(numbers), np.uint64)
    fingerprint_stored(
        np.array(numbers, np.uint64),
        np.array([value for value, _ in of], np.int64),
        np.array([heap.index(script) for _, script in of], np.uint32),
        np.array(list(accumulate(map(len, heap))), np.uint64),
        np.frombuffer(b"".join(heap), np.uint8),
        out,
    )
    whole = _found(of)
    assert out.tolist() == [whole[number] for number in numbers]


@given(st.integers(0, 10**9), scripts, st.integers(0, 79), st.integers(1, 255))
def test_another_value_or_script_has_another_fingerprint(
    value: int, script: bytes, place: int, turned: int
) -> None:
    others = [(value + 1, script), (value, script + b"\0"), (value, script[:-1])]
    if place < len(script):
        others.append((value, script[:place] + bytes([script[place] ^ turned]) + script[place + 1 :]))
    others = [(v, s) for v, s in others if (v, _form(s)) != (value, _form(script))]
    assert _found([(value, script)])[0] not in _found(others)
