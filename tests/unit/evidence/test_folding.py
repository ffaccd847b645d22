"""Tables fold and unfold to the byte; two texts or ids that begin alike are named in full."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

import pytest

from cointrail.chain.types import Txid
from cointrail.evidence import folding
from cointrail.evidence.folding import TEXTS, folded
from cointrail.evidence.standards import Fault, as_csv, read_texts

ONE, TWIN, OTHER = ("ab" * 8 + "00" * 24, "ab" * 8 + "11" * 24, "cd" * 32)


def _files(*rows: list[str]) -> dict[str, bytes]:
    head = ["path", "says_inference", "report_rate_source", "note"]
    table = as_csv([head, *rows])
    return {"payments.csv": table, "leads.csv": as_csv([head]), "proceeds.csv": as_csv([head])}


def _rows(table: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.decode(), newline="")))[1:]


def test_what_rows_repeat_is_held_once_under_a_name_that_its_digest_gives() -> None:
    rows = [[f"{OTHER}:1<-{ONE}:0", "The same hand, it seems.", "", "The same hand, it seems."]] * 3
    files = folded(_files(*rows), map(Txid.parse, (ONE, OTHER)))
    name = "text:" + hashlib.sha256(b"The same hand, it seems.").hexdigest()[:12]
    assert (
        _rows(files["payments.csv"])
        == [[f"{OTHER[:16]}:1<-{ONE[:16]}:0", name, "", "The same hand, it seems."]] * 3
    )
    assert _rows(files[TEXTS]) == [[name, "The same hand, it seems."]]


def test_ids_that_begin_alike_stand_in_full() -> None:
    files = folded(_files([f"{ONE}:0<-{TWIN}:1<-{OTHER}:2", "", "", ""]), map(Txid.parse, (ONE, TWIN, OTHER)))
    assert _rows(files["payments.csv"])[0][0] == f"{ONE}:0<-{TWIN}:1<-{OTHER[:16]}:2"


def test_texts_that_begin_alike_have_longer_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Somebody may have made two: a label of a tag can be anybody's."""
    monkeypatch.setattr(folding, "DIGITS", 0)
    files = folded(_files(["", "one", "two", ""]), [])
    names = {text: name for name, text in _rows(files[TEXTS])}
    assert names == {text: f"text:{hashlib.sha256(text.encode()).hexdigest()}" for text in ("one", "two")}
    (tmp_path / TEXTS).write_bytes(files[TEXTS])
    assert read_texts(tmp_path / TEXTS) == {name: text for text, name in names.items()}


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([["name", "text"], ["text:", "one"]], "not the name"),
        ([["name", "text"], ["text:7692c3ad354", "one"]], "not the name"),
        ([["name", "text"], ["text:0692c3ad3540", "one"]], "not the name"),
        ([["name", "text"], ["text:7692c3ad3540", "one"], ["text:7692c3ad3540", "one"]], "twice"),
        ([["text", "name"], ["one", "text:7692c3ad3540"]], "other columns"),
        ([["name", "text"], ["text:7692c3ad3540"]], "no table"),
    ],
)
def test_a_name_that_is_not_of_its_text_is_refused(lines: list[list[str]], says: str, tmp_path: Path) -> None:
    assert hashlib.sha256(b"one").hexdigest().startswith("7692c3ad3540")
    (tmp_path / TEXTS).write_bytes(as_csv(lines))
    with pytest.raises(Fault, match=says):
        read_texts(tmp_path / TEXTS)
