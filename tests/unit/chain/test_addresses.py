from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from cointrail.chain import script as sc
from cointrail.chain.address import decode_address, encode_address
from cointrail.chain.base58 import encode_base58check
from cointrail.chain.bech32 import Variant, encode_bech32
from cointrail.chain.network import NETWORKS
from cointrail.errors import BadAddress
from support.real_files import read_json

MAINNET = NETWORKS["mainnet"]
CORE_NAMES = {"main": "mainnet", "test": "testnet3"}


def fault(text: str, network: str | None = None) -> dict[str, object]:
    with pytest.raises(BadAddress) as caught:
        decode_address(text, NETWORKS[network] if network else None)
    return caught.value.facts


def key_io(folder: Path) -> list[tuple[str, bytes, dict[str, Any]]]:
    rows = read_json(folder / "vectors/core/key_io_valid.json")
    assert len(rows) > 60
    return [(text, bytes.fromhex(payload), facts) for text, payload, facts in rows]


def test_the_valid_addresses_of_bitcoin_core_hold_both_ways(real_data: Path) -> None:
    for text, script, facts in key_io(real_data):
        if facts["isPrivkey"]:
            continue
        network = NETWORKS[CORE_NAMES.get(facts["chain"], facts["chain"])]
        assert decode_address(text, network) == script == decode_address(text, None)
        assert encode_address(script, network) == text
        if facts.get("tryCaseFlip"):
            assert decode_address(text.swapcase(), network) == script


def test_the_private_keys_of_bitcoin_core_are_known_as_such_and_not_repeated(real_data: Path) -> None:
    keys = [text for text, _, facts in key_io(real_data) if facts["isPrivkey"]]
    assert keys
    for text in keys:
        with pytest.raises(BadAddress, match="this is a private key, not an address") as caught:
            decode_address(text, MAINNET)
        assert text not in f"{caught.value} {caught.value.hint} {caught.value.facts}"
        assert caught.value.facts["fault"] == "private_key"


@pytest.mark.parametrize(
    ("begins", "kind"),
    [("xpub", "extended_key"), ("zpub", "extended_key"), ("tpub", "extended_key"), ("xprv", "private_key")],
)
def test_an_extended_key_is_told_from_an_address(begins: str, kind: str) -> None:
    key = begins + "6" * 107
    found = fault(key)
    assert found["fault"] == kind
    assert (key in str(found)) == (kind == "extended_key")
    assert fault(key[:-1])["fault"] == "length"


def test_the_invalid_addresses_of_bitcoin_core_are_refused(real_data: Path) -> None:
    rows = read_json(real_data / "vectors/core/key_io_invalid.json")
    assert len(rows) > 50
    for (text,) in rows:
        assert fault(text)["fault"]


