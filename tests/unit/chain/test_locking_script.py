from __future__ import annotations

import pytest

from cointrail.chain import script as sc
from cointrail.chain.script import MALFORMED, Op, classify, iter_ops, payload, pushes
from cointrail.chain.view import ScriptType
from cointrail.errors import BadInput

H20, H32 = b"\x11" * 20, b"\x22" * 32
KEY = b"\x02" + H32
BIG_KEY = b"\x04" + H32 + H32
ODD_KEY = b"\x07" + H32 + H32


@pytest.mark.parametrize(
    ("script", "kind", "carried"),
    [
        (sc.p2pk(KEY), ScriptType.P2PK, KEY),
        (sc.p2pk(BIG_KEY), ScriptType.P2PK, BIG_KEY),
        (sc.p2pk(ODD_KEY), ScriptType.P2PK, ODD_KEY),
        (sc.p2pkh(H20), ScriptType.P2PKH, H20),
        (sc.p2sh(H20), ScriptType.P2SH, H20),
        (sc.p2wpkh(H20), ScriptType.P2WPKH, H20),
        (sc.p2wsh(H32), ScriptType.P2WSH, H32),
        (sc.p2tr(H32), ScriptType.P2TR, H32),
        (sc.PAY_TO_ANCHOR, ScriptType.P2A, b"\x4e\x73"),
        (sc.witness_program(1, H20), ScriptType.WITNESS_UNKNOWN, H20),
        (sc.witness_program(2, H32), ScriptType.WITNESS_UNKNOWN, H32),
        (sc.witness_program(16, H32 + b"12345678"), ScriptType.WITNESS_UNKNOWN, H32 + b"12345678"),
        (sc.op_return(b"hello"), ScriptType.OP_RETURN, b"\x05hello"),
        (b"\x6a", ScriptType.OP_RETURN, b""),
        (sc.multisig(1, [KEY]), ScriptType.MULTISIG, b""),
        (sc.multisig(2, [KEY, BIG_KEY, ODD_KEY]), ScriptType.MULTISIG, b""),
        (sc.multisig(17, [KEY] * 20), ScriptType.MULTISIG, b""),
        (b"", ScriptType.NONSTANDARD, b""),
        (b"\x51", ScriptType.NONSTANDARD, b""),
    ],
)
def test_each_shape_has_its_type_and_carries_its_part(
    script: bytes, kind: ScriptType, carried: bytes
) -> None:
    assert classify(script) is kind
    assert payload(script) == carried


@pytest.mark.parametrize(
    "script",
    [
        b"\x21" + b"\x05" + H32 + b"\xac",
        b"\x21" + b"\x04" + H32 + b"\xac",
        b"\x41" + b"\x02" + H32 + H32 + b"\xac",
        b"\x4c\x21" + KEY + b"\xac",
        b"\x21" + KEY + b"\xad",
        b"\x76\xa9\x14" + H20 + b"\x88\xac\x61",
        b"\x76\xa9\x4c\x14" + H20 + b"\x88\xac",
        b"\xa9\x14" + H20 + b"\x88",
        b"\xa9\x4c\x14" + H20 + b"\x87",
        b"\x00\x14" + H20 + b"\x00",
        b"\x00\x15" + H20 + b"\x00",
        b"\x00\x4c\x14" + H20,
        b"\x51\x01\x00",
        b"\x51\x29" + bytes(41),
        b"\x4f\x20" + H32,
        b"\x61\x20" + H32,
        b"\x50\x20" + H32,
    ],
)
def test_a_shape_missed_by_one_detail_is_nonstandard(script: bytes) -> None:
    assert classify(script) is ScriptType.NONSTANDARD


def test_version_0_programs_are_of_20_or_32_bytes() -> None:
    others = [sc.witness_program(0, bytes(n)) for n in range(2, 41) if n not in (20, 32)]
    assert {classify(script) for script in others} == {ScriptType.NONSTANDARD}


@pytest.mark.parametrize(
    ("tail", "kind"),
    [
        ("", ScriptType.OP_RETURN),
        ("00", ScriptType.OP_RETURN),
        ("50", ScriptType.OP_RETURN),
        ("5d02abcd60", ScriptType.OP_RETURN),
        ("4c0101", ScriptType.OP_RETURN),
        ("4d010001", ScriptType.OP_RETURN),
        ("4e0100000001", ScriptType.OP_RETURN),
        ("61", ScriptType.NONSTANDARD),
        ("0161ac", ScriptType.NONSTANDARD),
        ("05aabb", ScriptType.NONSTANDARD),
        ("4c", ScriptType.NONSTANDARD),
        ("4d01", ScriptType.NONSTANDARD),
        ("4effffffff", ScriptType.NONSTANDARD),
    ],
)
def test_an_op_return_is_followed_by_whole_pushes_alone(tail: str, kind: ScriptType) -> None:
    script = b"\x6a" + bytes.fromhex(tail)
    assert classify(script) is kind
    assert sc.is_unspendable(script)


def test_the_numbers_of_a_multisig_above_16_are_pushed_as_a_byte() -> None:
    script = sc.multisig(17, [KEY] * 18)
    assert script[:2] == b"\x01\x11"
    assert script[-3:] == b"\x01\x12\xae"
    assert sc.read_multisig(script) == (17, (KEY,) * 18)


