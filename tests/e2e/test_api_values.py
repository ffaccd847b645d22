"""Values over the API: in the currency asked for, by whose rate; without one nothing, never zero."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from starlette.testclient import TestClient

from cointrail.api.app import serve_app
from cointrail.api.paging import Pages
from cointrail.api.server import Server
from cointrail.valuation.rates import RateBook, money_text, value_of
from cointrail.workbench import OpenBench
from support.api_client import API, HOST, TOKEN, demo_app, signed_in
from support.demo_world import DemoFolder

WHEN = "2017-01-05T10:00:00Z"
BEFORE_ANY = "2009-01-05T10:00:00Z"


@pytest.fixture(scope="module", name="client")
def _client(demo: DemoFolder) -> Iterator[TestClient]:
    behind = Server(bench=OpenBench(demo.store), pages=Pages(b"key"), prices=(demo.prices,))
    with signed_in(serve_app(behind, token=TOKEN, hosts=[HOST])) as client:
        yield client


def _asked(client: TestClient, currency: str, *amounts: tuple[str, int | str]) -> list[dict[str, object]]:
    body = {"currency": currency, "amounts": [{"time_utc": when, "sat": sat} for when, sat in amounts]}
    told = client.post(f"{API}/values", json=body)
    assert told.status_code == 200, told.text
    values: list[dict[str, object]] = told.json()["values"]
    return values


@pytest.mark.parametrize("currency", ["USD", "KRW", "EUR"])
def test_a_value_is_the_amount_by_the_rate_of_its_time(
    demo: DemoFolder, client: TestClient, currency: str
) -> None:
    [told] = _asked(client, currency, (WHEN, "150000000"))
    rate = RateBook.load((demo.prices,)).rate_at(datetime(2017, 1, 5, 10, tzinfo=UTC), currency)
    assert rate is not None
    assert told["value"] == money_text(value_of(150_000_000, rate), currency)
    assert Decimal(str(told["rate"])) == rate.value
    assert (told["currency"], told["source"], told["convention"]) == (currency, rate.source, rate.convention)


def test_an_amount_without_a_rate_has_no_value_and_its_neighbours_have_theirs(client: TestClient) -> None:
    told = _asked(client, "USD", (WHEN, 1), (BEFORE_ANY, 100_000_000), (WHEN, -100_000_000))
    assert told[1] == {
        "value": None,
        "currency": "USD",
        "rate": None,
        "source": None,
        "rate_time": None,
        "convention": None,
    }
    assert str(told[2]["value"]).startswith("-")
    assert told[0]["value"] is not None


def test_a_currency_that_nobody_quotes_and_a_time_without_a_zone_are_refused(client: TestClient) -> None:
    amounts = [{"time_utc": WHEN, "sat": 1}]
    assert client.post(f"{API}/values", json={"currency": "XTS", "amounts": amounts}).status_code == 422
    amounts = [{"time_utc": "2017-01-05T10:00:00", "sat": 1}]
    assert client.post(f"{API}/values", json={"currency": "USD", "amounts": amounts}).status_code == 422


def test_a_server_without_price_tables_says_how_to_give_it_some(demo: DemoFolder) -> None:
    with signed_in(demo_app(demo)) as client:
        body = {"currency": "USD", "amounts": [{"time_utc": WHEN, "sat": 1}]}
        told = client.post(f"{API}/values", json=body)
    assert told.status_code == 404
    assert "--prices" in told.json()["hint"]
