"""Choose what to look up in a store, and print it as JSON.

    python benchmarks/subjects.py STORE [--count 200] [--seed 1]

Addresses at random, each script as likely as any other; the address with most outputs; the cluster with
most members. A program of its own: to find the largest, it goes through whole columns.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from cointrail.chain.address import encode_address
from cointrail.lookups.desk import LookupDesk
from pages import open_desk

STRETCH = 1 << 24
"""Rows looked at together."""
TRIES = 50
"""Scripts looked at for each address wanted."""


def main() -> None:
    """Choose."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    desk = open_desk(args.store)
    address, outputs = _largest_address(desk)
    cluster, members = _largest_cluster(desk)
    chosen = {
        "random": _random_addresses(desk, args.count, args.seed),
        "largest_address": address,
        "largest_address_outputs": outputs,
        "largest_cluster": cluster,
        "largest_cluster_members": members,
    }
    print(json.dumps(chosen))


def _random_addresses(desk: LookupDesk, count: int, seed: int) -> list[str]:
    snapshot, found = desk.snapshot, dict[str, None]()
    dice = np.random.default_rng(seed)
    for script in dice.integers(0, snapshot.n_scripts, TRIES * count).tolist():
        address = encode_address(snapshot.get_script(script), snapshot.network)
        if address:
            found[address] = None
        if len(found) == count:
            break
    return list(found)


def _largest_address(desk: LookupDesk) -> tuple[str, int]:
    """The address with most outputs, and how many."""
    snapshot = desk.snapshot
    counts = np.zeros(snapshot.n_scripts, np.int64)
    scripts = snapshot.column("outputs.script")
    for first in range(0, snapshot.n_outputs, STRETCH):
        part = scripts.slice(first, min(first + STRETCH, snapshot.n_outputs))
        counts += np.bincount(part, minlength=snapshot.n_scripts)
    for script in np.argsort(counts)[::-1].tolist():
        address = encode_address(snapshot.get_script(script), snapshot.network)
        if address:
            return address, int(counts[script])
    raise SystemExit("no script of the store has an address")


def _largest_cluster(desk: LookupDesk) -> tuple[str, int]:
    """The label of the cluster with most members, and how many."""
    sizes = np.bincount(desk.clusters.labels())
    return str(int(sizes.argmax())), int(sizes.max())


if __name__ == "__main__":
    main()
