"""Price tables as JSON: lists of candles, lists of objects, and one list that counts days.

Numbers with a point are read as decimals, never as floats.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NoReturn

from cointrail.attribution.text_file import TextFile
from cointrail.valuation.table import (
    About,
    PriceRow,
    PriceTable,
    build_table,
    parse_price,
    parse_time,
    refuse,
)

CANDLE = ("time", "open", "high", "low", "close")
"""Order of the usual candle; further items, such as a volume, are passed over."""

_POINT = ("time", "close")
_LISTS = ("rows", "prices", "candles", "data")
_TIME_NAMES = ("time", "date", "timestamp", "open_time", "opentime", "t")
_CLOSE_NAMES = ("close", "price", "c")
_GENESIS, _SECOND_DAY = date(2009, 1, 3), date(2009, 1, 9)


def read_json_table(file: TextFile, about: About, columns: Sequence[str] | None = None) -> PriceTable:
    """A list of candles `[time, open, high, low, close, ...]`, points `[time, price]` or objects.

    The list may stand by itself or in an object under `rows`, `prices`, `candles` or `data`, beside
    `source`, `convention`, `currency`, `interval` and `stamp`. What `about` says goes before those.

    Args:
        file: the JSON text.
        about: what the caller says of the table.
        columns: order of the items of a candle, where it is not `CANDLE`.

    Raises:
        BadPrice: not JSON, no such list, a row that cannot be read, candles whose low is above their
            close (their columns stand in another order), or see `build_table`.
    """
    data = _parsed(file)
    items = _items(file, data)
    said = _said(data) if isinstance(data, dict) else About()
    rows = [_row(file, item, f"row {number}", columns) for number, item in enumerate(items, start=1)]
    return build_table(file.path, rows, about.over(said))


def read_days_since_genesis(file: TextFile, about: About) -> PriceTable:
    """A list of `[open, high, low, close]` without times: item 0 is 2009-01-03, 1 is 2009-01-09, then daily.

    The form of bitcoinresearchkit/brk's price files: it counts days that have blocks, and none was
    mined on the five days behind the first. Zeros mark days without a price.

    Raises:
        BadPrice: not such a list, or see `build_table`.
    """
    data = _parsed(file)
    rows: list[PriceRow] = []
    for number, item in enumerate(_items(file, data), start=1):
        place = f"row {number}"
        if not isinstance(item, list) or len(item) != len(CANDLE) - 1:
            refuse(file.path, place, "not `[open, high, low, close]`")
        day = _GENESIS if number == 1 else _SECOND_DAY + timedelta(days=number - 2)
        close = parse_price(_text(file, place, item[-1]), file.path, place)
        rows.append(PriceRow(parse_time(day.isoformat(), file.path, place), close, place))
    return build_table(file.path, rows, about.over(About(interval="1d", stamp="start")))


def _parsed(file: TextFile) -> Any:
    def not_a_number(word: str) -> NoReturn:
        refuse(file.path, "", f"`{word}` is not a number")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        values = dict(pairs)
        if len(values) < len(pairs):
            refuse(file.path, "", f"a name stands twice in one object: {[name for name, _ in pairs][:8]}")
        return values

    try:
        return json.loads(file.text, parse_float=Decimal, parse_constant=not_a_number, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        refuse(file.path, f"line {error.lineno}", f"not JSON: {error.msg}")
    except RecursionError:
        refuse(file.path, "", "nested too deep")
    except ValueError:
        refuse(file.path, "", "a whole number of thousands of digits")


def _items(file: TextFile, data: Any) -> list[Any]:
    if isinstance(data, dict):
        data = next((data[name] for name in _LISTS if name in data), None)
    if not isinstance(data, list):
        refuse(file.path, "", "no list of prices", "a list, or an object with a list `rows`")
    return data


def _said(data: dict[str, Any]) -> About:
    texts = {name: value for name, value in data.items() if isinstance(value, str)}
    return About(
        source=texts.get("source"),
        convention=texts.get("convention"),
        currency=texts.get("currency"),
        interval=texts.get("interval"),
        stamp=texts.get("stamp"),
    )


def _row(file: TextFile, item: Any, place: str, columns: Sequence[str] | None) -> PriceRow:
    if isinstance(item, dict):
        values = {str(name).lower(): value for name, value in item.items()}
    elif isinstance(item, list):
        values = dict(zip(_order(file, item, place, columns), item, strict=False))
    else:
        refuse(file.path, place, "neither a list nor an object")
    time = next((values[name] for name in _TIME_NAMES if name in values), None)
    close = next((values[name] for name in _CLOSE_NAMES if name in values), None)
    if time is None:
        refuse(file.path, place, "no time", "give each row a `time` and a `close`")
    whole = int(time) if isinstance(time, Decimal) and time.is_finite() else time
    seconds = parse_time(_text(file, place, whole), file.path, place)
    price = parse_price(_text(file, place, close), file.path, place)
    _check_candle(file, place, values)
    return PriceRow(seconds, price, place)


def _order(file: TextFile, item: list[Any], place: str, columns: Sequence[str] | None) -> Sequence[str]:
    order = columns or (CANDLE if len(item) >= len(CANDLE) else _POINT)
    if len(item) < len(order) or (columns is None and len(_POINT) < len(item) < len(CANDLE)):
        refuse(
            file.path,
            place,
            f"{len(item)} items, neither a point nor a candle",
            'say their order in a card: columns = ["time", "open", "high", "low", "close"]',
        )
    return order


def _check_candle(file: TextFile, place: str, values: dict[str, Any]) -> None:
    if not {"open", "high", "low", "close"} <= values.keys():
        return
    named = {name: _text(file, place, values[name]) for name in ("open", "high", "low", "close")}
    prices = {name: parse_price(text, file.path, place) or Decimal(0) for name, text in named.items()}
    if not prices["low"] <= prices["close"] <= prices["high"]:
        refuse(
            file.path,
            place,
            "the close is not between low and high",
            'if the columns stand in another order, say it in a card: columns = ["time", "low", ...]',
        )


def _text(file: TextFile, place: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        refuse(file.path, place, "a value that is neither a number nor text")
    return str(value)
