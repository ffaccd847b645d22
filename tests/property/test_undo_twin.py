from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cointrail.chain import script as sc
from cointrail.chain.decode import MAX_MONEY, decode_block
from cointrail.chain.types import Height, Sat, TxOut
from cointrail.chain.undo import (
    VARINT_LIMIT,
    SpentOutput,
    compress_amount,
    compress_script,
    decode_undo,
    decompress_amount,
    encode_undo,
    encode_varint,
    find_y,
    read_script,
    read_varint,
)
from cointrail.chain.view import ScriptType
from cointrail.errors import DecodeError
from cointrail.kernel import undo as kernel
from support import wire
from support.kernel_chain import random_branch
from support.undo_reading import fingerprints_of, read_record


@st.composite
def _points(draw: st.DrawFn) -> bytes:
    """Uncompressed keys that are points of the curve; about half of all x belong to one."""
    x = int.from_bytes(draw(wire.hash32), "big")
    odd = draw(st.booleans())
    while (y := find_y(x, odd=odd)) is None:
        x = (x + 1) % 2**255
    return b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")


scripts = st.one_of(wire.scripts, _points().map(sc.p2pk), st.binary(min_size=120, max_size=140))
values = st.one_of(
    st.integers(0, MAX_MONEY), st.builds(lambda n, e: n * 10**e, st.integers(0, 2000), st.integers(0, 12))
)
spent_outputs = st.builds(
    SpentOutput,
    st.builds(TxOut, values.map(Sat), scripts),
    st.integers(0, 2**22).map(Height),
    st.booleans(),
)
records = st.lists(st.lists(spent_outputs, min_size=1, max_size=3).map(tuple), max_size=3).map(tuple)


@given(st.integers(0, VARINT_LIMIT))
def test_varints_read_back(value: int) -> None:
    assert read_varint(encode_varint(value) + b"x") == (value, len(encode_varint(value)))


@given(values)
def test_amounts_decompress_to_themselves_and_fit_a_varint(value: int) -> None:
    assert decompress_amount(compress_amount(value)) == value
    assert compress_amount(value) < VARINT_LIMIT
    assert kernel.decompress_amount(compress_amount(value)) == value


@given(st.integers(0, 2**62))
def test_every_number_is_the_compressed_form_of_one_amount(number: int) -> None:
    value = decompress_amount(number)
    assert compress_amount(value) == number
    assert kernel.decompress_amount(number) == (value if value <= MAX_MONEY else -1)


@given(scripts)
def test_scripts_decompress_to_themselves(script: bytes) -> None:
    packed = compress_script(script)
    assert read_script(packed + b"x") == (script, len(packed))


@given(records)
def test_records_decode_to_what_was_encoded(rows: tuple[tuple[SpentOutput, ...], ...]) -> None:
    assert decode_undo(encode_undo(rows)) == rows


@given(st.binary(max_size=80))
def test_whatever_decodes_encodes_to_a_record_that_decodes_alike(data: bytes) -> None:
    try:
        rows = decode_undo(data)
    except DecodeError:
        return
    assert decode_undo(encode_undo(rows)) == rows


SAME_OUTPUTS = "same outputs"
OTHER_OUTPUTS = "other outputs"


def _compare(undo: bytes, rows: tuple[tuple[SpentOutput, ...], ...]) -> int | str:
    """What the kernel says of `undo` for a block that spends `rows`."""
    said = read_record(undo, [len(row) for row in rows])
    if said.why != kernel.SAME:
        return said.why
    outputs = [s.output for row in rows for s in row]
    if said.fingerprints != fingerprints_of(outputs):
        return OTHER_OUTPUTS
    assert said.values == [o.value for o in outputs]
    assert said.is_p2sh == [sc.classify(o.script) == ScriptType.P2SH for o in outputs]
    return SAME_OUTPUTS


def _outputs(rows: tuple[tuple[SpentOutput, ...], ...]) -> list[list[TxOut]]:
    return [[s.output for s in row] for row in rows]


