"""Peel chains that go on come to what they would have been with the wider bounds from the start."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from cointrail.api import trails
from cointrail.api.app import serve_app
from cointrail.api.paging import Pages
from cointrail.api.server import Server
from cointrail.errors import BadInput, ChainMoved
from cointrail.heuristics.base import Tier
from cointrail.tracing import peel
from cointrail.tracing.peel_limits import PeelLimits
from cointrail.workbench import OpenBench
from cointrail.workbench.going_on import Before
from support.api_client import API, HOST, TOKEN, demo_app, signed_in
from support.demo_world import DemoFolder

WAY = {"weakest": "T4", "through_joins": True, "direction": "backward"}


@pytest.fixture(name="client", scope="module")
def asking(demo: DemoFolder) -> Iterator[TestClient]:
    with signed_in(demo_app(demo)) as client:
        yield client


@pytest.fixture(name="forked", scope="module")
def forked_peel(demo: DemoFolder, client: TestClient) -> dict[str, Any]:
    """A question with several hops, and branches at the end of a chain."""
    for row in demo.payments():
        for way in ("forward", "backward"):
            ask = {**WAY, "output": row["outpoint"], "direction": way}
            told = client.post(f"{API}/peels", json=ask).json()
            if told["chains"][0]["hops"] >= 2 and told["branches_left"] >= 2:
                return ask
    raise AssertionError("no chain of the demo has hops and branches")


def _ask(client: TestClient, path: str, **ask: Any) -> dict[str, Any]:
    answer = client.post(f"{API}/{path}", json=ask)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_resumed_chain_answers_as_one_request_with_more_hops(
    client: TestClient, forked: dict[str, Any]
) -> None:
    told = _ask(client, "peels", **forked, max_hops=1)
    assert told["chains"][0]["stop"] == "hop_limit"
    more = _ask(client, "peels/resume", token=told["resume"])
    assert more["settings"]["max_hops"] == 2
    assert more == {**_ask(client, "peels", **forked, max_hops=2), "resume": more["resume"]}
    far = _ask(client, "peels/resume", token=told["resume"], more_hops=50, more_chains=6)
    assert far == {**_ask(client, "peels", **forked, max_hops=51, max_chains=7), "resume": far["resume"]}
    assert len(far["chains"]) > 1


def test_branches_that_no_chain_follows_are_counted_and_can_be_followed(
    client: TestClient, forked: dict[str, Any]
) -> None:
    told = _ask(client, "peels", **forked)
    assert told["branches_left"] == len(told["chains"][0]["branches"])
    more = _ask(client, "peels/resume", token=told["resume"])
    assert len(more["chains"]) == 2
    while more["resume"] is not None:
        assert more["branches_left"]
        more = _ask(client, "peels/resume", token=more["resume"])
        if len(more["chains"]) == 100:
            break
    started = {chain["start"] for chain in more["chains"]}
    named = {branch["outpoint"] for chain in more["chains"] for branch in chain["branches"]}
    assert more["branches_left"] == len(named - started)


def test_chains_that_time_ended_say_so_and_go_on(
    demo: DemoFolder, forked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = OpenBench(demo.store, tags=[demo.tags])
    backward = forked["direction"] == "backward"
    limits: dict[str, Any] = {"weakest": Tier.T4, "through_joins": True, "max_chains": 5}
    whole = bench.peel(forked["output"], backward=backward, limits=PeelLimits(**limits, seconds=60.0))
    ticks = iter(range(100))
    monkeypatch.setattr(peel, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
    bench._peels.clear()
    first = bench.peel(forked["output"], backward=backward, limits=PeelLimits(**limits, seconds=2.0))
    assert first.chains[0].stop == "time_limit"
    assert first.chains[0].hops == 1
    monkeypatch.undo()
    assert bench.peel(forked["output"], backward=backward, limits=PeelLimits(**limits, seconds=60.0)) == whole
    with pytest.raises(BadInput, match="more than 0"):
        PeelLimits(seconds=0.0)


def test_a_peel_is_resumed_on_its_own_chain_and_within_the_most_of_the_server(
    demo: DemoFolder, client: TestClient, forked: dict[str, Any]
) -> None:
    token = _ask(client, "peels", **forked, max_hops=1)["resume"]
    for wrong in ({"token": token[:-4] + "AAAA"}, {"token": token, "more_hops": 10_000}):
        assert client.post(f"{API}/peels/resume", json=wrong).status_code == 422
    assert client.post(f"{API}/traces/resume", json={"token": token}).status_code == 422
    bench = OpenBench(demo.store)
    with pytest.raises(ChainMoved):
        bench.peel(forked["output"], before=Before(tip="00" * 32, reached={}))


@pytest.fixture(name="own")
def asking_of_bench(bench: OpenBench) -> Iterator[TestClient]:
    """A server over `bench`, whose shelf is empty."""
    bench._peels.clear()
    with signed_in(serve_app(Server(bench=bench, pages=Pages(b"key")), token=TOKEN, hosts=[HOST])) as client:
        yield client


def test_a_peel_whose_walk_is_gone_is_never_shorter(
    own: TestClient, bench: OpenBench, forked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = count()
    monkeypatch.setattr(peel, "time", SimpleNamespace(monotonic=lambda: float(next(ticks))))
    told = _ask(own, "peels", **forked, max_chains=5, seconds=3)
    assert told["chains"][0]["stop"] == "time_limit"
    assert told["chains"][0]["hops"]
    bench._peels.clear()
    more = _ask(own, "peels/resume", token=told["resume"])
    hops = [sum(chain["hops"] for chain in one["chains"]) for one in (told, more)]
    assert hops[1] > hops[0] or len(more["chains"]) > len(told["chains"])
    bench._peels.clear()
    monkeypatch.setattr(trails, "MOST_SECONDS", 1.0)
    refused = own.post(f"{API}/peels/resume", json={"token": told["resume"], "seconds": 1})
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:cointrail:error:walk_gone"
