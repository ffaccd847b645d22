"""Heavy requests wait for each other, hold nobody else up, and end when their time is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import anyio
import numpy as np
import pytest
from starlette.testclient import TestClient

from cointrail.api.app import ANSWERED_AT_ONCE, serve_app
from cointrail.api.cases import LIGHT_CONDITIONS
from cointrail.api.guard import Guard, Message
from cointrail.api.heavy import AT_ONCE, MOST_WAITING, HeavyRoom
from cointrail.api.paging import Pages
from cointrail.api.problems import RETRY_AFTER_S
from cointrail.api.server import Server
from cointrail.lookups.trace_views import TraceView
from cointrail.workbench import OpenBench
from support.api_client import API, HOST, TOKEN, signed_in
from support.demo_world import DemoFolder
from support.kept_api import CASE, added, kept_app

PATIENCE_S = 60.0
"""Far more than anything here takes."""
FIFTY = AT_ONCE + MOST_WAITING


class SlowBench(OpenBench):
    """Its traces take until they are told to go on."""

    def __init__(self, store: Path) -> None:
        super().__init__(store)
        self.begun = self.ended = self.most_at_once = 0
        self.go_on = Event()

    def trace(self, *given: Any, **named: Any) -> TraceView:
        self.begun += 1
        self.most_at_once = max(self.most_at_once, self.begun - self.ended)
        assert self.go_on.wait(PATIENCE_S)
        found = super().trace(*given, **named)
        self.ended += 1
        return found


@pytest.fixture(name="bench")
def _bench(demo: DemoFolder) -> Iterator[SlowBench]:
    bench = SlowBench(demo.store)
    yield bench
    bench.go_on.set()


@pytest.fixture(name="ask")
def _ask(demo: DemoFolder) -> dict[str, Any]:
    return {"seeds": [demo.payments()[0]["outpoint"]], "direction": "forward", "policies": ["fifo"]}


def app_of(bench: OpenBench, room: HeavyRoom) -> Guard:
    return serve_app(Server(bench=bench, pages=Pages(b"key"), room=room), token=TOKEN, hosts=[HOST])


@contextmanager
def busy(
    bench: SlowBench, client: TestClient, ask: dict[str, Any], traces: int, at_work: int
) -> Iterator[list[Future[Any]]]:
    """So many traces are asked for, and so many of them are at work."""
    with ThreadPoolExecutor(traces) as pool:
        asked = [pool.submit(client.post, f"{API}/traces", json=ask) for _ in range(traces)]
        try:
            wait_until(lambda: bench.begun == at_work)
            yield asked
        finally:
            bench.go_on.set()


def wait_until(there: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not there() and time.monotonic() < until:
        time.sleep(0.01)
    assert there()


def test_what_is_answered_at_once_is_while_heavy_requests_work_and_wait(
    bench: SlowBench, ask: dict[str, Any]
) -> None:
    more_than_threads = 2 * ANSWERED_AT_ONCE
    with (
        signed_in(app_of(bench, HeavyRoom())) as client,
        busy(bench, client, ask, more_than_threads, AT_ONCE),
    ):
        for _ in range(10):
            assert client.get(f"{API}/status").status_code == 200
        assert bench.ended == 0


def test_heavy_requests_are_all_answered_a_few_at_a_time(bench: SlowBench, ask: dict[str, Any]) -> None:
    with signed_in(app_of(bench, HeavyRoom())) as client:
        with busy(bench, client, ask, 6, AT_ONCE) as asked:
            bench.go_on.set()
        assert {one.result().status_code for one in asked} == {200}
    assert bench.most_at_once == AT_ONCE


def test_beyond_the_bound_a_heavy_request_is_told_when_to_ask_again(
    bench: SlowBench, ask: dict[str, Any]
) -> None:
    room = HeavyRoom(at_once=1, waiting=0)
    with signed_in(app_of(bench, room)) as client:
        with busy(bench, client, ask, 1, 1):
            refused = client.post(f"{API}/traces", json=ask)
        assert client.post(f"{API}/traces", json=ask).status_code == 200
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == str(RETRY_AFTER_S)
    assert refused.json()["type"] == "urn:cointrail:error:server_busy"


def test_a_heavy_request_waits_no_longer_than_it_may(bench: SlowBench, ask: dict[str, Any]) -> None:
    with (
        signed_in(app_of(bench, HeavyRoom(at_once=1, longest_s=0.05))) as client,
        busy(bench, client, ask, 1, 1),
    ):
        refused = client.post(f"{API}/traces", json=ask)
    assert refused.status_code == 429
    assert "0.05 seconds" in refused.json()["detail"]


def test_a_refused_request_leaves_its_place(bench: SlowBench, ask: dict[str, Any]) -> None:
    bench.go_on.set()
    with signed_in(app_of(bench, HeavyRoom(at_once=1, waiting=0))) as client:
        for _ in range(3):
            assert client.post(f"{API}/traces", json={**ask, "seeds": ["nothing"]}).status_code == 422
        assert client.post(f"{API}/traces", json=ask).status_code == 200


def test_a_question_is_heavy_when_it_asks_for_more_than_is_light(
    demo: DemoFolder, bench: SlowBench, ask: dict[str, Any]
) -> None:
    path = f"{API}/clusters/{demo.seeds()[0]}/tiers"
    with (
        signed_in(app_of(bench, HeavyRoom(at_once=1, waiting=0))) as client,
        busy(bench, client, ask, 1, 1),
    ):
        assert client.get(path).status_code == 200
        assert client.get(path, params={"most_outputs": 20_000_000}).status_code == 429
        assert client.get(path, params={"most_outputs": "9" * 5_000}).status_code in {422, 429}


def test_a_question_is_no_lighter_for_how_its_number_is_written(
    demo: DemoFolder, bench: SlowBench, ask: dict[str, Any]
) -> None:
    path = f"{API}/clusters/{demo.seeds()[0]}/tiers"
    zeros = "0" * 20 + "20000000"
    others = ("+20000000", " 20000000 ", "20_000_000", "20000000.0", "\u0662" * 8, "\uff12" * 8)
    with (
        signed_in(app_of(bench, HeavyRoom(at_once=1, waiting=0))) as client,
        busy(bench, client, ask, 1, 1),
    ):
        for text in (zeros, *others):
            assert client.get(path, params={"most_outputs": text}).status_code in {422, 429}
        assert client.get(path, params={"most_outputs": "00020000"}).status_code == 200


def test_a_look_at_a_table_is_heavy_when_it_compares_more_than_is_light(
    demo: DemoFolder, bench: SlowBench, ask: dict[str, Any], tmp_path: Path
) -> None:
    every = {"column": "value_sat", "how": "at_least", "text": "0"}
    light = {"filters": [every] * (LIGHT_CONDITIONS - 1), "order": [{"column": "time_utc"}]}
    heavy = {**light, "filters": [every] * LIGHT_CONDITIONS}
    path = f"{CASE}/tables/payments"
    room = HeavyRoom(at_once=1, waiting=0)
    with signed_in(kept_app(demo, bench, str(tmp_path / "a.db"), room=room)) as client:
        with busy(bench, client, ask, 1, 1):
            told = client.post(path, json=light)
            assert client.post(path, json=heavy).status_code == 429
        assert client.post(path, json=heavy).json()["rows"] == told.json()["rows"]


def test_fifty_heavy_looks_at_a_table_at_once_are_all_answered(
    demo: DemoFolder, bench: SlowBench, tmp_path: Path
) -> None:
    every = {"column": "value_sat", "how": "at_least", "text": "0"}
    ask = {"filters": [every] * 50, "limit": 1}
    with (
        signed_in(kept_app(demo, bench, str(tmp_path / "a.db"))) as client,
        ThreadPoolExecutor(FIFTY) as pool,
    ):
        asked = [pool.submit(client.post, f"{CASE}/tables/payments", json=ask) for _ in range(FIFTY)]
        assert {one.result().status_code for one in asked} == {200}


def test_nothing_is_worked_out_for_who_left_while_waiting(bench: SlowBench) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": f"{API}/transactions/{'00' * 32}/join",
        "query_string": b"",
        "headers": [(b"host", HOST.encode()), (b"authorization", f"Bearer {TOKEN}".encode())],
    }
    anyio.run(app_of(bench, HeavyRoom()), scope, receive, send)
    assert sent[0]["status"] == 499


# -- memory


class FullBench(OpenBench):
    """Its traces find no memory."""

    def trace(self, *_given: Any, **_named: Any) -> TraceView:
        np.zeros(1 << 62, np.uint8)
        raise AssertionError("there was memory")


def test_what_needs_more_memory_than_there_is_fails_alone_and_says_so(
    demo: DemoFolder, ask: dict[str, Any]
) -> None:
    with signed_in(app_of(FullBench(demo.store), HeavyRoom())) as client:
        refused = client.post(f"{API}/traces", json=ask)
        assert client.get(f"{API}/status").status_code == 200
    assert refused.status_code == 503
    assert refused.json()["type"] == "urn:cointrail:error:no_memory"
    assert "--memory" in refused.json()["hint"]


# -- time


def test_an_exhibit_that_takes_too_long_is_not_on_the_case_and_says_how_else(
    demo: DemoFolder, tmp_path: Path
) -> None:
    bench = OpenBench(demo.store, tags=[demo.tags])
    seed = demo.payments()[0]["outpoint"]
    ask = {"command": "trace forward", "options": {"seeds": [seed], "policy": ["fifo"]}}
    with signed_in(kept_app(demo, bench, str(tmp_path / "a.db"), room=HeavyRoom(seconds=0))) as client:
        before = client.get(f"{CASE}/journal").json()["head"]
        refused = client.post(f"{CASE}/exhibits", json=ask)
        assert client.get(f"{CASE}/journal").json()["head"] == before
    assert refused.status_code == 422
    assert refused.json()["type"] == "urn:cointrail:error:out_of_time"
    assert "cointrail case exhibit add" in refused.json()["hint"]


def test_an_exhibit_of_a_case_run_ends_when_its_time_is_over(demo: DemoFolder, tmp_path: Path) -> None:
    bench = OpenBench(demo.store, tags=[demo.tags])
    with signed_in(kept_app(demo, bench, str(tmp_path / "a.db"), room=HeavyRoom(seconds=0))) as client:
        refused = client.post(f"{CASE}/exhibits", json={"command": "case run", "options": {}})
    assert refused.json()["type"] == "urn:cointrail:error:out_of_time"


def test_a_check_that_takes_too_long_is_no_verdict(demo: DemoFolder, tmp_path: Path) -> None:
    bench, place = OpenBench(demo.store, tags=[demo.tags]), str(tmp_path / "a.db")
    seed = demo.payments()[0]["outpoint"]
    with signed_in(kept_app(demo, bench, place)) as client:
        ask = {"command": "trace forward", "options": {"seeds": [seed], "policy": ["fifo"]}}
        number = added(client, "exhibits", **ask)["number"]
        assert client.post(f"{CASE}/exhibits/{number}/verify").json()["outcome"] == "same"
    with signed_in(kept_app(demo, bench, place, room=HeavyRoom(seconds=0))) as client:
        refused = client.post(f"{CASE}/exhibits/{number}/verify")
    assert refused.status_code == 422
    assert "exhibits_verify" in refused.json()["hint"]
