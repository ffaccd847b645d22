"""A store without a block, one that is written to, one whose chain is replaced: asked meanwhile."""

from __future__ import annotations

import gc
import itertools
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Self

import pytest
from starlette.testclient import TestClient

from cointrail.api.app import serve_app
from cointrail.api.paging import Pages
from cointrail.api.server import Server
from cointrail.api.shapes import exact
from cointrail.clustering.load import load_or_build
from cointrail.errors import StoreError
from cointrail.jobs.job import JobKind
from cointrail.journal.acts import TermsSet
from cointrail.tracing.bounds import Bounds
from cointrail.workbench import CaseBench, OpenBench, Workbench, open_bench
from cointrail.workbench.case_folder import CaseFolder
from support.api_client import API, HOST, TOKEN, signed_in
from support.hard_world import read_blocks
from support.ingest_server import Ingests
from support.job_shops import queue_in, shop_in, work_once
from support.kernel_chain import Branch, random_branch
from support.moving_chain import FIRST, SECOND, SHOP, MovingChain, address, moving_chain
from support.node_writer import NodeWriter
from support.store_scenes import empty_store

PATIENCE = 60.0


@pytest.fixture(scope="module", name="chain")
def _chain(tmp_path_factory: pytest.TempPathFactory) -> MovingChain:
    return moving_chain(tmp_path_factory)


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def _asking(store: Path, place: Path | None = None) -> Any:
    server = Server(
        bench=OpenBench(store),
        pages=Pages(b"key"),
        place=None if place is None else str(place),
        who="ann",
    )
    return signed_in(serve_app(server, token=TOKEN, hosts=[HOST]))


@pytest.fixture(name="client")
def _client(chain: MovingChain, store: Path) -> Iterator[TestClient]:
    read_blocks(chain.blocks("main"), store)
    with _asking(store) as client:
        yield client


def _until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def _tip(client: TestClient) -> int:
    store = client.get(f"{API}/status").json()["store"]
    return -1 if store is None else int(store["tip"]["height"])


def _move(client: TestClient, chain: MovingChain, store: Path, name: str, tip: int) -> None:
    """Ingest another directory of blocks, and wait until answers come from it."""
    read_blocks(chain.blocks(name), store)
    _until(lambda: _tip(client) == tip)


def _problem(told: Any, status: int) -> str:
    assert told.status_code == status, told.text
    return str(told.json()["type"]).removeprefix("urn:cointrail:error:")


# -- without a block


def test_a_folder_without_a_store_is_refused_with_the_command_to_run(store: Path) -> None:
    store.mkdir()
    with pytest.raises(StoreError, match="holds no chain") as refused:
        OpenBench(store)
    assert "cointrail ingest" in str(refused.value.hint)


def test_a_store_without_a_block_says_so_to_every_question_about_the_chain(store: Path) -> None:
    with _asking(empty_store(store)) as client:
        told = client.get(f"{API}/status").json()
        assert (told["network"], told["path"], told["store"]) == ("regtest", str(store), None)
        assert (told["behind"], told["trouble"]) == (False, None)
        asked = [
            client.get(f"{API}/addresses/{address(FIRST)}"),
            client.get(f"{API}/blocks/0"),
            client.post(f"{API}/search", json={"lines": [address(FIRST)]}),
            client.post(
                f"{API}/traces",
                json={"seeds": [address(FIRST)], "direction": "forward", "policies": ["fifo"]},
            ),
        ]
        for one in asked:
            assert _problem(one, 409) == "store_empty"
            assert "has no block yet" in one.json()["detail"]
            assert f"--store {store}" in one.json()["hint"]


def test_a_case_is_opened_with_seeds_before_there_is_a_block(store: Path, tmp_path: Path) -> None:
    ask = {"reference": "C-1", "legal_basis": "an order", "seeds": [{"text": address(FIRST)}]}
    with _asking(empty_store(store), tmp_path / "cases.db") as client:
        assert client.post(f"{API}/cases", json=ask).status_code == 201
        book = client.get(f"{API}/cases/C-1/book").json()
    assert (book["network"], [one["text"] for one in book["seeds"]]) == ("regtest", [address(FIRST)])


def test_an_open_server_answers_as_soon_as_the_first_blocks_are_there(
    chain: MovingChain, store: Path
) -> None:
    with _asking(empty_store(store)) as client:
        _move(client, chain, store, "main", chain.tip)
        assert client.get(f"{API}/transactions/{chain.goes}").status_code == 200


# -- growing


