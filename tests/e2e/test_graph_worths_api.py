"""Relations in a currency: the sums of the relations, each transaction at its own rate, gaps counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from cointrail.workbench import OpenBench
from support.api_client import API, signed_in
from support.demo_world import DemoFolder
from support.kept_api import kept_app

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", name="client")
def _client(
    demo: DemoFolder, bench: OpenBench, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    with signed_in(kept_app(demo, bench, str(tmp_path_factory.mktemp("db") / "cases.db"))) as client:
        yield client


def post(client: TestClient, path: str, **ask: Any) -> Any:
    told = client.post(f"{API}/{path}", json=ask)
    assert told.status_code == 200, told.text
    return told.json()


@pytest.mark.parametrize("of", ["clusters", "addresses"])
def test_relations_are_valued_as_they_are_summed(client: TestClient, demo: DemoFolder, of: str) -> None:
    ask = {"names": demo.seeds()[:2], "of": of, "limit": 20}
    plain = post(client, "graph/relations", **ask)["relations"]
    valued = post(client, "graph/relations/worths", **ask, currency="USD")
    assert valued["sources"]
    for relation, worth in zip(plain, valued["relations"], strict=True):
        assert worth["cluster"] == relation["cluster"]
        for one, told in zip(relation["counterparties"], worth["counterparties"], strict=True):
            assert (told["name"], told["cluster"]) == (one["name"], one["cluster"])
            for way in ("paid", "received"):
                found = told[way]
                assert found["sat"] == one[f"{way}_sat"]
                assert found["valued_txs"] + found["without_rate_txs"] == one[f"{way}_txs"]
                assert (found["value"] is None) == (found["valued_txs"] == 0)


def test_one_payment_is_worth_what_it_is_in_every_other_place(client: TestClient, demo: DemoFolder) -> None:
    ask = {"names": demo.seeds(), "of": "addresses", "limit": 50}
    lines = [
        (one, told)
        for relation, worth in zip(
            post(client, "graph/relations", **ask)["relations"],
            post(client, "graph/relations/worths", **ask, currency="KRW")["relations"],
            strict=True,
        )
        for one, told in zip(relation["counterparties"], worth["counterparties"], strict=True)
        if one["paid_txs"] == 0 and one["received_txs"] == 1
    ][:50]
    amounts = [{"time_utc": one["first_utc"], "sat": one["received_sat"]} for one, _ in lines]
    values = post(client, "values", currency="KRW", amounts=amounts)["values"]
    assert lines
    assert [told["received"]["value"] for _, told in lines] == [one["value"] for one in values]


def test_what_has_no_rate_is_counted_and_is_not_zero(
    demo: DemoFolder, bench: OpenBench, tmp_path: Path
) -> None:
    head = demo.prices.read_text().splitlines()
    few = tmp_path / "few.csv"
    rows = [line for line in head if line and not line.startswith("#")]
    few.write_text("\n".join([line for line in head if line.startswith("#")] + rows[: len(rows) // 2]) + "\n")
    found = bench.relation_worths(demo.seeds(), (few,), "USD", of_clusters=True, limit=100)
    sums = [
        way for one in found.relations for told in one.counterparties for way in (told.paid, told.received)
    ]
    assert any(one.without_rate_txs for one in sums)
    assert all(one.value is None for one in sums if one.valued_txs == 0)
    assert any(one.value is not None and one.without_rate_txs == 0 for one in sums)
