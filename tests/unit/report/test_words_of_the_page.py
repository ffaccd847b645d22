"""The report and the page explain a word in the same sentence."""

from __future__ import annotations

import json

from cointrail.report.closing import WORDS
from support.real_data import ROOT

MEANINGS = ROOT / "web" / "src" / "lib" / "meanings.json"


def test_every_word_of_the_report_is_explained_alike_in_the_page() -> None:
    told = json.loads(MEANINGS.read_text(encoding="utf-8"))
    assert {word: told.get(word) for word, _ in WORDS} == dict(WORDS)


def test_the_words_of_the_page_stand_in_the_order_of_the_alphabet() -> None:
    told = list(json.loads(MEANINGS.read_text(encoding="utf-8")))
    assert told == sorted(told, key=str.lower)
