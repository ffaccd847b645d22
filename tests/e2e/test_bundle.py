"""The evidence bundle: a stranger's checks hold, and what somebody spoils or forges is found."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cointrail.evidence import verify
from cointrail.evidence.bag import write_bag
from cointrail.evidence.signing import Signer, make_keys
from support.bundles import PRIVATE_NOTE, SignedBundle, copied, edit, failing, signed_bundle
from support.command_line import cointrail
from support.demo_world import DemoFolder
from support.forgeries import (
    CLAIMS,
    FACTS,
    RATES,
    RECEIPTS,
    SHARES,
    SIGNED,
    STATEMENTS,
    SUMS,
    TAGS,
    VALUES,
    WALKS,
    WHOLE,
    Forgery,
    cells,
    forge,
    named,
)
from support.spoil import campaign

Words = list[str | Path]
"""A command line."""


@pytest.fixture(scope="module", name="bundle")
def _bundle(tmp_path_factory: pytest.TempPathFactory, demo: DemoFolder) -> SignedBundle:
    return signed_bundle(tmp_path_factory, demo)


def test_every_question_about_a_fresh_bundle_is_answered_that_it_holds(bundle: SignedBundle) -> None:
    signed = {
        question: answer for question, answer, _ in verify.verify(verify.Bundle(bundle.folder, bundle.public))
    }
    assert signed.pop(RECEIPTS) == verify.UNCHECKED
    assert set(signed.values()) == {verify.HOLDS}, signed
    unsigned = {question: answer for question, answer, _ in verify.verify(verify.Bundle(bundle.folder))}
    assert (unsigned.pop(SIGNED), unsigned.pop(RECEIPTS)) == (verify.UNCHECKED, verify.UNCHECKED)
    assert set(unsigned.values()) == {verify.HOLDS}


def test_its_own_program_needs_nothing_but_python(bundle: SignedBundle, tmp_path: Path) -> None:
    line: Words = [sys.executable, "-I", "-S", bundle.folder / "data" / "verify.py", "--key", bundle.public]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("HOLDS") == len(verify.QUESTIONS) - 1
    assert "Not proven by this program" in done.stdout
    assert not list((bundle.folder / "data").rglob("__pycache__"))


def test_its_own_program_writes_the_tables_as_the_case_run_did(
    bundle: SignedBundle, demo: DemoFolder, tmp_path: Path
) -> None:
    line: Words = [
        sys.executable,
        "-I",
        "-S",
        bundle.folder / "data" / "verify.py",
        "--tables",
        tmp_path / "t",
    ]
    assert subprocess.run(line, capture_output=True, check=False).returncode == 0
    files = sorted(path.name for path in (tmp_path / "t").iterdir())
    assert files == ["basis.json", "leads.csv", "payments.csv", "proceeds.csv", "summary.json"]
    for name in files:
        assert (tmp_path / "t" / name).read_bytes() == (demo.path / "case" / name).read_bytes(), name
    again = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (again.returncode, "is there already" in again.stderr) == (2, True)
    done = cointrail("verify", bundle.folder, "--tables", tmp_path / "u")
    assert done.code == 0, done.err
    assert (tmp_path / "u" / "leads.csv").read_bytes() == (tmp_path / "t" / "leads.csv").read_bytes()
    assert cointrail("verify", bundle.folder, "--tables", tmp_path / "u").code == 2


@pytest.mark.parametrize("name", ["summary.json", "texts.csv", "payments.csv"])
def test_tables_that_are_not_right_are_answered_for_and_not_written(
    bundle: SignedBundle, tmp_path: Path, name: str
) -> None:
    with copied(bundle.folder, tmp_path / "b") as spoilt:
        table = spoilt / "data" / "case" / name
        table.write_bytes(table.read_bytes()[:-2])
        line: Words = [sys.executable, "-I", "-S", spoilt / "data" / "verify.py", "--tables", tmp_path / "t"]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        own = cointrail("verify", spoilt, "--tables", tmp_path / "t")
    assert (done.returncode, own.code) == (1, 1)
    for out in (done.stdout, own.out):
        assert "nothing is written" in out
    assert not (tmp_path / "t").exists()


def test_long_texts_lie_in_a_bundle_once(bundle: SignedBundle) -> None:
    case = bundle.folder / "data" / "case"
    texts = (case / "texts.csv").read_text("utf-8").splitlines()[1:]
    assert len(set(texts)) == len(texts) > 5
    for table in ("payments", "leads", "proceeds"):
        rows = (case / f"{table}.csv").read_text("utf-8")
        assert not [text for line in texts if len(text := line.partition(",")[2]) > 80 and text in rows]


def test_its_own_program_says_what_fails_and_ends_with_one(bundle: SignedBundle, tmp_path: Path) -> None:
    with copied(bundle.folder, tmp_path / "b") as spoilt:
        edit(spoilt / "data" / "README.txt", lambda text: text.replace("evidence", "evidense"))
        line: Words = [sys.executable, "-I", "-S", spoilt / "data" / "verify.py"]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "FAILS        the bundle is whole" in done.stdout
        (spoilt / "bagit.txt").unlink()
        assert subprocess.run(line, capture_output=True, check=False).returncode == 2


def test_sha256sum_says_the_same_of_every_file(bundle: SignedBundle) -> None:
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        line: Words = ["sha256sum", "--check", "--strict", "--quiet", manifest]
        assert subprocess.run(line, cwd=bundle.folder, check=False).returncode == 0


@pytest.mark.skipif(shutil.which("minisign") is None, reason="Debian's `minisign` is not installed")
def test_minisign_says_the_same_of_the_signature(bundle: SignedBundle, tmp_path: Path) -> None:
    signed = bundle.folder / verify.SIGNED
    line: Words = ["minisign", "-V", "-p", bundle.public, "-m", signed]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "case DEMO-1; basis " in done.stdout
    with copied(bundle.folder, tmp_path / "b") as spoilt:
        edit(spoilt / verify.SIGNED, lambda text: text.replace("0", "1", 1))
        line[-1] = spoilt / verify.SIGNED
        assert subprocess.run(line, capture_output=True, check=False).returncode != 0


def _pack(
    demo: DemoFolder, out: Path, env: dict[str, str] | None = None, *more: str | Path
) -> subprocess.CompletedProcess[str]:
    """Run `case bundle` in a process of its own."""
    program = "import sys; from cointrail.cli.main import main; sys.exit(main())"
    given: Words = ["--blocks", demo.blocks, "--store", demo.store, "--out", out]
    line: Words = [sys.executable, "-c", program, "case", "bundle", demo.case, *given, *more]
    return subprocess.run(line, capture_output=True, text=True, check=False, env=env)


def test_another_user_place_zone_and_language_give_the_same_bytes(
    bundle: SignedBundle, demo: DemoFolder, tmp_path: Path
) -> None:
    again = tmp_path / "somewhere else" / "paquet-é"
    other = {
        "TZ": "America/St_Johns",
        "LC_ALL": "C",
        "HOME": str(tmp_path),
        "USER": "somebody",
        "PYTHONHASHSEED": "7",
    }
    journal: Words = ["--journal", "DEMO-1", "--db", bundle.cases]
    done = _pack(demo, again, {**os.environ, **other}, *journal)
    assert done.returncode == 0, done.stderr
    files = sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert len(files) > 12
    for name in files:
        assert (again / name).read_bytes() == (bundle.folder / name).read_bytes(), name


def test_work_notes_and_requests_stay_inside_the_case(
    bundle: SignedBundle, demo: DemoFolder, tmp_path: Path
) -> None:
    told = (bundle.folder / "data" / "journal" / "journal.jsonl").read_text("utf-8")
    assert PRIVATE_NOTE not in told
    assert "Juniper Row" not in told
    assert "The chain has a tip." in told
    assert told.count('"withheld":true') == 2
    done = _pack(demo, tmp_path / "b", None, "--journal", "DEMO-1", "--db", bundle.cases, "--private")
    assert done.returncode == 0, done.stderr
    assert PRIVATE_NOTE in (tmp_path / "b" / "data" / "journal" / "journal.jsonl").read_text("utf-8")
    assert failing(tmp_path / "b") == []


def test_a_bundle_that_cannot_be_signed_is_not_left_behind(
    bundle: SignedBundle, demo: DemoFolder, tmp_path: Path
) -> None:
    class Refuses:
        def sign(self, manifest: bytes, comment: str) -> dict[str, bytes]:
            raise OSError(len(manifest), comment)

    with pytest.raises(OSError, match="case DEMO-1"):
        write_bag(tmp_path / "b", {"a": b"b"}, [], lambda manifest: Refuses().sign(manifest, "case DEMO-1"))
    (tmp_path / "no.key").write_text("no key")
    done = _pack(demo, tmp_path / "b", None, "--key", tmp_path / "no.key")
    assert done.returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["no.key"]


def test_bagit_opens_it_and_finds_it_valid(bundle: SignedBundle) -> None:
    line: Words = [sys.executable, "-W", "ignore", "-m", "bagit", "--validate", bundle.folder]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip().endswith("is valid")


def test_a_folder_that_is_there_is_left_alone(demo: DemoFolder, tmp_path: Path) -> None:
    done = _pack(demo, tmp_path)
    assert done.returncode == 2
    assert "is there already" in done.stderr
    assert not list(tmp_path.iterdir())


# -- spoilt and forged


def test_flips_deletions_swaps_and_truncations_are_all_found(bundle: SignedBundle) -> None:
    counts, slipped = campaign(bundle.folder, bundle.public, spoilt=400, forged=0, seed=6)
    assert slipped == []
    assert counts.total() == 400


FORGERIES = sorted(named(), key=lambda one: one.name)


@pytest.mark.parametrize("forgery", FORGERIES, ids=[one.name for one in FORGERIES])
def test_a_forgery_with_fresh_manifests_fails_a_named_question(
    bundle: SignedBundle, tmp_path: Path, forgery: Forgery
) -> None:
    with copied(bundle.folder, tmp_path / "b") as folder:
        assert forge(folder, forgery)
        failed = failing(folder, bundle.public)
        assert forgery.found_by <= {*failed}
        assert SIGNED in failed
        assert WHOLE not in failed


COLUMNS = [
    *((table, column, (STATEMENTS, SUMS, WALKS)) for table, column in FACTS),
    *((table, column, (WALKS,)) for table, column in SHARES),
    *((table, column, (RATES,)) for table, column in VALUES),
    *((table, column, (TAGS,)) for table, column in CLAIMS),
]


@pytest.mark.parametrize(("table", "column", "questions"), COLUMNS)
def test_a_forged_cell_is_found_without_any_key(
    bundle: SignedBundle, tmp_path: Path, table: str, column: str, questions: tuple[str, ...]
) -> None:
    (forgery,) = cells([(table, column)], set(questions), random.Random(f"{table} {column}"), 1)
    with copied(bundle.folder, tmp_path / "b") as folder:
        assert forge(folder, forgery)
        failed = failing(folder)
        assert forgery.found_by & {*failed}, failed
        assert WHOLE not in failed


def test_a_forger_who_signs_is_known_by_the_key(bundle: SignedBundle, tmp_path: Path) -> None:
    with copied(bundle.folder, tmp_path / "b") as folder:
        make_keys(tmp_path / "forger.key", tmp_path / "forger.pub")
        manifest = (folder / verify.SIGNED).read_bytes()
        for name, content in Signer(tmp_path / "forger.key", str).sign(manifest, "case DEMO-1").items():
            (folder / name).write_bytes(content)
        assert failing(folder, tmp_path / "forger.pub") == []
        (answer,) = [
            found
            for question, _, found in verify.verify(verify.Bundle(folder, bundle.public))
            if question == SIGNED
        ]
        assert "signed by another key" in answer[0]


def test_a_signature_taken_off_is_missed_by_whoever_has_the_key(bundle: SignedBundle, tmp_path: Path) -> None:
    with copied(bundle.folder, tmp_path / "b") as folder:
        (folder / f"{verify.SIGNED}.minisig").unlink()
        assert failing(folder) == []
        assert failing(folder, bundle.public) == [SIGNED]


def test_files_and_links_that_were_not_packed_are_found(bundle: SignedBundle, tmp_path: Path) -> None:
    with copied(bundle.folder, tmp_path / "b") as folder:
        (folder / "data" / "more.txt").write_text("more")
        assert failing(folder) == [WHOLE]
        (folder / "data" / "more.txt").unlink()
        (folder / "more.txt").write_text("more")
        assert failing(folder) == [WHOLE]
        (folder / "more.txt").unlink()
        readme = folder / "data" / "README.txt"
        readme.rename(folder / "data" / "kept")
        readme.symlink_to("kept")
        assert failing(folder) == [WHOLE]
