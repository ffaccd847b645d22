from __future__ import annotations

from collections.abc import Callable

import pytest

from cointrail.chain.marks import input_marks, is_der_signature
from cointrail.chain.script import push
from cointrail.chain.view import InputMarks as M
from support import contract_scripts as contracts

KEY = b"\x02" * 33
BIG_KEY = b"\x04" * 65
SCHNORR = b"\x99" * 64
CONTROL = b"\xc1" + bytes(32)
SCRIPT = b"\x51"
SIGNATURES = M.SIGNED | M.SIGHASH_ALL | M.WITNESS


def der(sighash: int = 1, r_size: int = 32, s_size: int = 32) -> bytes:
    body = bytes((2, r_size)) + b"\x01" * r_size + bytes((2, s_size)) + b"\x01" * s_size
    return bytes((0x30, len(body))) + body + bytes((sighash,))


def test_an_empty_input_shows_nothing() -> None:
    assert input_marks(b"", ()) == M.NONE


def test_a_p2pkh_spend_is_signed() -> None:
    assert input_marks(push(der()) + push(KEY), ()) == M.SIGNED | M.SIGHASH_ALL


def test_a_p2wpkh_spend_is_signed_in_its_witness() -> None:
    assert input_marks(b"", (der(), KEY)) == M.SIGNED | M.SIGHASH_ALL | M.WITNESS


@pytest.mark.parametrize(
    ("sighash", "marks"),
    [
        (0x00, M.SIGHASH_ALL),
        (0x01, M.SIGHASH_ALL),
        (0x02, M.SIGHASH_NONE),
        (0x03, M.SIGHASH_SINGLE),
        (0x04, M.SIGHASH_ALL),
        (0x23, M.SIGHASH_SINGLE),
        (0x81, M.SIGHASH_ALL | M.ANYONE_CAN_PAY),
        (0x82, M.SIGHASH_NONE | M.ANYONE_CAN_PAY),
        (0x83, M.SIGHASH_SINGLE | M.ANYONE_CAN_PAY),
    ],
)
def test_the_last_byte_of_a_signature_says_what_it_signs(sighash: int, marks: M) -> None:
    assert input_marks(push(der(sighash)), ()) == M.SIGNED | marks


def test_every_signature_adds_its_marks() -> None:
    marks = input_marks(b"\x00" + push(der(1)) + push(der(0x83)), ())
    assert marks == M.SIGNED | M.SIGHASH_ALL | M.SIGHASH_SINGLE | M.ANYONE_CAN_PAY


def test_a_33_byte_r_is_high() -> None:
    assert M.HIGH_R in input_marks(push(der(r_size=33)), ())
    assert M.HIGH_R not in input_marks(push(der(r_size=32, s_size=33)), ())


def test_an_uncompressed_key_is_one_of_65_bytes_that_starts_with_4() -> None:
    assert input_marks(push(BIG_KEY), ()) == M.UNCOMPRESSED_KEY
    assert input_marks(push(KEY) + push(b"\x06" * 65), ()) == M.NONE


def test_pushes_behind_a_malformed_one_are_not_seen() -> None:
    assert input_marks(b"\x51\x61" + push(der()) + b"\x4c", ()) == M.SIGNED | M.SIGHASH_ALL
    assert input_marks(b"\x4d\xff\xff" + push(der()), ()) == M.NONE


@pytest.mark.parametrize("size", range(9, 74))
def test_a_der_signature_has_9_to_73_bytes(size: int) -> None:
    r_size = (size - 7) // 2
    assert is_der_signature(der(r_size=r_size, s_size=size - 7 - r_size))


_GOOD = der()


@pytest.mark.parametrize(
    "item",
    [
        b"",
        _GOOD[:-1],
        _GOOD + b"\x01",
        b"\x31" + _GOOD[1:],
        _GOOD[:1] + b"\x45" + _GOOD[2:],
        _GOOD[:2] + b"\x03" + _GOOD[3:],
        _GOOD[:3] + b"\x21" + _GOOD[4:],
        _GOOD[:3] + b"\xff" + _GOOD[4:],
        _GOOD[:36] + b"\x03" + _GOOD[37:],
        _GOOD[:37] + b"\x1f" + _GOOD[38:],
        b"\x30\x05\x02\x01\x01\x02\x00\x01",
        der(r_size=34, s_size=33),
    ],
)
def test_a_der_form_missed_by_one_detail_is_no_signature(item: bytes) -> None:
    assert not is_der_signature(item)


def test_a_taproot_key_spend_is_signed() -> None:
    assert input_marks(b"", (SCHNORR,)) == M.SIGNED | M.SIGHASH_ALL | M.WITNESS


def test_a_65th_byte_says_what_a_schnorr_signature_signs() -> None:
    marks = input_marks(b"", (SCHNORR + b"\x83",))
    assert marks == M.SIGNED | M.SIGHASH_SINGLE | M.ANYONE_CAN_PAY | M.WITNESS


@pytest.mark.parametrize("last", [0x00, 0x04, 0x80, 0x84, 0xFF])
def test_a_65th_byte_that_bip_341_forbids_makes_it_no_signature(last: int) -> None:
    assert input_marks(b"", (SCHNORR + bytes((last,)),)) == M.WITNESS


def test_an_annex_is_left_out() -> None:
    assert input_marks(b"", (SCHNORR, b"\x50annex")) == M.SIGNED | M.SIGHASH_ALL | M.WITNESS
    assert input_marks(b"", (b"\x50" * 64,)) == M.SIGNED | M.SIGHASH_ALL | M.WITNESS
    assert M.SCRIPT_PATH in input_marks(b"", (SCRIPT, CONTROL, b"\x50"))


