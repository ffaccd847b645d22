"""Union of scripts spent together beside a peer, on the same lists in the same run, with equal results.

    python benchmarks/clustering.py [--repeat 3] [--json FILE] [--smoke]

Ours is the kernel that a build runs: it takes the gate's verdicts, joins, and writes out every edge that
joined something, for the proofs. The peer, graphsense-clustering, joins on all cores and keeps no edges. Both
end with the smallest id of everything's cluster, as one array.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.union import Edges, flatten, join_inputs

U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]

PEERS = ("gs_clustering", "pyarrow")
SEED = 1
SIZES = (1_000_000, 10_000_000, 69_300_000)
"""Ids. The largest has 100 million inputs."""
ROOM = 120
"""Bytes of memory for each id, while the lists are made; a size that does not fit is left out, and said."""
SMOKE_SIZES = (20_000,)
LENGTHS = (2, 3, 4, 8)
SHARES = (0.6, 0.2, 0.12, 0.08)
"""Of transactions of several inputs, by their number of inputs."""
EDGES_PER_ID = 0.95
RECENT = 50_000
"""Ids behind the newest one, on average: outputs are mostly spent soon."""


class CoSpends(NamedTuple):
    """Transaction t spends from `script[start[t]:start[t + 1]]`."""

    ids: int
    start: I64
    script: U32


class Timed(NamedTuple):
    """Seconds of the runs, and the label of every id."""

    seconds: list[float]
    labels: U32


def co_spends(ids: int, seed: int = SEED) -> CoSpends:
    """Invented lists of ids that are spent together, in the order of the chain."""
    dice = np.random.default_rng(seed)
    mean = sum(share * (length - 1) for length, share in zip(LENGTHS, SHARES, strict=True))
    lengths = dice.choice(LENGTHS, size=int(EDGES_PER_ID * ids / mean), p=SHARES)
    start = np.concatenate([[0], np.cumsum(lengths)])
    newest = np.repeat(np.sort(dice.integers(0, ids, len(lengths))), lengths)
    age = dice.exponential(RECENT, len(newest)).astype(np.int64)
    return CoSpends(ids, start.astype(np.int64), np.maximum(newest - age, 0).astype(np.uint32))


def ours(spends: CoSpends) -> U32:
    """Labels by the kernel of the build."""
    parent = np.arange(spends.ids, dtype=np.uint32)
    count = len(spends.start) - 1
    gate, reasons = np.zeros(count, np.uint8), np.zeros(count, np.uint32)
    edges = Edges(*(np.empty(len(spends.script), np.uint32) for _ in range(3)))
    join_inputs(parent, 0, spends.start, spends.script, gate, reasons, np.zeros(1, np.int64), edges)
    flatten(parent)
    return parent


def theirs(spends: CoSpends) -> U32:
    """Labels by the peer, from Arrow lists that share our arrays."""
    peer, arrow = (importlib.import_module(name) for name in PEERS)
    lists = arrow.ListArray.from_arrays(
        arrow.array(spends.start.astype(np.int32)), arrow.array(spends.script)
    )
    clusters = peer.Clustering(spends.ids - 1)
    clusters.process_transactions_arrow(lists)
    labels: U32 = clusters.get_mapping().column("cluster_id").to_numpy()
    return labels


def timed(run: Callable[[CoSpends], U32], spends: CoSpends, repeat: int) -> Timed:
    """Run it so often."""
    seconds = []
    for _ in range(repeat):
        begin = time.perf_counter()
        labels = run(spends)
        seconds.append(time.perf_counter() - begin)
    return Timed(seconds, labels)


def missing_peers() -> list[str]:
    """The modules that must be installed and are not."""
    return [name for name in PEERS if importlib.util.find_spec(name) is None]


def measure_clustering(*, smoke: bool = False, repeat: int = 3) -> list[dict[str, Any]]:
    """Rows of `name` and `value`: how many times as long the peer takes, for each size.

    The seconds are printed on stderr. Without the peer there are no rows, and a line says so.

    Raises:
        SystemExit: the results differ.
    """
    if absent := missing_peers():
        _say(f"skipped: not installed: {', '.join(absent)} (the extra `bench` has graphsense-clustering)")
        return []
    ours(co_spends(1000))  # compiles
    fitting = [ids for ids in (SMOKE_SIZES if smoke else SIZES) if _fits(ids)]
    return [_row(co_spends(ids), repeat) for ids in fitting]


def _fits(ids: int) -> bool:
    free = _free_memory()
    if ROOM * ids <= free or ids <= min(SIZES):
        return True
    _say(f"skipped: {ids:,} ids take {ROOM * ids / 1e9:.0f} GB of memory, {free / 1e9:.0f} GB are free")
    return False


def _free_memory() -> int:
    """Bytes that can be had without swapping, what the system can take back of its caches among them."""
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")) * 1024


def _row(spends: CoSpends, repeat: int) -> dict[str, Any]:
    mine, peer = (timed(run, spends, repeat) for run in (ours, theirs))
    if not np.array_equal(mine.labels, peer.labels):
        sys.exit(f"{spends.ids} ids: the peer's clusters are others than ours")
    clusters = int((mine.labels == np.arange(spends.ids)).sum())
    ratio = median(peer.seconds) / median(mine.seconds)
    _say(
        f"{spends.ids:,} ids, {len(spends.script):,} inputs, {clusters:,} clusters: "
        f"cointrail {median(mine.seconds):.3f} s, graphsense-clustering {median(peer.seconds):.3f} s, "
        f"ratio {ratio:.2f}"
    )
    return {"name": f"union of {spends.ids:,} ids / graphsense-clustering", "value": round(ratio, 2)}


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeat", type=int, default=3, help="runs; the median counts (default 3)")
    parser.add_argument("--json", type=Path, help="write the rows to this file too")
    parser.add_argument("--smoke", action="store_true", help="few ids: does it run at all?")
    args = parser.parse_args()
    rows = measure_clustering(smoke=args.smoke, repeat=args.repeat)
    for row in rows:
        print(f"{row['name']}  {row['value']}")
    if args.json:
        args.json.write_text(json.dumps({"table": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
