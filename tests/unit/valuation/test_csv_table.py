from __future__ import annotations

from pathlib import Path

import pytest

from cointrail.errors import BadPrice
from cointrail.valuation.rates import About
from support.price_files import HEAD, SAID, at, book, price


@pytest.mark.parametrize(
    "table",
    [
        "time,close\n2018-03-31,6900.10\n",
        "date,price\n2018-03-31,6900.10\n",
        "Date;Open;High;Low;Close;Volume\n2018-03-31;1;9999;1;6900.10;5\n",
        "timestamp\tclose\n1522454400\t6900.10\n",
        "timestamp,close\n1522454400000,6900.10\n",
        "time,close\n2018-03-31T00:00:00Z,6900.10\n",
        "time,close\n2018-03-31 00:00:00,6900.10\n",
        "time,close\n2018-03-31T02:00:00+02:00,6900.10\n",
        "\n# aside\ntime,close\n\n# aside\n2018-03-31,6900.10\n",
    ],
)
def test_common_tables_give_the_close_of_the_day(tmp_path: Path, table: str) -> None:
    rates = book(tmp_path, HEAD + table)
    found = rates.rate_at(at("2018-03-31T13:00"), "USD")
    assert found is not None
    assert (str(found.value), found.currency, found.source) == ("6900.10", "USD", "a venue")
    assert (found.convention, found.time) == ("daily close, 24:00 UTC", at("2018-04-01"))
    assert found.via is None


@pytest.mark.parametrize("missing", ["source", "convention", "currency"])
def test_a_table_that_does_not_say_what_it_is_is_refused_with_the_line_to_add(
    tmp_path: Path, missing: str
) -> None:
    head = "".join(line for line in HEAD.splitlines(keepends=True) if f"# {missing}:" not in line)
    with pytest.raises(BadPrice, match=f"does not say its {missing}") as caught:
        book(tmp_path, head + "time,close\n2018-03-31,1\n")
    assert f"`# {missing}: ...`" in (caught.value.hint or "")


def test_what_the_caller_says_goes_before_the_file(tmp_path: Path) -> None:
    text = HEAD + "time,close\n2018-03-31,1\n"
    found = book(tmp_path, text, about=About(source="better")).rate_at(at("2018-03-31"), "USD")
    assert found is not None
    assert (found.source, found.convention) == ("better", "daily close, 24:00 UTC")
    assert price(book(tmp_path, "time,close\n2018-03-31,1\n", about=SAID), "2018-03-31") == "1"


@pytest.mark.parametrize("blank", ["", "0", "0.00", " "])
def test_a_blank_or_zero_close_is_a_gap(tmp_path: Path, blank: str) -> None:
    rates = book(tmp_path, HEAD + f"time,close\n2018-03-30,1\n2018-03-31,{blank}\n2018-04-01,3\n")
    assert [price(rates, day) for day in ("2018-03-30", "2018-03-31", "2018-04-01")] == ["1", None, "3"]


@pytest.mark.parametrize(
    ("table", "line", "problem"),
    [
        ("", None, "no row has a price"),
        ("time,close\n", None, "no row has a price"),
        ("time,close\n2018-03-31,0\n", None, "no row has a price"),
        ("when,close\n", 4, "no single column `time`"),
        ("time,value\n", 4, "no single column `close`"),
        ("time,close,close\n", 4, "no single column `close`"),
        ("time,close\n2018-03-31\n", 5, "1 cells"),
        ("time,close\n2018-03-31,-1\n", 5, "`-1` is not a price"),
        ("time,close\n2018-03-31,NaN\n", 5, "`NaN` is not a price"),
        ("time,close\n2018-03-31,Infinity\n", 5, "is not a price"),
        ("time,close\n2018-03-31,cheap\n", 5, "`cheap` is not a price"),
        ('time,close\n2018-03-31,"6,900"\n', 5, "`6,900` is not a price"),
        (f"time,close\n2018-03-31,{'9' * 31}\n", 5, "more than 30 digits"),
        ("time,close\n2018-03-31,1e99\n", 5, "more than 30 digits"),
        ("time,close\n31/03/2018,1\n", 5, "is not a time"),
        ("time,close\n2018-02-30,1\n", 5, "is not a time"),
        ("time,close\n17,1\n", 5, "not a time between 2009 and 2200"),
        ("time,close\n2018-03-31,1\n2018-04-01,1\n2018-03-31,2\n", 7, "the same time stands in line 5"),
        ("time,close\n2018-03-01,1\n2018-04-01,1\n", None, "neither a day nor an hour"),
        ("time,close\n2018-03-01T13:00Z,1\n", 5, "one row alone does not show an interval"),
        ('time,close\n2018-03-31,"1"2\n', 5, "not CSV"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_its_line(
    tmp_path: Path, table: str, line: int | None, problem: str
) -> None:
    with pytest.raises(BadPrice, match=problem) as caught:
        book(tmp_path, HEAD + table)
    assert caught.value.facts.get("line") == line
    assert str(caught.value).startswith(str(tmp_path / "prices.csv"))


def test_an_interval_is_said_or_found_and_may_not_overlap(tmp_path: Path) -> None:
    hourly = HEAD + "time,close\n2018-03-31T13:00Z,1\n2018-03-31T14:00Z,2\n2018-03-31T16:00Z,3\n"
    rates = book(tmp_path, hourly)
    assert [price(rates, f"2018-03-31T{hour}:59") for hour in (12, 13, 14, 15, 16, 17)] == [
        None,
        "1",
        "2",
        None,
        "3",
        None,
    ]
    assert price(book(tmp_path, "# interval: 15m\n" + hourly), "2018-03-31T13:15") is None
    with pytest.raises(BadPrice, match="3600 seconds behind the row before it; an interval has 86400"):
        book(tmp_path, "# interval: 1d\n" + hourly)
    with pytest.raises(BadPrice, match="`weekly` is not an interval"):
        book(tmp_path, "# interval: weekly\n" + hourly)
    with pytest.raises(BadPrice, match="`0d` is not an interval"):
        book(tmp_path, "# interval: 0d\n" + hourly)


def test_a_time_can_mark_the_end_of_its_interval(tmp_path: Path) -> None:
    rates = book(tmp_path, HEAD + "# stamp: end\ntime,close\n2018-04-01,1\n2018-04-02,2\n")
    assert price(rates, "2018-03-31T23:59") == "1"
    assert price(rates, "2018-04-01") == "2"
    assert price(rates, "2018-04-02") is None
    with pytest.raises(BadPrice, match="`middle` is not a stamp"):
        book(tmp_path, HEAD + "# stamp: middle\ntime,close\n2018-04-01,1\n")


def test_a_currency_is_three_letters(tmp_path: Path) -> None:
    with pytest.raises(BadPrice, match="`DOLLAR` is not a currency"):
        book(tmp_path, HEAD.replace("USD", "dollar") + "time,close\n2018-04-01,1\n")
    assert (
        price(book(tmp_path, HEAD.replace("USD", "usd") + "time,close\n2018-04-01,1\n"), "2018-04-01") == "1"
    )
