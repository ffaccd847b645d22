"""The evidence bundle: a stranger's checks hold, and what somebody spoils or forges is found."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cointrail.casework.columns import Kind, columns_of
from cointrail.casework.rows import LeadRow, PaymentRow, ProceedRow
from cointrail.evidence import verify
from support.bundles import SignedBundle, copied, edit, failing, rehash, signed_bundle, write_keys
from support.demo_world import DemoFolder, demo_folder

STATEMENTS = "every ledger statement follows from the transactions"
PROOFS = "every transaction is proven in a block"
HEADERS = "the headers link, with work and difficulty"
TOGETHER = "the tables were made together, on one basis"
SUMS = "every total adds up"
WALKS = "every trail ends where the rows say, by FIFO and haircut"
RATES = "every fiat value follows from its rate"
TAGS = "every service named is one that a tag claims"
WHOLE = "the bundle is whole and as it was packed"
SIGNED = "the signature is right"
Words = list[str | Path]
"""A command line."""
ROWS = {"payments": PaymentRow, "leads": LeadRow, "proceeds": ProceedRow}


@pytest.fixture(scope="module", name="demo")
def _demo(tmp_path_factory: pytest.TempPathFactory) -> DemoFolder:
    return demo_folder(tmp_path_factory)


@pytest.fixture(scope="module", name="bundle")
def _bundle(tmp_path_factory: pytest.TempPathFactory, demo: DemoFolder) -> SignedBundle:
    return signed_bundle(tmp_path_factory, demo)


def test_every_question_about_a_fresh_bundle_is_answered_that_it_holds(bundle: SignedBundle) -> None:
    answers = verify.verify(bundle.folder, bundle.public)
    assert {answer for _, answer, _ in answers} == {verify.HOLDS}, answers
    unsigned = {question: answer for question, answer, _ in verify.verify(bundle.folder)}
    assert unsigned.pop(SIGNED) == verify.UNCHECKED
    assert set(unsigned.values()) == {verify.HOLDS}


def test_its_own_program_needs_nothing_but_python(bundle: SignedBundle, tmp_path: Path) -> None:
    line: Words = [sys.executable, "-I", "-S", bundle.folder / "data" / "verify.py", "--key", bundle.public]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("HOLDS") == len(verify.verify(bundle.folder))
    assert "Not proven by this program" in done.stdout
    assert not list((bundle.folder / "data").rglob("__pycache__"))


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


def _pack(demo: DemoFolder, out: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run `case bundle` in a process of its own."""
    program = "import sys; from cointrail.cli.main import main; sys.exit(main())"
    given: Words = ["--blocks", demo.blocks, "--store", demo.store, "--out", out]
    line: Words = [sys.executable, "-c", program, "case", "bundle", demo.case, *given]
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
    done = _pack(demo, again, env={**os.environ, **other})
    assert done.returncode == 0, done.stderr
    files = sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert len(files) > 12
    for name in files:
        assert (again / name).read_bytes() == (bundle.folder / name).read_bytes(), name


def test_a_folder_that_is_there_is_left_alone(demo: DemoFolder, tmp_path: Path) -> None:
    done = _pack(demo, tmp_path)
    assert done.returncode == 2
    assert "is there already" in done.stderr
    assert not list(tmp_path.iterdir())


# -- spoilt: what is not as it was packed


def _spoil(rng: random.Random, bundle: Path) -> Callable[[], None]:
    """Spoil a bundle at random; the answer puts it right again."""
    files = sorted(path for path in bundle.rglob("*") if path.is_file() and path.suffix != ".minisig")
    path, other = rng.sample([path for path in files if path.stat().st_size > 1], 2)
    before, there = path.read_bytes(), other.read_bytes()
    match rng.randrange(4):
        case 0:
            spoilt = bytearray(before)
            spoilt[rng.randrange(len(before))] ^= 1 << rng.randrange(8)
            path.write_bytes(spoilt)
        case 1:
            path.unlink()
        case 2:
            path.write_bytes(there)
            other.write_bytes(before)
        case _:
            path.write_bytes(before[: rng.randrange(len(before))])

    def mend() -> None:
        path.write_bytes(before)
        other.write_bytes(there)

    return mend


def test_flips_deletions_swaps_and_truncations_are_all_found(bundle: SignedBundle, tmp_path: Path) -> None:
    rng = random.Random(6)
    with copied(bundle.folder, tmp_path / "b") as folder:
        for _ in range(int(os.environ.get("COINTRAIL_SPOILT", "500"))):
            mend = _spoil(rng, folder)
            with pytest.raises((verify.Fault, OSError, ValueError)):
                verify.check_bag(folder)
            mend()
        verify.check_bag(folder)


# -- forged: the manifests fit again, as somebody without the key can make them