def test_a_taproot_script_spend_shows_its_path_and_signatures() -> None:
    marks = input_marks(b"", (SCHNORR, SCHNORR + b"\x81", SCRIPT, CONTROL))
    assert marks == M.WITNESS | M.SCRIPT_PATH | M.SIGNED | M.SIGHASH_ALL | M.ANYONE_CAN_PAY


def test_the_script_of_a_script_spend_is_no_signature() -> None:
    assert input_marks(b"", (SCHNORR, CONTROL)) == M.WITNESS | M.SCRIPT_PATH


@pytest.mark.parametrize(
    "control",
    [
        b"",
        b"\xc2" + bytes(32),
        b"\xc0" + bytes(31),
        b"\xc0" + bytes(33),
        b"\xc0" + bytes(32 * 130),
        b"\xbf" * 33,
    ],
    ids=["empty", "leaf version", "short", "long", "deep", "tag"],
)
def test_without_a_control_block_schnorr_forms_are_not_looked_for(control: bytes) -> None:
    assert input_marks(b"", (SCHNORR, SCRIPT, control)) == M.WITNESS


def test_the_deepest_control_block_is_one() -> None:
    assert M.SCRIPT_PATH in input_marks(b"", (SCRIPT, b"\xc0" + bytes(32 * 129)))


def test_a_scriptsig_rules_taproot_out() -> None:
    assert input_marks(push(SCRIPT), (SCHNORR,)) == M.WITNESS


def test_a_two_of_two_shows_in_a_witness_and_in_a_scriptsig() -> None:
    both = M.MULTISIG | M.TWO_OF_TWO
    assert input_marks(b"", (b"", der(), der(), contracts.TWO_OF_TWO)) & ~SIGNATURES == both
    assert input_marks(b"\x00" + push(der()) + push(contracts.TWO_OF_TWO), ()) & ~SIGNATURES == both
    nested = push(b"\x00\x20" + bytes(32))
    assert input_marks(nested, (b"", der(), contracts.TWO_OF_TWO)) & ~SIGNATURES == both


def test_another_multisig_is_no_two_of_two() -> None:
    assert input_marks(b"", (b"", der(), contracts.TWO_OF_THREE)) & ~SIGNATURES == M.MULTISIG


@pytest.mark.parametrize("script", [contracts.offered_htlc, contracts.swap, contracts.atomic_swap])
def test_a_hash_lock_is_told_with_and_without_what_it_asks_for(script: Callable[[], bytes]) -> None:
    claim = input_marks(b"", (der(), contracts.PREIMAGE, script()))
    refund = input_marks(b"", (der(), b"", script()))
    assert claim & ~SIGNATURES == M.HASH_LOCK | M.PREIMAGE
    assert refund & ~SIGNATURES == M.HASH_LOCK


def test_a_preimage_shows_in_a_scriptsig() -> None:
    spend = push(der()) + push(contracts.PREIMAGE) + b"\x51" + push(contracts.swap())
    assert input_marks(spend, ()) & ~SIGNATURES == M.HASH_LOCK | M.PREIMAGE


def test_a_preimage_shows_in_a_taproot_spend_by_script() -> None:
    marks = input_marks(b"", (SCHNORR, contracts.PREIMAGE, contracts.swap(), CONTROL, b"\x50annex"))
    assert marks & ~SIGNATURES == M.SCRIPT_PATH | M.HASH_LOCK | M.PREIMAGE


def test_the_hash_of_a_key_is_no_hash_lock() -> None:
    assert input_marks(b"", (der(), contracts.PREIMAGE, contracts.hashed_key())) & ~SIGNATURES == M.NONE


def test_a_control_block_of_32_more_bytes_or_a_script_of_32_is_no_preimage() -> None:
    lock = b"\xa9" + push(bytes(20)) + b"\x87" + b"\x61" * 9
    assert len(lock) == 32
    assert input_marks(b"", (der(), lock)) & ~SIGNATURES == M.HASH_LOCK
    assert input_marks(push(der()) + push(lock), ()) & ~SIGNATURES == M.HASH_LOCK


@pytest.mark.parametrize("delay", [1, 16, 17, 144, 2016, 65_535, 4_194_305])
def test_a_delayed_output_is_told_by_its_script(delay: int) -> None:
    assert input_marks(b"", (der(), b"", contracts.delayed(delay))) & ~SIGNATURES == M.DELAYED


def test_a_delay_of_nothing_is_no_delay() -> None:
    assert input_marks(b"", (der(), b"", contracts.delayed(0))) & ~SIGNATURES == M.NONE


def test_an_anchor_is_told_with_and_without_a_signature() -> None:
    assert input_marks(b"", (der(), contracts.anchor())) & ~SIGNATURES == M.ANCHOR
    assert input_marks(b"", (b"", contracts.anchor())) == M.WITNESS | M.ANCHOR


def test_a_script_that_stands_alone_in_a_witness_is_not_read() -> None:
    assert input_marks(b"", (contracts.TWO_OF_TWO,)) == M.WITNESS


def test_a_key_in_a_scripts_place_is_not_read() -> None:
    lock = b"\xa9" + push(bytes(20)) + b"\x87" + b"\x61" * 10
    assert len(lock) == 33
    assert input_marks(b"", (der(), lock)) & ~SIGNATURES == M.NONE
