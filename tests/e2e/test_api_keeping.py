"""A served run becomes a kept case, and a kept case leaves as a folder."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cointrail.api.app import serve_app
from cointrail.api.paging import Pages
from cointrail.api.server import Server
from cointrail.errors import BadInput
from cointrail.journal.entry import Head
from cointrail.workbench import CaseBench, OpenBench, verify_journal_file
from cointrail.workbench.case_files import definition_digest
from cointrail.workbench.case_folder import CaseFolder
from support.api_client import API, HOST, TOKEN, signed_in
from support.demo_world import DemoFolder
from support.kept_cases import REFERENCE

KEEP = f"{API}/cases/case/keep"


@contextmanager
def serving_run(
    demo: DemoFolder, place: Path, *, tags: Sequence[Path], prices: Sequence[Path], run: Path | None = None
) -> Iterator[TestClient]:
    """A server that has the demo's run and keeps no case yet."""
    server = Server(
        bench=OpenBench(demo.store, tags=tags),
        pages=Pages(b"key"),
        cases={"case": CaseFolder(run or demo.path / "case")},
        place=str(place),
        who="ann",
        prices=tuple(prices),
    )
    with signed_in(serve_app(server, token=TOKEN, hosts=[HOST])) as client:
        yield client


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Path:
    return tmp_path / "cases.db"


def test_a_kept_run_says_what_its_case_file_says(demo: DemoFolder, place: Path, tmp_path: Path) -> None:
    actors = demo.tags.with_name("exchanges.actorpack.yaml")
    with serving_run(demo, place, tags=[demo.tags, actors], prices=[demo.prices]) as client:
        told = client.post(KEEP)
        assert told.status_code == 201, told.text
        assert (told.json()["name"], told.json()["left_out"]) == (REFERENCE, [])
        (line,) = client.get(f"{API}/cases").json()["cases"]
        assert (line["name"], line["kept"]) == (REFERENCE, True)
        assert line["run"]["payments"] > 0
    with CaseBench(str(place), "ann") as kept, CaseBench(str(tmp_path / "other.db"), "ann") as other:
        other.take_file(demo.case, network="regtest")
        assert definition_digest(kept.case(REFERENCE)) == definition_digest(other.case(REFERENCE))
        assert kept.case_for(REFERENCE) is not None


def test_files_that_the_server_has_not_are_named_as_left_out(demo: DemoFolder, place: Path) -> None:
    with serving_run(demo, place, tags=[demo.tags], prices=[]) as client:
        assert client.post(KEEP).json()["left_out"] == ["tags", "prices"]
        terms = client.get(f"{API}/cases/{REFERENCE}/book").json()["terms"]
    assert (terms["tags"], terms["prices"], terms["currency"]) == ([], [], "USD")
    assert terms["reason"].endswith("its tags and prices were not at hand")


def test_a_case_is_kept_once(demo: DemoFolder, place: Path) -> None:
    with serving_run(demo, place, tags=[], prices=[]) as client:
        assert client.post(KEEP).status_code == 201
        again = client.post(KEEP)
        assert (again.status_code, again.json()["detail"]) == (422, "`case` is kept already")
        assert client.post(f"{API}/cases/nobody/keep").status_code == 404


def test_a_run_whose_basis_was_changed_is_not_kept(demo: DemoFolder, place: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    for path in (demo.path / "case").iterdir():
        (run / path.name).write_bytes(path.read_bytes())
    basis = json.loads((run / "basis.json").read_bytes())
    basis["settings"]["legal_basis"] = "another"
    with serving_run(demo, place, tags=[], prices=[], run=run) as client:
        (run / "basis.json").write_text(json.dumps(basis))
        assert client.post(KEEP).json()["detail"] == "`basis.json` is not as the case run wrote it"
        assert client.get(f"{API}/cases/{REFERENCE}/book").status_code == 404
    with pytest.raises(BadInput, match="is not the file that the run wrote"):
        CaseFolder(run)


def test_an_exported_case_has_its_journal_to_the_byte(demo: DemoFolder, place: Path, tmp_path: Path) -> None:
    with serving_run(demo, place, tags=[], prices=[]) as client:
        client.post(KEEP)
        case = f"{API}/cases/{REFERENCE}"
        exhibit = {"command": "address show", "options": {"address": demo.seeds()[0]}}
        assert client.post(f"{case}/exhibits", json=exhibit).status_code == 201
        told = client.get(f"{case}/export.zip")
        answer = client.get(f"{case}/exhibits/1/answer.json").content
    with zipfile.ZipFile(io.BytesIO(told.content)) as archive:
        files = {name.removeprefix(f"{REFERENCE}/"): archive.read(name) for name in archive.namelist()}
    assert set(files) == {
        "case.toml",
        "head.txt",
        "journal.jsonl",
        "exhibits/0001.json",
        "exhibits/0001.about.json",
    }
    assert files["exhibits/0001.json"] == answer
    (tmp_path / "journal.jsonl").write_bytes(files["journal.jsonl"])
    head = Head.parse(files["head.txt"].decode().strip())
    assert verify_journal_file(tmp_path / "journal.jsonl", head).intact
