"""The formats of the real data folder. Where it is: `support.real_data`; tests ask for its fixture."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zstandard

from support.real_data import FOLDER


def read_json(path: Path) -> Any:
    """The values of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def block_rows() -> list[dict[str, str]]:
    """The rows of blocks/INDEX.csv, for parameters; none without the real data."""
    index = FOLDER / "blocks" / "INDEX.csv"
    if not index.is_file():
        return []
    with index.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def iter_mempool_txs(folder: Path) -> Iterator[dict[str, Any]]:
    """Mempool transactions of 2024: txid, raw, prevouts (value, script, address), out_addr, fee."""
    with (folder / "transactions" / "mempool2024.ndjson.zst").open("rb") as packed:
        stream = zstandard.ZstdDecompressor().stream_reader(packed)
        for line in io.TextIOWrapper(stream, encoding="utf-8"):
            yield json.loads(line)
