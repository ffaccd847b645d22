from __future__ import annotations

from pathlib import Path

import pytest

from cointrail.chain.base58 import decode_base58, decode_base58check, encode_base58, encode_base58check
from cointrail.errors import BadAddress
from support.real_files import read_json


def test_the_vectors_of_bitcoin_core_hold_both_ways(real_data: Path) -> None:
    for raw, text in read_json(real_data / "vectors/core/base58_encode_decode.json"):
        assert encode_base58(bytes.fromhex(raw)) == text
        assert decode_base58(text) == bytes.fromhex(raw)


def test_leading_zeros_are_kept() -> None:
    assert encode_base58(b"\0\0\x01") == "112"
    assert decode_base58("112") == b"\0\0\x01"


@pytest.mark.parametrize("character", list("0OIl +/é"))
def test_a_character_outside_the_alphabet_is_named_with_its_place(character: str) -> None:
    with pytest.raises(BadAddress, match="character 3,") as caught:
        decode_base58("ab" + character + "c")
    assert caught.value.facts["fault"] == "alphabet"


def test_a_checksum_protects_the_payload() -> None:
    text = encode_base58check(b"payload")
    assert decode_base58check(text) == b"payload"
    with pytest.raises(BadAddress, match="its checksum is wrong") as caught:
        decode_base58check(text[:-1] + ("a" if text[-1] != "a" else "b"))
    assert caught.value.facts["fault"] == "checksum"


@pytest.mark.parametrize("text", ["", "1", "111", "2g"])
def test_too_few_bytes_for_a_checksum_are_refused(text: str) -> None:
    with pytest.raises(BadAddress, match="too few to hold a checksum") as caught:
        decode_base58check(text)
    assert caught.value.facts["fault"] == "length"
