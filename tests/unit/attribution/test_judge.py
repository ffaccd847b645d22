from __future__ import annotations

import pytest

from cointrail.attribution.importers.rows import TagRow
from cointrail.attribution.judge import MAX_NAME, MAX_TEXT, Judged, judge_row
from cointrail.attribution.tags import Verdict
from cointrail.chain.base58 import encode_base58check
from cointrail.chain.network import get_network
from support.tag_files import MAINNET, TXID, address_of

A = address_of(1)


def judge(network: str = "mainnet", **fields: str) -> Judged:
    return judge_row(TagRow({"label": "x", "source": "s", **fields}, 1), "p", get_network(network))


@pytest.mark.parametrize(
    ("address", "verdict"),
    [
        (A, Verdict.ACCEPTED),
        (A[:-1] + ("x" if A[-1] != "x" else "y"), Verdict.BAD_CHECKSUM),
        (address_of(1, "testnet3"), Verdict.WRONG_NETWORK),
        ("bc1qqqqsyqcyq5rqwzqfpg9scrgwpugpzysnzuv3hd", Verdict.BAD_CHECKSUM),
        ("0xbe0eb53f46cd790cd13851d5eff43d12404d33e8", Verdict.BAD_ADDRESS),
        ("1", Verdict.BAD_ADDRESS),
        ("ex\u202echange", Verdict.BAD_ADDRESS),
    ],
)
def test_the_verdict_says_what_is_wrong_with_an_address(address: str, verdict: Verdict) -> None:
    judged = judge(address=address)
    assert judged.verdict is verdict
    assert judged.subject == address
    assert (judged.tag is None) == (verdict is not Verdict.ACCEPTED)
    assert bool(judged.reason) == (verdict is not Verdict.ACCEPTED)
    assert "\u202e" not in judged.reason


def test_an_address_of_the_chosen_network_is_taken() -> None:
    assert judge("regtest", address=address_of(1, "regtest"), currency="BTC").verdict is Verdict.ACCEPTED
    assert judge("regtest", address=A).verdict is Verdict.WRONG_NETWORK


def test_a_private_key_is_refused_and_not_repeated() -> None:
    key = encode_base58check(b"\x80" + bytes(range(32)))
    judged = judge(address=key)
    assert (judged.verdict, judged.subject) == (Verdict.BAD_ADDRESS, "(a private key)")
    assert key not in judged.reason


@pytest.mark.parametrize(
    ("field", "limit"),
    [
        ("label", MAX_TEXT),
        ("actor", MAX_NAME),
        ("address", MAX_NAME),
        ("source", MAX_TEXT),
        ("context", MAX_TEXT),
    ],
)
def test_a_field_over_its_size_has_a_verdict(field: str, limit: int) -> None:
    judged = judge(**{"address": A, field: "x" * (limit + 1)})
    assert judged.verdict is Verdict.UNSUPPORTED
    assert f"`{field}` has {limit + 1:,} characters" in judged.reason
    assert len(judged.subject) <= MAX_NAME
    assert len(judged.label) <= MAX_NAME
    assert judge(**{"address": A, field: "x" * limit}).verdict is not Verdict.UNSUPPORTED


def test_categories_and_unknown_fields_have_a_size_too() -> None:
    fields = {"address": A, "label": "x", "source": "s"}
    long_word = TagRow(fields, 1, categories=("x" * (MAX_NAME + 1),))
    long_extra = TagRow(fields, 1, extra=(("colour", "x" * (MAX_TEXT + 1)),))
    for row in (long_word, long_extra):
        assert judge_row(row, "p", MAINNET).verdict is Verdict.UNSUPPORTED


def test_a_tag_has_one_subject() -> None:
    assert judge(address=A, tx_hash=TXID).verdict is Verdict.UNSUPPORTED


def test_a_hostile_label_is_kept_as_given() -> None:
    judged = judge(address=A, label="ex\u202echange\u200b")
    assert judged.tag is not None
    assert judged.tag.label == "ex\u202echange\u200b"