def test_the_keys_of_a_multisig_may_be_pushed_in_any_way() -> None:
    script = b"\x51" + b"\x4c\x21" + KEY + b"\x4d\x41\x00" + BIG_KEY + b"\x52\xae"
    assert sc.read_multisig(script) == (1, (KEY, BIG_KEY))


_ONE_KEY = b"\x21" + KEY


@pytest.mark.parametrize(
    "script",
    [
        b"\x51\x51\xae",
        b"\x51\xae",
        b"\xae",
        b"\x00" + _ONE_KEY + b"\x51\xae",
        b"\x52" + _ONE_KEY + b"\x51\xae",
        b"\x51" + _ONE_KEY + b"\x52\xae",
        b"\x51" + _ONE_KEY * 2 + b"\x51\xae",
        b"\x51" + _ONE_KEY + b"\x51\xae\x61",
        b"\x51" + _ONE_KEY + b"\x51\xaf",
        b"\x51\x21\x05" + H32 + b"\x51\xae",
        b"\x51\x61" + _ONE_KEY + b"\x51\xae",
        b"\x01\x01" + _ONE_KEY + b"\x51\xae",
        b"\x51" + _ONE_KEY * 16 + b"\x01\x10\xae",
        b"\x51" + _ONE_KEY * 17 + b"\x02\x11\x00\xae",
        b"\x51" + _ONE_KEY * 17 + b"\x4c\x01\x11\xae",
        b"\x51" + _ONE_KEY * 21 + b"\x01\x15\xae",
        b"\x51" + _ONE_KEY + b"\x21" + KEY[:-1] + b"\xae",
        b"\x4f" + _ONE_KEY + b"\x51\xae",
    ],
)
def test_what_only_looks_like_a_multisig_is_nonstandard(script: bytes) -> None:
    assert sc.read_multisig(script) is None
    assert classify(script) is ScriptType.NONSTANDARD


def test_a_script_is_read_step_by_step_up_to_a_malformed_push() -> None:
    assert list(iter_ops(bytes.fromhex("0051ac01aa4c02bbcc05dd"))) == [
        Op(0, b""),
        Op(0x51, b""),
        Op(0xAC, b""),
        Op(1, b"\xaa"),
        Op(0x4C, b"\xbb\xcc"),
        Op(MALFORMED, b""),
    ]


@pytest.mark.parametrize(
    ("script", "items"),
    [
        ("", []),
        ("00", ["00"[:0]]),
        ("4f", ["81"]),
        ("515d60", ["01", "0d", "10"]),
        ("02abcd4c01ee", ["abcd", "ee"]),
        ("50", None),
        ("5161", None),
        ("02ab", None),
    ],
)
def test_pushes_are_what_lands_on_the_stack(script: str, items: list[str] | None) -> None:
    expected = None if items is None else [bytes.fromhex(item) for item in items]
    assert pushes(bytes.fromhex(script)) == expected


def test_a_script_above_10_000_bytes_cannot_be_spent() -> None:
    assert sc.is_unspendable(b"\x51" * 10_001)
    assert not sc.is_unspendable(b"\x51" * 10_000)
    assert not sc.is_unspendable(b"")


@pytest.mark.parametrize("size", [0, 1, 75, 76, 255, 256, 65_535, 65_536])
def test_a_push_comes_back_whatever_its_length(size: int) -> None:
    assert pushes(sc.push(bytes(size))) == [bytes(size)]


@pytest.mark.parametrize(
    ("number", "script"),
    [
        (-1, "4f"),
        (0, "00"),
        (1, "51"),
        (16, "60"),
        (17, "0111"),
        (127, "017f"),
        (128, "028000"),
        (255, "02ff00"),
        (256, "020001"),
        (-2, "0182"),
        (-128, "028080"),
        (-255, "02ff80"),
    ],
)
def test_a_number_is_pushed_as_bitcoin_core_pushes_it(number: int, script: str) -> None:
    assert sc.push_number(number).hex() == script


def test_builders_refuse_what_no_such_script_holds() -> None:
    for build, bad in ((sc.p2pkh, H32), (sc.p2sh, b""), (sc.p2wpkh, H32), (sc.p2wsh, H20), (sc.p2tr, KEY)):
        with pytest.raises(BadInput, match=f"bytes, got {len(bad)}"):
            build(bad)
    with pytest.raises(BadInput, match="is not a public key of 33 or 65 bytes"):
        sc.p2pk(H32)
    with pytest.raises(BadInput, match="is not a public key"):
        sc.multisig(1, [H32])
    with pytest.raises(BadInput, match="2 of 1 keys is not a multisig"):
        sc.multisig(2, [KEY])
    with pytest.raises(BadInput, match="1 of 21 keys is not a multisig"):
        sc.multisig(1, [KEY] * 21)
    with pytest.raises(BadInput, match=r"witness versions are 0\.\.16, got 17"):
        sc.witness_program(17, H32)
    with pytest.raises(BadInput, match=r"a witness program is 2\.\.40 bytes, got 41"):
        sc.witness_program(1, bytes(41))


def test_script_hash_is_the_sha256_of_the_script() -> None:
    assert sc.script_hash(b"").hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
