"""Encrypted files, and backups that only their recipients can read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest

from cointrail.errors import BadInput, CaseStoreError
from cointrail.journal.acts import NoteAdded
from cointrail.journal.book import Deed
from cointrail.journal.place import FilePlace, ServerPlace
from cointrail.journal.protection import SQLITE_START, decrypt, encrypt, is_locked, read_key
from cointrail.journal.sql_keeper import SqlKeeper
from cointrail.workbench.case_bench import CaseBench
from cointrail.workbench.case_key import KEY_FILE, find_key
from cointrail.workbench.drawing_bench import keep_draft
from support.command_line import cointrail
from support.journals import OPENED, book, filled
from support.terminal import typed

KEY = "correct horse 'battery' staple"


def test_an_encrypted_file_gives_nothing_away_and_opens_with_its_key_alone(tmp_path: Path) -> None:
    place = FilePlace(tmp_path / "cases.db")
    with SqlKeeper(place, key=KEY) as keeper:
        lines = filled(keeper).journal(OPENED.reference).lines
    for path in tmp_path.iterdir():
        data = path.read_bytes()
        assert not data.startswith(SQLITE_START)
        assert b"order.pdf" not in data
        assert OPENED.reference.encode() not in data
    with SqlKeeper(place, key=KEY) as keeper:
        assert book(keeper).journal(OPENED.reference).lines == lines
        assert book(keeper).add(OPENED.reference, Deed(NoteAdded(text="more"))).entries == len(lines) + 1
    with pytest.raises(CaseStoreError, match="cannot be used"):
        SqlKeeper(place, key="wrong")
    with pytest.raises(BadInput, match="is encrypted"):
        SqlKeeper(place)


def test_a_key_for_a_plain_file_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    place = FilePlace(tmp_path / "cases.db")
    SqlKeeper(place).close()
    with pytest.raises(BadInput, match="is not encrypted"):
        SqlKeeper(place, key=KEY)
    assert not is_locked(place.path)
    assert not is_locked(tmp_path / "nothing")


def test_a_key_is_the_first_line_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("secret\nmore\n")
    assert read_key(tmp_path / "key") == "secret"
    for data in (b"", b"\n", b"\xff", b"a\0b\n"):
        (tmp_path / "key").write_bytes(data)
        with pytest.raises(BadInput):
            read_key(tmp_path / "key")
    with pytest.raises(BadInput, match="cannot be read"):
        read_key(tmp_path / "nothing")


def test_only_a_named_recipient_can_read() -> None:
    identity, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    encrypted = encrypt(b"the cases", [str(identity.to_public())])
    assert b"the cases" not in encrypted
    assert decrypt(encrypted, f"# created: today\n{identity}\n") == b"the cases"
    for key in (str(other), "nonsense", ""):
        with pytest.raises(BadInput, match="cannot be decrypted"):
            decrypt(encrypted, key)
    with pytest.raises(BadInput, match="is no recipient"):
        encrypt(b"x", ["age1nonsense"])
    with pytest.raises(BadInput, match="nobody could read"):
        encrypt(b"x", [])


def test_cases_are_backed_up_and_restored_at_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a plain file into an encrypted one."""
    identity = pyrage.x25519.Identity.generate()
    (tmp_path / "identity.txt").write_text(f"{identity}\n")
    (tmp_path / "key").write_text(KEY + "\n")
    assert cointrail("case", "new", "R", "--legal-basis", "x", "--db", tmp_path / "a.db").code == 0
    with CaseBench(str(tmp_path / "a.db"), "ann") as cases:
        keep_draft(cases, "R", "Drawing 1", b"{}", follows=0)
    to = ("--to", tmp_path / "b.age", "--recipient", identity.to_public())
    done = cointrail("case", "backup", *to, "--db", tmp_path / "a.db", "--format", "json")
    assert done.json() == {"file": str(tmp_path / "b.age"), "cases": 1, "drafts": 1}
    assert cointrail("case", "backup", *to, "--db", tmp_path / "a.db").code == 2
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "key"))
    restore = ("case", "restore", tmp_path / "b.age", "--identity", tmp_path / "identity.txt")
    done = cointrail(*restore, "--db", tmp_path / "c.db", "--format", "json")
    assert done.json() == {"restored": ["R"], "there_already": [], "drafts_restored": 1}
    assert is_locked(tmp_path / "c.db")
    assert cointrail("case", "show", "R", "--db", tmp_path / "c.db").code == 0
    monkeypatch.delenv(KEY_FILE)
    assert "is encrypted" in cointrail("case", "show", "R", "--db", tmp_path / "c.db").err
    wrong = ("case", "restore", tmp_path / "key", "--identity", tmp_path / "identity.txt")
    assert "cannot be decrypted" in cointrail(*wrong, "--db", tmp_path / "d.db").err


