"""Transactions as rows of features: of real blocks, and of a composed world."""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cointrail.chain.decode import decode_block
from cointrail.evaluate.fidelity.features import Row, Spending, rows_of_block
from cointrail.simulate import Plan, compose_world
from cointrail.sources.blocks_dir import BlocksDirectory

OPENING = "opening"
"""The kind of transactions that give everybody first coins; real blocks have none."""

Table = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of features, with the kinds of the transactions where they are known."""

    name: str
    rows: Table
    kinds: tuple[str, ...] = ()

    def __len__(self) -> int:
        """How many transactions there are."""
        return len(self.rows)

    @property
    def digest(self) -> str:
        """Of the rows."""
        return hashlib.sha256(np.ascontiguousarray(self.rows, dtype="<i8").tobytes()).hexdigest()


def table_of(rows: Iterable[Row]) -> Table:
    """Rows as an array."""
    return np.array(list(rows), dtype=np.int64)


def thin(sample: Sample, count: int) -> Sample:
    """At most `count` transactions of it, evenly spaced."""
    if len(sample) <= count:
        return sample
    places = [place * len(sample) // count for place in range(count)]
    kinds = tuple(sample.kinds[place] for place in places) if sample.kinds else ()
    return Sample(sample.name, sample.rows[places], kinds)


def made_sample(plan: Plan, seed: int, count: int) -> Sample:
    """`count` transactions of the later half of the world of `plan` and `seed`, which is not kept."""
    with tempfile.TemporaryDirectory(prefix="cointrail-fidelity-") as scratch:
        world = Path(scratch, "world")
        compose_world(plan, seed, world, signed=False)
        return thin(read_world(world, f"{plan.year}, seed {seed}"), count)


def read_world(world: Path, name: str) -> Sample:
    """The transactions of the later half of a world, without coinbases and first coins."""
    with (world / "truth" / "transactions.csv").open(encoding="utf-8", newline="") as file:
        told = {row["txid"]: row for row in csv.DictReader(file)}
    rows: list[Row] = []
    kinds: list[str] = []
    times: dict[bytes, int] = {}
    with BlocksDirectory(world / "blocks", undo=False) as source:
        for height in range(len(source.chain)):
            block = decode_block(source.raw_block(height))
            times |= {tx.txid.raw: block.header.time for tx in block.txs}
            paying = [tx for tx in block.txs if not tx.is_coinbase]
            known = {
                tx.txid.raw: Spending(
                    int(told[str(tx.txid)]["fee_sat"]),
                    block.header.time - max(times[i.outpoint.txid.raw] for i in tx.inputs),
                )
                for tx in paying
            }
            for tx, row in zip(paying, rows_of_block(block.txs, height, known), strict=True):
                kind = told[str(tx.txid)]["kind"]
                if kind != OPENING:
                    rows.append(row)
                    kinds.append(kind)
    half = len(rows) // 2
    return Sample(name, table_of(rows[half:]), tuple(kinds[half:]))


def join_samples(name: str, samples: Sequence[Sample]) -> Sample:
    """All of them as one."""
    kinds = tuple(kind for sample in samples for kind in sample.kinds)
    return Sample(name, np.concatenate([sample.rows for sample in samples]), kinds)
