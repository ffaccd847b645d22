"""The worlds that the table is made from, and the real chain with known owners that stands beside them."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from cointrail.clustering.build import build
from cointrail.clustering.rules import Link
from cointrail.error_rates.table import UNMEASURED
from cointrail.errors import BadInput
from cointrail.evaluate.rates.tally import Tally, tally_plan
from cointrail.evaluate.real.sets import EMULATED, read_wallets
from cointrail.evaluate.worlds.links import proof_edges
from cointrail.evaluate.worlds.many import DEFAULT_PRESETS
from cointrail.simulate import Plan, draw_plan, preset
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import ingest
from cointrail.store.reader import open_snapshot

Progress = Callable[[str, int, int], None]

FIRST_SEED = 1_000_000_000
"""Seeds from here on are the table's own; a world that is to be new has a smaller one."""


class Budget(StrEnum):
    """How many worlds a table is made from."""

    SMALL = "small"
    """A few small ones: minutes on one processor. For tests."""
    FULL = "full"
    """Hundreds: under ten minutes on two processors. What ships."""


@dataclass(frozen=True, slots=True)
class WorldPlan:
    """A world to be made."""

    name: str
    plan: Plan
    seed: int


@dataclass(frozen=True, slots=True)
class RealTally:
    """Links between scripts of real wallets with known owners.

    Attributes:
        name: of the source.
        what: what it is, and who says so.
        digest: SHA-256 of its files, in hex.
        rules: per rule the links, the wrong ones, and the same with one link of each owner.
    """

    name: str
    what: str
    digest: str
    rules: dict[str, tuple[int, int, int, int]]


@dataclass(frozen=True, slots=True)
class _Size:
    """Worlds of each default plan, drawn plans, and transactions of a world of a default plan."""

    names: tuple[str, ...]
    seeds: int
    drawn: int
    transactions: int


_MADE_FROM = {
    Budget.SMALL: _Size(("2013", "2021", "2025"), 1, 3, 1_000),
    Budget.FULL: _Size(DEFAULT_PRESETS, 16, 240, 5_000),
}
_HELD_BACK = {
    Budget.SMALL: _Size(("2016",), 1, 1, 1_000),
    Budget.FULL: _Size(DEFAULT_PRESETS, 2, 32, 5_000),
}
"""Worlds that a table is held against once it is made."""

_BACK_FROM = FIRST_SEED + 500_000_000
"""The first seed of these."""


def world_plans(budget: Budget) -> list[WorldPlan]:
    """The worlds that a table is made from: default plans of every era, then plans drawn at random."""
    return list(_plans(_MADE_FROM[budget], FIRST_SEED, whole=budget is Budget.FULL))


def held_back(budget: Budget) -> list[WorldPlan]:
    """Worlds of the same kinds that the table does not see."""
    return list(_plans(_HELD_BACK[budget], _BACK_FROM, whole=budget is Budget.FULL))


def _plans(size: _Size, first: int, *, whole: bool) -> Iterator[WorldPlan]:
    for name in size.names:
        for seed in range(first, first + size.seeds):
            yield WorldPlan(f"{name}, seed {seed}", preset(name).with_size(size.transactions), seed)
    for seed in range(first, first + size.drawn):
        plan = draw_plan(seed, transactions=None if whole else size.transactions)
        yield WorldPlan(f"drawn, seed {seed}", plan, seed)


def tally_all(
    wanted: Sequence[WorldPlan], *, jobs: int | None = None, progress: Progress | None = None
) -> list[Tally]:
    """Make and tally worlds, several at a time; the result does not depend on how many.

    A plan by which nobody can pay any more makes no world, and is left out.
    """
    found: list[Tally] = []
    workers = min(len(wanted), jobs or os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for done, tally in enumerate(pool.map(_tally_one, wanted), start=1):
            if tally is not None:
                found.append(tally)
            if progress is not None:
                progress("worlds", done, len(wanted))
    return found


def _tally_one(wanted: WorldPlan) -> Tally | None:
    try:
        return tally_plan(wanted.name, wanted.plan, wanted.seed)
    except BadInput:
        return None


def tally_real(folder: Path, seed: int = 0) -> RealTally:
    """Links of the emulated chain: real Wasabi 2 clients on a test chain, whose wallets are known.

    Raises:
        NotFound: the folder holds no such chain.
    """
    truth = folder / "coinjoin" / "emulated_wasabi2"
    wallets = read_wallets(truth)
    blocks_file = truth / f"{EMULATED}.blk00000.dat"
    data = blocks_file.read_bytes()
    with tempfile.TemporaryDirectory(prefix="cointrail-tally-") as scratch:
        blocks, store = Path(scratch, "blocks"), Path(scratch, "store")
        blocks.mkdir()
        (blocks / "blk00000.dat").write_bytes(data)
        with BlocksDirectory(blocks, undo=False) as source:
            ingest(store, source)
        with open_snapshot(store) as snapshot:
            child, parent, rule, _ = proof_edges(build(snapshot, table=UNMEASURED))
            names = sorted(set(wallets.values()))
            owner = np.full(snapshot.n_scripts, -1, np.int64)
            for script, wallet in wallets.items():
                if (number := snapshot.find_script(script)) is not None:
                    owner[number] = names.index(wallet)
    known = (owner[child] >= 0) & (owner[parent] >= 0)
    lot = np.random.default_rng(seed).permutation(int(known.sum()))
    rules, hands, wrong = (
        column[known][lot] for column in (rule, owner[child], owner[child] != owner[parent])
    )
    found = {}
    for link in Link:
        own = rules == link
        if own.any():
            _, drawn = np.unique(hands[own], return_index=True)
            failed = wrong[own]
            counts = int(own.sum()), int(failed.sum()), len(drawn), int(failed[drawn].sum())
            found[link.rule.name] = counts
    return RealTally(
        "emulated Wasabi 2",
        "real clients of the program on a test chain; owners by their wallet files",
        hashlib.sha256(data).hexdigest(),
        found,
    )
