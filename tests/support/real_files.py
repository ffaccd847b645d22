"""The formats of the real data folder. Where it is: `support.real_data`; tests ask for its fixture."""

from __future__ import annotations

import csv

from cointrail.evaluate.real.files import iter_mempool_txs, read_json
from support.real_data import FOLDER

__all__ = ["block_rows", "iter_mempool_txs", "read_json"]


def block_rows() -> list[dict[str, str]]:
    """The rows of blocks/INDEX.csv, for parameters; none without the real data."""
    index = FOLDER / "blocks" / "INDEX.csv"
    if not index.is_file():
        return []
    with index.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