def _forge_cell(folder: Path, table: str, column: str, row: int, change: Callable[[str], str]) -> bool:
    """Change a cell, and what in summary.json covers the file; False where the cell stays as it was."""
    path = folder / "data" / "case" / f"{table}.csv"
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
    at = rows[0].index(column)
    line = rows[1 + row % (len(rows) - 1)]
    before, line[at] = line[at], change(line[at])
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue(), "utf-8")
    _cover(folder)
    return line[at] != before


def _cover(folder: Path) -> None:
    """Let summary.json and the manifests name the digests that the files have now."""
    case = folder / "data" / "case"
    summary = json.loads((case / "summary.json").read_text("utf-8"))
    for name in summary["files_sha256"]:
        summary["files_sha256"][name] = hashlib.sha256((case / name).read_bytes()).hexdigest()
    basis = (case / "basis.json").read_bytes().removesuffix(b"\n")
    summary["basis_digest"] = hashlib.sha256(basis).hexdigest()
    (case / "summary.json").write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", "utf-8")
    rehash(folder)


def _other(text: str) -> str:
    """Something else of the same form."""
    if not text:
        return "1"
    last = text[-1]
    return text[:-1] + ({"0": "1", "f": "e", "a": "b"}.get(last) or ("0" if last.isalnum() else "x"))


UNPROVEN = {("proceeds", "branches")}
"""Counts of the walk itself, which no row shows."""

FACTS = [
    (table, column.name)
    for table, row_type in ROWS.items()
    for column in columns_of(row_type)
    if column.kind is Kind.FACT and (table, column.name) not in UNPROVEN
]


@pytest.mark.parametrize(("table", "column"), FACTS)
def test_a_forged_fact_is_found_without_any_key(
    bundle: SignedBundle, tmp_path: Path, table: str, column: str
) -> None:
    rng = random.Random(f"{table} {column}")
    for _ in range(2):
        with copied(bundle.folder, tmp_path / "b") as folder:
            if _forge_cell(folder, table, column, rng.randrange(10_000), _other):
                assert WHOLE not in failing(folder)
                assert {STATEMENTS, SUMS, WALKS} & set(failing(folder)), (table, column)
                assert SIGNED in failing(folder, bundle.public)


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, f"{policy}_sat") for table in ("leads", "proceeds") for policy in ("fifo", "haircut")]
    + [("payments", "ends_fifo_sat"), ("payments", "ends_haircut_sat")],
)
def test_a_forged_share_is_found_by_walking_again(
    bundle: SignedBundle, tmp_path: Path, table: str, column: str
) -> None:
    with copied(bundle.folder, tmp_path / "b") as folder:
        assert _forge_cell(
            folder, table, column, 2, lambda text: text[:-1] + ("1" if text[-1] != "1" else "2")
        )
        assert WALKS in failing(folder)


@pytest.mark.parametrize("column", ["value", "rate", "rate_source", "rate_time", "currency", "report_value"])
def test_a_forged_value_is_found_without_any_key(bundle: SignedBundle, tmp_path: Path, column: str) -> None:
    with copied(bundle.folder, tmp_path / "b") as folder:
        assert _forge_cell(folder, "payments", column, 3, _other)
        assert RATES in failing(folder)


@pytest.mark.parametrize("column", ["exchange", "legal_entity", "tagged_address", "tag_source", "tag_date"])
def test_a_forged_claim_is_found_without_any_key(bundle: SignedBundle, tmp_path: Path, column: str) -> None:
    with copied(bundle.folder, tmp_path / "b") as folder:
        assert _forge_cell(folder, "leads", column, 3, _other)
        assert TAGS in failing(folder)


def _edited(name: str, change: Callable[[str], str]) -> Callable[[Path], None]:
    return lambda folder: edit(folder / "data" / name, change)


def _drop_line(place: int) -> Callable[[str], str]:
    def change(text: str) -> str:
        lines = text.splitlines(keepends=True)
        del lines[place % len(lines)]
        return "".join(lines)

    return change


def _swapped(text: str) -> str:
    first, second, *rest = text.splitlines(keepends=True)
    return "".join(
        [
            first.split(" ")[0] + " " + second.split(" ")[1],
            second.split(" ")[0] + " " + first.split(" ")[1],
            *rest,
        ]
    )


def _fake_tx(folder: Path) -> None:
    """A transaction that pays more, in place of a proven one."""
    path = folder / "data" / "chain" / "transactions.txt"
    lines = path.read_text().splitlines(keepends=True)
    lines[5] = (
        lines[5].replace("0000000017a914", "0100000017a914").replace("000000001976a9", "010000001976a9")
    )
    path.write_text("".join(lines))


def _other_headers(change: Callable[[bytearray], None]) -> Callable[[Path], None]:
    def forge(folder: Path) -> None:
        path = folder / "data" / "chain" / "headers.bin"
        raw = bytearray(path.read_bytes())
        change(raw)
        path.write_bytes(raw)

    return forge


def _set(raw: bytearray, at: int, data: bytes) -> None:
    raw[at : at + len(data)] = data


