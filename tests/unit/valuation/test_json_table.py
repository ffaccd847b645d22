from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from cointrail.errors import BadPrice
from support.price_files import SAID, at, book, price

DAY = 1_522_454_400  # 2018-03-31
GENESIS_CARD = """\
file = "a.json"
format = "days_since_genesis"
source = "s"
convention = "c"
currency = "USD"
"""
SELF = '{"source": "a venue", "convention": "c", "currency": "USD", "rows": %s}'


@pytest.mark.parametrize(
    "rows",
    [
        f"[[{DAY}, 1.0, 9000.5, 0.5, 6900.10, 77.7]]",
        f'[[{DAY}000, "1.0", "9000.5", "0.5", "6900.10", "77.7", {DAY + 86399}999]]',
        f"[[{DAY}.0, 6900.10]]",
        '[["2018-03-31", "6900.10"]]',
        '[{"date": "2018-03-31", "close": 6900.10}]',
        f'[{{"Timestamp": {DAY}, "open": 1, "high": 9000, "low": 1, "close": "6900.10"}}]',
        f'[{{"t": {DAY}, "c": 6900.10}}]',
        '[{"time": "2018-03-31T02:00:00.000+02:00", "price": 6900.10}]',
    ],
)
@pytest.mark.parametrize("form", ["bare", "wrapped"])
def test_common_forms_give_the_close_without_passing_through_a_float(
    tmp_path: Path, rows: str, form: str
) -> None:
    bare = form == "bare"
    rates = book(tmp_path, rows if bare else SELF % rows, "a.json", SAID if bare else None)
    found = rates.rate_at(at("2018-03-31T13:00"), "USD")
    assert found is not None
    assert str(found.value) == "6900.10"


def test_a_price_that_no_float_holds_is_exact(tmp_path: Path) -> None:
    rates = book(tmp_path, f"[[{DAY}, 0.1000000000000000055511151231]]", "a.json", SAID)
    found = rates.rate_at(at("2018-03-31"), "USD")
    assert found is not None
    assert found.value == Decimal("0.1000000000000000055511151231")


@pytest.mark.parametrize("nothing", ["null", "0", "0.0", '""'])
def test_no_price_is_a_gap(tmp_path: Path, nothing: str) -> None:
    rows = f"[[{DAY - 86400}, 1], [{DAY}, {nothing}]]"
    assert price(book(tmp_path, rows, "a.json", SAID), "2018-03-31") is None


@pytest.mark.parametrize(
    ("text", "facts", "problem"),
    [
        ("[1,\n2", {"line": 2}, "not JSON"),
        ("", {"line": 1}, "not JSON"),
        ("[[1522454400, NaN]]", {}, "`NaN` is not a number"),
        ("[" * 200_000, {}, "nested too deep"),
        ("[[1522454400, " + "9" * 5_000 + "]]", {}, "thousands of digits"),
        ('{"rows": 3}', {}, "no list of prices"),
        ('"text"', {}, "no list of prices"),
        ('[{"close": 1, "close": 2}]', {}, "stands twice"),
        ("[3]", {"row": 1}, "neither a list nor an object"),
        ("[[1522454400, 1], [1522540800]]", {"row": 2}, "1 items, neither a point nor a candle"),
        ("[[1522454400, 1, 2]]", {"row": 1}, "3 items"),
        ('[{"close": 1}]', {"row": 1}, "no time"),
        ("[[1522454400, true]]", {"row": 1}, "neither a number nor text"),
        ("[[1522454400, [1]]]", {"row": 1}, "neither a number nor text"),
        ("[[1522454400, -5]]", {"row": 1}, "`-5` is not a price"),
        ("[[1522454400, 5, 6, 4, 7]]", {"row": 1}, "the close is not between low and high"),
    ],
)
def test_json_that_is_no_table_is_refused_with_its_place(
    tmp_path: Path, text: str, facts: dict[str, int], problem: str
) -> None:
    with pytest.raises(BadPrice, match=problem) as caught:
        book(tmp_path, text, "a.json", SAID)
    assert caught.value.facts == {"path": str(tmp_path / "a.json"), **facts}


def test_candles_in_another_order_are_read_when_a_card_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([[DAY, 4, 7, 5, 6, 99]]), encoding="utf-8")
    card = 'file = "a.json"\nsource = "s"\nconvention = "c"\ncurrency = "USD"\n'
    columns = 'columns = ["time", "low", "high", "open", "close"]\n'
    assert price(book(tmp_path, card + columns, "card.toml"), "2018-03-31") == "6"


def test_days_are_counted_from_the_genesis_block(tmp_path: Path) -> None:
    days = [[1, 2, 1, 2], [0, 0, 0, 0], [3, 3, 3, 3]]
    (tmp_path / "a.json").write_text(json.dumps(days), encoding="utf-8")
    rates = book(tmp_path, GENESIS_CARD, "card.toml")
    days_priced = {day: price(rates, f"2009-01-{day:02d}T12:00") for day in range(3, 12)}
    assert days_priced == {3: "2", 4: None, 5: None, 6: None, 7: None, 8: None, 9: None, 10: "3", 11: None}


@pytest.mark.parametrize("item", ["3", "[1, 2, 3]", "[1, 2, 3, 4, 5]"])
def test_a_day_is_four_prices(tmp_path: Path, item: str) -> None:
    (tmp_path / "a.json").write_text(f"[[1, 1, 1, 1], {item}]", encoding="utf-8")
    with pytest.raises(BadPrice, match="row 2: not `\\[open, high, low, close\\]`"):
        book(tmp_path, GENESIS_CARD, "card.toml")
