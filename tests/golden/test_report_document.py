"""What a report says of a small case, word by word; rules stand on pages of their own and are left out."""

from __future__ import annotations

import json
import re

from cointrail.report.document import document_of
from support.kept import assert_kept
from support.report_cases import case_tables

HEX = re.compile(r"\b[0-9a-f]{64}\b")
MOVING = {"rule", "figure"}
"""Parts that other tests look at: rules change with their own pages, drawings are long."""


def test_the_words_of_a_report_are_those_that_are_kept() -> None:
    document = document_of(case_tables())
    blocks = [one for one in document["blocks"] if one["kind"] not in MOVING]
    blocks = [one for one in blocks if one.get("title") not in {"Rules of this case", "Files of the case"}]
    lines = (json.dumps(one, ensure_ascii=False, sort_keys=True) for one in blocks)
    text = HEX.sub("(digest)", "\n".join(lines))
    assert_kept("report.jsonl", re.sub(r"cointrail \d[0-9a-z.]*", "cointrail (version)", text) + "\n")
