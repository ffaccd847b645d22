"""One world, measured: its counts, in a form that is the same each time."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cointrail.clustering.load import load_or_build
from cointrail.clustering.rules import Link
from cointrail.error_rates.table import UNMEASURED
from cointrail.errors import BadInput, NotFound
from cointrail.evaluate.worlds.changes import ChangeTally, tally_change
from cointrail.evaluate.worlds.gates import GateCount, tally_gate
from cointrail.evaluate.worlds.holders import tally_holders
from cointrail.evaluate.worlds.links import signers_of, statements_of
from cointrail.evaluate.worlds.partitions import TierAgreement, judge_tiers
from cointrail.evaluate.worlds.services import ServiceCount, tally_services
from cointrail.evaluate.worlds.statements import Statements, StratumCount, count_strata
from cointrail.evaluate.worlds.strata import marks_of
from cointrail.evaluate.worlds.taint import TaintSeed, tally_taint
from cointrail.evaluate.worlds.truth import Truth, read_truth
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import ingest
from cointrail.store.reader import open_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

Progress = Callable[[str, int, int], None]
"""Told the stage, how much is done, and how much there is."""

STAGES = ("ingest", "clusters", "truth", "links", "partitions", "change", "taint", "services")


ONE_KEY = "one key, one hand"
"""In place of a rule: that who received a coin is who spends it."""


@dataclass(frozen=True, slots=True)
class WrongKind:
    """Links of one rule that transactions of one kind made; `n` and `wrong_n` are of one a hand, by lot."""

    rule: str
    kind: str
    links: int
    wrong: int
    n: int = 0
    wrong_n: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldCounts:
    """What was measured in one world.

    Attributes:
        name: of the world: its seed and its plan.
        truth_digest: SHA-256 over its truth files.
        store_digest: names the state of the store.
        rules: that had a say.
        transactions: without coinbases.
        hands: how many owners.
        strata: links asserted and wrong; PayJoins are left out of common inputs.
        asserted: by rule alone, with PayJoins.
        kinds: the same by what the transactions truly are.
        holders: spent coins by what made them, and those that another hand spent.
        tiers: whole clusterings.
        change: the vote on change.
        gate: verdicts on transactions.
        taint: drawn coins, traced by every policy.
        services: addresses that were recognised.
    """

    name: str
    truth_digest: str
    store_digest: str
    rules: tuple[str, ...]
    transactions: int
    hands: int
    strata: tuple[StratumCount, ...]
    asserted: tuple[StratumCount, ...] = ()
    kinds: tuple[WrongKind, ...]
    holders: tuple[WrongKind, ...] = ()
    tiers: tuple[TierAgreement, ...]
    change: ChangeTally
    gate: tuple[GateCount, ...]
    taint: tuple[TaintSeed, ...] = ()
    services: tuple[ServiceCount, ...] = ()


def measure_world(
    world: Path,
    store: Path | None = None,
    *,
    name: str = "",
    seed: int = 0,
    progress: Progress | None = None,
) -> WorldCounts:
    """Measure every link, clustering and verdict on a world against its truth.

    Args:
        world: folder that `simulate` wrote.
        store: of its blocks; None: they are read into one that goes away.
        name: what the world is called; by default by its plan's digest and its seed.
        seed: of the draws of one link a hand, and of intervals.
        progress: told the stage.

    Raises:
        NotFound: the folder holds no world.
        BadInput: the store holds another chain.
    """
    told = progress or (lambda *_: None)
    name = name or name_of(world)
    with _store_of(world, store, told) as opened, open_snapshot(opened) as snapshot:
        clusters = load_or_build(
            snapshot, table=UNMEASURED, progress=lambda done, total: told(STAGES[1], done, total)
        )
        told(STAGES[2], 2, len(STAGES))
        truth = read_truth(world, snapshot)
        told(STAGES[3], 3, len(STAGES))
        signers = signers_of(snapshot, truth)
        statements = statements_of(snapshot, clusters, truth, signers)
        marks = marks_of(snapshot, clusters)
        strata = count_strata(_without_payjoins(statements, truth), marks, seed)
        told(STAGES[4], 4, len(STAGES))
        tiers = judge_tiers(snapshot, clusters, truth, seed)
        told(STAGES[5], 5, len(STAGES))
        change = tally_change(snapshot, clusters, truth, signers, seed)
        told(STAGES[6], 6, len(STAGES))
        taint = tally_taint(snapshot, clusters, truth, seed)
        told(STAGES[7], 7, len(STAGES))
        return WorldCounts(
            name=name,
            truth_digest=truth.digest,
            store_digest=snapshot.digest,
            rules=clusters.rules,
            transactions=change.transactions,
            hands=len(truth.hands),
            strata=strata,
            asserted=count_strata(statements, marks, seed, most_marks=1),
            kinds=_by_kind(statements, truth, seed),
            holders=tuple(WrongKind(ONE_KEY, *counts) for counts in tally_holders(snapshot, truth, seed)),
            tiers=tiers,
            change=change,
            gate=tally_gate(clusters, truth, signers),
            taint=taint,
            services=tally_services(snapshot, clusters, truth, seed),
        )


def name_of(world: Path) -> str:
    """What a world is called: its seed, and its plan or scale.

    Raises:
        NotFound: the folder holds no world.
        BadInput: its `world.json` is not what `simulate` writes.
    """
    path = world / "world.json"
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        seed = said["seed"]
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(
            f"`{world}` holds no simulated world: `world.json` is not there",
            hint="make one with `cointrail simulate`",
            path=str(world),
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(f"`{path}` does not describe a simulated world", path=str(path)) from error
    plan = world / "world.toml"
    if not plan.exists():
        return f"demo, scale {said.get('scale')}, seed {seed}"
    digest = hashlib.sha256(plan.read_bytes()).hexdigest()
    return f"{said.get('era')}, plan {digest[:8]}, seed {seed}"


@contextmanager
def _store_of(world: Path, store: Path | None, told: Progress) -> Iterator[Path]:
    if store is not None:
        yield store
        return
    with tempfile.TemporaryDirectory(prefix="cointrail-evaluate-") as scratch:
        fresh = Path(scratch, "store")
        told(STAGES[0], 0, len(STAGES))
        with BlocksDirectory(world / "blocks") as source:
            ingest(fresh, source)
        yield fresh


def _without_payjoins(statements: Statements, truth: Truth) -> Statements:
    """Leave out common inputs of PayJoins: their share is assumed, not measured (methods.md 9.3)."""
    left = (statements.rule != Link.COMMON_INPUT) | ~truth.is_payjoin(statements.tx)
    return Statements(*(column[left] for column in statements))


def _by_kind(statements: Statements, truth: Truth, seed: int) -> tuple[WrongKind, ...]:
    lot = np.random.default_rng(seed).permutation(len(statements.tx))
    shown = lot[~np.isin(statements.rule[lot], (Link.SAME_KEY, Link.INNER_SCRIPT))]
    width = len(truth.tx_kinds)
    key = statements.rule[shown].astype(np.int64) * width + truth.tx_kind[statements.tx[shown]]
    wrong = statements.wrong[shown]
    people = key * (len(truth.hands) + 2) + statements.hand[shown] + 2
    _, drawn = np.unique(people, return_index=True)
    length = width * len(Link)
    links, n = np.bincount(key, minlength=length), np.bincount(key[drawn], minlength=length)
    bad, bad_n = (np.bincount(rows, minlength=length) for rows in (key[wrong], key[drawn][wrong[drawn]]))
    return tuple(
        WrongKind(
            Link(k // width).rule.name,
            truth.tx_kinds[k % width],
            *map(int, (links[k], bad[k], n[k], bad_n[k])),
        )
        for k in np.flatnonzero(links).tolist()
    )
