"""Tables as a bundle holds them: a text that rows repeat lies in texts.csv once, paths name ids shortly.

`verify.py` puts both back, and finds the table that the case run wrote, to the byte.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from cointrail.casework.outputs import read_rows
from cointrail.chain.types import Txid
from cointrail.evidence.standards import as_csv
from cointrail.evidence.verify import LONG, PLACES
from cointrail.evidence.walks import short_names

TEXTS = "texts.csv"

DIGITS = 12
"""Hex digits of the SHA-256 by which a text is named, or all of them where two texts begin alike."""

_TXID = re.compile(r"[0-9a-f]{64}(?=:)")

Rows = list[list[str]]


def folded(files: Mapping[str, bytes], txids: Iterable[Txid]) -> dict[str, bytes]:
    """The files of a case as they go into a bundle.

    Args:
        files: as `render_case` made them.
        txids: of all transactions in the bundle.
    """
    tables = {f"{table}.csv": read_rows(files[f"{table}.csv"]) for table in PLACES}
    texts = _named(text for rows in tables.values() for text in _long_texts(rows))
    ids = short_names(txids)
    for rows in tables.values():
        _fold(rows, texts, ids)
    listed = sorted((name, text) for text, name in texts.items())
    return {
        **files,
        **{name: as_csv(rows) for name, rows in tables.items()},
        TEXTS: as_csv([["name", "text"], *map(list, listed)]),
    }


def _long(head: list[str]) -> list[int]:
    return [place for place, column in enumerate(head) if column.endswith(LONG)]


def _long_texts(rows: Rows) -> set[str]:
    places = _long(rows[0])
    return {row[place] for row in rows[1:] for place in places} - {""}


def _named(texts: Iterable[str]) -> dict[str, str]:
    """Each text with its name, which it has in every bundle of the case."""
    whole = {text: hashlib.sha256(text.encode()).hexdigest() for text in texts}
    starts = Counter(digest[:DIGITS] for digest in whole.values())
    return {
        text: f"text:{digest[:DIGITS] if starts[digest[:DIGITS]] == 1 else digest}"
        for text, digest in whole.items()
    }


def _fold(rows: Rows, texts: Mapping[str, str], ids: Mapping[str, str]) -> None:
    long = _long(rows[0])
    paths = [place for place, column in enumerate(rows[0]) if column == "path"]
    for row in rows[1:]:
        for place in long:
            row[place] = texts.get(row[place], "")
        for place in paths:
            row[place] = _TXID.sub(lambda txid: ids[txid[0]], row[place])
