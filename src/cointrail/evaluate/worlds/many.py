"""Many worlds, made and measured side by side; the worlds themselves are not kept."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from cointrail.evaluate.worlds.one import WorldCounts, measure_world
from cointrail.evaluate.worlds.pool import Evaluation, evaluation_of
from cointrail.simulate import Plan, compose_world, plan_from_toml, preset

T = TypeVar("T")
R = TypeVar("R")

DEFAULT_PRESETS = ("2013", "2016", "2018", "2021", "2025", "joins", "core", "crime")
"""A world of each era, and three that stress one thing."""

DEFAULT_SEEDS = 2
DEFAULT_SIZE = 5_000
"""Transactions of a world."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Draft:
    """A world to be made."""

    name: str
    plan: Plan
    seed: int


def drafts(presets: Sequence[str], plans: Sequence[Path], seeds: range, size: int | None) -> list[Draft]:
    """Worlds of every plan and seed.

    Args:
        presets: plans by name.
        plans: plans in TOML files.
        seeds: of each.
        size: transactions of each; None leaves the plans' own.

    Raises:
        BadInput: no such plan.
    """
    known = [(name, preset(name)) for name in presets]
    known += [(path.stem, plan_from_toml(path)) for path in plans]
    return [
        Draft(f"{name}, seed {seed}", plan.with_size(size), seed) for name, plan in known for seed in seeds
    ]


def evaluate_many(
    wanted: Sequence[Draft], *, jobs: int | None = None, progress: Progress | None = None
) -> Evaluation:
    """Make and measure worlds, several at a time, and put them together; see `measure_many`."""
    return evaluation_of(measure_many(wanted, jobs=jobs, progress=progress))


def measure_many(
    wanted: Sequence[Draft], *, jobs: int | None = None, progress: Progress | None = None
) -> list[WorldCounts]:
    """Make and measure worlds, several at a time; the result does not depend on how many.

    Args:
        wanted: the worlds.
        jobs: how many at a time; None: one for each processor.
        progress: told how many are done.
    """
    found: list[WorldCounts] = []
    for done, counts in enumerate(side_by_side(measure_draft, wanted, jobs), start=1):
        found.append(counts)
        if progress is not None:
            progress("worlds", done, len(wanted))
    return found


def side_by_side(job: Callable[[T], R], wanted: Sequence[T], jobs: int | None) -> Iterator[R]:
    """Results of a job on each, in order; by several processes, or here where one is enough."""
    workers = min(len(wanted), jobs or os.cpu_count() or 1)
    if workers <= 1:
        yield from map(job, wanted)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(job, wanted)


def measure_draft(draft: Draft) -> WorldCounts:
    """Make one world in a folder that goes away, and measure it."""
    with tempfile.TemporaryDirectory(prefix="cointrail-world-") as scratch:
        world = Path(scratch, "world")
        compose_world(draft.plan, draft.seed, world, signed=False)
        return measure_world(world, name=draft.name, seed=draft.seed)
