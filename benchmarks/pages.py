"""Ask a store for pages of addresses and clusters, and print as JSON what they took.

    python benchmarks/pages.py STORE SUBJECTS.json [--limit 50] [--budget 10]

Every page is asked for cold (the store's files put out of the page cache, the store opened anew; the
time is that of the page alone) and warm (opened once, every page asked for before). The largest address
and the largest cluster are asked for their first, middle and last page.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cointrail.clustering.load import load_or_build
from cointrail.lookups import address, cluster
from cointrail.lookups.desk import LookupDesk
from cointrail.store.reader import open_snapshot
from disk import cached_share, files_below, forget

Ask = tuple[str, str, int]
"""What to show, of what, from which row on."""
COLD_PAGES = 20


def open_desk(store: Path) -> LookupDesk:
    """The store, opened for look-ups."""
    snapshot = open_snapshot(store)
    return LookupDesk(snapshot, load_or_build(snapshot))


def _show(desk: LookupDesk, ask: Ask, limit: int) -> None:
    kind, text, start = ask
    show: Callable[..., object] = address.show_address if kind == "address" else cluster.show_cluster
    show(desk, text, start=start, limit=limit)


def _asks(subjects: dict[str, Any], limit: int) -> dict[str, list[Ask]]:
    """The pages to ask for, by name."""
    found: dict[str, list[Ask]] = {}
    for kind, total in (("address", "largest_address_outputs"), ("cluster", "largest_cluster_members")):
        found[f"{kind}, random"] = [(kind, text, 0) for text in subjects["random"]]
        last = max(0, subjects[total] - limit)
        starts = (0, last // 2, last)
        found[f"{kind}, largest"] = [(kind, subjects[f"largest_{kind}"], start) for start in starts]
    return found


class Cold(NamedTuple):
    """Cold pages: seconds of each, of opening the store for it, and what share of the store was not cold."""

    pages: list[float]
    opens: list[float]
    left: list[float]


def _cold(store: Path, asks: Sequence[Ask], limit: int, budget: float) -> Cold:
    pages, opens, left = list[float](), list[float](), list[float]()
    until = time.perf_counter() + budget
    for k in range(COLD_PAGES):
        if k >= 3 and time.perf_counter() > until:
            break
        gc.collect()
        forget(files_below(store))
        left.append(cached_share(files_below(store)) or 0.0)
        begin = time.perf_counter()
        desk = open_desk(store)
        opens.append(time.perf_counter() - begin)
        pages.append(_seconds(desk, asks[k % len(asks)], limit))
        del desk
    return Cold(pages, opens, left)


def _warm(desk: LookupDesk, asks: Sequence[Ask], limit: int, budget: float) -> list[float]:
    """Seconds of each page, asked for the second time and later."""
    for ask in asks:
        _show(desk, ask, limit)
    found = list[float]()
    until = time.perf_counter() + budget
    while len(found) < max(len(asks), COLD_PAGES) or time.perf_counter() < until / 2:
        found += [_seconds(desk, ask, limit) for ask in asks]
        if time.perf_counter() > until:
            break
    return found


def _seconds(desk: LookupDesk, ask: Ask, limit: int) -> float:
    begin = time.perf_counter()
    _show(desk, ask, limit)
    return time.perf_counter() - begin


def percentile(figures: Sequence[float], percent: float) -> float:
    """The smallest figure that so many percent of them do not exceed."""
    ranked = sorted(figures)
    return ranked[max(0, math.ceil(percent / 100 * len(ranked)) - 1)]


def _told(figures: Sequence[float]) -> dict[str, Any]:
    """The figures as milliseconds."""
    p50, p95 = (round(1000 * percentile(figures, percent), 3) for percent in (50, 95))
    return {"p50_ms": p50, "p95_ms": p95, "most_ms": round(1000 * max(figures), 3), "pages": len(figures)}


def main() -> None:
    """Cold first, while nothing is mapped."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("subjects", type=Path)
    parser.add_argument("--limit", type=int, default=50)
    parser.add_argument("--budget", type=float, default=10, help="seconds for each kind of page")
    args = parser.parse_args()
    asks = _asks(json.loads(args.subjects.read_text()), args.limit)
    cold = {name: _cold(args.store, some, args.limit, args.budget) for name, some in asks.items()}
    desk = open_desk(args.store)
    answer = {
        name: {
            "cold": _told(cold[name].pages),
            "warm": _told(_warm(desk, some, args.limit, args.budget)),
            "open_cold": _told(cold[name].opens),
            "still_cached": round(max(cold[name].left), 3),
        }
        for name, some in asks.items()
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
