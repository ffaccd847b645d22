"""Laws of money: exact products, sums that no order changes, no rate that is never zero."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cointrail.attribution.text_file import TextFile
from cointrail.errors import BadPrice
from cointrail.valuation.csv_table import read_csv_table
from cointrail.valuation.money import add_up, money_text, value_of
from cointrail.valuation.rate import Rate
from cointrail.valuation.table import DAY, HOUR, About, PriceRow, PriceTable, build_table
from support.price_files import SAID, at

MAX_SAT = 21_000_000 * 100_000_000
sats = st.integers(0, MAX_SAT)
prices = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places), st.integers(1, 10**20), st.integers(0, 12)
)
START = 1_433_116_800


def rate(value: Decimal) -> Rate:
    return Rate(value, "USD", "s", at("2018-04-01"), "c")


@given(sat=sats, price=prices)
def test_a_value_equals_the_fraction(sat: int, price: Decimal) -> None:
    value = value_of(sat, rate(price))
    assert value is not None
    assert Fraction(value) == Fraction(sat) * Fraction(price) / 100_000_000


@given(parts=st.lists(sats, min_size=1), price=prices)
def test_values_of_parts_add_up_to_the_value_of_the_whole(parts: list[int], price: Decimal) -> None:
    assert add_up(value_of(part, rate(price)) for part in parts).value == value_of(sum(parts), rate(price))


@given(values=st.lists(st.none() | prices), data=st.data())
def test_the_order_of_a_sum_does_not_matter(values: list[Decimal | None], data: st.DataObject) -> None:
    assert add_up(data.draw(st.permutations(values))) == add_up(values)


@given(sat=sats)
def test_no_rate_is_none_and_never_zero(sat: int) -> None:
    assert value_of(sat, None) is None
    assert add_up([value_of(sat, None)]).value is None


@given(value=prices)
def test_shown_money_is_within_half_a_cent(value: Decimal) -> None:
    assert abs(Fraction(money_text(value)) - Fraction(value)) <= Fraction(1, 200)


@st.composite
def tables(draw: st.DrawFn) -> PriceTable:
    interval = draw(st.sampled_from([HOUR, DAY]))
    slots = draw(st.lists(st.integers(0, 60), min_size=1, max_size=20, unique=True))
    rows = [
        PriceRow(START + slot * interval, Decimal(slot + 1), f"row {number}")
        for number, slot in enumerate(slots, start=1)
    ]
    return build_table(Path("t.csv"), rows, SAID.over(About(interval=f"{interval}s")))


@given(table=tables(), when=st.integers(START - DAY, START + 70 * DAY))
def test_a_lookup_is_the_one_interval_that_holds_the_time(table: PriceTable, when: int) -> None:
    holding = [
        (close, start + table.interval)
        for start, close in zip(table.starts, table.closes, strict=True)
        if start <= when < start + table.interval
    ]
    assert table.find(when) == (holding[0] if holding else None)


@given(table=tables(), when=st.integers(START - DAY, START + 70 * DAY))
def test_a_close_looks_ahead_by_one_interval_at_most(table: PriceTable, when: int) -> None:
    found = table.find(when)
    if found is not None:
        assert 0 < found[1] - when <= table.interval


@given(text=st.text(max_size=200) | st.text(alphabet="cdeilmorst,\n2018-03.1\"';#: ", max_size=200))
def test_any_text_is_a_table_or_one_clear_error(text: str) -> None:
    problem = ""
    closes: tuple[Decimal, ...] = ()
    try:
        closes = read_csv_table(TextFile(Path("t.csv"), text, ""), SAID).closes
    except BadPrice as error:
        problem = str(error)
    assert bool(closes) != problem.startswith("t.csv")
    assert all(close > 0 for close in closes)
