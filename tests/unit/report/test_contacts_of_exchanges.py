from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cointrail.errors import BadInput
from cointrail.report.lead_contacts import Contact, ContactBook, read_contacts

GOOD = """
[sender]
authority = "Prosecutor"

[[contact]]
exchange = "Exa"
jurisdiction = "ZZ"
legal_entity = "Exa Ltd"
contact = "law@exa.example"
source = "its own page"
as_of = 2026-10-01

[[contact]]
exchange = "Exa"
source = "a colleague"
as_of = "2026-09-01"
"""


def _file(folder: Path, text: str, name: str = "contacts.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_line_for_the_country_goes_before_one_for_all(tmp_path: Path) -> None:
    book = read_contacts(_file(tmp_path, GOOD))
    assert book.sender.authority == "Prosecutor"
    found, general = book.find("Exa", "ZZ"), book.find("Exa", "US")
    assert found is not None
    assert (found.contact, found.as_of) == ("law@exa.example", date(2026, 10, 1))
    assert general is not None
    assert (general.contact, general.source) == ("", "a colleague")
    assert book.find("Exb", "ZZ") is None


def test_csv_says_the_same_as_toml(tmp_path: Path) -> None:
    text = "exchange,jurisdiction,legal_entity,contact,source,as_of\nExa,,,x@y,page,2026-10-01\n"
    assert read_contacts(_file(tmp_path, text, "c.csv")).contacts == (
        Contact(exchange="Exa", contact="x@y", source="page", as_of=date(2026, 10, 1)),
    )


def test_no_file_is_an_empty_book() -> None:
    assert read_contacts(None) == ContactBook()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[contact", "is not TOML"),
        ("[[people]]\nname = 'x'", "`people` is not known"),
        ("contact = 5", "write"),
        ("[sender]\nboss = 'x'", "`boss` is not known"),
        ("[sender]\nauthority = 5", "not a text"),
        ("[[contact]]\nexchange = 'Exa'\nas_of = 2026-10-01", "`source` is missing"),
        ("[[contact]]\nexchange = 'Exa'\nsource = 's'", "`as_of` is missing"),
        ("[[contact]]\nexchange = 'Exa'\nsource = 's'\nas_of = 'soon'", "not a day"),
        (
            "[[contact]]\nexchange = 'Exa'\nsource = 's'\nas_of = 2026-10-01\nmail = 'x'",
            "`mail` is not known",
        ),
        (f"[[contact]]\nexchange = '{'x' * 501}'\nsource = 's'\nas_of = 2026-10-01", "not a text"),
        ("[[contact]]\nexchange = 'E'\nsource = 's'\nas_of = 2026-10-01\n" * 2, "named twice"),
    ],
)
def test_a_line_without_source_or_with_something_else_is_refused(text: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=why):
        read_contacts(_file(tmp_path, text))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="cannot read"):
        read_contacts(tmp_path / "c.toml")
