"""Trace value over 100,000 outputs of a store by each policy, and print as JSON what it took.

    python benchmarks/traces.py STORE [--outputs 100000] [--repeat 5]

Each trace starts a quarter of the chain before its end, going backward, or a quarter after its beginning,
from as many outputs as it takes for the policy to come to so many. It is asked for once before it is
measured: the figures are of a warm store. Adding the ends up and comparing them with the start is in them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

from cointrail.clustering.load import load_or_build
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.trace import trace_view
from cointrail.lookups.trace_walk import follow
from cointrail.store.reader import Snapshot, open_snapshot
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.flow import FlowWalk
from cointrail.tracing.flow_columns import FlowView, view_of
from cointrail.tracing.flow_result import Flow
from cointrail.tracing.policy import Policy
from cointrail.tracing.sources import Source
from table import Row, at_most

OUTPUTS = 100_000
LIMIT_SECONDS = 1.0


def _seconds(run: Any, repeat: int) -> float:
    """The median, after one run that is not counted."""
    run()
    taken = []
    for _ in range(repeat):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def _traced(view: FlowView, policy: Policy, outputs: range, most: int, *, forward: bool) -> Flow:
    walk = FlowWalk(view, policy, [Source("start", tuple(outputs))], forward=forward)
    return walk.go_on(Bounds(max_hops=100_000, max_outputs=most))


def _start(snapshot: Snapshot, view: FlowView, policy: Policy, most: int, *, forward: bool) -> range:
    """Outputs, as few as a doubling number can be, from which the policy comes to `most`."""
    middle = snapshot.n_txs // 4 if forward else 3 * snapshot.n_txs // 4
    first, count = snapshot.tx_output_range(middle)[0], 2
    while True:
        outputs = range(first, min(first + count, snapshot.n_outputs))
        found = _traced(view, policy, outputs, most, forward=forward)
        if found.cut is not None or 2 * count > most or outputs.stop == snapshot.n_outputs:
            return outputs
        count *= 2


def measure_traces(store: Path, *, outputs: int = OUTPUTS, repeat: int = 5) -> dict[str, Any]:
    """Seconds of a trace of so many outputs by each policy and direction, and of all side by side."""
    with open_snapshot(store) as snapshot:
        clusters = load_or_build(snapshot)
        view = view_of(snapshot, clusters, None)
        found: dict[str, Any] = {}
        for policy in Policy:
            for forward in (True, False):
                start = _start(snapshot, view, policy, outputs, forward=forward)

                def run(policy: Policy = policy, start: range = start, forward: bool = forward) -> Flow:  # noqa: FBT001
                    flow = _traced(view, policy, start, outputs, forward=forward)
                    assert flow.sums()
                    return flow

                reached = run()
                found[f"{policy.value}, {'forward' if forward else 'backward'}"] = {
                    "seconds": _seconds(run, repeat),
                    "starts": len(start),
                    "outputs": reached.outputs,
                    "transactions": reached.txs,
                    "most_hops": int(reached.ends.hops.max()),
                }
        desk = LookupDesk(snapshot, clusters)
        seed = str(snapshot.txid(snapshot.n_txs // 4))
        bounds = Bounds(max_hops=100_000, max_outputs=outputs)
        found["all policies, with names"] = {
            "seconds": _seconds(
                lambda: trace_view(
                    follow(desk, [seed], forward=True, policies=tuple(Policy), bounds=bounds),
                    start=0,
                    limit=25,
                ),
                repeat,
            )
        }
        return found


def trace_rows(figures: dict[str, Any], outputs: int = OUTPUTS) -> list[Row]:
    """Rows of the table: the slowest policy, and all of them side by side."""
    each = {name: one["seconds"] for name, one in figures.items() if one.get("outputs", 0) >= 0.9 * outputs}
    rows = [
        at_most(
            "all policies of a trace side by side, with names, warm, s",
            figures["all policies, with names"]["seconds"],
            len(Policy) * LIMIT_SECONDS,
        )
    ]
    if each:
        slowest = max(each, key=lambda name: each[name])
        rows.insert(
            0,
            at_most(
                f"trace of {outputs:,} outputs, slowest ({slowest}), warm, s", each[slowest], LIMIT_SECONDS
            ),
        )
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("--outputs", type=int, default=OUTPUTS)
    parser.add_argument("--repeat", type=int, default=5)
    args = parser.parse_args()
    print(json.dumps(measure_traces(args.store, outputs=args.outputs, repeat=args.repeat), indent=1))


if __name__ == "__main__":
    main()
