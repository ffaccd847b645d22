"""PDF from data: Typst, our own fonts, no files but the templates, the same bytes from the same data."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, Literal

from cointrail.report.printable import FONTS

TEMPLATES = Path(__file__).with_name("templates")

PPI = 110
"""Pixels per inch of pages as PNG: A4 is about 910 pixels wide, what a screen shows of it."""

STANDARDS: Final = ("1.7", "a-2a", "ua-1")
"""PDF/A-2a for archives, and PDF/UA-1 for readers who cannot see; Typst refuses what is neither."""


def pdf_of(template: str, data: dict[str, Any], day: date) -> bytes:
    """Set data by a template.

    The data go in as one JSON text, so that nothing in them is ever read as markup. The template can read
    its own folder and nothing else.

    Args:
        template: name of a file among the templates.
        data: what it sets.
        day: the date of the document; no clock is asked.
    """
    import typst  # noqa: PLC0415 -- only what makes a PDF pays for it

    made: bytes = typst.compile(
        str(TEMPLATES / template),
        root=str(TEMPLATES),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=[*STANDARDS],
        timestamp=_moment(day),
    )
    return made


def pictures_of(
    template: str, data: dict[str, Any], day: date, form: Literal["svg", "png"], *, ppi: int = PPI
) -> tuple[bytes, ...]:
    """The same data as a picture of each page, to look at: what counts is the PDF.

    Args:
        template: name of a file among the templates.
        data: what it sets.
        day: the date of the document.
        form: SVG, or PNG.
        ppi: pixels per inch of PNG.
    """
    import typst  # noqa: PLC0415 -- only what sets a page pays for it

    made: Any = typst.compile(
        str(TEMPLATES / template),
        root=str(TEMPLATES),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format=form,
        ppi=ppi,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        timestamp=_moment(day),
    )
    return tuple(made) if isinstance(made, list) else (made,)


def _moment(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
