from __future__ import annotations

import io
from datetime import date
from typing import Any

import pypdf
import pypdfium2
import pytest

from cointrail.report.document import report_files
from cointrail.report.typesetting import pdf_of
from support.report_cases import HOSTILE, case_tables, hostile_case, text_of_pdf

EDGE_POINTS = 28
"""A centimetre: half the margin of a page."""
WHITE = 255


@pytest.fixture(scope="module", name="pdf")
def _pdf() -> bytes:
    return report_files(case_tables())["report.pdf"]


def test_the_same_case_gives_the_same_bytes(pdf: bytes) -> None:
    assert report_files(case_tables())["report.pdf"] == pdf


def test_the_pdf_is_tagged_titled_and_dated_by_the_case(pdf: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    root: Any = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert "/StructTreeRoot" in root
    about: Any = reader.metadata
    assert about.title == "Tracing report 1"
    assert about["/CreationDate"] == "D:20180331000000Z"
    xmp = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp


def test_no_font_is_left_out_of_the_pdf(pdf: bytes) -> None:
    pages: list[Any] = list(pypdf.PdfReader(io.BytesIO(pdf)).pages)
    listed = [one.get_object() for page in pages for one in page["/Resources"]["/Font"].values()]
    fonts = {str(font["/BaseFont"]) for font in listed}
    assert fonts
    assert all("Noto" in name for name in fonts)


@pytest.fixture(scope="module", name="hostile")
def _hostile() -> str:
    return text_of_pdf(report_files(hostile_case())["report.pdf"])


def test_controls_in_a_label_are_printed_by_their_numbers(hostile: str) -> None:
    assert not any(mark in hostile for mark in "\u202e\x07\x1b")
    assert "exa<U+202E>gnp.exe" in hostile.lower().replace("u+202e", "U+202E")
    assert "<U+0007><U+001B>" in hostile
    assert "<U+1F600>" in hostile


def test_markup_in_a_label_is_printed_literally(hostile: str) -> None:
    assert '#read("/etc/passwd")*b*$x$<a>@x' in hostile
    assert "root:" not in hostile


def test_korean_and_chinese_come_out_as_they_were_given(hostile: str) -> None:
    assert HOSTILE["korean"] in hostile
    assert HOSTILE["han"] in hostile


def test_arabic_is_set_and_has_all_its_letters(hostile: str) -> None:
    assert all(letter in hostile for letter in HOSTILE["arabic"])


def test_a_long_label_is_cut_and_says_so(hostile: str) -> None:
    assert "characters, whole in" in hostile


def test_nothing_is_set_outside_of_the_margins_whatever_the_labels() -> None:
    document = pypdfium2.PdfDocument(report_files(hostile_case())["report.pdf"])
    assert len(document) > 5
    for page in document:
        bitmap = page.render(scale=1, grayscale=True).to_numpy().squeeze()
        edge = EDGE_POINTS
        rim = (bitmap[:edge], bitmap[-edge:], bitmap[:, :edge], bitmap[:, -edge:])
        assert all((part == WHITE).all() for part in rim)


def test_a_template_reads_nothing_outside_its_folder() -> None:
    with pytest.raises(Exception, match="must be contained"):
        pdf_of("../printable.py", {}, date(2020, 1, 1))
