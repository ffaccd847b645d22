"""Ask every detector and every static change rule about each transaction of a store, and take fingerprints.

Of the rules beside the gate it asks those that look at one transaction; the others look at few.

    python benchmarks/rules_pass.py STORE [--repeat 3] [--threads 2]

Prints JSON. Two times are taken: that of the rules alone, over columns that are in memory already, and that
of the pass, which also gathers the columns of each batch from the store. The store is read once before.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

from cointrail.heuristics.change_bulk import static_batch
from cointrail.heuristics.fillable_bulk import fillable_batch
from cointrail.heuristics.gate_bulk import judge_batch
from cointrail.store.batch import TxBatch
from cointrail.store.reader import Snapshot, open_snapshot

BATCH = 1 << 16
"""Transactions that are judged together; what they need fits the processor's caches."""
HELD = 1 << 20
"""Transactions whose columns are kept in memory for the rules alone."""


def judge_all(batch: TxBatch, *, dated: bool = False) -> int:
    """Every detector, every static change rule and the fingerprints of a batch; how many it judged."""
    judge_batch(batch, dated=dated)
    static_batch(batch)
    fillable_batch(batch)
    return batch.count


def bulk_pass(snapshot: Snapshot, threads: int) -> int:
    """Judge every transaction of a store; each thread takes the next batch."""

    def judged(first: int) -> int:
        last = min(first + BATCH, snapshot.n_txs)
        return sum(judge_all(batch) for batch in snapshot.batches(first, last, BATCH))

    return _together(judged, range(0, snapshot.n_txs, BATCH), threads)


def _together(judged: Callable[[Any], int], parts: Iterable[Any], threads: int) -> int:
    with ThreadPoolExecutor(threads) as workers:
        return sum(workers.map(judged, parts))


def _seconds(work: Callable[[], int], repeat: int) -> tuple[list[float], int]:
    times, count = list[float](), 0
    for _ in range(repeat):
        begin = time.perf_counter()
        count = work()
        times.append(time.perf_counter() - begin)
    return times, count


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("--repeat", type=int, default=3, help="runs; the median counts (3)")
    parser.add_argument("--threads", type=int, default=2, help="threads that judge (2)")
    args = parser.parse_args()
    with open_snapshot(args.store) as snapshot:
        held = list(snapshot.batches(0, min(HELD, snapshot.n_txs), BATCH))
        judge_all(held[0])  # compiles
        alone, judged = _seconds(lambda: _together(judge_all, held, args.threads), args.repeat)
        bulk_pass(snapshot, args.threads)
        whole, count = _seconds(lambda: bulk_pass(snapshot, args.threads), args.repeat)
    answer = {
        "txs": count,
        "seconds": whole,
        "txs_per_second": count / median(whole),
        "rules_alone_txs": judged,
        "rules_alone_txs_per_second": judged / median(alone),
        "threads": args.threads,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
