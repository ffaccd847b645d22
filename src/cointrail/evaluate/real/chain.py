"""The emulated chain against its wallets: pairs of scripts that were merged, and every link by rule."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import comb
from pathlib import Path

from cointrail.clustering.clusters import Clusters
from cointrail.clustering.load import load_or_build
from cointrail.clustering.rules import Link
from cointrail.evaluate.intervals import upper_bound
from cointrail.evaluate.real.sets import EMULATED, read_wallets
from cointrail.heuristics.base import Tier
from cointrail.heuristics.change_bulk import NO_OUTPUT
from cointrail.heuristics.gate import Gate, GateVerdict
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTally:
    """Links of one rule on the emulated chain, where the wallets of both ends are known.

    Attributes:
        rule: with its version.
        links: asserted.
        wrong: of these, between two wallets.
        wallets: whose links they are.
        wrong_wallets: of these, those whose first link is wrong.
        bound_ppm: upper bound of the wrong share, from these, one-sided, 95 %.
    """

    rule: str
    links: int
    wrong: int
    wallets: int
    wrong_wallets: int
    bound_ppm: int


def tally_chain(folder: Path) -> tuple[tuple[PairTally, ...], tuple[LinkTally, ...]]:
    """Ingest the emulated chain into a folder that goes away, cluster it, and count pairs and links."""
    truth = folder / "coinjoin" / "emulated_wasabi2"
    wallets = read_wallets(truth)
    with tempfile.TemporaryDirectory(prefix="cointrail-evaluate-") as scratch:
        blocks, store = Path(scratch, "blocks"), Path(scratch, "store")
        blocks.mkdir()
        (blocks / "blk00000.dat").write_bytes((truth / f"{EMULATED}.blk00000.dat").read_bytes())
        with BlocksDirectory(blocks, undo=False) as source:
            ingest(store, source)
        with open_snapshot(store) as snapshot:
            clusters = load_or_build(snapshot)
            return (
                tuple(_tally(snapshot, wallets, tier) for tier in (Tier.T1, Tier.T2)),
                tuple(_links(snapshot, clusters, wallets)),
            )


def _links(snapshot: Snapshot, clusters: Clusters, wallets: dict[bytes, str]) -> Iterator[LinkTally]:
    """Common inputs and change verdicts, each with the wallet that made it."""
    found: dict[Link, list[tuple[str, bool]]] = {
        link: [] for link in (Link.COMMON_INPUT, Link.COMMON_INPUT_LEAD, Link.CHANGE, Link.CHANGE_LEAD)
    }
    columns = clusters.change_columns
    for tx_num in range(snapshot.n_txs):
        tx = snapshot.tx_view(tx_num)
        owners = [wallets.get(one) for one in dict.fromkeys(i.script for i in tx.inputs if i.script)]
        if tx.is_coinbase or not owners or owners[0] is None:
            continue
        rule = _common(clusters.gate(tx_num))
        if rule is not None:
            found[rule] += [(owners[0], other != owners[0]) for other in owners[1:] if other is not None]
        named = int(columns.output[tx_num])
        if named == NO_OUTPUT or len(set(owners)) > 1:
            continue
        keeper = wallets.get(tx.outputs[named].script)
        verdict = _CHANGE.get(Tier(int(columns.tier[tx_num])))
        if keeper is not None and verdict is not None:
            found[verdict].append((owners[0], keeper != owners[0]))
    for link, statements in found.items():
        first: dict[str, bool] = {}
        for wallet, wrong in statements:
            first.setdefault(wallet, wrong)
        bad = sum(first.values())
        yield LinkTally(
            rule=link.rule.name,
            links=len(statements),
            wrong=sum(wrong for _, wrong in statements),
            wallets=len(first),
            wrong_wallets=bad,
            bound_ppm=upper_bound(bad, len(first)),
        )


def _common(verdict: GateVerdict) -> Link | None:
    """The rule that links what is signed together here."""
    if verdict.gate is Gate.SAFE:
        return Link.COMMON_INPUT
    return Link.COMMON_INPUT_LEAD if verdict.leaves_lead else None


_CHANGE = {Tier.T3: Link.CHANGE, Tier.T4: Link.CHANGE_LEAD}


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
