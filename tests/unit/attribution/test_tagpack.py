from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cointrail.attribution.confidence import WRITTEN_TESTS, Confidence
from cointrail.attribution.tags import Verdict
from cointrail.chain.types import Txid
from cointrail.errors import BadTag
from support.tag_files import HEADER, TXID, address_of, load, one_tag, pack, script_of, write

A = address_of(1)


def test_a_tag_inherits_every_field_that_the_header_has(tmp_path: Path) -> None:
    header = (
        HEADER + "label: Shop\nactor: shop\ncategory: market\nlastmod: 2021-11-12\nis_cluster_definer: true\n"
    )
    tag = one_tag(tmp_path, f"- address: {A}", header=header)
    assert (tag.label, tag.actor, tag.categories, tag.source) == ("Shop", "shop", ("market",), "s")
    assert tag.confidence == Confidence("forensic", 50)
    assert tag.lastmod == date(2021, 11, 12)
    assert tag.is_cluster_definer is True
    assert (tag.script, tag.txid, tag.pack, tag.line) == (script_of(1), None, "t", 12)


def test_a_tags_own_field_goes_before_the_header(tmp_path: Path) -> None:
    header = HEADER + "label: Shop\nis_cluster_definer: true\n"
    tag = one_tag(tmp_path, f"- {{address: {A}, label: Other, is_cluster_definer: false}}", header=header)
    assert (tag.label, tag.is_cluster_definer) == ("Other", False)


def test_old_and_new_category_fields_are_read_together(tmp_path: Path) -> None:
    row = f"- {{address: {A}, label: x, category: exchange, abuse: scam, concepts: [exchange, atm]}}"
    assert one_tag(tmp_path, row).categories == ("exchange", "atm", "scam")


def test_a_transaction_can_be_tagged(tmp_path: Path) -> None:
    tag = one_tag(tmp_path, f"- {{tx_hash: {TXID}, label: first payment, tag_type: event}}")
    assert (tag.txid, tag.script, tag.address) == (Txid.parse(TXID), None, None)
    assert tag.subject == TXID
    assert not tag.names_controller


def test_an_unknown_field_is_kept_and_warned_of(tmp_path: Path) -> None:
    found = load(pack(tmp_path, f"- {{address: {A}, label: x, colour: [red, blue]}}"))
    assert found.tags[0].extra == (("colour", "red, blue"),)
    assert found.verdicts[0].warnings == ("unknown field `colour`, kept",)
    assert found.verdicts[0].verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("confidence", "very_sure"),
        ("lastmod", "last week"),
        ("is_cluster_definer", "perhaps"),
        ("tag_type", "rumour"),
    ],
)
def test_a_value_that_means_nothing_is_kept_as_text_and_warned_of(
    tmp_path: Path, field: str, value: str
) -> None:
    found = load(pack(tmp_path, f"- {{address: {A}, label: x, {field}: {value}}}"))
    assert found.tags[0].extra == ((field, value),)
    assert f"`{field}` is `{value}`" in found.verdicts[0].warnings[0]


def test_no_confidence_is_unknown_and_warned_of(tmp_path: Path) -> None:
    header = "title: t\ncreator: c\nsource: s\n"
    found = load(pack(tmp_path, f"- {{address: {A}, label: x}}", header=header))
    assert found.tags[0].confidence == Confidence("unknown", 5)
    assert found.verdicts[0].warnings == ("no `confidence`, taken as unknown",)


@pytest.mark.parametrize("word", WRITTEN_TESTS)
def test_every_confidence_word_has_its_level(tmp_path: Path, word: str) -> None:
    tag = one_tag(tmp_path, f"- {{address: {A}, label: x, confidence: {word}}}")
    assert tag.confidence == Confidence(word, WRITTEN_TESTS[word][0])


def test_there_are_fourteen_confidence_words() -> None:
    assert len(WRITTEN_TESTS) == 14


def test_a_date_with_a_time_is_its_day(tmp_path: Path) -> None:
    tag = one_tag(tmp_path, f"- {{address: {A}, label: x, lastmod: '2021-11-12T10:00:00'}}")
    assert tag.lastmod == date(2021, 11, 12)


@pytest.mark.parametrize("chain", ["currency: ETH", "currency: USDT", "network: ETH, currency: BTC"])
def test_a_tag_on_another_chain_is_unsupported(tmp_path: Path, chain: str) -> None:
    found = load(pack(tmp_path, f"- {{address: {A}, label: x, {chain}}}"))
    assert found.tags == ()
    assert found.verdicts[0].verdict is Verdict.UNSUPPORTED


def test_a_token_on_the_bitcoin_chain_is_taken(tmp_path: Path) -> None:
    assert one_tag(tmp_path, f"- {{address: {A}, label: x, currency: USDT, network: BTC}}").address == A


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("- {label: x}", "neither `address` nor `tx_hash`"),
        (f"- {{address: {A}}}", "no `label`"),
        (f"- {{address: {A}, label: ''}}", "no `label`"),
        (f"- {{address: {A}, label: x, source: ~}}", "no `source`"),
        ("- just text", "neither `address` nor `tx_hash`"),
    ],
)
def test_a_row_that_claims_nothing_is_incomplete(tmp_path: Path, row: str, reason: str) -> None:
    found = load(pack(tmp_path, row))
    assert found.tags == ()
    assert found.verdicts[0].verdict is Verdict.INCOMPLETE
    assert reason in found.verdicts[0].reason
    assert found.verdicts[0].line == 7


def test_a_header_without_title_is_warned_of_and_the_file_name_stands_in(tmp_path: Path) -> None:
    found = load(pack(tmp_path, f"- {{address: {A}, label: x, source: s}}", header="confidence: forensic\n"))
    assert found.files[0].warnings == ("the header has no `title`", "the header has no `creator`")
    assert found.tags[0].pack == "a.yaml"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("title: t\ntags: none\n", "`tags` is not a list"),
        ("title: t\nactors: none\n", "`actors` is not a list"),
        ("title: t\n", "neither a TagPack nor an ActorPack"),
        ("title: t\ntags: []\nactors: []\n", "neither a TagPack nor an ActorPack"),
        ("- a\n- b\n", "neither a TagPack nor an ActorPack"),
    ],
)
def test_a_file_that_is_no_pack_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(BadTag, match=problem) as caught:
        load(write(tmp_path, "a.yaml", text))
    assert caught.value.facts["line"] == 1


def test_a_field_that_should_be_one_text_is_joined_and_warned_of(tmp_path: Path) -> None:
    found = load(pack(tmp_path, f"- {{address: {A}, label: [x, y], context: {{a: b}}}}"))
    assert (found.tags[0].label, found.tags[0].context) == ("x, y", "a=b")
    assert found.verdicts[0].warnings == ("`label` is not one text",)
