from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from cointrail.errors import BadInput
from cointrail.report import answers
from cointrail.report.answers import PrivateTag, read_answer, tags_json

ASKED = ["aa:0", "bb:1"]


def _file(folder: Path, text: str) -> Path:
    path = folder / "answer.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_accounts_are_read_for_what_was_asked_and_nothing_else(tmp_path: Path) -> None:
    text = "\ufeffKey, Account ,note\naa:0,77,owner\naa:0,77,owner\ncc:0,78,\nbb:1,,closed\n"
    read = read_answer(_file(tmp_path, text), ASKED)
    assert read.tags == (PrivateTag("aa:0", "77", "owner"),)
    assert read.not_asked == ((4, "cc:0"),)
    assert read.unanswered == ("bb:1",)


def test_an_output_can_have_several_accounts(tmp_path: Path) -> None:
    read = read_answer(_file(tmp_path, "key,account\naa:0,77\naa:0,78\nbb:1,79\n"), ASKED)
    assert [tag.account for tag in read.tags] == ["77", "78", "79"]
    assert read.unanswered == ()


@pytest.mark.parametrize("text", ["", "txid,account\n", "key,name\n"])
def test_a_table_without_the_columns_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="has no column"):
        read_answer(_file(tmp_path, text), ASKED)


def test_an_answer_that_is_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="over 500 characters"):
        read_answer(_file(tmp_path, f"key,account\naa:0,{'7' * 501}\n"), ASKED)
    monkeypatch.setattr(answers, "MOST_ROWS", 2)
    with pytest.raises(BadInput, match="more than 2 lines"):
        read_answer(_file(tmp_path, "key,account\naa:0,7\naa:0,8\n"), ASKED)


def test_a_missing_or_foreign_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot read"):
        read_answer(tmp_path / "none.csv", ASKED)


def test_private_tags_say_that_they_are_private() -> None:
    value = json.loads(tags_json([PrivateTag("aa:0", "77")], "Exa", date(2026, 12, 1)))
    assert value == {
        "exchange": "Exa",
        "on": "2026-12-01",
        "private": True,
        "tags": [{"key": "aa:0", "account": "77", "note": ""}],
    }
