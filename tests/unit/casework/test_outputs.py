from __future__ import annotations

import csv
import hashlib
import io
import json
import tempfile
from pathlib import Path

import pytest

from cointrail.casework import outputs
from cointrail.casework.columns import columns_of
from cointrail.casework.outputs import OWNED, csv_bytes, read_rows, render_case, safe_cell, write_case
from cointrail.casework.result import CaseResult
from cointrail.casework.rows import LeadRow, PaymentRow, ProceedRow
from cointrail.errors import BadInput
from support.case_run import run

TEXT = """
    t0: -> exchange:100_000
    t1: t0:0 -> alice:40_000 exchange:59_000
    t2: t1:0 -> shop:15_000 rest:24_000
    t3: t2:0 -> exchange:14_000
"""


@pytest.fixture(scope="module")
def result() -> CaseResult:
    return run(TEXT)[1]


def _table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_a_case_writes_its_five_files(result: CaseResult, tmp_path: Path) -> None:
    write_case(result, tmp_path / "out" / "case")
    assert sorted(path.name for path in (tmp_path / "out" / "case").iterdir()) == sorted(OWNED)


def test_the_same_case_gives_the_same_bytes(result: CaseResult) -> None:
    assert render_case(result) == render_case(run(TEXT)[1])


def test_tables_have_a_row_each_and_named_columns(result: CaseResult) -> None:
    files = render_case(result)
    (payment,) = _table(files["payments.csv"])
    (lead,) = _table(files["leads.csv"])
    (deposit,) = _table(files["proceeds.csv"])
    assert payment["time_utc"] == "2017-01-03T00:00:00Z"
    assert (payment["value_sat"], payment["value"], payment["rate"]) == ("15000", "0.15", "1000.10")
    assert (lead["hand"], lead["weakest_tier"], lead["exchange"]) == ("same_hand", "T1", "Exa")
    assert (deposit["outcome"], deposit["end_outpoint"]) == ("same_hand_lead", deposit["outflow_outpoint"])


def test_the_summary_holds_the_digests_of_the_other_files(result: CaseResult) -> None:
    files = render_case(result)
    listed = json.loads(files["summary.json"])["files_sha256"]
    assert listed == {
        name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != "summary.json"
    }


def test_the_basis_file_is_canonical_json_of_the_digest_in_the_summary(result: CaseResult) -> None:
    files = render_case(result)
    digest = json.loads(files["summary.json"])["basis_digest"]
    assert hashlib.sha256(files["basis.json"].removesuffix(b"\n")).hexdigest() == digest


def test_satoshi_in_the_summary_are_decimal_strings(result: CaseResult) -> None:
    assert result.summary["payments"]["value_sat"] == "15000"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\ttab", "\rreturn"])
def test_a_cell_that_would_run_as_a_formula_is_defused(text: str) -> None:
    assert safe_cell(text) == "'" + text


def test_a_hostile_label_reaches_the_table_defused() -> None:
    _, hostile = run(TEXT, tagged={"exchange": "=cmd|x"})
    (lead,) = _table(render_case(hostile)["leads.csv"])
    assert lead["tag_label"] == "'=cmd|x"


def test_a_hidden_character_in_a_label_is_spelt_out() -> None:
    _, hostile = run(TEXT, tagged={"exchange": "exa\u202e"})
    (lead,) = _table(render_case(hostile)["leads.csv"])
    assert lead["tag_label"] == "exa<U+202E>"


def test_an_empty_table_still_has_its_header() -> None:
    for row_type in (PaymentRow, LeadRow, ProceedRow):
        assert csv_bytes(row_type, []).decode() == ",".join(c.name for c in columns_of(row_type)) + "\n"


def test_no_table_names_a_column_twice() -> None:
    for row_type in (PaymentRow, LeadRow, ProceedRow):
        names = [column.name for column in columns_of(row_type)]
        assert len(names) == len(set(names))


def test_a_second_run_replaces_its_own_files_and_no_other(result: CaseResult, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "leads.csv").write_text("old", encoding="utf-8")
    write_case(result, tmp_path)
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "leads.csv").read_bytes() == render_case(result)["leads.csv"]
    assert len(list(tmp_path.iterdir())) == len(OWNED) + 1


def test_nothing_is_left_beside_the_folder(result: CaseResult, tmp_path: Path) -> None:
    write_case(result, tmp_path / "case")
    assert [path.name for path in tmp_path.iterdir()] == ["case"]


