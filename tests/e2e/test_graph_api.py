"""What drawings are made from: bounded, summed up to the whole, the same as the plain routes say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from support.api_client import API, demo_app, signed_in
from support.demo_world import DemoFolder

pytestmark = pytest.mark.slow

POLICIES = ["fifo", "haircut", "poison"]


@pytest.fixture(scope="module", name="client")
def _client(demo: DemoFolder) -> Iterator[TestClient]:
    with signed_in(demo_app(demo)) as client:
        yield client


@pytest.fixture(scope="module", name="outpoint")
def _outpoint(demo: DemoFolder) -> str:
    return demo.payments()[0]["outpoint"]


def post(client: TestClient, path: str, **ask: Any) -> Any:
    told = client.post(f"{API}/graph/{path}", json=ask)
    assert told.status_code == 200, told.text
    return told.json()


def test_a_drawn_transaction_is_the_one_that_its_own_route_shows(client: TestClient, outpoint: str) -> None:
    txid = outpoint[:64]
    [drawn] = post(client, "transactions", txids=[txid], limit=100)["transactions"]
    shown = client.get(f"{API}/transactions/{txid}").json()
    assert {one["outpoint"]: one["value_sat"] for one in drawn["outputs"]["coins"]} == {
        f"{txid}:{one['vout']}": one["value_sat"] for one in shown["outputs"]
    }
    assert {one["outpoint"] for one in drawn["inputs"]["coins"]} == {one["spends"] for one in shown["inputs"]}
    assert drawn["gate"] == shown["gate"]
    assert drawn["outputs"]["left_out"] == drawn["outputs"]["left_out_sat"] == 0


def test_coins_that_are_not_listed_are_counted_with_their_value(client: TestClient, outpoint: str) -> None:
    txid = outpoint[:64]
    for limit in (0, 1):
        found = post(client, "transactions", txids=[txid], limit=limit, keep=[outpoint])
        side = found["transactions"][0]["outputs"]
        assert outpoint in {one["outpoint"] for one in side["coins"]}
        assert len(side["coins"]) + side["left_out"] == side["total"]
        assert sum(one["value_sat"] for one in side["coins"]) + side["left_out_sat"] == side["total_sat"]
        labels = {one["cluster"] for one in side["coins"]}
        assert labels <= {one["label"] for one in found["clusters"]}


@pytest.mark.parametrize("of", ["clusters", "addresses"])
def test_counterparties_are_the_largest_and_the_rest_is_summed(
    client: TestClient, demo: DemoFolder, of: str
) -> None:
    name = demo.seeds()[0]
    every = post(client, "relations", names=[name], of=of, limit=100)["relations"][0]
    some = post(client, "relations", names=[name], of=of, limit=2)["relations"][0]
    assert some["counterparties"] == every["counterparties"][:2]
    assert some["left_out"] == every["total"] - 2
    rest = sum(one["paid_sat"] for one in every["counterparties"][2:]) + every["left_out_paid_sat"]
    assert some["left_out_paid_sat"] == rest
    for one in every["counterparties"]:
        assert one["first_utc"] <= one["last_utc"]
        assert one["paid_txs"] + one["received_txs"] > 1 or one["first_utc"] == one["last_utc"]
    kind = {"clusters": "clusters", "addresses": "addresses"}[of]
    plain = client.get(f"{API}/{kind}/{name}/neighbours", params={"limit": 2}).json()["neighbours"]
    sums = {"clusters": ("paid_sat", "received_sat"), "addresses": ("to_sat", "from_sat")}[of]
    assert [(one["paid_sat"], one["received_sat"]) for one in some["counterparties"]] == [
        tuple(one[column] for column in sums) for one in plain
    ]


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_what_outputs_carry_ends_as_the_trace_says(client: TestClient, outpoint: str, direction: str) -> None:
    ask = {"seeds": [outpoint], "direction": direction, "policies": POLICIES, "max_hops": 6}
    drawn = post(client, "flows", **ask, limit=500)
    trace = client.post(f"{API}/traces", json={**ask, "limit": 1000, "max_outputs": 10_000}).json()
    carried = {one["outpoint"]: one for one in drawn["carried"]}
    assert drawn["total"] == len(carried) + drawn["left_out"]
    assert drawn["traced_sat"] == trace["traced_sat"]
    if drawn["left_out"] == 0:
        for end in trace["ends"]:
            there = carried[end["outpoint"]]
            assert all(there["sat"][policy] >= sat for policy, sat in end["sat"].items())
    fewer = post(client, "flows", **ask, limit=3)
    assert len(fewer["carried"]) <= 3
    assert fewer["left_out"] == fewer["total"] - len(fewer["carried"])
    assert {one["outpoint"] for one in fewer["carried"]} <= set(carried) or drawn["left_out"]


def test_too_much_at_once_and_unknown_things_are_refused(client: TestClient, outpoint: str) -> None:
    for path, ask, status in (
        ("transactions", {"txids": [outpoint[:64]] * 201}, 422),
        ("transactions", {"txids": ["00" * 32]}, 404),
        ("transactions", {"txids": [outpoint[:64]], "keep": ["nonsense"]}, 422),
        ("relations", {"names": ["nobody"]}, 422),
        ("flows", {"seeds": [outpoint]}, 422),
    ):
        assert client.post(f"{API}/graph/{path}", json=ask).status_code == status, (path, ask)