def test_the_rest_of_a_list_is_refused_once_the_chain_went_on(
    chain: MovingChain, store: Path, client: TestClient
) -> None:
    path = f"{API}/addresses/{address(SECOND)}"
    first = client.get(path, params={"limit": 50}).json()
    second = client.get(path, params={"limit": 50, "page": first["next_page"]})
    assert second.json()["basis"] == first["basis"]
    _move(client, chain, store, "longer", chain.tip + 1)
    rest = client.get(path, params={"limit": 50, "page": first["next_page"]})
    assert _problem(rest, 409) == "chain_moved"
    assert "anew" in rest.json()["hint"]
    assert client.get(path).json()["basis"]["tip_height"] == chain.tip + 1


def test_what_a_server_mapped_of_earlier_states_is_given_back(
    chain: MovingChain, store: Path, client: TestClient
) -> None:
    for name, tip in [("longer", chain.tip + 1), ("other", chain.tip + 2)]:
        client.get(f"{API}/clusters/{address(FIRST)}")
        client.post(f"{API}/explanations", json={"a": address(FIRST), "b": address(SECOND)})
        _move(client, chain, store, name, tip)
    gc.collect()
    maps = Path(f"/proc/{os.getpid()}/maps").read_text(encoding="utf-8").splitlines()
    ours = {line.split(maxsplit=5)[5] for line in maps if str(store) in line}
    assert ours
    assert [path for path in ours if path.endswith("(deleted)")] == []


class _Watcher:
    """Asks a server again and again, and keeps each answer with the tip that it names."""

    def __init__(self, client: TestClient, asks: dict[str, Callable[[TestClient], Any]]) -> None:
        self.seen: dict[tuple[str, int], list[Any]] = {}
        self.wrong: list[str] = []
        self._client = client
        self._asks = asks
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        for name in itertools.cycle(self._asks):
            if self._stop.is_set():
                return
            told = self._asks[name](self._client)
            if told.status_code in {404, 409}:
                continue
            if told.status_code != 200:
                self.wrong.append(f"{name}: {told.text}")
                continue
            answer = told.json()
            answer = answer["store"] if name == "status" else answer
            if answer is None:
                continue
            for token in ("next_page", "resume"):
                answer.pop(token, None)
            if answer not in (found := self.seen.setdefault((name, answer["basis"]["tip_height"]), [])):
                found.append(answer)


SEEDS = {"direction": "forward", "policies": ["fifo", "haircut"], "seconds": 30}


def _asks(branch: Branch) -> dict[str, Callable[[TestClient], Any]]:
    name, txid = _subject(branch)
    trace = {"seeds": [f"{txid}:0"], **SEEDS}
    return {
        "status": lambda client: client.get(f"{API}/status"),
        "address": lambda client: client.get(f"{API}/addresses/{name}", params={"limit": 1000}),
        "cluster": lambda client: client.get(f"{API}/clusters/{name}", params={"limit": 1000}),
        "trace": lambda client: client.post(f"{API}/traces", json={**trace, "limit": 1000}),
        "graph": lambda client: client.post(f"{API}/graph/relations", json={"names": [name]}),
    }


def _subject(branch: Branch) -> tuple[str, str]:
    """A script of the random economy, which many transactions are about, and an early coinbase."""
    return f"script:{branch.coins[-1].lock.script.hex()}", str(branch.coins[0].outpoint.txid)


def _as_it_was(branch: Branch, store: Path, name: str, height: int) -> Any:
    """What the command line says of the store as it was at a height."""
    bench, (subject, txid) = Workbench(store, at=height), _subject(branch)
    match name:
        case "address":
            return bench.show_address(subject, limit=1000)
        case "cluster":
            return bench.show_cluster(subject, limit=1000)
        case "graph":
            return bench.graph_relations([subject], of_clusters=True)
        case "trace":
            bounds = Bounds(max_hops=1_000, max_outputs=100_000, seconds=30)
            return bench.trace(
                [f"{txid}:0"], forward=True, policies=["fifo", "haircut"], bounds=bounds, limit=1000
            )
    return bench.status()


SEEN = {118, 131}
"""Heights that are waited for; of the others, whether they are seen is chance."""
OF_THE_DISK = {"disk", "path", "settled_blocks", "undo_checked", "notes"}
"""Of a status, what is not about the chain."""