def test_a_write_that_fails_leaves_the_old_files(
    result: CaseResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_case(result, tmp_path / "case")
    before = {path.name: path.read_bytes() for path in (tmp_path / "case").iterdir()}

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device", str(path), len(data))

    monkeypatch.setattr(outputs, "_write", full)
    with pytest.raises(BadInput, match="No space left"):
        write_case(result, tmp_path / "case")
    assert {path.name: path.read_bytes() for path in (tmp_path / "case").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["case"]


@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), KeyboardInterrupt()])
@pytest.mark.parametrize("old", [OWNED, OWNED[:2], ()])
def test_a_move_that_fails_or_is_interrupted_puts_the_old_files_back(
    result: CaseResult,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    old: tuple[str, ...],
) -> None:
    for name in old:
        (tmp_path / name).write_text("old", encoding="utf-8")
    replace = Path.replace

    def refuse_the_basis(self: Path, target: Path) -> Path:
        if self.name == "basis.json" and self.read_bytes() != b"old":
            raise error
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse_the_basis)
    with pytest.raises((BadInput, KeyboardInterrupt)):
        write_case(result, tmp_path)
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == dict.fromkeys(
        old, "old"
    )


def test_an_old_file_that_cannot_be_put_back_is_not_deleted(
    result: CaseResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / OWNED[0]).write_text("old", encoding="utf-8")
    replace = Path.replace

    def only_once(self: Path, target: Path) -> Path:
        if self.name != OWNED[0] or self.read_bytes() == b"old":
            raise OSError(5, "Input/output error")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", only_once)
    with pytest.raises(BadInput, match="Input/output error"):
        write_case(result, tmp_path)
    kept = list(tmp_path.glob(f".case-*/before/{OWNED[0]}"))
    assert [path.read_text(encoding="utf-8") for path in kept] == ["old"]


def test_a_folder_that_was_made_for_a_case_that_fails_is_taken_away(
    result: CaseResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(path: Path, data: bytes) -> None:
        raise KeyboardInterrupt(path, len(data))

    monkeypatch.setattr(outputs, "_write", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_case(result, tmp_path / "case")
    assert list(tmp_path.iterdir()) == []


def test_a_case_needs_no_leave_to_write_beside_its_folder(
    result: CaseResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "case"
    out.mkdir()
    made_in: list[object] = []
    make = tempfile.mkdtemp

    def note(*, prefix: str, dir: Path) -> str:  # noqa: A002  the name that tempfile gives it
        made_in.append(dir)
        return make(prefix=prefix, dir=dir)

    monkeypatch.setattr(tempfile, "mkdtemp", note)
    write_case(result, out)
    assert made_in == [out]


@pytest.mark.parametrize("kind", ["folder", "link", "dangling link"])
def test_what_is_no_regular_file_is_not_replaced(result: CaseResult, tmp_path: Path, kind: str) -> None:
    target, out = tmp_path / "mine", tmp_path / "case"
    out.mkdir()
    if kind == "folder":
        (out / "leads.csv").mkdir()
    else:
        (out / "leads.csv").symlink_to(target)
    if kind == "link":
        target.write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput, match=r"leads.csv` is not a regular file"):
        write_case(result, out)
    assert [path.name for path in out.iterdir()] == ["leads.csv"]


def test_a_store_is_no_folder_for_a_case(result: CaseResult, tmp_path: Path) -> None:
    (tmp_path / "settled-00000003").mkdir()
    (tmp_path / "manifest.json").touch()
    with pytest.raises(BadInput, match="is a store"):
        write_case(result, tmp_path)


def test_an_empty_name_is_no_folder_for_a_case(result: CaseResult) -> None:
    with pytest.raises(BadInput, match="no folder is named"):
        write_case(result, Path(""))  # noqa: PTH201  what `--out ""` gives


def test_a_folder_that_cannot_be_made_is_refused(result: CaseResult, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="cannot write the case"):
        write_case(result, tmp_path / "file")


def test_a_table_is_read_back_however_long_a_path_in_it_is_and_files_of_others_as_before() -> None:
    usual = csv.field_size_limit()
    long = "<-".join(["ab" * 32 + ":0"] * 3_000)
    assert read_rows(f"payment,path\nx,{long}\n".encode()) == [["payment", "path"], ["x", long]]
    assert csv.field_size_limit() == usual
