from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from cointrail.errors import BadInput, BadPrice
from cointrail.valuation.rates import RateBook
from support.price_files import HEAD, at, book, price

TABLE = HEAD + "time,close\n2018-03-30,6850\n2018-03-31,6900.10\n2018-04-02,7000\n"


def test_a_rate_is_the_close_of_the_interval_that_holds_the_time(tmp_path: Path) -> None:
    rates = book(tmp_path, TABLE)
    assert price(rates, "2018-03-30T23:59:59") == "6850"
    assert price(rates, "2018-03-31T00:00:00") == "6900.10"
    found = rates.rate_at(at("2018-03-31T00:00:00"), "USD")
    assert found is not None
    assert found.time == at("2018-04-01")


@pytest.mark.parametrize("when", ["2018-03-29T23:59:59", "2018-04-01", "2018-04-01T23:59:59", "2018-04-03"])
def test_before_behind_and_between_there_is_no_rate(tmp_path: Path, when: str) -> None:
    assert price(book(tmp_path, TABLE), when) is None
    assert price(book(tmp_path, TABLE), when, "EUR") is None


def test_a_time_of_another_zone_is_the_same_moment(tmp_path: Path) -> None:
    rates = book(tmp_path, TABLE)
    kathmandu = datetime.fromisoformat("2018-03-31T05:44:59+05:45")
    found = rates.rate_at(kathmandu, "USD")
    assert found is not None
    assert str(found.value) == "6850"


def test_a_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no time zone"):
        book(tmp_path, TABLE).rate_at(datetime(2018, 3, 31), "USD")  # noqa: DTZ001 - the point of the test


def test_another_currency_is_converted_and_carries_both_sources(tmp_path: Path) -> None:
    found = book(tmp_path, TABLE).rate_at(at("2018-03-30T12:00"), "EUR")
    assert found is not None
    assert found.via is not None
    assert (found.via.base, found.via.quote, str(found.via.day)) == ("USD", "EUR", "2018-03-29")
    assert found.via.value == Decimal("0.811622433244")  # 1 / 1.2321, Good Friday takes Thursday's rate
    assert found.value == Decimal(6850) * found.via.value
    assert found.source.startswith("a venue; ECB euro reference rates")
    assert found.convention == (
        "daily close, 24:00 UTC; USD to EUR at 0.811622433244, ECB reference rate of 2018-03-29"
    )
    assert (found.currency, found.time) == ("EUR", at("2018-03-31"))


def test_two_other_currencies_are_crossed_through_the_euro(tmp_path: Path) -> None:
    found = book(tmp_path, TABLE).rate_at(at("2018-03-30T12:00"), "KRW")
    assert found is not None
    assert found.via is not None
    assert found.via.value == Decimal("1063.94773152")  # 1310.89 / 1.2321


def test_a_table_in_the_currency_itself_goes_before_a_converted_one(tmp_path: Path) -> None:
    (dollars := tmp_path / "usd.csv").write_text(TABLE, encoding="utf-8")
    euros_text = TABLE.replace("USD", "EUR").replace("6900.10", "5600")
    (euros := tmp_path / "eur.csv").write_text(euros_text, encoding="utf-8")
    rates = RateBook.load([dollars, euros])
    assert price(rates, "2018-03-31", "EUR") == "5600"
    assert price(rates, "2018-03-31") == "6900.10"


def test_of_two_tables_the_earlier_is_asked_first_and_gaps_fall_to_the_next(tmp_path: Path) -> None:
    (first := tmp_path / "1.csv").write_text(TABLE, encoding="utf-8")
    later = HEAD + "time,close\n2018-03-31,1\n2018-04-01,2\n"
    (second := tmp_path / "2.csv").write_text(later, encoding="utf-8")
    rates = RateBook.load([first, second])
    assert [price(rates, day) for day in ("2018-03-31", "2018-04-01")] == ["6900.10", "2"]
    assert rates.digest != RateBook.load([second, first]).digest


def test_a_currency_that_nobody_quotes_is_an_error_and_no_empty_cell(tmp_path: Path) -> None:
    with pytest.raises(BadPrice, match="`ZZZ`: no price table has it") as caught:
        book(tmp_path, TABLE).rate_at(at("2018-03-31"), "ZZZ")
    assert caught.value.hint


def test_a_book_without_tables_has_no_rate() -> None:
    assert RateBook.load([]).rate_at(at("2018-03-31"), "USD") is None


def test_before_the_bank_quotes_a_currency_there_is_no_rate(tmp_path: Path) -> None:
    text = HEAD.replace("USD", "INR") + "time,close\n2150-03-31,1\n"
    assert price(book(tmp_path, text), "2150-03-31") is None
    assert price(book(tmp_path, text), "2150-03-31", "INR") == "1"


def test_the_digest_depends_on_prices_and_words_and_not_on_the_file(tmp_path: Path) -> None:
    digest = book(tmp_path, TABLE).digest
    assert digest == book(tmp_path, TABLE.replace("time,close", "date,price"), "other.csv").digest
    assert len(digest) == 64
    for changed in (
        TABLE.replace("6850", "6851"),
        TABLE.replace("a venue", "b venue"),
        TABLE.replace("daily", "a"),
    ):
        assert book(tmp_path, changed).digest != digest


def test_one_bad_file_means_nothing_is_loaded(tmp_path: Path) -> None:
    (good := tmp_path / "1.csv").write_text(TABLE, encoding="utf-8")
    (bad := tmp_path / "2.csv").write_text("time,close\n", encoding="utf-8")
    with pytest.raises(BadPrice, match=r"2\.csv"):
        RateBook.load([good, bad])
