"""Jobs over the API: asked for, done, watched, downloaded; and whatever may be wrong with asking."""

from __future__ import annotations

import io
import json
import shutil
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from starlette.testclient import TestClient

from cointrail.api.guard import Guard
from cointrail.api.job_events import MOST_STREAMS, Streams, _events, event_stream
from cointrail.jobs.job import JobKind
from cointrail.jobs.runs import Runs
from cointrail.jobs.shop import Shop
from cointrail.jobs.work_folder import WorkFolder
from cointrail.journal.acts import TermsSet
from cointrail.journal.book import Deed
from cointrail.workbench import CaseBench, verify_bundle
from cointrail.workbench.case_folder import CaseFolder
from cointrail.workbench.json_values import plain
from support.api_client import API, demo_app, signed_in
from support.demo_world import DemoFolder
from support.job_shops import queue_in, shop_in, work_once
from support.kept_cases import REFERENCE, kept_case

NAME = "DEMO-1"


@pytest.fixture(scope="module", name="shop")
def _shop(tmp_path_factory: pytest.TempPathFactory, demo: DemoFolder) -> Shop:
    folder = tmp_path_factory.mktemp("shop")
    shop = shop_in(folder, demo.store, str(kept_case(tmp_path_factory, demo, folder)))
    return replace(shop, blocks=demo.blocks)


@pytest.fixture(scope="module", name="app")
def _app(demo: DemoFolder, shop: Shop) -> Guard:
    return demo_app(demo, shop)


@pytest.fixture(name="client")
def _client(app: Guard) -> Iterator[TestClient]:
    with signed_in(app) as client:
        yield client


def _ask(client: TestClient, kind: str, **options: object) -> str:
    asked = client.post(f"{API}/jobs", json={"kind": kind, "case": NAME, "options": options})
    assert asked.status_code == 202, asked.text
    found: dict[str, Any] = asked.json()
    assert (found["state"], found["kind"], found["case"]) == ("waiting", kind, NAME)
    return str(found["id"])


def _done(client: TestClient, shop: Shop, kind: str, **options: object) -> dict[str, Any]:
    job = _ask(client, kind, **options)
    work_once(shop)
    found: dict[str, Any] = client.get(f"{API}/jobs/{job}").json()
    assert found["state"] == "done", found["problem"]
    return found


def _file(client: TestClient, job: dict[str, Any], name: str) -> bytes:
    told = client.get(f"{API}/jobs/{job['id']}/files/{name}")
    assert told.status_code == 200, told.text
    assert told.headers["content-disposition"] == f'attachment; filename="{name}"'
    listed = {one["name"]: one["bytes"] for one in job["result"]["files"]}
    assert len(told.content) == listed[name]
    return told.content


def test_a_run_of_a_kept_case_is_what_its_case_shows_afterwards(client: TestClient, shop: Shop) -> None:
    job = _done(client, shop, "case_run")
    shown = client.get(f"{API}/cases/{NAME}").json()["summary"]
    assert shown["basis_digest"] == job["result"]["summary"]["basis_digest"]
    run = CaseFolder(shop.work / "runs" / NAME / job["id"])
    assert run.summary == shown
    (line,) = (one for one in client.get(f"{API}/cases").json()["cases"] if one["name"] == NAME)
    assert line["run"]["basis_digest"] == shown["basis_digest"]


@pytest.mark.parametrize("currency", [None, "USD"])
def test_a_case_that_names_no_files_is_run_with_those_of_the_server(
    demo: DemoFolder, tmp_path: Path, currency: str | None
) -> None:
    shop = replace(shop_in(tmp_path, demo.store), tags=(demo.tags,), prices=(demo.prices,))
    with CaseBench(shop.place, "ann") as cases:
        cases.new("C-1", "section 1", network="regtest")
        cases.seed("C-1", demo.seeds())
        cases.book.add("C-1", Deed(TermsSet(policies=("fifo", "haircut"), currency=currency)))
    with queue_in(shop) as queue:
        job = queue.add(JobKind.CASE_RUN, "C-1", {"reference": "C-1", "options": {}}).id
        work_once(shop)
        assert queue.get(job).problem is None
    run = CaseFolder(shop.work / "runs" / "C-1" / job)
    assert run.summary["leads"]["payments_same_hand"] > 0
    assert ("fiat_at_payment_time" in run.summary["payments"]) == (currency is not None)


