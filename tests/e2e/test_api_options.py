"""What the command line can be asked for beside names, the API can be asked for too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from cointrail.api.app import serve_app
from cointrail.api.paging import Pages
from cointrail.api.server import Server
from cointrail.api.shapes import exact
from cointrail.api.trails import SECONDS
from cointrail.tracing.peel_limits import PeelLimits
from cointrail.workbench import OpenBench, PeelBench, join_options
from support.api_client import API, HOST, TOKEN, demo_app, signed_in
from support.demo_world import DemoFolder


@pytest.fixture(scope="module", name="client")
def _client(demo: DemoFolder) -> Iterator[TestClient]:
    behind = Server(bench=OpenBench(demo.store), pages=Pages(b"key"), prices=(demo.prices,))
    with signed_in(serve_app(behind, token=TOKEN, hosts=[HOST])) as client:
        yield client


@pytest.fixture(scope="module", name="bench")
def _bench(demo: DemoFolder) -> PeelBench:
    return PeelBench(demo.store)


def test_a_peel_chain_is_bounded_in_time_and_valued(
    demo: DemoFolder, bench: PeelBench, client: TestClient
) -> None:
    output = demo.payments()[0]["outpoint"]
    told = client.post(f"{API}/peels", json={"output": output, "max_gap_days": 0, "currency": "USD"})
    asked = bench.peel(
        output, limits=PeelLimits(max_gap_s=0, seconds=SECONDS), prices=[demo.prices], currency="USD"
    )
    assert told.json() == {**exact(asked), "resume": None}
    assert told.json() != client.post(f"{API}/peels", json={"output": output}).json()


def test_a_transaction_is_read_with_the_rates_of_the_server(
    demo: DemoFolder, bench: PeelBench, client: TestClient
) -> None:
    txid = demo.payments()[0]["outpoint"][:64]
    path = f"{API}/transactions/{txid}/analysis"
    told = client.get(path, params={"currency": "USD"})
    assert told.json() == exact(bench.analyse_tx(txid, prices=[demo.prices], currency="USD"))
    assert client.get(path).json()["basis"]["rules"] != told.json()["basis"]["rules"]


def test_a_currency_needs_a_price_table(demo: DemoFolder) -> None:
    outpoint = demo.payments()[0]["outpoint"]
    with signed_in(demo_app(demo)) as client:
        for told in (
            client.get(f"{API}/transactions/{outpoint[:64]}/analysis", params={"currency": "USD"}),
            client.post(f"{API}/peels", json={"output": outpoint, "currency": "USD"}),
        ):
            assert (told.status_code, told.json()["hint"]) == (404, "start it with `--prices FILE`")


def test_a_join_is_counted_by_the_options_given(
    demo: DemoFolder, bench: PeelBench, client: TestClient
) -> None:
    txid = demo.payments()[0]["outpoint"][:64]
    tip = client.get(f"{API}/status").json()["store"]["tip"]["height"]
    given = {"at": tip, "merge_inputs": False, "fee_only": False, "maker_fee": 7, "common": [0], "steps": 9}
    told = client.get(f"{API}/transactions/{txid}/join", params=given)
    options = join_options(
        merge_inputs=False,
        fee_as_output=False,
        fee_only=False,
        maker_fee=7,
        common=(0,),
        steps=9,
        seconds=None,
    )
    assert told.json() == exact(bench.analyse_join(txid, options=options, at=tip))
    assert client.get(f"{API}/transactions/{txid}/join", params={"seconds": 1}).status_code == 422


def test_what_the_guards_found_is_told_page_by_page(bench: PeelBench, client: TestClient) -> None:
    told = client.get(f"{API}/cluster-review", params={"limit": 5}).json()
    del told["next_page"]
    assert told == exact(bench.cluster_review(limit=5))
