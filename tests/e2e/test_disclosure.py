"""A bundle for one exchange: it verifies, names nobody else, and what it withholds can be found later."""

from __future__ import annotations

import csv
import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cointrail.errors import BadInput
from cointrail.evidence import verify
from cointrail.evidence.compare import compare, read_files
from cointrail.evidence.disclosure import read_salt
from cointrail.workbench import BundleAsk, Workbench
from support.bundles import copied, edit, failing
from support.command_line import cointrail
from support.demo_world import DemoFolder
from support.forgeries import SUMS, WALKS, WHOLE, WITHHELD, cover
from support.once import build_once

EXCHANGE = "Juniper Row"


@pytest.fixture(scope="module", name="pair")
def _pair(tmp_path_factory: pytest.TempPathFactory, demo: DemoFolder) -> Path:
    """A folder with `part`, `whole` and the `salt` of both."""

    def make(out: Path) -> None:
        out.mkdir(parents=True, exist_ok=True)
        for name, reader in (("part", EXCHANGE), ("whole", "defence")):
            Workbench(demo.store).bundle_case(
                demo.case, demo.blocks, out / name, BundleAsk(reader=reader, salt_file=out / "salt")
            )

    return build_once(tmp_path_factory, "disclosed", make)


def _rows(bundle: Path, table: str) -> list[dict[str, str]]:
    with (bundle / "data" / "case" / f"{table}.csv").open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_a_part_fails_no_question_and_lists_what_is_withheld(pair: Path) -> None:
    answers = {
        question: (answer, found) for question, answer, found in verify.verify(verify.Bundle(pair / "part"))
    }
    assert verify.FAILS not in {answer for answer, _ in answers.values()}
    assert answers[WHOLE][0] == answers[SUMS][0] == answers[WALKS][0] == verify.HOLDS
    found = answers[WITHHELD][1]
    assert found[0] == f"this bundle is for {EXCHANGE}"
    leads = len(_rows(pair / "whole", "leads")) - len(_rows(pair / "part", "leads"))
    assert f"withheld: {leads:,} of case/leads.csv" in found


def test_a_part_holds_every_row_about_the_exchange_word_for_word(pair: Path) -> None:
    for table in ("leads", "proceeds"):
        wanted = [row for row in _rows(pair / "whole", table) if row["exchange"] == EXCHANGE]
        there = [row for row in _rows(pair / "part", table) if row["exchange"]]
        assert wanted
        assert sorted(there, key=str) == sorted(wanted, key=str)


def test_a_part_names_no_other_exchange_no_seed_and_no_payer(pair: Path, demo: DemoFolder) -> None:
    names = {row["exchange"] for table in ("leads", "proceeds") for row in _rows(pair / "whole", table)}
    told = b"".join(read_files(pair / "part").values())
    for name in names - {"", EXCHANGE}:
        assert name.encode() not in told
    addresses = {row["address"] for row in _rows(pair / "part", "payments")}
    assert not [seed for seed in demo.seeds() if seed not in addresses and seed.encode() in told]
    assert {row["payer_cluster"] for row in _rows(pair / "part", "payments")} == {""}


def test_the_whole_bundle_has_what_was_withheld_and_no_more(pair: Path) -> None:
    line: list[str | Path] = [
        sys.executable,
        "-I",
        "-S",
        pair / "whole" / "data" / "compare.py",
        pair / "part",
        pair / "whole",
    ]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("the same records were withheld\n")
    assert failing(pair / "whole") == []


@pytest.mark.parametrize("name", ["leads.csv", "payments.csv", "summary.json"])
def test_a_whole_bundle_that_differs_in_one_record_is_told_from_the_true_one(pair: Path, name: str) -> None:
    part, whole = read_files(pair / "part"), read_files(pair / "whole")
    other = whole[f"case/{name}"].replace(b"Aldermoor", b"Eldermoor").replace(b"000", b"001", 1)
    assert other != whole[f"case/{name}"]
    assert compare(part, whole)[0]
    assert not compare(part, {**whole, f"case/{name}": other})[0]


def test_a_record_left_out_of_the_list_is_missed(pair: Path) -> None:
    part, whole = read_files(pair / "part"), read_files(pair / "whole")
    told = json.loads(part["disclosure.json"])
    told["withheld"]["case/leads.csv"].pop()
    assert not compare({**part, "disclosure.json": json.dumps(told).encode()}, whole)[0]


def test_a_list_that_is_gone_or_malformed_fails_its_question(pair: Path, tmp_path: Path) -> None:
    with copied(pair / "part", tmp_path / "b") as folder:
        path = folder / "data" / "disclosure.json"
        edit(path, lambda text: text.replace('"withheld": {', '"withheld": {"more": ["zz"],', 1))
        cover(folder)
        assert failing(folder) == [WITHHELD]
        path.unlink()
        cover(folder)
        assert WITHHELD in failing(folder)


def test_without_the_salt_nobody_can_guess_what_was_withheld(pair: Path, tmp_path: Path) -> None:
    part, whole = read_files(pair / "part"), read_files(pair / "whole")
    guess = json.loads(whole["disclosure.json"]) | {"salt": read_salt(tmp_path / "salt").hex()}
    same, lines = compare(part, {**whole, "disclosure.json": json.dumps(guess).encode()})
    hidden = sum(map(len, json.loads(part["disclosure.json"])["withheld"].values()))
    assert not same
    assert lines[-1] == f"{2 * hidden:,} of them are not the same"
    assert json.loads(part["disclosure.json"]).keys() == {"for", "withheld"}


def test_the_same_salt_gives_the_same_bytes(pair: Path, demo: DemoFolder, tmp_path: Path) -> None:
    out = tmp_path / "again"
    Workbench(demo.store).bundle_case(
        demo.case, demo.blocks, out, BundleAsk(reader=EXCHANGE, salt_file=pair / "salt")
    )
    assert read_files(out) == read_files(pair / "part")


def test_a_reader_whom_no_lead_is_about_is_refused_with_the_names(demo: DemoFolder, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no lead of this case is about `Juniper`") as refused:
        Workbench(demo.store).bundle_case(
            demo.case, demo.blocks, tmp_path / "b", BundleAsk(reader="Juniper", salt_file=tmp_path / "salt")
        )
    assert EXCHANGE in str(refused.value.hint)
    assert not (tmp_path / "b").exists()


def test_the_command_packs_for_one_exchange_and_keeps_the_salt(demo: DemoFolder, tmp_path: Path) -> None:
    given = ("--blocks", demo.blocks, "--store", demo.store, "--salt", tmp_path / "salt")
    done = cointrail("case", "bundle", demo.case, *given, "--out", tmp_path / "b", "--for", EXCHANGE)
    assert done.code == 0, done.err
    assert json.loads(read_files(tmp_path / "b")["disclosure.json"])["for"] == EXCHANGE
    assert len(read_salt(tmp_path / "salt")) == 32
    found = cointrail("verify", tmp_path / "b")
    assert found.code == 0
    assert f"this bundle is for {EXCHANGE}" in found.out


def test_nothing_is_withheld_without_a_salt(demo: DemoFolder, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="needs a salt"):
        Workbench(demo.store).bundle_case(demo.case, demo.blocks, tmp_path / "b", BundleAsk(reader=EXCHANGE))


def test_a_salt_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "salt"
    assert read_salt(path) == read_salt(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("12\n")
    with pytest.raises(BadInput, match="is no salt"):
        read_salt(path)
