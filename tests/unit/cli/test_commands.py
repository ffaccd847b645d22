"""Each command once, on the demo's store, in the ways that its page promises."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest

from support.command_line import cointrail
from support.demo_world import DemoFolder


@pytest.fixture(autouse=True)
def _the_demo_store(demo: DemoFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COINTRAIL_STORE", str(demo.store))


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_ingest_says_what_it_did_and_then_that_nothing_is_new(demo: DemoFolder, tmp_path: Path) -> None:
    ingest = ("ingest", "--blocks", demo.blocks, "--store", tmp_path / "s", "--format", "json")
    first, second = cointrail(*ingest), cointrail(*ingest)
    assert first.json()["new_blocks"] == first.json()["tip_height"] + 1
    assert first.json()["peak_memory_bytes"] > 1_000_000
    assert first.json()["undo_checked"] is True
    assert "nothing new" not in first.err
    assert second.json()["new_blocks"] == 0
    assert "nothing new" in second.err
    assert second.json()["store_digest"] == first.json()["store_digest"]


def test_ingest_takes_a_store_back_and_forth_again(demo: DemoFolder, tmp_path: Path) -> None:
    store = ("--blocks", demo.blocks, "--store", tmp_path / "s", "--format", "json")
    whole = cointrail("ingest", *store).json()
    again = cointrail("ingest", *store, "--rewind", 300, "--memory", "64M", "--threads", 1).json()
    part = cointrail(
        "ingest", "--blocks", demo.blocks, "--store", tmp_path / "p", "--to", 300, "--format", "json"
    )
    assert again["store_digest"] == whole["store_digest"]
    assert again["new_blocks"] > 0
    assert part.json()["tip_height"] == 300


def test_status_describes_the_store_and_names_its_state(demo: DemoFolder) -> None:
    status = cointrail("status", "--format", "json").json()
    assert status["basis"]["network"] == "regtest"
    assert status["blocks"] == status["tip"]["height"] + 1
    assert status["tip"]["time_utc"].endswith("Z")
    assert (
        status["disk"]["total"] >= sum(status["disk"][part] for part in ("settled", "index", "derived")) > 0
    )
    assert cointrail("status").out.startswith("store")


def test_doctor_finds_nothing_in_a_sound_store(demo: DemoFolder) -> None:
    done = cointrail("doctor", "--blocks", demo.blocks, "--format", "json")
    assert done.code == 0
    assert done.json()["findings"] == []
    assert done.json()["inputs"] == done.json()["inputs_with_undo"] > 0


def test_doctor_ends_with_code_1_when_the_store_differs(demo: DemoFolder, tmp_path: Path) -> None:
    store = tmp_path / "s"
    cointrail("ingest", "--blocks", demo.blocks, "--store", store)
    column = next(store.glob("settled-*/outputs.value*"))
    with column.open("r+b") as file:
        file.seek(800)
        file.write(b"\x01")
    done = cointrail("doctor", "--blocks", demo.blocks, "--store", store)
    assert done.code == 1
    assert "findings" in done.out


def test_doctor_finds_a_changed_byte_in_kept_clusters(demo: DemoFolder, tmp_path: Path) -> None:
    store = tmp_path / "s"
    cointrail("ingest", "--blocks", demo.blocks, "--store", store)
    cointrail("case", "run", demo.case, "--store", store, "--out", tmp_path / "out")
    array = next(store.glob("derived/*/t2_label.bin"))
    with array.open("r+b") as file:
        file.write(b"\x07")
    done = cointrail("doctor", "--blocks", demo.blocks, "--store", store, "--format", "json")
    assert done.code == 1
    (finding,) = done.json()["findings"]
    assert "t2_label.bin" in finding


def test_case_run_writes_its_files_and_prints_the_summary(demo: DemoFolder, tmp_path: Path) -> None:
    done = cointrail("case", "run", demo.case, "--out", tmp_path / "out")
    assert done.code == 0
    assert "leads by exchange" in done.out
    assert "value of each output at its own block's time" in done.out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "basis.json",
        "leads.csv",
        "payments.csv",
        "proceeds.csv",
        "summary.json",
    ]
    assert "tags: " in done.err


def test_a_case_run_as_json_is_the_summary_that_it_writes(demo: DemoFolder, tmp_path: Path) -> None:
    done = cointrail("case", "run", demo.case, "--out", tmp_path / "out", "--format", "json")
    summary = done.json()
    assert (tmp_path / "out" / "summary.json").read_text().startswith("{")
    assert summary["payments"]["count"] == sum(
        one["count"] for one in summary["payments"]["outcomes"].values()
    )


def test_demo_prints_found_true_and_wrong_and_reuses_its_world(demo: DemoFolder) -> None:
    before = (demo.path / "world" / "world.json").stat().st_mtime_ns
    done = cointrail("demo", "--out", demo.path, "--scale", "0.02", "--format", "json")
    data = done.json()
    for name in ("payments", "leads", "proceeds"):
        assert set(data[name]) == {"true", "found", "wrong"}
    assert data["payments"]["wrong"] == 0
    assert set(data["seconds"]) == {"simulate", "ingest", "clusters", "case", "bundle", "compare"}
    assert "was there already" in done.err
    assert (demo.path / "world" / "world.json").stat().st_mtime_ns == before


def test_demo_of_another_seed_replaces_world_and_store(demo: DemoFolder, tmp_path: Path) -> None:
    out = shutil.copytree(demo.path, tmp_path / "demo")
    before = cointrail("status", "--store", out / "store", "--format", "json").json()
    done = cointrail("demo", "--out", out, "--scale", "0.01", "--seed", 2, "--format", "json")
    after = cointrail("status", "--store", out / "store", "--format", "json").json()
    assert done.json()["world"]["seed"] == 2
    assert after["tip"]["hash"] == done.json()["world"]["tip_hash"] != before["tip"]["hash"]
    assert sorted(path.name for path in out.iterdir()) == [
        *("bundle", "case", "signer.key", "signer.pub", "store", "world")
    ]


def test_a_world_is_composed_by_a_preset_by_chance_and_by_its_own_plan(tmp_path: Path) -> None:
    def tip(name: str, *options: object) -> str:
        size = ("--transactions", "300", "--unsigned", "--out", tmp_path / name)
        done = cointrail("simulate", *options, "--seed", "4", *size, "--format", "json")
        assert done.code == 0
        return str(done.json()["tip_hash"])

    first = tip("one", "--preset", "2016")
    assert tip("again", "--world", tmp_path / "one" / "world.toml") == first
    assert tip("drawn", "--preset", "random") != first


def test_an_unsigned_world_says_so(tmp_path: Path) -> None:
    done = cointrail("simulate", "--out", tmp_path / "w", "--scale", "0.01", "--unsigned", "--format", "json")
    assert done.json()["signed"] is False
    assert "UNSIGNED" in done.err


def test_tags_check_gives_a_verdict_for_every_row(demo: DemoFolder) -> None:
    done = cointrail("tags", "check", demo.tags, "--network", "regtest", "--format", "json")
    data = done.json()
    assert done.code == 0
    assert sum(data["counts"].values()) == len(data["rows"]) == sum(file["rows"] for file in data["files"])


def test_tags_check_ends_with_code_1_when_a_row_cannot_be_used(demo: DemoFolder) -> None:
    done = cointrail("tags", "check", demo.tags, "--network", "mainnet", "--format", "csv")
    assert done.code == 1
    assert {row["verdict"] for row in table(done.out)} == {"wrong_network"}


def test_prices_check_says_what_a_table_is(demo: DemoFolder) -> None:
    (said,) = cointrail("prices", "check", demo.prices, "--format", "json").json()["tables"]
    assert said["currency"] == "USD"
    assert said["gaps"] == 0
    assert said["first"] < said["last"]


def test_a_list_that_goes_on_says_so(demo: DemoFolder) -> None:
    seed = demo.seeds()[0]
    size = cointrail("cluster", "show", seed, "--format", "json").json()["cluster"]["size"]
    done = cointrail("cluster", "show", seed, "--limit", 2, "--start", 1)
    assert f"members 2 to 3 of {size}; go on with `--start 3`" in done.err
    assert "cointrail explain" in done.err


def test_the_first_page_of_a_short_list_says_nothing(demo: DemoFolder) -> None:
    assert cointrail("address", "show", demo.seeds()[0]).err == ""


def test_explain_says_when_nothing_joins_two_addresses(demo: DemoFolder) -> None:
    service = {row["payer_cluster_address"] for row in demo.payments() if row["payer_cluster_address"]}
    payer = min(service)
    done = cointrail("explain", demo.seeds()[0], payer, "--format", "json")
    assert done.code == 0
    assert done.json()["joined"] is False
    assert "nothing joins them" in cointrail("explain", demo.seeds()[0], payer).out


def test_version_is_the_version_of_the_package() -> None:
    assert cointrail("version", "--format", "json").json().keys() == {"version"}


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_every_look_up_has_every_form(form: str, demo: DemoFolder) -> None:
    seed, payment = demo.seeds()[0], demo.payments()[0]
    for args in (
        ("address", "show", seed),
        ("tx", "show", payment["outpoint"].split(":")[0]),
        ("cluster", "show", seed),
        ("explain", seed, demo.seeds()[1]),
        ("status",),
    ):
        done = cointrail(*args, "--format", form)
        assert done.code == 0, done.err
        assert done.out.strip()


def test_tags_show_on_an_address_and_its_cluster(demo: DemoFolder) -> None:
    rows = table(cointrail("tags", "check", demo.tags, "--network", "regtest", "--format", "csv").out)
    tagged = next(row["subject"] for row in rows if row["verdict"] == "accepted")
    for noun in ("address", "cluster"):
        shown = cointrail(noun, "show", tagged, "--tags", demo.tags, "--format", "json").json()
        assert shown["claims"]["actor"]
        assert any(line["via"] == tagged for line in shown["claims"]["proposals"])
        assert shown["basis"]["tags_digest"]
        assert cointrail(noun, "show", tagged, "--format", "json").json()["claims"] is None


def test_conflicting_tags_name_no_actor(demo: DemoFolder) -> None:
    rows = table(cointrail("tags", "check", demo.tags, "--network", "regtest", "--format", "csv").out)
    contested = next(row["subject"] for row in rows if row["verdict"] == "conflicting")
    done = cointrail("address", "show", contested, "--tags", demo.tags)
    assert "CONFLICT: " in done.out