def test_a_run_whose_files_were_changed_is_not_shown_and_named_in_the_log_once(
    demo: DemoFolder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    work = WorkFolder(tmp_path / "work")
    for name, added in (("whole", b""), ("changed", b"x")):
        folder = work.path / "runs" / name / "20260301000000000000-0000"
        shutil.copytree(demo.path / "case", folder)
        with (folder / "leads.csv").open("ab") as file:
            file.write(added)
    assert list(Runs({}, work)) == ["whole"]
    assert len(Runs({"elsewhere": CaseFolder(demo.path / "case")}, work)) == 2
    assert [one.getMessage().count("runs/changed/") for one in caplog.records] == [2]


def test_a_job_runs_the_case_as_the_command_line_does(client: TestClient, shop: Shop, tmp_path: Path) -> None:
    job = _done(client, shop, "case_run")
    with CaseBench(shop.place, "ann") as cases:
        source = cases.case_for(REFERENCE)
    from cointrail.workbench import Workbench  # noqa: PLC0415 -- it loads the kernels

    Workbench(shop.store).run_case(source, tmp_path / "run")
    for path in (tmp_path / "run").iterdir():
        assert path.read_bytes() == (shop.work / "runs" / NAME / job["id"] / path.name).read_bytes()


def test_a_report_is_downloaded_whole_and_noted_once(client: TestClient, shop: Shop) -> None:
    for _ in range(2):
        job = _done(client, shop, "report", data=True, record=True)
    assert _file(client, job, "report.pdf").startswith(b"%PDF")
    assert zipfile.ZipFile(io.BytesIO(_file(client, job, "case.xlsx"))).testzip() is None
    with CaseBench(shop.place, "ann") as cases:
        noted = [one.result for one in cases.case(REFERENCE).outputs]
    assert len(noted) == len(set(noted))


def test_a_downloaded_bundle_verifies_and_is_the_same_bytes_again(
    client: TestClient, shop: Shop, tmp_path: Path
) -> None:
    name = f"{NAME}-bundle.zip"
    made = _done(client, shop, "bundle")
    data = _file(client, made, name)
    zipfile.ZipFile(io.BytesIO(data)).extractall(tmp_path)
    found = verify_bundle(tmp_path / f"{NAME}-bundle")
    assert not found.fails
    checked = _done(client, shop, "bundle_verify", job=made["id"])
    assert json.loads(_file(client, checked, "verdict.json")) == plain(found)
    assert _file(client, _done(client, shop, "bundle"), name) == data


def test_a_bundle_has_a_request_for_a_timestamp_where_that_is_asked_for(
    client: TestClient, shop: Shop
) -> None:
    job = _done(client, shop, "bundle", timestamp_request=True)
    with zipfile.ZipFile(io.BytesIO(_file(client, job, f"{NAME}-bundle.zip"))) as archive:
        assert [name for name in archive.namelist() if name.endswith(".tsq")] != []


def test_exhibits_are_asked_again_by_a_job(client: TestClient, shop: Shop) -> None:
    job = _done(client, shop, "exhibits_verify")
    assert job["result"]["summary"]["outcomes"] == {"same": 1}
    (verdict,) = json.loads(_file(client, job, "verdicts.json"))
    assert verdict["number"] == 1


def test_packets_are_found_by_the_digest_that_their_request_names(client: TestClient, shop: Shop) -> None:
    for _ in range(2):
        job = _done(client, shop, "packets", ask="preservation", record=True)
    made = job["result"]["summary"]["packets"]
    assert zipfile.ZipFile(io.BytesIO(_file(client, job, f"{NAME}-packets.zip"))).testzip() is None
    with CaseBench(shop.place, "ann") as cases:
        requests = {one.number: one.made.what.packet for one in cases.case(REFERENCE).requests}
    assert requests == {one["request"]: one["sha256"] for one in made}
    for one in made:
        assert (shop.work / "packets" / one["sha256"] / "transactions.csv").is_file()


def test_no_packet_is_made_of_a_run_that_its_case_has_moved_on_from(
    demo: DemoFolder, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shop = shop_in(tmp_path, demo.store, str(kept_case(tmp_path_factory, demo, tmp_path)))
    with CaseBench(shop.place, "ann") as cases:
        cases.judge(REFERENCE, "no_link", ["a" * 64], why="a letter")
    said = "1 judgement of the case is not in this run"
    with signed_in(demo_app(demo, shop)) as client:
        job = _ask(client, "packets", ask="preservation")
        work_once(shop)
        found = client.get(f"{API}/jobs/{job}").json()
        assert said in found["problem"]["detail"]
        report = _done(client, shop, "report", data=True)
        assert report["result"]["summary"]["changed"] == [said]
        assert json.loads(_file(client, report, "case.json"))["changed_since_run"] == [said]


# -- watching


def _read_events(text: str) -> list[dict[str, Any]]:
    return [
        json.loads(line.removeprefix("data: ")) for line in text.splitlines() if line.startswith("data: ")
    ]


def test_the_events_of_a_job_end_with_it(client: TestClient, shop: Shop) -> None:
    job = _ask(client, "case_run")
    worker = threading.Timer(0.7, work_once, [shop])
    worker.start()
    told = client.get(f"{API}/jobs/{job}/events")
    worker.join()
    assert told.headers["content-type"].startswith("text/event-stream")
    states = list(dict.fromkeys(one["state"] for one in _read_events(told.text)))
    assert (states[0], states[-1]) == ("waiting", "done")
    again = _read_events(client.get(f"{API}/jobs/{job}/events").text)
    assert [one["state"] for one in again] == ["done"]


def test_a_slow_reader_gets_the_newest_state_and_nothing_is_piled_up(tmp_path: Path) -> None:
    async def read() -> list[dict[str, Any]]:
        stream = _events(queue, queue.get(job))
        first = await anext(stream)
        for step in range(50):
            queue.beat(job, "trace", step, 50)
        queue.cancel(job)
        queue.stopped(job)
        return _read_events((first + b"".join([one async for one in stream])).decode())

    with queue_in(shop_in(tmp_path)) as queue:
        job = queue.add(JobKind.CASE_RUN, "C-1", {"options": {}}).id
        queue.claim()
        events = anyio.run(read)
    assert [one["state"] for one in events] == ["running", "cancelled"]
    assert events[-1]["done"] == 49


def test_more_streams_than_a_user_has_windows_are_refused(tmp_path: Path) -> None:
    streams = Streams()
    with queue_in(shop_in(tmp_path)) as queue:
        job = queue.add(JobKind.CASE_RUN, "C-1", {"options": {}}).id
        taken = [event_stream(queue, job, streams).status_code for _ in range(MOST_STREAMS + 1)]
    assert taken == [200] * MOST_STREAMS + [429]


# -- asking wrongly


@pytest.mark.parametrize(
    ("ask", "status", "says"),
    [
        ({"kind": "case_run", "case": "nobody"}, 404, "there is no case"),
        ({"kind": "case_run", "case": "../demo"}, 404, "there is no case"),
        ({"kind": "dig", "case": NAME}, 422, "dig"),
        ({"kind": "case_run", "case": NAME, "options": {"fast": True}}, 422, "fast"),
        ({"kind": "packets", "case": NAME, "options": {"ask": "arrest"}}, 422, "arrest|preservation"),
        ({"kind": "packets", "case": NAME}, 422, "options"),
        ({"kind": "bundle_verify", "case": NAME, "options": {"job": "none"}}, 404, "no file"),
        ({"kind": "bundle", "case": NAME, "options": {"sign": True}}, 422, "no key"),
    ],
)
def test_work_that_cannot_be_done_is_refused_when_it_is_asked_for(
    client: TestClient, ask: dict[str, Any], status: int, says: str
) -> None:
    refused = client.post(f"{API}/jobs", json=ask)
    assert refused.status_code == status, refused.text
    detail = refused.json()["detail"] + (refused.json()["hint"] or "")
    assert any(word in detail for word in says.split("|"))


def test_a_report_needs_a_run_before_it(demo: DemoFolder, tmp_path: Path) -> None:
    shop = shop_in(tmp_path, demo.store)
    with CaseBench(shop.place, "ann") as cases:
        cases.new("C-1", "section 1", network="regtest")
    with signed_in(demo_app(demo, shop)) as client:
        refused = client.post(f"{API}/jobs", json={"kind": "report", "case": "C-1"})
        assert refused.status_code == 404
        assert "was not run yet" in refused.json()["detail"]
        bundle = client.post(f"{API}/jobs", json={"kind": "bundle", "case": "C-1"})
        assert "--blocks" in bundle.json()["hint"]


def test_a_run_that_no_kept_case_belongs_to_is_reported_on_and_not_run(
    demo: DemoFolder, tmp_path: Path
) -> None:
    shop = shop_in(tmp_path, demo.store)
    with signed_in(demo_app(demo, shop)) as client:
        refused = client.post(f"{API}/jobs", json={"kind": "case_run", "case": "demo"})
        assert refused.status_code == 422
        asked = client.post(f"{API}/jobs", json={"kind": "report", "case": "demo"}).json()
        work_once(shop)
        found = client.get(f"{API}/jobs/{asked['id']}").json()
    assert (found["state"], [one["name"] for one in found["result"]["files"]]) == (
        "done",
        ["report.json", "report.pdf"],
    )


def test_a_job_that_waits_is_cancelled_and_is_never_done(client: TestClient, shop: Shop) -> None:
    job = _ask(client, "case_run")
    assert client.post(f"{API}/jobs/{job}/cancel").json()["state"] == "cancelled"
    work_once(shop)
    assert client.get(f"{API}/jobs/{job}").json()["attempts"] == 0
    assert client.post(f"{API}/jobs/20260301000000000000-0000/cancel").status_code == 404


@pytest.mark.parametrize("name", ["..%2f..%2fcases.db", "%2e%2e", "report.pdf%00", "nothing.pdf", "a%5cb"])
def test_a_download_leads_to_no_other_file(client: TestClient, shop: Shop, name: str) -> None:
    job = _done(client, shop, "exhibits_verify")
    assert client.get(f"{API}/jobs/{job['id']}/files/{name}").status_code == 404


def test_jobs_are_listed_newest_first_page_by_page(client: TestClient) -> None:
    jobs = [_ask(client, "exhibits_verify") for _ in range(3)]
    for job in jobs:
        client.post(f"{API}/jobs/{job}/cancel")
    first = client.get(f"{API}/jobs", params={"limit": 2, "case": NAME}).json()
    rest = client.get(f"{API}/jobs", params={"limit": 2, "case": NAME, "page": first["next_page"]}).json()
    assert [one["id"] for one in (*first["jobs"], *rest["jobs"])][:3] == jobs[::-1]


def test_a_server_without_jobs_says_so(demo: DemoFolder) -> None:
    with signed_in(demo_app(demo)) as client:
        assert client.get(f"{API}/jobs").status_code == 404
