from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cointrail.attribution.tags import Verdict
from cointrail.errors import BadTag
from support.tag_files import address_of, load, write

A, B = address_of(1), address_of(2)


def test_a_list_named_ofac_needs_no_words(tmp_path: Path) -> None:
    found = load(write(tmp_path, "ofac_XBT.txt", f"{A}\n\n# a comment\n{B}  # listed 2020\n"))
    assert [(tag.address, tag.line, tag.context) for tag in found.tags] == [
        (A, 1, None),
        (B, 4, "listed 2020"),
    ]
    assert {tag.label for tag in found.tags} == {"OFAC SDN list"}
    assert {tag.categories for tag in found.tags} == {("sanction",)}
    assert {tag.confidence.id for tag in found.tags} == {"authority_data"}


def test_a_listed_address_names_no_holder_and_spreads_nowhere(tmp_path: Path) -> None:
    (tag,) = load(write(tmp_path, "sdn.txt", A)).tags
    assert tag.is_cluster_definer is False
    assert not tag.names_controller


def test_leading_comments_say_what_a_list_is(tmp_path: Path) -> None:
    text = f"# label: Seized\n# source: order 12/3\n# lastmod: 2018-03-31\n# category: seizure\n{A}\r\n"
    (tag,) = load(write(tmp_path, "mine.txt", text)).tags
    assert (tag.label, tag.source, tag.categories) == ("Seized", "order 12/3", ("seizure",))
    assert (tag.lastmod, tag.pack) == (date(2018, 3, 31), "Seized")


def test_a_list_that_does_not_say_what_it_is_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTag, match="no source") as caught:
        load(write(tmp_path, "mine.txt", f"# label: x\n{A}\n"))
    assert caught.value.hint is not None
    assert "# source: ..." in caught.value.hint


def test_every_line_that_is_no_address_has_a_verdict(tmp_path: Path) -> None:
    text = f"{A}\n{A[:-1]}x\n0xdeadbeef\n{address_of(3, 'testnet3')}\n{A}\n"
    found = load(write(tmp_path, "ofac.txt", text))
    assert [row.verdict for row in found.verdicts] == [
        Verdict.ACCEPTED,
        Verdict.BAD_CHECKSUM,
        Verdict.BAD_ADDRESS,
        Verdict.WRONG_NETWORK,
        Verdict.DUPLICATE,
    ]
    assert [row.line for row in found.verdicts] == [1, 2, 3, 4, 5]
