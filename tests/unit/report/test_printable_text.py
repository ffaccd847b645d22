from __future__ import annotations

import hashlib

import pytest

from cointrail.report.printable import FONTS, LONGEST, has_glyph, printable, short


@pytest.mark.parametrize("text", ["plain", "Größe €", "업비트", "بورصة", "火币网", "यूनो", "ไทย", "e\u0301"])
def test_text_in_a_shipped_script_is_printed_as_it_is(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a<U+202E>b"),
        ("a\x07b", "a<U+0007>b"),
        ("a\u200bb", "a<U+200B>b"),
        ("😀", "<U+1F600>"),
        ("\u1000", "<U+1000>"),
        ("line\nbreak", "line<U+000A>break"),
    ],
)
def test_what_hides_reorders_or_has_no_glyph_is_spelt_out(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_heap_of_combining_marks_is_spelt_out() -> None:
    assert "\u0301" not in printable("e" + "\u0301" * 60)


def test_a_long_text_is_cut_and_says_where_it_is_whole() -> None:
    cut = short("x" * 10_000, "leads.csv")
    assert cut == "x" * LONGEST + "… (cut; 10,000 characters, whole in leads.csv)"
    assert short("x" * LONGEST, "leads.csv") == "x" * LONGEST


def test_characters_above_all_runs_have_no_glyph() -> None:
    assert not has_glyph("\U0010fffd")
    assert not has_glyph("\x00")


def test_the_shipped_fonts_are_those_of_the_list_of_digests() -> None:
    listed = [line.split("  ") for line in (FONTS / "SHA256SUMS").read_text("ascii").splitlines()]
    assert {name: hashlib.sha256((FONTS / name).read_bytes()).hexdigest() for _, name in listed} == {
        name: digest for digest, name in listed
    }
    assert {path.name for path in FONTS.iterdir() if path.suffix in {".ttf", ".otf"}} == {
        n for _, n in listed
    }


def test_the_licence_of_the_fonts_is_shipped_with_them() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text("utf-8")
