from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cointrail.kernel.bytes import copy_slice, read_u64, same_slices
from cointrail.kernel.numbering import Shown, find_reveals
from cointrail.kernel.records import free_in_place
from cointrail.kernel.table import PrefixTable
from cointrail.sources.block_files import leading_sizes

U64 = np.uint64


def _array(raw: bytes) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    return np.frombuffer(raw, np.uint8).copy()


def _numbers(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, np.int64)


@given(
    st.binary(max_size=40),
    st.binary(max_size=9),
    st.binary(max_size=9),
    st.integers(0, 39),
    st.integers(0, 255),
)
def test_slices_are_the_same_where_every_byte_is(
    raw: bytes, before: bytes, other_before: bytes, place: int, value: int
) -> None:
    changed = raw[:place] + bytes([value]) + raw[place + 1 :] if place < len(raw) else raw
    a, b = _array(before + raw + b"!"), _array(other_before + changed + b"?")
    assert same_slices(a, len(before), b, len(other_before), len(raw)) == (raw == changed)


@given(st.binary(max_size=40), st.binary(max_size=9))
def test_a_slice_is_copied_and_nothing_beside_it(raw: bytes, before: bytes) -> None:
    out = _array(b"_" * (len(raw) + 4))
    copy_slice(_array(before + raw + b"!"), len(before), len(raw), out, 2)
    assert out.tobytes() == b"__" + raw + b"__"


@given(st.binary(min_size=8, max_size=8), st.binary(max_size=9))
def test_eight_bytes_are_read_little_endian(raw: bytes, before: bytes) -> None:
    assert int(read_u64(_array(before + raw), len(before))) == int.from_bytes(raw, "little")


@given(
    st.lists(st.tuples(st.binary(max_size=30), st.integers(0, 2**40)), max_size=5),
    st.binary(min_size=8, max_size=8),
)
def test_the_key_is_taken_off_every_slice_by_its_place_in_the_file(
    slices: list[tuple[bytes, int]], key: bytes
) -> None:
    plain = [bytes(x ^ key[(at + k) % 8] for k, x in enumerate(raw)) for raw, at in slices]
    data = _array(b"#" + b"#".join(raw for raw, _ in slices) + b"#")
    sizes = _numbers(*(len(raw) for raw, _ in slices))
    starts = np.cumsum(sizes + 1) - sizes
    free_in_place(data, starts, sizes, _numbers(*(at for _, at in slices)), _array(key))
    assert data.tobytes() == b"#" + b"#".join(plain) + b"#"


@given(st.lists(st.lists(st.integers(0, 9), max_size=9), max_size=4))
def test_a_set_of_prefixes_tells_the_new_ones(rounds: list[list[int]]) -> None:
    table, known = PrefixTable(4), set[int]()
    for asked in rounds:
        new = table.add_new(np.array(asked, U64)).tolist()
        assert len(new) == len(set(new))
        assert set(new) == set(asked) - known
        known |= set(asked)
    assert table.count == len(known)


@st.composite
def _heads(draw: st.DrawFn) -> bytes:
    start = draw(
        st.sampled_from(
            [b"", b"\xfd", b"\xfe", b"\xff", b"\xfd\xfc\x00", b"\xfd\xfd\x00", b"\xfe\x00\x00\x01\x00"]
        )
    )
    return (start + draw(st.binary(min_size=9, max_size=9)))[:9]


def _leading_size(head: bytes) -> int:
    """By the definition: the shortest form only. -1 where it is another."""
    width = {0xFD: 2, 0xFE: 4, 0xFF: 8}.get(head[0], 0)
    value = int.from_bytes(head[1 : 1 + width], "little") if width else head[0]
    least = {0: 0, 2: 0xFD, 4: 1 << 16, 8: 1 << 32}[width]
    return value if value >= least else -1


@given(st.lists(_heads(), max_size=8))
def test_sizes_at_the_front_of_rows_are_read_as_one_by_one(heads: list[bytes]) -> None:
    rows = _array(b"".join(heads)).reshape(-1, 9)
    expected = [n if n < 1 << 32 else -1 for n in map(_leading_size, heads)]
    assert leading_sizes(rows, -1).tolist() == expected


@given(st.data())
def test_only_the_first_output_of_a_wanted_script_reveals_it(data: st.DataObject) -> None:
    outputs = data.draw(st.lists(st.integers(0, 4), min_size=1, max_size=12))
    scripts = list(dict.fromkeys(outputs))
    number = [scripts.index(s) for s in outputs]
    kinds = [data.draw(st.sampled_from([2, 3])) for _ in scripts]
    firsts = [outputs.index(s) for s in scripts]
    spends = data.draw(st.lists(st.sampled_from(range(len(outputs))), unique=True, max_size=12))
    known = data.draw(st.integers(0, len(outputs)))
    scripts_known = max(number[:known], default=-1) + 1
    shown = Shown(np.array(spends, U64), np.empty(12, np.int64), np.empty(12, np.uint32))
    found = find_reveals(
        shown,
        np.array(number[known:], np.uint32),
        np.array(firsts[scripts_known:], U64),
        _numbers(known, scripts_known),
        np.array(kinds[scripts_known:], np.uint8),
        3,
    )
    expected = [
        i for i, o in enumerate(spends) if o >= known and kinds[number[o]] == 3 and firsts[number[o]] == o
    ]
    assert shown.row[:found].tolist() == expected
    assert shown.script[:found].tolist() == [number[spends[i]] for i in expected]
