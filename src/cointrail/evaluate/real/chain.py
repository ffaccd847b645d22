"""Clusters of the emulated chain against its wallets: pairs of scripts that were merged, and whose."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import comb
from pathlib import Path

from cointrail.clustering.load import load_or_build
from cointrail.evaluate.real.sets import EMULATED, read_wallets
from cointrail.heuristics.base import Tier
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import ingest
from cointrail.store.reader import Snapshot, open_snapshot


@dataclass(frozen=True, slots=True)
class PairTally:
    """Pairs of scripts of known wallets, in clusters up to one tier.

    Attributes:
        tier: weakest tier of the clusters.
        scripts: with a known wallet.
        wallets: how many.
        one_wallet: pairs of one wallet.
        merged_one_wallet: of these, pairs in one cluster.
        merged_two_wallets: pairs of two wallets in one cluster: each is an error.
    """

    tier: str
    scripts: int
    wallets: int
    one_wallet: int
    merged_one_wallet: int
    merged_two_wallets: int


def tally_chain(folder: Path) -> tuple[PairTally, ...]:
    """Ingest the emulated chain into a folder that goes away, cluster it, and count pairs."""
    truth = folder / "coinjoin" / "emulated_wasabi2"
    wallets = read_wallets(truth)
    with tempfile.TemporaryDirectory(prefix="cointrail-evaluate-") as scratch:
        blocks, store = Path(scratch, "blocks"), Path(scratch, "store")
        blocks.mkdir()
        (blocks / "blk00000.dat").write_bytes((truth / f"{EMULATED}.blk00000.dat").read_bytes())
        with BlocksDirectory(blocks, undo=False) as source:
            ingest(store, source)
        with open_snapshot(store) as snapshot:
            return tuple(_tally(snapshot, wallets, tier) for tier in (Tier.T1, Tier.T2))


def _tally(snapshot: Snapshot, wallets: dict[bytes, str], tier: Tier) -> PairTally:
    labels = load_or_build(snapshot).labels(tier)
    numbers = {script: number for script in wallets if (number := snapshot.find_script(script)) is not None}
    both = Counter((int(labels[number]), wallets[script]) for script, number in numbers.items())
    by_cluster, by_wallet = Counter[int](), Counter[str]()
    for (label, wallet), n in both.items():
        by_cluster[label] += n
        by_wallet[wallet] += n
    merged = _pairs(by_cluster.values())
    right = _pairs(both.values())
    return PairTally(
        tier.name, len(numbers), len(by_wallet), _pairs(by_wallet.values()), right, merged - right
    )


def _pairs(counts: Iterable[int]) -> int:
    return sum(comb(n, 2) for n in counts)
