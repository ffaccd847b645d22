from __future__ import annotations

import re
from pathlib import Path

import pytest

from cointrail.chain.bech32 import Variant, decode_bech32, encode_bech32, from_words, to_words
from cointrail.errors import BadAddress

BIPS = [("bip-0173.mediawiki", Variant.BECH32), ("bip-0350.mediawiki", Variant.BECH32M)]


def listed(text: str, heading: str) -> list[str]:
    """The first `tt` of each line of the list behind a heading."""
    lines = iter(text.partition(heading)[2].splitlines()[1:])
    found = []
    for line in lines:
        if not line.startswith("* "):
            break
        found.append(line)
    return found


@pytest.mark.parametrize(("bip", "variant"), BIPS)
def test_the_valid_strings_of_the_bips_hold_both_ways(real_data: Path, bip: str, variant: Variant) -> None:
    text = (real_data / "vectors/bips" / bip).read_text(encoding="utf-8")
    lines = listed(text, "The following strings are valid Bech32")
    assert len(lines) == 7
    for line in lines:
        valid = re.findall("<tt>(.*?)</tt>", line)[0]
        hrp, values, found = decode_bech32(valid)
        assert found is variant
        assert encode_bech32(hrp, values, variant) == valid.lower()


@pytest.mark.parametrize(("bip", "variant"), BIPS)
def test_the_invalid_strings_of_the_bips_are_refused(real_data: Path, bip: str, variant: Variant) -> None:
    text = (real_data / "vectors/bips" / bip).read_text(encoding="utf-8")
    lines = listed(text, f"not valid {variant.name.capitalize()}")
    assert len(lines) >= 12
    for line in lines:
        before, tt, after = re.findall(r"\* (?:0x(..) \+ )?<tt>(.*?)</tt>(?: \+ 0x(..))?", line)[0]
        invalid = "".join(chr(int(c, 16)) if c else "" for c in [before]) + tt
        invalid += chr(int(after, 16)) if after else ""
        with pytest.raises(BadAddress) as caught:
            decode_bech32(invalid)
        assert caught.value.facts["fault"] in {"alphabet", "length", "checksum"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("A1g7sgd8", "mixed_case"),
        ("a12uel5m", "checksum"),
        ("a12uebl5", "alphabet"),
        ("a12uel5\N{KELVIN SIGN}", "alphabet"),
        ("\N{FULLWIDTH LATIN SMALL LETTER A}12uel5l", "alphabet"),
        ("a1uel5l", "length"),
        ("auel5l", "length"),
        ("12uel5l", "length"),
        ("", "length"),
        ("a1" + "q" * 89, "length"),
    ],
)
def test_each_fault_has_its_name(text: str, fault: str) -> None:
    with pytest.raises(BadAddress) as caught:
        decode_bech32(text)
    assert caught.value.facts["fault"] == fault


def test_a_very_long_text_is_not_repeated_in_full() -> None:
    with pytest.raises(BadAddress) as caught:
        decode_bech32("a1" + "q" * 1000)
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", []), (b"\xff", [31, 28]), (b"\x00\x01", [0, 0, 0, 16]), (b"\xff" * 5, [31] * 8)],
)
def test_bytes_become_groups_of_5_bits_and_back(data: bytes, words: list[int]) -> None:
    assert to_words(data) == words
    assert from_words(words) == data


@pytest.mark.parametrize("words", [[0], [31, 29], [31, 28, 0], [0, 0, 0, 16, 0, 0], [0, 0, 0]])
def test_bits_left_over_are_refused(words: list[int]) -> None:
    assert from_words(words) is None