@given(records)
def test_the_kernel_finds_a_true_record_the_same(rows: tuple[tuple[SpentOutput, ...], ...]) -> None:
    assert _compare(encode_undo(rows), rows) == SAME_OUTPUTS


@given(records, records)
def test_the_kernel_tells_other_records_apart(
    rows: tuple[tuple[SpentOutput, ...], ...], other: tuple[tuple[SpentOutput, ...], ...]
) -> None:
    assert (_compare(encode_undo(other), rows) == SAME_OUTPUTS) == (_outputs(rows) == _outputs(other))


def _damaged(data: bytes, draw: st.DataObject) -> bytes:
    place = draw.draw(st.integers(0, len(data) - 1))
    middle = draw.draw(st.sampled_from([b"", data[place : place + 1] * 2, None]))
    if middle is None:
        middle = draw.draw(st.binary(min_size=1, max_size=10))
    rest = data[place + 1 :] if draw.draw(st.booleans()) else b""
    return data[:place] + middle + rest


@given(records, st.data())
def test_of_damaged_records_the_kernel_takes_those_that_decode_to_the_same_outputs(
    rows: tuple[tuple[SpentOutput, ...], ...], data: st.DataObject
) -> None:
    undo = _damaged(encode_undo(rows), data)
    try:
        same = _outputs(decode_undo(undo)) == _outputs(rows)
    except DecodeError:
        same = False
    assert (_compare(undo, rows) == SAME_OUTPUTS) == same


def test_each_difference_has_its_name() -> None:
    rows = ((SpentOutput(TxOut(Sat(5), sc.p2pkh(bytes(20))), Height(9), False),),)  # noqa: FBT003
    undo = encode_undo(rows)
    cheaper = ((SpentOutput(TxOut(Sat(4), rows[0][0].output.script), Height(9), False),),)  # noqa: FBT003
    other = ((SpentOutput(TxOut(Sat(5), sc.p2sh(bytes(20))), Height(9), False),),)  # noqa: FBT003
    assert _compare(undo, rows) == SAME_OUTPUTS
    assert _compare(undo, cheaper) == OTHER_OUTPUTS
    assert _compare(undo, other) == OTHER_OUTPUTS
    assert _compare(undo, (*rows, *rows)) == kernel.OTHER_COUNT
    assert _compare(undo, ((*rows[0], *rows[0]),)) == kernel.OTHER_COUNT
    assert _compare(undo[:-1], rows) == kernel.MALFORMED
    assert _compare(undo + b"\0", rows) == kernel.MALFORMED
    assert _compare(b"", rows) == kernel.OTHER_COUNT


def test_an_uncompressed_key_is_compared_by_its_x_and_parity() -> None:
    """Enough: the block's merkle root vouches for the rest of the script."""
    script = sc.p2pk(
        b"\x04"
        + bytes.fromhex("678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb6")
        + b"\x01" * 32
    )
    packed = b"\x05" + script[2:34]
    undo = b"\x01\x01\x02\x00" + encode_varint(compress_amount(5)) + packed
    rows = ((SpentOutput(TxOut(Sat(5), script), Height(1), False),),)  # noqa: FBT003
    assert read_script(packed)[0] != script
    assert _compare(undo, rows) == SAME_OUTPUTS


def test_a_random_chains_records_name_exactly_what_its_blocks_spend() -> None:
    branch = random_branch(5, 130, busy=30)
    made = {}
    for b in branch.blocks:
        for tx in decode_block(b.raw).txs:
            made.update({(tx.txid.raw, n): o for n, o in enumerate(tx.outputs)})
    for b in branch.blocks[1:]:
        wanted = [
            [made[i.outpoint.txid.raw, i.outpoint.vout] for i in tx.inputs]
            for tx in decode_block(b.raw).txs[1:]
        ]
        assert _outputs(decode_undo(b.stored.undo or b"")) == wanted