def _says(*answers: str) -> tuple[Callable[[str], str], list[str]]:
    """Somebody at a terminal, and what was asked so far."""
    asked: list[str] = []
    left = iter(answers)

    def ask(what: str) -> str:
        asked.append(what)
        return next(left)

    return ask, asked


def test_a_new_passphrase_is_asked_for_twice_and_a_known_one_once(tmp_path: Path) -> None:
    db = str(tmp_path / "cases.db")
    ask, asked = _says(KEY, KEY, KEY, "wrong")
    CaseBench(db, "ann", ask=ask, encrypt=True).__exit__(None, None, None)
    assert [what.partition(" ")[0] for what in asked] == ["passphrase", "the"]
    assert is_locked(tmp_path / "cases.db")
    with CaseBench(db, "ann", ask=ask) as cases:
        assert cases.names() == []
    assert len(asked) == 3
    with pytest.raises(CaseStoreError, match="cannot be used"):
        CaseBench(db, "ann", ask=ask)
    with pytest.raises(BadInput, match="is encrypted"):
        CaseBench(db, "ann")


def test_two_passphrases_or_none_make_no_database(tmp_path: Path) -> None:
    place = FilePlace(tmp_path / "cases.db")
    for answers, says in (((KEY, "other"), "another passphrase"), (("",), "no passphrase")):
        with pytest.raises(BadInput, match=says):
            find_key(place, _says(*answers)[0], encrypt=True)
    with pytest.raises(BadInput, match="nobody to ask"):
        find_key(place, None, encrypt=True)
    assert find_key(place, _says()[0], encrypt=False) is None, "nobody wants it encrypted"
    assert list(tmp_path.iterdir()) == []


def test_only_a_new_file_can_be_encrypted(tmp_path: Path) -> None:
    place = FilePlace(tmp_path / "cases.db")
    SqlKeeper(place).close()
    with pytest.raises(BadInput, match="is not encrypted"):
        find_key(place, _says(KEY, KEY)[0], encrypt=True)
    assert find_key(place, _says()[0], encrypt=False) is None
    with pytest.raises(BadInput, match="only a file"):
        find_key(ServerPlace("postgresql+psycopg://ann@host/cases"), _says(KEY)[0], encrypt=True)


def test_a_file_that_holds_the_passphrase_is_asked_before_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text(KEY)
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "key"))
    assert find_key(FilePlace(tmp_path / "cases.db"), _says()[0], encrypt=True) == KEY


def test_what_is_typed_at_a_terminal_is_not_shown(tmp_path: Path) -> None:
    words = ("new", "1/26", "--legal-basis", "an order", "--db", str(tmp_path / "cases.db"), "--encrypt")
    code, shown = typed("case", *words, answers=("horse battery", "horse battery"))
    assert (code, "head" in shown) == (0, True), shown
    assert "horse" not in shown
    code, shown = typed("case", "list", "--db", str(tmp_path / "cases.db"), answers=("horse battery",))
    assert (code, "1/26" in shown, "horse" in shown) == (0, True, False), shown
