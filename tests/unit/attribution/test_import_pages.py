"""The how-to pages on tags and prices are true: their examples load, their tables are complete."""

from __future__ import annotations

import re
from pathlib import Path

from cointrail.attribution.confidence import WRITTEN_TESTS
from cointrail.attribution.tags import Verdict
from cointrail.valuation.rates import RateBook
from support.real_data import ROOT
from support.tag_files import load, write

TAGS = (ROOT / "docs/how-to/import-tags.md").read_text(encoding="utf-8")
PRICES = (ROOT / "docs/how-to/import-prices.md").read_text(encoding="utf-8")


def blocks(page: str, kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def test_the_tag_files_shown_can_be_loaded(tmp_path: Path) -> None:
    packs = [write(tmp_path, f"{n}.yaml", text) for n, text in enumerate(blocks(TAGS, "yaml"))]
    lists = [write(tmp_path, f"{n}.txt", text) for n, text in enumerate(blocks(TAGS, "text"))]
    found = load(*packs, *lists)
    assert (len(packs), len(lists)) == (2, 1)
    assert {row.verdict for row in found.verdicts} == {Verdict.ACCEPTED}
    assert found.actors["some_exchange"].legal_name == "Some Exchange Ltd"


def test_the_price_tables_shown_can_be_loaded(tmp_path: Path) -> None:
    for kind in ("csv", "json"):
        (text,) = blocks(PRICES, kind)
        assert RateBook.load([write(tmp_path, f"a.{kind}", text)]).tables[0].currency == "USD"
    card = blocks(PRICES, "toml")[1]
    write(tmp_path, "brk_date_price_ohlc.json", "[[0, 0, 0, 0], [1, 1, 1, 1]]")
    assert RateBook.load([write(tmp_path, "card.toml", card)]).tables[0].starts == (1_231_459_200,)


def test_every_verdict_and_every_confidence_word_is_explained() -> None:
    words = set(re.findall(r"^\| `(\w+)` \|", TAGS, re.MULTILINE))
    assert words == {*Verdict, *WRITTEN_TESTS}
    levels = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", TAGS, re.MULTILINE))
    assert levels == {word: str(level) for word, (level, _) in WRITTEN_TESTS.items()}
