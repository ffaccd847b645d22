"""A trace that goes on comes to what it would have been with the wider bounds from the start."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from itertools import accumulate, count
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from cointrail.api import trails
from cointrail.api.app import serve_app
from cointrail.api.paging import Pages
from cointrail.api.resuming import resume_token
from cointrail.api.server import Server
from cointrail.api.trails import AskTrace
from cointrail.errors import ChainMoved
from cointrail.heuristics.base import Tier
from cointrail.lookups import trace_deposits
from cointrail.lookups.trace_views import TraceView
from cointrail.lookups.trace_walk import TraceWalk, question_of
from cointrail.tracing import flow as flows
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.ledger import RecognisedDeposit
from cointrail.tracing.policy import Policy
from cointrail.tracing.stops import Stop
from cointrail.workbench import OpenBench
from cointrail.workbench.going_on import Before
from cointrail.workbench.trace_bench import TraceBench
from support.api_client import API, HOST, TOKEN, demo_app, signed_in
from support.demo_world import DemoFolder

FEW = {"max_outputs": 20, "max_hops": 50}


@pytest.fixture(name="client", scope="module")
def asking(demo: DemoFolder) -> Iterator[TestClient]:
    with signed_in(demo_app(demo)) as client:
        yield client


@pytest.fixture(name="long", scope="module")
def long_trace(demo: DemoFolder, client: TestClient) -> dict[str, Any]:
    """A question whose trace goes far beyond `FEW`, by several policies."""
    policies = ["haircut", "fifo", "poison"]
    for row in demo.payments():
        ask = {"seeds": [row["outpoint"]], "direction": "backward", "policies": policies, "limit": 1000}
        told = client.post(f"{API}/traces", json=ask).json()
        if told["runs"][0]["outputs"] > 200:
            return ask
    raise AssertionError("nothing in the demo is traced far")


# -- the library


@settings(max_examples=25)
@given(data=st.data(), forward=st.booleans())
def test_a_chain_of_budgets_comes_to_one_trace_with_the_last_bounds(
    demo: DemoFolder, bench: OpenBench, data: st.DataObject, *, forward: bool
) -> None:
    rows = data.draw(st.lists(st.sampled_from(demo.payments()), min_size=1, max_size=3))
    seeds = [row["outpoint"] for row in rows]
    policies = data.draw(st.lists(st.sampled_from(Policy), min_size=1, max_size=4, unique=True))
    steps = accumulate(data.draw(st.lists(st.integers(1, 60), min_size=2, max_size=4)))
    hops = data.draw(st.sampled_from([3, 1_000]))
    found = [
        _trace(bench, seeds, policies, Bounds(max_hops=hops, max_outputs=len(seeds) + step), forward=forward)
        for step in steps
    ]
    bench._traces.clear()
    bounds = Bounds(**{name: getattr(found[-1].bounds, name) for name in Bounds.__slots__})
    assert found[-1] == _trace(bench, seeds, policies, bounds, forward=forward)


def _trace(
    bench: TraceBench, seeds: Sequence[str], policies: Sequence[Policy], bounds: Bounds, *, forward: bool
) -> TraceView:
    return bench.trace(seeds, forward=forward, policies=policies, bounds=bounds, limit=1_000)


class Stated:
    """Says of every script in it that it takes deposits for one service."""

    def __init__(self, scripts: Sequence[int]) -> None:
        self._scripts = frozenset(scripts)

    def find(self, script_num: int) -> RecognisedDeposit | None:
        if script_num not in self._scripts:
            return None
        return RecognisedDeposit(script_num, 0, Tier.T3, "stated")


@pytest.mark.parametrize("policy", [Policy.FIFO, Policy.HAIRCUT, Policy.POISON])
def test_what_is_recognised_on_the_way_does_not_change_where_a_resumed_trace_ends(
    policy: Policy, demo: DemoFolder, bench: OpenBench
) -> None:
    """Whatever was emptied into a service counts as its deposit address, as nothing in the demo is one."""
    rounds = 0
    with bench._desk(()) as desk:
        for row in demo.payments()[:40]:
            question = question_of([row["outpoint"]], forward=True, policies=[policy], bounds=Bounds())

            def fresh(question: Any = question) -> TraceWalk:
                walk = TraceWalk(desk, question, 1)
                assert walk.stops._around is not None
                plain = TraceWalk(desk, question, 1)
                plain.go_on(Bounds())
                walk.stops._around.near.deposits = Stated(walk.stops.emptied(plain.flows[policy]).tolist())
                return walk

            resumed, whole = fresh(), fresh()
            for most in (2, 5, 17, 400):
                resumed.go_on(Bounds(max_outputs=most))
            whole.go_on(Bounds(max_outputs=400))
            ends = resumed.flows[policy].ends, whole.flows[policy].ends
            for name in type(ends[0]).__slots__:
                assert getattr(ends[0], name).tolist() == getattr(ends[1], name).tolist()
            rounds += Stop.DEPOSIT in whole.flows[policy].sums()
    assert rounds


def test_rounds_that_are_too_large_to_keep_are_let_go_and_change_no_end(
    demo: DemoFolder, bench: OpenBench
) -> None:
    let_go = 0
    with bench._desk(()) as desk:
        for row in demo.payments()[:40]:
            question = question_of(
                [row["outpoint"]], forward=True, policies=[Policy.FIFO, Policy.HAIRCUT], bounds=Bounds()
            )
            plain = TraceWalk(desk, question, 1)
            plain.go_on(Bounds())
            stated = Stated(plain.stops.emptied(plain.flows[Policy.FIFO]).tolist())
            walks = [TraceWalk(desk, question, 1, most_bytes=most) for most in (1, 1 << 30)]
            for walk in walks:
                assert walk.stops._around is not None
                walk.stops._around.near.deposits = stated
                walk.go_on(Bounds())
            small, large = walks
            assert small.nbytes <= large.nbytes
            assert [len(one._rounds) for one in small._walks.values()] == [1, 1]
            assert not small.may_go_on_to(Bounds())
            assert large.may_go_on_to(Bounds())
            assert {one: flow.sums() for one, flow in small.flows.items()} == {
                one: flow.sums() for one, flow in large.flows.items()
            }
            let_go += any(len(one._rounds) > 1 for one in large._walks.values())
    assert let_go


def test_the_ends_of_a_kept_trace_count_as_its_memory(bench: OpenBench, long: dict[str, Any]) -> None:
    with bench._desk(()) as desk:
        question = question_of(long["seeds"], forward=False, policies=[Policy.FIFO], bounds=Bounds())
        walk = TraceWalk(desk, question, 1, most_bytes=1 << 30)
        walk.go_on(Bounds())
        ends = walk.flows[Policy.FIFO].ends
        assert walk.nbytes == sum(one.nbytes for one in walk._walks.values()) + sum(
            getattr(ends, name).nbytes for name in type(ends).__slots__
        )


def test_a_trace_over_a_state_that_was_left_meanwhile_is_not_kept(
    demo: DemoFolder, long: dict[str, Any]
) -> None:
    bench = OpenBench(demo.store, tags=[demo.tags])
    question = question_of(long["seeds"], forward=False, policies=[Policy.FIFO], bounds=Bounds())
    with bench._desk(()) as desk:
        walk = TraceWalk(desk, question, 1)
    bench._move_on()
    bench._traces.put(question, walk)
    assert bench._follow().desk is not desk
    assert len(bench._traces) == 0
    _trace(bench, long["seeds"], [Policy.FIFO], Bounds(), forward=False)
    assert len(bench._traces) == 1


def test_a_trace_that_time_ended_goes_on_until_it_is_whole(
    bench: OpenBench, long: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = [Policy(one) for one in long["policies"]]
    whole = _trace(bench, long["seeds"], policies, Bounds(seconds=60.0), forward=False)
    bench._traces.clear()
    with monkeypatch.context() as slow:
        slow.setattr(flows, "SLICE_TXS", 10)
        slow.setattr(trace_deposits, "LEAST_SECONDS", 1e-9)
        first = _trace(bench, long["seeds"], policies, Bounds(seconds=1e-9), forward=False)
        second = _trace(bench, long["seeds"], policies, Bounds(seconds=1e-9), forward=False)
    assert {run.cut for run in first.runs} == {Stop.TIME_LIMIT}
    assert all(a.outputs < b.outputs for a, b in zip(first.runs, second.runs, strict=True))
    assert _trace(bench, long["seeds"], policies, Bounds(seconds=60.0), forward=False) == whole


def test_the_pages_of_a_trace_that_time_ended_are_of_one_trace(
    bench: OpenBench, long: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows, "SLICE_TXS", 20)
    monkeypatch.setattr(trace_deposits, "LEAST_SECONDS", 1e-9)
    bench._traces.clear()
    ask: dict[str, Any] = {"forward": False, "policies": ["haircut"], "bounds": Bounds(seconds=1e-9)}
    first = bench.trace(long["seeds"], start=0, limit=5, **ask)
    second = bench.trace(long["seeds"], start=5, limit=5, **ask)
    assert first.runs == second.runs
    assert not {one.outpoint for one in first.ends} & {one.outpoint for one in second.ends}


def test_a_trace_is_not_followed_again_where_it_is_kept(
    bench: OpenBench, long: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    _trace(bench, long["seeds"], [Policy.FIFO], Bounds(max_outputs=20), forward=False)
    monkeypatch.setattr(trace_deposits, "FlowWalk", None)  # nothing can begin anew
    assert _trace(bench, long["seeds"], [Policy.FIFO], Bounds(max_outputs=50), forward=False).runs
    with pytest.raises(TypeError):
        _trace(bench, long["seeds"], [Policy.FIFO], Bounds(max_outputs=30), forward=False)


# -- the API


def _resume(client: TestClient, token: str, **given: Any) -> dict[str, Any]:
    answer = client.post(f"{API}/traces/resume", json={"token": token, "limit": 1000, **given})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_resume_answers_as_one_request_with_the_wider_bound(
    client: TestClient, long: dict[str, Any]
) -> None:
    told = client.post(f"{API}/traces", json={**long, **FEW}).json()
    assert told["runs"][0]["cut"] == "output_limit"
    more = _resume(client, told["resume"], more_outputs=15)
    assert more == {
        **client.post(f"{API}/traces", json={**long, **FEW, "max_outputs": 35}).json(),
        "resume": more["resume"],
    }
    assert more["bounds"]["max_outputs"] == 35
    twice = _resume(client, more["resume"], seconds=7)
    assert (twice["bounds"]["max_outputs"], twice["bounds"]["seconds"]) == (70, 7)


def test_a_resume_answers_the_same_where_the_walk_is_kept_no_longer(
    demo: DemoFolder, long: dict[str, Any]
) -> None:
    app = demo_app(demo)
    with signed_in(app) as client:
        token = client.post(f"{API}/traces", json={**long, **FEW}).json()["resume"]
        kept = client.post(f"{API}/traces/resume", json={"token": token}).content
        assert client.post(f"{API}/traces/resume", json={"token": token}).content == kept
    with signed_in(demo_app(demo)) as client:  # its key is the same in tests
        assert client.post(f"{API}/traces/resume", json={"token": token}).content == kept


@pytest.fixture(name="own")
def asking_of_bench(bench: OpenBench) -> Iterator[TestClient]:
    """A server over `bench`, whose shelf is empty."""
    bench._traces.clear()
    with signed_in(serve_app(Server(bench=bench, pages=Pages(b"key")), token=TOKEN, hosts=[HOST])) as client:
        yield client


@pytest.fixture(name="clock")
def slow_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at a few transactions takes a second."""
    ticks = count()
    monkeypatch.setattr(flows, "SLICE_TXS", 10)
    monkeypatch.setattr(flows, "time", SimpleNamespace(monotonic=lambda: float(next(ticks))))
    monkeypatch.setattr(trace_deposits, "time", SimpleNamespace(monotonic=lambda: 0.0))


