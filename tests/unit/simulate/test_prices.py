from pathlib import Path

import pytest

from cointrail.simulate.clock import END, HOUR, PREMINE, START, date
from cointrail.simulate.dice import Dice
from cointrail.simulate.fees import going_rate
from cointrail.simulate.prices import Prices


def test_the_price_has_the_shape_of_its_era() -> None:
    prices = Prices(Dice("prices"))
    assert prices.cents(START) == pytest.approx(230_00, rel=0.25)
    assert prices.cents(date("2017-12-17")) == pytest.approx(19_500_00, rel=0.25)
    assert prices.cents(END - 1) == pytest.approx(7_000_00, rel=0.25)


def test_prices_differ_between_seeds_and_not_within_one() -> None:
    assert Prices(Dice("1")).cents(START) == Prices(Dice("1")).cents(START)
    assert Prices(Dice("1")).cents(START) != Prices(Dice("2")).cents(START)


def test_dollars_and_satoshi_turn_into_each_other() -> None:
    prices = Prices(Dice("prices"))
    assert prices.usd(prices.sat(50.0, START), START) == pytest.approx(50.0, abs=0.01)


def test_the_price_table_says_that_it_is_invented_and_what_its_times_mean(tmp_path: Path) -> None:
    Prices(Dice("prices")).write(tmp_path / "usd.csv")
    lines = (tmp_path / "usd.csv").read_text().splitlines()
    assert lines[0].startswith("# source: invented")
    assert lines[1].startswith("# convention: ")
    assert lines[2:4] == ["# currency: USD", "time,close"]
    assert lines[4].startswith("2015-06-01T00:00:00Z,")
    assert len(lines) - 4 == (END - START) // HOUR


def test_fees_are_known_for_all_of_the_world() -> None:
    assert all(1 < going_rate(time) < 400 for time in range(PREMINE, END, 97 * HOUR))