FORGERIES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a transaction left out": (_edited("chain/transactions.txt", _drop_line(7)), PROOFS),
    "a transaction twice": (
        _edited("chain/transactions.txt", lambda t: t + t.splitlines(keepends=True)[0]),
        PROOFS,
    ),
    "a transaction that pays more": (_fake_tx, PROOFS),
    "a proof left out": (_edited("chain/proofs.txt", _drop_line(3)), PROOFS),
    "a proof twice": (_edited("chain/proofs.txt", lambda t: t + t.splitlines(keepends=True)[0]), PROOFS),
    "proofs of each other's blocks": (_edited("chain/proofs.txt", _swapped), PROOFS),
    "a block of no height": (_edited("chain/proofs.txt", lambda t: "9" * 9 + t), PROOFS),
    "a header with less work": (
        _other_headers(lambda raw: _set(raw, 80 * 50 + 72, b"\xff\xff\x7f\x21")),
        HEADERS,
    ),
    "a header of another time": (_other_headers(lambda raw: _set(raw, 80 * 50 + 68, b"\1\2\3\4")), HEADERS),
    "a header left out": (_other_headers(lambda raw: raw.__delitem__(slice(80 * 9, 80 * 10))), HEADERS),
    "the last header left out": (_other_headers(lambda raw: raw.__delitem__(slice(-80, None))), HEADERS),
    "another genesis": (_other_headers(lambda raw: _set(raw, 4, b"\1")), HEADERS),
    "half a header": (_other_headers(lambda raw: raw.extend(bytes(40))), TOGETHER),
    "another tip": (
        _edited("case/basis.json", lambda t: t.replace('"tip_height":', '"tip_height":1')),
        HEADERS,
    ),
    "another network": (_edited("case/basis.json", lambda t: t.replace('"regtest"', '"mainnet"')), TOGETHER),
    "another rate": (_edited("rates.csv", lambda t: t.replace(".", ".1", 1)), RATES),
    "a rate left out": (_edited("rates.csv", _drop_line(1)), RATES),
    "another tag": (_edited("tags.jsonl", lambda t: t.replace('"exchange": "', '"exchange": "X', 1)), TAGS),
    "a tag left out": (_edited("tags.jsonl", _drop_line(0)), TAGS),
    "a payment left out": (_edited("case/payments.csv", _drop_line(4)), SUMS),
    "a payment twice": (_edited("case/payments.csv", lambda t: t + t.splitlines(keepends=True)[1]), SUMS),
    "a lead left out": (_edited("case/leads.csv", _drop_line(2)), SUMS),
    "an outflow left out": (_edited("case/proceeds.csv", _drop_line(2)), SUMS),
    "a walk left out": (_edited("walks.jsonl", _drop_line(5)), WALKS),
    "a walk twice": (_edited("walks.jsonl", lambda t: t + t.splitlines(keepends=True)[0]), WALKS),
    "another stop reason": (
        _edited("walks.jsonl", lambda t: t.replace('"custodian"', '"coinjoin"', 1)),
        WALKS,
    ),
    "a branch that never ends": (
        _edited("walks.jsonl", lambda t: t.replace('"ends":[[', '"ends":[[9', 1)),
        WALKS,
    ),
    "a step left out": (
        _edited("walks.jsonl", lambda t: re.sub(r'"steps":\[\[[^]]*\][^]]*\],?', '"steps":[', t, count=1)),
        WALKS,
    ),
    "a larger total": (
        _edited("case/summary.json", lambda t: t.replace('"value_sat": "', '"value_sat": "9', 1)),
        SUMS,
    ),
    "more payments": (
        _edited("case/summary.json", lambda t: t.replace('"count": 1', '"count": 91', 1)),
        SUMS,
    ),
    "another sum in dollars": (
        _edited("case/summary.json", lambda t: t.replace('"value": "', '"value": "1', 1)),
        SUMS,
    ),
    "a service left out": (
        _edited("case/summary.json", lambda t: t.replace('"exchange": "', '"exchange": "Z', 1)),
        SUMS,
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_with_fresh_manifests_fails_a_named_question(
    bundle: SignedBundle, tmp_path: Path, name: str
) -> None:
    forge, question = FORGERIES[name]
    with copied(bundle.folder, tmp_path / "b") as folder:
        forge(folder)
        _cover(folder)
        assert WHOLE not in failing(folder)
        assert question in failing(folder), failing(folder)
        assert SIGNED in failing(folder, bundle.public)


def test_a_forger_who_signs_is_known_by_the_key(bundle: SignedBundle, tmp_path: Path) -> None:
    from cointrail.evidence.signing import Signer  # noqa: PLC0415  beside what it is for

    with copied(bundle.folder, tmp_path / "b") as folder:
        write_keys(tmp_path / "forger.key", tmp_path / "forger.pub")
        Signer(tmp_path / "forger.key", str).sign(folder, "case DEMO-1")
        assert failing(folder, tmp_path / "forger.pub") == []
        (answer,) = [
            found for question, _, found in verify.verify(folder, bundle.public) if question == SIGNED
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
