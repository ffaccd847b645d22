from __future__ import annotations

from pathlib import Path

import pytest

from cointrail.errors import BadPrice
from cointrail.valuation.rates import RateBook
from support.price_files import HEAD, book, price

CARD = 'file = "sub/a.csv"\nsource = "s"\nconvention = "c"\ncurrency = "EUR"\n'


def test_a_card_names_a_table_beside_it_and_goes_before_what_that_says(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.csv").write_text(HEAD + "time,close\n2018-03-31,5\n", encoding="utf-8")
    rates = book(tmp_path, CARD, "card.toml")
    assert price(rates, "2018-03-31", "EUR") == "5"
    assert (rates.tables[0].source, rates.tables[0].convention) == ("s", "c")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("file = ", "not TOML"),
        ('source = "s"\n', "it names no `file`"),
        ("file = 3\n", "`file` is not a text"),
        ('file = "a.csv"\ncolour = "red"\n', "unknown key `colour`"),
        ('file = "a.csv"\nformat = "xml"\n', "unknown format `xml`"),
        ('file = "a.csv"\ncolumns = "time"\n', "`columns` is not a list"),
        ('file = "absent.csv"\n', "absent.csv: cannot be read"),
        ('file = "card.toml"\n', r"card\.toml, line 1: not JSON"),
    ],
)
def test_a_card_that_cannot_be_read_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(BadPrice, match=problem):
        book(tmp_path, text, "card.toml")


def test_a_file_of_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPrice, match="not a known kind of price table") as caught:
        book(tmp_path, "x", "a.xlsx")
    assert "*.toml" in (caught.value.hint or "")


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPrice, match="cannot be read: No such file"):
        RateBook.load([tmp_path / "absent.csv"])