@pytest.mark.usefixtures("clock")
def test_a_trace_whose_walk_is_gone_has_the_time_that_it_took_and_the_time_of_the_step(
    own: TestClient, bench: OpenBench, long: dict[str, Any]
) -> None:
    told = own.post(f"{API}/traces", json={**long, "seconds": 2}).json()
    assert {run["cut"] for run in told["runs"]} == {"time_limit"}
    for _ in range(3):
        bench._traces.clear()
        more = _resume(own, told["resume"])
        for before, now in zip(told["runs"], more["runs"], strict=True):
            assert now["outputs"] > before["outputs"] or now["cut"] is None
        told = more


@pytest.mark.usefixtures("clock")
def test_a_trace_that_cannot_come_as_far_again_is_refused_and_not_cut_short(
    own: TestClient, bench: OpenBench, long: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = own.post(f"{API}/traces", json={**long, "seconds": 5}).json()["resume"]
    bench._traces.clear()
    monkeypatch.setattr(trails, "MOST_SECONDS", 6.0)  # two for each policy
    refused = own.post(f"{API}/traces/resume", json={"token": token, "seconds": 1})
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:cointrail:error:walk_gone"
    assert "command line" in refused.json()["hint"]
    facts = refused.json()["facts"]
    assert facts["came_to"] < facts["before"]
    for _ in range(20):  # what it came to is kept, so asking again gets there
        answer = own.post(f"{API}/traces/resume", json={"token": token, "seconds": 1})
        if answer.status_code == 200:
            break
    assert answer.status_code == 200


def test_a_token_of_before_these_were_in_it_is_read(client: TestClient, long: dict[str, Any]) -> None:
    pages = Pages(b"key")  # the key of these servers
    told = client.post(f"{API}/traces", json={**long, **FEW}).json()
    body = json.loads(zlib.decompress(pages.unsealed(told["resume"], "resume AskTrace") or b""))
    assert body.pop("reached")["fifo"] == told["runs"][1]["outputs"]
    assert body.pop("seconds") == 20
    old = pages.sealed(zlib.compress(json.dumps(body).encode()), "resume AskTrace")
    assert _resume(client, old)["runs"]


def test_a_trace_that_came_to_its_own_end_has_nothing_to_resume(
    client: TestClient, long: dict[str, Any]
) -> None:
    assert client.post(f"{API}/traces", json=long).json()["resume"] is None


def test_pages_of_a_resumed_trace_are_the_whole_list(client: TestClient, long: dict[str, Any]) -> None:
    token = client.post(f"{API}/traces", json={**long, **FEW}).json()["resume"]
    whole = _resume(client, token)
    assert whole["next_page"] is None
    seen, page = [], None
    while True:
        told = _resume(client, token, limit=7, page=page)
        seen += told["ends"]
        page = told["next_page"]
        if page is None:
            break
    assert seen == whole["ends"]


def test_a_token_of_another_server_or_question_is_refused(
    demo: DemoFolder, client: TestClient, long: dict[str, Any]
) -> None:
    told = client.post(f"{API}/traces", json={**long, **FEW}).json()
    page = client.get(f"{API}/clusters/{demo.seeds()[0]}/payments", params={"limit": 1}).json()["next_page"]
    for token in (told["resume"][:-4] + "AAAA", page, "é", ""):
        refused = client.post(f"{API}/traces/resume", json={"token": token})
        assert refused.status_code == 422
        assert "goes on with nothing" in refused.json()["detail"]
    assert client.post(f"{API}/traces", json={**long, "page": told["resume"][:400]}).status_code == 422


def test_a_trace_cannot_grow_beyond_what_the_server_follows(client: TestClient, long: dict[str, Any]) -> None:
    token = client.post(f"{API}/traces", json={**long, **FEW}).json()["resume"]
    refused = client.post(f"{API}/traces/resume", json={"token": token, "more_outputs": 1_000_000})
    assert refused.status_code == 422
    assert refused.json()["facts"] == {"name": "max_outputs", "value": 1_000_020}


def test_a_trace_does_not_go_on_from_another_tip(bench: OpenBench, long: dict[str, Any]) -> None:
    tip = str(bench.status().tip.hash)
    ask: dict[str, Any] = {"forward": False, "policies": ["fifo"]}
    assert bench.trace(long["seeds"], before=Before(tip=tip, reached={}), **ask).runs
    with pytest.raises(ChainMoved, match=f"at block {'00' * 32}"):
        bench.trace(long["seeds"], before=Before(tip="00" * 32, reached={}), **ask)


def test_a_token_of_another_tip_is_refused_by_name(client: TestClient, long: dict[str, Any]) -> None:
    ask = AskTrace(**{**long, **FEW})
    token = resume_token(Pages(b"key"), ask, "00" * 32, {"max_outputs": 1})  # the key of these servers
    refused = client.post(f"{API}/traces/resume", json={"token": token})
    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:cointrail:error:chain_moved"
    assert "ask anew" in refused.json()["hint"]