def test_a_state_that_cannot_be_opened_is_not_tried_at_once_again_and_the_next_is(
    chain: MovingChain, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_blocks(chain.blocks("main"), store)
    tried = 0

    def broken(*_: object, **__: object) -> None:
        nonlocal tried
        tried += 1
        raise OSError("no space left")

    with _asking(store) as client:
        monkeypatch.setattr(open_bench, "load_or_build", broken)
        read_blocks(chain.blocks("longer"), store)
        _until(lambda: client.get(f"{API}/status").json()["trouble"] == "no space left")
        for _ in range(20):
            assert _tip(client) == chain.tip
        assert tried == 1
        monkeypatch.setattr(open_bench, "load_or_build", load_or_build)
        _move(client, chain, store, "other", chain.tip + 2)
        assert client.get(f"{API}/status").json()["trouble"] is None


def _was_seen(watcher: _Watcher, height: int) -> bool:
    return any(tip == height for _, tip in list(watcher.seen))


@pytest.mark.slow
def test_every_answer_while_blocks_come_is_that_of_its_own_tip(tmp_path: Path, store: Path) -> None:
    branch, rng = random_branch(71, 150, busy=40), random.Random(71)
    node = NodeWriter(tmp_path / "blocks")
    heights = [110, 118, 121, 122, 130, 131, 140, 150]
    node.take(branch.blocks[0].stored)
    killed = 0
    with (
        Ingests(node.folder) as ingests,
        _asking(empty_store(store)) as client,
        _Watcher(client, _asks(branch)) as watcher,
    ):
        have = 0
        for height in heights:
            node.take(*(block.stored for block in branch.blocks[have + 1 : height + 1]))
            have = height
            child = ingests.start(store, node.folder, 4_000, 8_000)
            if rng.random() < 0.4:
                time.sleep(rng.random() * 0.1)
                ingests.kill(child)
                killed += ingests.wait() != 0
                ingests.start(store, node.folder, 4_000, 8_000)
            assert ingests.wait() == 0
            if height in SEEN:
                _until(partial(_was_seen, watcher, height))
        _until(lambda: _tip(client) == branch.height)
        _until(
            lambda: ("cluster", branch.height) in watcher.seen and ("trace", branch.height) in watcher.seen
        )
    assert watcher.wrong == []
    assert {height for _, height in watcher.seen} >= {*SEEN, branch.height}
    for (name, height), answers in watcher.seen.items():
        now = exact(_as_it_was(branch, store, name, height))
        for answer in answers:
            assert {key: answer[key] for key in answer.keys() - OF_THE_DISK} == {
                key: now[key] for key in now.keys() - OF_THE_DISK
            }, (name, height)
            assert answer["basis"]["tip_hash"] == str(branch.blocks[height].hash)


# -- replaced


def test_what_lay_in_a_replaced_block_is_no_longer_found(
    chain: MovingChain, store: Path, client: TestClient
) -> None:
    before = client.get(f"{API}/clusters/{address(FIRST)}").json()
    assert before["cluster"]["size"] == 2
    _move(client, chain, store, "other", chain.tip + 2)
    assert _problem(client.get(f"{API}/transactions/{chain.goes}"), 404) == "not_found"
    assert client.get(f"{API}/clusters/{address(FIRST)}").json()["cluster"]["size"] == 1
    (line,) = client.post(f"{API}/search", json={"lines": [before["basis"]["tip_hash"]]}).json()["lines"]
    assert not line["found"]
    trace = {"seeds": [f"{chain.goes}:0"], **SEEDS}
    assert _problem(client.post(f"{API}/traces", json=trace), 404) == "not_found"
    asked = client.post(f"{API}/graph/transactions", json={"txids": [chain.stays, chain.goes]})
    assert chain.goes in asked.json()["detail"]


def test_the_rest_of_a_list_is_refused_once_the_chain_was_replaced(
    chain: MovingChain, store: Path, client: TestClient
) -> None:
    trace = {"seeds": [f"{chain.stays}:{k}" for k in range(5)], **SEEDS, "limit": 1}
    first = client.post(f"{API}/traces", json=trace).json()
    assert first["next_page"]
    _move(client, chain, store, "other", chain.tip + 2)
    rest = client.post(f"{API}/traces", json={**trace, "page": first["next_page"]})
    assert _problem(rest, 409) == "chain_moved"


def _kept(client: TestClient) -> str:
    """A case of both scripts, kept; where it is."""
    seeds = [{"text": address(FIRST)}, {"text": address(SECOND)}]
    ask = {"reference": "C-1", "legal_basis": "an order", "seeds": seeds}
    assert client.post(f"{API}/cases", json=ask).status_code == 201
    return f"{API}/cases/C-1"


def _exhibit(client: TestClient, case: str, command: str, **options: Any) -> str:
    made = client.post(f"{case}/exhibits", json={"command": command, "options": options})
    assert made.status_code == 201, made.text
    return f"{case}/exhibits/{made.json()['number']}"


def test_an_exhibit_stays_at_its_height_and_says_when_that_went_another_way(
    chain: MovingChain, store: Path, tmp_path: Path
) -> None:
    read_blocks(chain.blocks("main"), store)
    with _asking(store, tmp_path / "cases.db") as client:
        case = _kept(client)
        exhibit = _exhibit(client, case, "tx show", txid=chain.goes)
        _move(client, chain, store, "longer", chain.tip + 1)
        grown = client.post(f"{exhibit}/verify").json()
        assert (grown["outcome"], grown["height"]) == ("same", chain.tip)
        _move(client, chain, store, "other", chain.tip + 2)
        moved = client.post(f"{exhibit}/verify").json()
        assert moved["outcome"] == "not_comparable"
        assert "went another way" in moved["says"]
        assert client.get(exhibit).json()["answer"]["txid"] == chain.goes


def test_an_exhibit_rests_on_the_tip_that_is_shown_while_the_next_is_made_ready(
    chain: MovingChain, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_blocks(chain.blocks("main"), store)
    ready = threading.Event()
    with _asking(store, tmp_path / "cases.db") as client:
        case = _kept(client)
        monkeypatch.setattr(open_bench, "load_or_build", _after(ready, load_or_build))
        read_blocks(chain.blocks("longer"), store)
        shown = client.get(f"{API}/clusters/{address(FIRST)}").json()
        assert client.get(f"{API}/status").json()["behind"]
        exhibit = _exhibit(client, case, "cluster show", cluster=address(FIRST))
        basis = client.get(exhibit).json()["basis"]
        ready.set()
        _until(lambda: _tip(client) == chain.tip + 1)
        assert client.post(f"{exhibit}/verify").json()["outcome"] == "same"
    assert (basis["tip_hash"], basis["tip_height"]) == (shown["basis"]["tip_hash"], chain.tip)
    assert basis["clusters_digest"] == shown["basis"]["clusters_digest"]


def _after(ready: threading.Event, done: Callable[..., Any]) -> Callable[..., Any]:
    """The same, that first waits."""

    def waiting(*args: Any, **more: Any) -> Any:
        assert ready.wait(PATIENCE)
        return done(*args, **more)

    return waiting


def test_a_judgement_on_what_was_replaced_is_refused_by_name_and_others_hold(
    chain: MovingChain, store: Path, tmp_path: Path
) -> None:
    read_blocks(chain.blocks("main"), store)
    with _asking(store, tmp_path / "cases.db") as client:
        case = _kept(client)
        apart = {"kind": "apart", "about": [address(FIRST), address(SECOND)], "why": "two people"}
        hand = {"kind": "same_hand", "about": [address(FIRST), address(SHOP)], "why": "as he says"}
        cluster = {"url": f"{API}/clusters/{address(FIRST)}", "params": {"case": "C-1"}}
        assert client.post(f"{case}/judgements", json=apart).status_code == 201
        assert client.get(**cluster).json()["cluster"]["size"] == 1
        assert client.post(f"{case}/judgements", json=hand).status_code == 201
        _move(client, chain, store, "longer", chain.tip + 1)
        assert client.get(**cluster).json()["basis"]["tip_height"] == chain.tip + 1
        _move(client, chain, store, "other", chain.tip + 2)
        refused = client.get(**cluster)
        assert _problem(refused, 404) == "not_found"
        assert address(SHOP) in refused.json()["detail"]
        assert client.get(f"{API}/clusters/{address(FIRST)}").status_code == 200


# -- a case that is run meanwhile


@pytest.mark.slow
def test_a_case_run_as_a_job_while_blocks_come_is_that_of_one_tip(
    chain: MovingChain, store: Path, tmp_path: Path
) -> None:
    read_blocks(chain.blocks("main"), store)
    shop = shop_in(tmp_path, store)
    with CaseBench(shop.place, "ann") as cases:
        cases.new("C-1", "section 1", network="regtest", seeds=[address(SECOND)])
        cases.terms("C-1", TermsSet(policies=("fifo", "haircut")))
    with queue_in(shop) as queue, Ingests(chain.blocks("main")) as ingests:
        job = queue.add(JobKind.CASE_RUN, "C-1", {"reference": "C-1", "options": {}}).id
        working = threading.Thread(target=work_once, args=(shop,))
        working.start()
        for name in itertools.cycle(["other", "main", "longer", "main"]):
            ingests.start(store, chain.blocks(name), 4_000, 8_000)
            assert ingests.wait() == 0
            if not working.is_alive() and name == "main":
                break
        working.join()
        assert queue.get(job).problem is None
        run = CaseFolder(shop.work / "runs" / "C-1" / job)
    tips = {}
    for name in ("main", "other", "longer"):
        read_blocks(chain.blocks(name), tmp_path / name)
        tips[str(Workbench(tmp_path / name).status().tip.hash)] = tmp_path / name
    with CaseBench(shop.place, "ann") as cases:
        source = cases.case_for("C-1")
    again = Workbench(tips[run.summary["tip"]["hash"]]).run_case(source, tmp_path / "again")
    assert (again.out / "payments.csv").read_bytes() == (run.folder / "payments.csv").read_bytes()
