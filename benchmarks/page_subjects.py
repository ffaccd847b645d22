"""Choose what users of a server look at, and print it as JSON.

    python benchmarks/page_subjects.py STORE [--count 30] [--seed 1]

By chance, every script and transaction as likely as any other; and what is largest: the addresses with
most outputs, the clusters with most members and with most payments, the transactions with most inputs and
outputs. A program of its own: to find the largest, it goes through whole columns.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.lookups.desk import LookupDesk
from pages import open_desk
from subjects import STRETCH

I64 = npt.NDArray[np.int64]

HUBS = 3
"""The largest of each kind that are asked for."""


def main() -> None:
    """Choose."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    desk = open_desk(args.store)
    snapshot, dice = desk.snapshot, np.random.default_rng(args.seed)
    scripts = dice.integers(0, snapshot.n_scripts, args.count).tolist()
    txs = dice.integers(0, snapshot.n_txs, args.count).tolist()
    labels = desk.clusters.labels()
    members = _counts([labels], snapshot.n_scripts)
    outputs = _counts(_stretches(desk), snapshot.n_scripts)
    paid = np.bincount(labels, outputs, snapshot.n_scripts).astype(np.int64)
    chosen: dict[str, Any] = {
        "address, random": [_subject(desk, script) for script in scripts],
        "address, largest": [_subject(desk, script, int(outputs[script])) for script in _top(outputs)],
        "transaction, random": [_tx(desk, tx) for tx in txs],
        "transaction, largest": [_tx(desk, tx) for tx in _top(_tx_rows(desk))],
        "cluster, random": [_cluster(desk, int(labels[script])) for script in scripts],
        "cluster, largest": [_cluster(desk, label) for label in dict.fromkeys([*_top(members), *_top(paid)])],
    }
    print(json.dumps({"transactions": snapshot.n_txs, "scripts": snapshot.n_scripts, "chosen": chosen}))


def _subject(desk: LookupDesk, script: int, size: int = 1) -> dict[str, Any]:
    return {"name": desk.name(script), "size": size, "other": None}


def _tx(desk: LookupDesk, tx: int) -> dict[str, Any]:
    return {"name": str(desk.snapshot.txid(tx)), "size": int(_tx_rows(desk, tx, tx + 1)[0]), "other": None}


def _cluster(desk: LookupDesk, label: int) -> dict[str, Any]:
    members = desk.clusters.members(label)
    return {"name": desk.name(label), "size": len(members), "other": desk.name(int(members[-1]))}


def _top(counts: I64) -> list[int]:
    found: list[int] = np.argsort(counts, kind="stable")[::-1][:HUBS].tolist()
    return found


def _counts(parts: Iterable[npt.NDArray[Any]], rows: int) -> I64:
    counts = np.zeros(rows, np.int64)
    for part in parts:
        counts += np.bincount(part, minlength=rows)
    return counts


def _stretches(desk: LookupDesk) -> Iterator[npt.NDArray[Any]]:
    scripts, count = desk.snapshot.column("outputs.script"), desk.snapshot.n_outputs
    return (scripts.slice(first, min(first + STRETCH, count)) for first in range(0, count, STRETCH))


def _tx_rows(desk: LookupDesk, first: int = 0, last: int | None = None) -> I64:
    """Inputs and outputs of transactions first..last - 1 together."""
    snapshot = desk.snapshot
    last = snapshot.n_txs if last is None else last
    rows = np.zeros(last - first, np.int64)
    for side, total in (("input", snapshot.n_inputs), ("output", snapshot.n_outputs)):
        column = snapshot.column(f"txs.first_{side}")
        ends = column.slice(first, min(last + 1, snapshot.n_txs)).astype(np.int64)
        rows += np.diff(ends if last < snapshot.n_txs else np.append(ends, total))
    return rows


if __name__ == "__main__":
    main()
