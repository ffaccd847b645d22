"""The benchmark: Cointrail beside its peers and the machine, on the same blocks in one run.

    python benchmarks/bench.py [--sizes 1 4 16] [--repeat 3] [--work DIR] [--results DIR] [--smoke]

Makes invented blocks, ingests them at each size from a cold page cache into a store, end to end as a fresh
process, looks things up in it, asks every rule about every transaction, traces value, reads rows as analysts
do, and lets the peers do what they can on slices of the largest chain.
Prints a table of figures beside what they should reach, and writes everything as JSON.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from at_largest import measure_budget, measure_doctor
from at_size import AtSize, Effort, measure_at, remove
from beside import Beside, absent
from chain import cached_chain
from clustering_rows import clustering_rows
from commands import cold_ingest, ours
from growth import full_chain, growth
from machine import machine, versions
from measure import GB, HERE, MB, say
from planned import full_chain_plan
from rows import fill_table
from show import print_result

WARM_UP_MB = 2
SMOKE_SIZES = (0.003, 0.006)


def main() -> None:
    """Measure, print, write."""
    args = _arguments()
    if missing := absent():
        sys.exit(f"{', '.join(missing)}: not installed; run `make bench`, which installs the extra `bench`")
    if args.work:
        result = _measure_in(args.work, args)
    else:
        with tempfile.TemporaryDirectory(prefix="cointrail-bench-") as folder:
            result = _measure_in(Path(folder), args)
    args.results.mkdir(parents=True, exist_ok=True)
    path = args.results / result["name"]
    path.write_text(json.dumps(result, indent=1) + "\n")
    print_result(result)
    say(f"written to {path}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=float, nargs="+", default=[1, 4, 16], help="GB of blocks (1 4 16)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of what is compared (3)")
    parser.add_argument("--explorer-size", type=int, default=512, help="MB for bitcoin-explorer (512)")
    parser.add_argument("--peer-size", type=int, default=32, help="MB for blockchain-parser (32)")
    parser.add_argument("--queries", type=int, default=200, help="random addresses (200)")
    parser.add_argument("--seed", type=int, default=1, help="of the chain and of what is asked for (1)")
    parser.add_argument("--work", type=Path, help="keep the chains here for the next time")
    parser.add_argument("--results", type=Path, default=HERE / "results", help="folder for the JSON")
    parser.add_argument("--smoke", action="store_true", help="all of it, small: does it run at all?")
    args = parser.parse_args()
    if args.smoke:
        args.sizes, args.repeat, args.queries = SMOKE_SIZES, 1, 20
        args.explorer_size, args.peer_size = 3, 1
    args.sizes = sorted(args.sizes)
    return args


def _measure_in(work: Path, args: argparse.Namespace) -> dict[str, Any]:
    work.mkdir(parents=True, exist_ok=True)
    about = machine()
    warm = _warm_up(work)
    effort = Effort(args.repeat, args.queries, 1 if args.smoke else 10, args.seed)
    beside = Beside(work, args.explorer_size * MB, args.peer_size * MB)
    sizes = [round(size * GB) for size in args.sizes]
    found: list[AtSize] = []
    for size in sizes[:-1]:
        found.append(measure_at(work, size, effort)[0])
        remove(work, size, blocks=args.work is None)
    last, runs = measure_at(work, sizes[-1], effort, beside.jobs)
    found.append(last)
    doctor, budget = measure_doctor(work, sizes[-1], last), measure_budget(work, sizes[-1])
    _clean(work, sizes[-1], blocks=args.work is None)
    figures = beside.figures(runs)
    grows = growth(found[0], last) if len(found) > 1 else {}
    plan = full_chain_plan()
    table = fill_table(found, figures, grows, budget, plan)
    table.rows += clustering_rows(smoke=args.smoke, repeat=args.repeat, not_measured=table.not_measured)
    now = datetime.now(UTC)
    return {
        "name": f"{now:%Y-%m-%d}-{'-'.join(f'{size:g}' for size in args.sizes)}GB.json",
        "measured_at": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "machine": about,
        "versions": versions(),
        "settings": {key: value for key, value in vars(args).items() if key not in {"work", "results"}},
        "table": [row.said for row in table.rows],
        "not_measured": table.not_measured,
        "first_ingest_seconds": round(warm, 1),
        "sizes": [one.said for one in found],
        "beside": figures,
        "growth": grows,
        "doctor": doctor,
        "budget": budget,
        "full_chain": full_chain(last, grows),
        "plan": plan,
    }


def _warm_up(work: Path) -> float:
    """A small chain through every kernel, so that they are compiled. Returns the seconds of the ingest."""
    say("warming up: compiling kernels where they are not yet")
    blocks, store = work / f"blocks-{WARM_UP_MB}", work / f"store-{WARM_UP_MB}"
    cached_chain(blocks, WARM_UP_MB * MB, 1)
    run = cold_ingest(blocks, store)()
    ours("build_clusters.py", store)
    shutil.rmtree(store)
    return run.seconds


def _clean(work: Path, size: int, *, blocks: bool) -> None:
    """Remove what only this run needed."""
    remove(work, size, blocks=blocks)
    for name in ("store-budget", "start", "middle"):
        shutil.rmtree(work / name, ignore_errors=True)


if __name__ == "__main__":
    main()
