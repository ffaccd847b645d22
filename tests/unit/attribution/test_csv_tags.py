from __future__ import annotations

from pathlib import Path

import pytest

from cointrail.attribution.tags import Verdict
from cointrail.chain.types import Txid
from cointrail.errors import BadTag
from support.tag_files import TXID, address_of, load, write

A, B = address_of(1), address_of(2)


def test_a_table_with_the_documented_header_is_read(tmp_path: Path) -> None:
    text = f"address,label,source,actor,category,colour\n{A},Shop,seizure,shop,market;atm,red\n"
    (tag,) = load(write(tmp_path, "a.csv", text)).tags
    assert (tag.address, tag.label, tag.source, tag.actor) == (A, "Shop", "seizure", "shop")
    assert tag.categories == ("market", "atm")
    assert tag.extra == (("colour", "red"),)
    assert (tag.line, tag.is_cluster_definer) == (2, None)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_other_delimiters_and_column_names_are_understood(tmp_path: Path, delimiter: str) -> None:
    text = delimiter.join(["BTC Address", "Name", "URL"]) + "\n" + delimiter.join([A, "Shop", "s"]) + "\n"
    (tag,) = load(write(tmp_path, "a.csv", text)).tags
    assert (tag.address, tag.label, tag.source) == (A, "Shop", "s")


def test_leading_comments_hold_for_every_row_that_says_nothing_else(tmp_path: Path) -> None:
    text = f"# source: order 1\n# confidence: ownership\naddress,label,source\n{A},x,\n# aside\n{B},y,own\n"
    first, second = load(write(tmp_path, "a.csv", text)).tags
    assert (first.source, second.source) == ("order 1", "own")
    assert first.confidence.id == second.confidence.id == "ownership"
    assert (first.line, second.line) == (4, 6)


def test_a_row_is_numbered_by_the_line_it_starts_on(tmp_path: Path) -> None:
    text = f'address,label,source,note\n{A},x,s,"two\nlines"\n\n{B},y,s,\n'
    assert [tag.line for tag in load(write(tmp_path, "a.csv", text)).tags] == [2, 5]


def test_transactions_can_be_tagged(tmp_path: Path) -> None:
    (tag,) = load(write(tmp_path, "a.csv", f"txid,label,source\n{TXID},x,s\n")).tags
    assert tag.txid == Txid.parse(TXID)


def test_a_bad_transaction_id_has_a_verdict(tmp_path: Path) -> None:
    found = load(write(tmp_path, "a.csv", "txid,label,source\nabc,x,s\n"))
    assert found.verdicts[0].verdict is Verdict.BAD_ADDRESS
    assert "not a transaction id" in found.verdicts[0].reason


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "an empty table"),
        ("# source: s\n", 1, "an empty table"),
        ("label,source\nx,s\n", 1, "no column `address` or `tx_hash`"),
        (f"address,source\n{A},s\n", 1, "no column `label`"),
        (f"# x\naddress,label\n{A},x\n", 2, "no column `source`"),
        ("address,label,name,source\n", 1, "two columns mean `label`"),
        (f"address,label,source\n{A},x,s\n{A},x,s,more\n", 3, "4 cells under a header of 3"),
        (f'address,label,source\n{A},"x"y,s\n', 2, "not CSV"),
        (f'address,label,source\n{A},"x,s\n', 2, "not CSV"),
        (f"address,label,source\n{A},{'x' * 200_000},s\n", 2, "not CSV: field larger"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_whole(
    tmp_path: Path, text: str, line: int, problem: str
) -> None:
    path = write(tmp_path, "a.csv", text)
    with pytest.raises(BadTag, match=problem) as caught:
        load(path)
    assert caught.value.facts == {"path": str(path), "line": line}
    assert caught.value.hint