def segwit_rows(folder: Path, bip: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Valid addresses with their scripts, and invalid ones with the reason given."""
    text = (folder / "vectors/bips" / bip).read_text(encoding="utf-8").partition("translate to in hex.")[2]
    valid, _, invalid = text.partition("invalid segwit addresses")
    return (
        re.findall(r"^\* <tt>(\w+)</tt>: <tt>(\w+)</tt>$", valid, re.MULTILINE),
        re.findall(r"^\* <tt>(\w+)</tt>: (.*)$", invalid, re.MULTILINE),
    )


def test_the_addresses_of_bip_350_hold_both_ways(real_data: Path) -> None:
    valid, _ = segwit_rows(real_data, "bip-0350.mediawiki")
    assert len(valid) == 8
    for text, script in valid:
        assert decode_address(text, None).hex() == script
        network = MAINNET if text.lower().startswith("bc") else NETWORKS["testnet3"]
        assert encode_address(bytes.fromhex(script), network) == text.lower()


def test_the_invalid_addresses_of_bip_350_are_refused_for_the_reason_given(real_data: Path) -> None:
    reasons = {
        "Invalid human-readable part": "network",
        "Invalid checksum (Bech32 instead of Bech32m)": "variant",
        "Invalid checksum (Bech32m instead of Bech32)": "variant",
        "Invalid character in checksum": "alphabet",
        "Invalid witness version": "version",
        "Invalid program length (1 byte)": "length",
        "Invalid program length (41 bytes)": "length",
        "Invalid program length for witness version 0 (per BIP141)": "length",
        "Mixed case": "mixed_case",
        "zero padding of more than 4 bits": "padding",
        "Non-zero padding in 8-to-5 conversion": "padding",
        "Empty data section": "length",
    }
    _, invalid = segwit_rows(real_data, "bip-0350.mediawiki")
    assert {reason for _, reason in invalid} == reasons.keys()
    for text, reason in invalid:
        assert fault(text)["fault"] == reasons[reason], text


def test_addresses_of_bip_173_hold_for_version_0_and_name_the_checksum_that_is_due_for_others(
    real_data: Path,
) -> None:
    valid, invalid = segwit_rows(real_data, "bip-0173.mediawiki")
    assert (len(valid), len(invalid)) == (6, 10)
    for text, script in valid:
        if script.startswith("00"):
            assert decode_address(text, None).hex() == script
        else:
            assert fault(text)["fault"] == "variant"
    for text, _ in invalid:
        assert fault(text)["fault"]


def test_the_taproot_addresses_of_bip_341_hold_both_ways(real_data: Path) -> None:
    for case in read_json(real_data / "vectors/core/bip341_wallet_vectors.json")["scriptPubKey"]:
        script = bytes.fromhex(case["expected"]["scriptPubKey"])
        text = case["expected"]["bip350Address"]
        assert encode_address(script, MAINNET) == text
        assert decode_address(text, MAINNET) == script


def test_the_anchor_has_its_known_addresses() -> None:
    assert encode_address(sc.PAY_TO_ANCHOR, MAINNET) == "bc1pfeessrawgf"
    assert decode_address("bcrt1pfeesnyr2tx", NETWORKS["regtest"]) == sc.PAY_TO_ANCHOR


@pytest.mark.parametrize(
    "script",
    [sc.p2pk(b"\x02" * 33), sc.multisig(1, [b"\x02" * 33]), sc.op_return(b"x"), b"", b"\x00\x10" + bytes(16)],
)
def test_a_script_of_another_type_has_no_address(script: bytes) -> None:
    assert encode_address(script, MAINNET) is None


@pytest.mark.parametrize(
    ("text", "network", "message"),
    [
        (
            "mzK2FFDEhxqHcmrJw1ysqFkVyhUULo45hZ",
            "mainnet",
            "is an address of testnet3, testnet4, signet and regtest, not of mainnet",
        ),
        ("1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mo", "signet", "is an address of mainnet, not of signet"),
        (
            "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy",
            "regtest",
            "is an address of testnet3, testnet4 and signet, not of regtest",
        ),
        ("bcrt1pfeesnyr2tx", "mainnet", "is an address of regtest, not of mainnet"),
    ],
)
def test_an_address_of_another_network_says_which(text: str, network: str, message: str) -> None:
    with pytest.raises(BadAddress, match=f"`{text}` {message}") as caught:
        decode_address(text, NETWORKS[network])
    assert caught.value.facts["fault"] == "network"
    named = caught.value.facts["networks"]
    assert isinstance(named, tuple)
    assert all(name in message for name in named)
    assert decode_address(text, NETWORKS[str(named[0])])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it has 0 characters, an address has 14 to 90"),
        ("1" * 91, "it has 91 characters"),
        ("1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mO", "character 34, `O`, is not in base58"),
        ("1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mp", "its checksum is wrong"),
        (" 1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mo", "character 1, ` `, is not in base58"),
        ("bitcoin:1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mo", "character 8, `:`, is not in base58"),
        (encode_base58check(bytes(20)), "it holds 20 bytes, not 21"),
        (encode_base58check(b"\x30" + bytes(20)), "its version byte 0x30 belongs to no network of bitcoin"),
        (encode_bech32("ltc", [0] * 33, Variant.BECH32), "its prefix `ltc` belongs to no network of bitcoin"),
        (
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
            "its checksum is bech32, witness version 1 takes bech32m",
        ),
        (
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh",
            "its checksum is bech32m, witness version 0 takes bech32",
        ),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "its checksum is wrong"),
        ("bc1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "it mixes lower and upper case"),
        ("bc1pw5dgrnzv", "its program has 1 bytes, version 1 takes 2 to 40"),
        ("BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", "its program has 16 bytes, version 0 takes 20 or 32"),
    ],
)
def test_the_message_says_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(BadAddress, match=re.escape(why)) as caught:
        decode_address(text, None)
    assert caught.value.hint
