"""Read 500,000 rows of a store as analysts do, and print as JSON what that took.

python benchmarks/rows_read.py STORE [--rows 500000] [--repeat 3]
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import cointrail

ROWS = 500_000


def main() -> None:
    """Measure each table, warm."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--repeat", type=int, default=3)
    args = parser.parse_args()
    store = cointrail.open(args.store)
    some = slice(0, args.rows)
    tables: dict[str, Callable[[], Any]] = {
        "outputs, every column": lambda: store.outputs()[some],
        "outputs, stored columns": lambda: store.outputs()[some].only("output", "value", "script"),
        "addresses": lambda: store.scripts()[some].only("script", "address"),
        "clusters": lambda: store.clusters()[some].only("script", "cluster", "cluster_size"),
        "gate verdicts with reasons": lambda: store.gate()[some],
    }
    answer = {}
    for name, choose in tables.items():
        rows = choose()
        rows[:1].to_polars()  # compiles, and reads what a first question reads
        times = []
        for _ in range(args.repeat):
            begin = time.perf_counter()
            frame = rows.to_polars()
            times.append(time.perf_counter() - begin)
        answer[name] = {"rows": len(frame), "rows_per_second": len(frame) / median(times)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
