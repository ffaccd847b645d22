"""Kept cases at the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cointrail.cli.case_options import read_day
from cointrail.errors import BadInput
from cointrail.journal.place import FilePlace, ServerPlace, default_file, parse_place
from cointrail.workbench.case_bench import who_works
from support.command_line import Done, cointrail

REFERENCE = "2024-17"
ONE, OTHER = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"
TXID = "ab" * 32


@pytest.fixture(name="db")
def _db(tmp_path: Path) -> str:
    path = str(tmp_path / "cases.db")
    assert cointrail("case", "new", REFERENCE, "--legal-basis", "section 1", "--db", path).code == 0
    return path


def _do(db: str, *words: object) -> Done:
    done = cointrail("case", *words, "--db", db, "--format", "json")
    assert done.code == 0, done.err
    return done


def _show(db: str) -> dict[str, Any]:
    found: dict[str, Any] = _do(db, "show", REFERENCE).json()
    return found


def test_everything_that_is_put_on_a_case_is_shown(db: str, tmp_path: Path) -> None:
    (tmp_path / "order.pdf").write_bytes(b"the order")
    _do(db, "seed", REFERENCE, ONE, f"{TXID}:1", "--why", "named in the order")
    _do(db, "note", REFERENCE, "called the exchange 거래소", "--who", "Ann Lee")
    _do(db, "judge", REFERENCE, "apart", ONE, OTHER, "--why", "two offices", "--when", "2024-05-02")
    _do(db, "judge", REFERENCE, "no_link", TXID, "--why", "a join", "--id", "mine")
    _do(db, "judge", REFERENCE, "withdraw", "j1", "--why", "one office")
    _do(db, "document", REFERENCE, tmp_path / "order.pdf", "--note", "the order")
    _do(db, "deadline", REFERENCE, "2024-06-01", "answer of Kraken")
    _do(db, "deadline", REFERENCE, "--done", 1)
    found = _show(db)
    assert [one["text"] for one in found["seeds"]] == [ONE, f"{TXID}:1"]
    assert (found["notes"][0]["text"], found["notes"][0]["by"]) == ("called the exchange 거래소", "Ann Lee")
    assert [one["id"] for one in found["judgements"]] == ["j1", "mine", "j3"]
    assert found["judgements"][0]["when"] == "2024-05-02"
    (document,) = found["documents"]
    assert (document["name"], document["size"]) == ("order.pdf", 9)
    assert found["deadlines"][0]["met_utc"].endswith("Z")
    assert found["entries"] == 9
    assert cointrail("case", "show", REFERENCE, "--db", db).out.count("order.pdf") == 1
    assert cointrail("case", "journal", "show", REFERENCE, "--db", db).code == 0


def test_an_undo_is_an_entry_and_can_be_undone(db: str) -> None:
    _do(db, "note", REFERENCE, "wrong")
    assert _do(db, "undo", REFERENCE, 2, "--why", "typed twice").json()["entry"] == 3
    assert (_show(db)["notes"], _show(db)["undone"]) == ([], [2])
    _do(db, "undo", REFERENCE, 3, "--why", "it was right")
    assert [one["text"] for one in _show(db)["notes"]] == ["wrong"]
    entries = _do(db, "journal", "show", REFERENCE).json()["entries"]
    assert [one["counts"] for one in entries] == [True, True, False, True]


def test_what_something_rests_on_is_undone_after_it(db: str) -> None:
    _do(db, "deadline", REFERENCE, "2024-06-01", "answer")
    _do(db, "deadline", REFERENCE, "--done", 1)
    done = cointrail("case", "undo", REFERENCE, 2, "--why", "x", "--db", db)
    assert (done.code, "as entry 3 rests on it" in done.err, "undo entry 3 first" in done.err) == (
        2,
        True,
        True,
    )
    _do(db, "undo", REFERENCE, 3, "--why", "x")
    _do(db, "undo", REFERENCE, 2, "--why", "x")
    assert _show(db)["deadlines"] == []
    assert "is undone already" in cointrail("case", "undo", REFERENCE, 2, "--why", "x", "--db", db).err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["show", "nothing"], "there is no case `nothing`"),
        (["new", REFERENCE, "--legal-basis", "x"], "there is a case `2024-17` already"),
        (["new", "x", "--legal-basis", " "], "`legal_basis` must be a text"),
        (["note", REFERENCE, ""], "`text` must be a text"),
        (["note", REFERENCE, "x\0y"], "without a zero byte"),
        (["note", REFERENCE, "x" * 100_001], "1 to 100,000 characters"),
        (["note", REFERENCE, "x", "--who", "y" * 201], "`who` must be a text of 1 to 200"),
        (["seed", REFERENCE, "nonsense"], "nonsense"),
        (["seed", REFERENCE, "mu3UMne1oC24jErNZA9JisD6kR2WHo4ZkX"], "checksum"),
        (["judge", REFERENCE, "apart", ONE, "--why", "x"], "not about that"),
        (["judge", REFERENCE, "apart", ONE, ONE, "--why", "x"], "about two addresses"),
        (["judge", REFERENCE, "magic", ONE, "--why", "x"], "no kind of judgement"),
        (["judge", REFERENCE, "withdraw", "j9", "--why", "x"], "no such judgement stands"),
        (["judge", REFERENCE, "no_link", "ab", "--why", "x"], "ab"),
        (["judge", REFERENCE, "no_link", TXID, "--why", ""], "`why` must be a text"),
        (["document", REFERENCE, "{tmp}/nothing"], "cannot be read"),
        (["deadline", REFERENCE, "soon", "x"], "`soon` is not a day"),
        (["deadline", REFERENCE, "2024-06-01"], "give a day and what is due"),
        (["deadline", REFERENCE, "--done", "7"], "there is no deadline 7"),
        (["deadline", REFERENCE, "2024-06-01", "x", "--request", "2"], "there is no request 2"),
        (["finding", REFERENCE, "fact", "x", "--exhibit", "1"], "there is no exhibit 1"),
        (["finding", REFERENCE, "guess", "x", "--exhibit", "1"], "no kind of finding"),
        (["undo", REFERENCE, "9", "--why", "x"], "entry 9 cannot be undone"),
        (["undo", REFERENCE, "2", "--why", ""], "needs a reason"),
        (["exhibit", "show", REFERENCE, "1"], "there is no exhibit 1"),
        (["exhibit", "verify", REFERENCE, "4"], "there is no exhibit 4"),
        (["import", "{tmp}/nothing.toml"], "cannot be read"),
        (["export", REFERENCE, "--out", "{tmp}"], "is there already"),
        (["journal", "verify"], "give a case, or a file"),
        (["journal", "verify", REFERENCE, "--head", "12"], "is not the head of a journal"),
        (["run", "nothing", "--out", "{tmp}/o"], "there is no case `nothing`"),
        (["run", REFERENCE, "--out", "{tmp}/o", "--store", "{tmp}/s"], "holds no chain"),
    ],
)
def test_bad_input_is_one_clear_error_and_leaves_no_entry(
    db: str, tmp_path: Path, words: list[str], says: str
) -> None:
    before = _show(db)
    done = cointrail("case", *(word.format(tmp=tmp_path) for word in words), "--db", db)
    assert (done.code, done.err.count("error:")) == (2, 1)
    assert says in done.err
    assert _show(db) == before


def test_a_database_that_is_none_is_one_clear_error(tmp_path: Path) -> None:
    for place in ("mysql://x/y", " "):
        done = cointrail("case", "list", "--db", place)
        assert (done.code, "case database" in done.err) == (2, True)
    assert cointrail("case", "list", "--db", tmp_path).code == 2


def test_an_exported_case_reads_back_and_its_journal_is_checked_without_the_database(
    db: str, tmp_path: Path
) -> None:
    _do(db, "seed", REFERENCE, ONE)
    _do(db, "note", REFERENCE, "line\u2028break")
    out = tmp_path / "out"
    assert _do(db, "export", REFERENCE, "--out", out).json()["files"] == [
        "case.toml",
        "head.txt",
        "journal.jsonl",
    ]
    head = (out / "head.txt").read_text().strip()
    check = ("case", "journal", "verify", "--file", out / "journal.jsonl", "--format", "json")
    assert cointrail(*check, "--head", head).json() == {
        "intact": True,
        "entries": 3,
        "head": head,
        "held_against": head,
        "faults": [],
    }
    lines = (out / "journal.jsonl").read_bytes().split(b"\n")
    (out / "journal.jsonl").write_bytes(b"\n".join(lines[:2]) + b"\n")
    assert cointrail(*check).code == 0, "a cut end does not show without a head"
    done = cointrail(*check, "--head", head)
    assert (done.code, [one["fault"] for one in done.json()["faults"]]) == (1, ["cut"])
    assert cointrail("case", "journal", "verify", "--file", tmp_path / "nothing").code == 2


def test_the_import_of_an_exported_case_changes_nothing(db: str, tmp_path: Path) -> None:
    case = tmp_path / "case.toml"
    (tmp_path / "tags.csv").write_text("address,label\n")
    case.write_text(
        f'[case]\nreference = "R \\"2\\" \\u202e"\nlegal_basis = "§ 1"\n[seeds]\naddresses = ["{ONE}"]\n'
        f'outpoints = ["{TXID}:3"]\n[period]\nfrom = "2017-01-31"\n[attribution]\ntags = ["tags.csv"]\n'
        '[limits]\nmax_hops = 7\n[flow]\npolicies = ["haircut", "fifo"]\n'
        f'[[judgement]]\nid = "a"\nkind = "apart"\nwho = "ann"\nwhen = 2024-01-31\nwhy = "two"\n'
        f'addresses = ["{ONE}", "{OTHER}"]\n'
    )
    done = cointrail("case", "import", case, "--db", db)
    assert (done.code, "4 entries were made" in done.err) == (0, True)
    reference = 'R "2" \u202e'
    before = _do(db, "show", reference).json()
    assert "<U+202E>" in cointrail("case", "show", reference, "--db", db).out
    _do(db, "export", reference, "--out", tmp_path / "out")
    done = cointrail("case", "import", tmp_path / "out" / "case.toml", "--db", db)
    assert (done.code, "0 entries were made" in done.err) == (0, True), done.err
    assert _do(db, "show", reference).json() == before
    case.write_text(case.read_text().replace(f'["{ONE}"]\n', f'["{ONE}", "{OTHER}"]\n', 1))
    assert "1 entries were made" in cointrail("case", "import", case, "--db", db).err
    assert len(_do(db, "show", reference).json()["seeds"]) == 3


def test_the_list_names_the_database_and_every_case(db: str) -> None:
    cointrail("case", "new", "another", "--legal-basis", "x", "--db", db)
    found = _do(db, "list").json()
    assert found["database"] == db
    assert [one["reference"] for one in found["cases"]] == [REFERENCE, "another"]
    assert json.dumps(found)


def test_the_default_database_is_in_the_folder_for_data_of_the_user() -> None:
    home = {"HOME": "/people/ann"}
    assert default_file(home, "linux") == Path("/people/ann/.local/share/cointrail/cases.db")
    assert default_file({**home, "XDG_DATA_HOME": "/data"}, "linux") == Path("/data/cointrail/cases.db")
    assert default_file({**home, "XDG_DATA_HOME": "data"}, "linux") == default_file(home, "linux")
    assert default_file(home, "darwin") == Path("/people/ann/Library/Application Support/cointrail/cases.db")
    assert default_file({"LOCALAPPDATA": "/local"}, "win32") == Path("/local/cointrail/cases.db")


def test_a_place_is_read_as_it_is_typed_and_shown_without_its_password() -> None:
    assert parse_place("sqlite:///x.db") == parse_place("x.db") == FilePlace(Path("x.db"))
    server = parse_place("postgresql://ann:secret@host/cases")
    assert server == ServerPlace("postgresql+psycopg://ann:secret@host/cases")
    assert str(server) == "postgresql://ann@host/cases"
    assert str(parse_place("postgres://host/cases")) == "postgresql://host/cases"
    said = str(parse_place("postgresql:///cases?password=secret&host=/run&sslpassword=secret"))
    assert said == "postgresql:///cases?password=***&host=/run&sslpassword=***"


def test_whoever_works_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert who_works(" Ann ") == "Ann"
    monkeypatch.setenv("COINTRAIL_WHO", "Ben")
    assert who_works(None) == "Ben"
    monkeypatch.delenv("COINTRAIL_WHO")
    monkeypatch.setenv("LOGNAME", "cee")
    assert who_works(None) == "cee"

    def nobody() -> str:
        raise OSError

    monkeypatch.setattr("getpass.getuser", nobody)
    with pytest.raises(BadInput, match="is not known"):
        who_works(None)


def test_a_day_is_read_strictly() -> None:
    assert read_day("2024-05-31").isoformat() == "2024-05-31"
    with pytest.raises(BadInput, match="is not a day"):
        read_day("31.5.2024")
