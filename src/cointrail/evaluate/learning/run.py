"""From seeds to a model and its figures: training, calibration and comparison, each on its own worlds."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, TypeVar

import numpy as np

from cointrail.errors import BadInput
from cointrail.evaluate.learning.calibrate import choose_cut, hands_of, known_strata, probability_steps
from cointrail.evaluate.learning.compare import DEMO, Compared, compare_demo, compare_draft
from cointrail.evaluate.learning.figures import Figures, figures_of
from cointrail.evaluate.learning.samples import Samples, join_samples, sample_draft
from cointrail.evaluate.learning.seeds import (
    CALIBRATION,
    COMPARISON,
    DEFAULT_SEEDS,
    DEFAULT_SIZE,
    DRAWN,
    TRAINING,
    worlds_from,
)
from cointrail.evaluate.learning.train import Forest, gains_of, require_learner, train
from cointrail.heuristics.change.features import FEATURES, STRATA
from cointrail.heuristics.change.model import ENOUGH_HANDS, FORMAT, ForestModel, model_bytes, model_of
from cointrail.simulate.world import SCALES

T = TypeVar("T")
Progress = Callable[[str, int, int], None]
"""Told the stage, how much is done, and how much there is."""

DEMO_SCALE = 0.3
"""Of the demo's world beside composed ones of the default size: about 20,000 transactions."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much is made.

    Attributes:
        seeds: training worlds of each preset; half as many, but one, for calibration and for comparison.
        transactions: of each world.
        jobs: worlds at a time; None: one for each processor.
        plans: presets that worlds are made of; none: all, and plans by lot.
    """

    seeds: int = DEFAULT_SEEDS
    transactions: int = DEFAULT_SIZE
    jobs: int | None = None
    plans: tuple[str, ...] = ()

    @property
    def other_seeds(self) -> int:
        """Worlds of each preset for calibration, and as many for comparison."""
        return max(1, self.seeds // 2)

    @property
    def demo_scale(self) -> float:
        """Of the demo's world, in proportion to the others."""
        return min(1.0, max(SCALES[0], DEMO_SCALE * self.transactions / DEFAULT_SIZE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A model and all that is told of it.

    Attributes:
        model: as it is read back from `raw`.
        raw: the bytes of its file.
        budget: that made it.
        gains_ppm: what each feature's splits gained, of all.
        training: outputs and payments that the trees were grown on.
        without_change: of these payments, with no output of the sender's.
        worlds: names and truth digests, of training, calibration and comparison.
        figures: of the model by itself on the comparison worlds.
        compared: the vote with and without it, by world; the demo's world last.
    """

    model: ForestModel
    raw: bytes
    budget: Budget
    gains_ppm: tuple[int, ...]
    training: tuple[int, int]
    without_change: int
    worlds: dict[str, tuple[tuple[str, str], ...]]
    figures: Figures
    compared: tuple[Compared, ...]


def train_change_model(budget: Budget, progress: Progress | None = None) -> Trained:
    """Make the worlds, train, calibrate and measure; the same budget gives the same bytes.

    Raises:
        BadInput: there is nothing to train on, no such preset, or the extra `learn` is not installed.
    """
    if budget.seeds < 1:
        raise BadInput(f"there is nothing to learn from {budget.seeds} worlds", value=budget.seeds)
    require_learner()
    told = progress or (lambda *_: None)
    with ProcessPoolExecutor(budget.jobs or os.cpu_count() or 1, mp_context=get_context("spawn")) as pool:
        ask = _Asked(pool, budget, told)
        training = join_samples(ask.samples("training worlds", TRAINING, budget.seeds))
        calibration = join_samples(ask.samples("calibration worlds", CALIBRATION, budget.other_seeds))
        told("trees", 0, 1)
        forest, learner = train(training, seed=TRAINING)
        raw = _raw(forest, training, calibration)
        model = model_of(raw)
        compared = ask.compared(model)
    seen = join_samples([one.samples for one in compared if one.plan != DEMO])
    return Trained(
        model=model,
        raw=raw,
        budget=budget,
        gains_ppm=gains_of(learner),
        training=(len(training.rows), len(training.hand)),
        without_change=training.without_change,
        worlds={
            "training": training.worlds,
            "calibration": calibration.worlds,
            "comparison": tuple(world for one in compared for world in one.samples.worlds),
        },
        figures=figures_of(model, seen, forest.scores(seen.rows), seed=COMPARISON),
        compared=compared,
    )


class _Asked:
    """Worlds asked of a pool of processes, in order."""

    def __init__(self, pool: ProcessPoolExecutor, budget: Budget, told: Progress) -> None:
        self._pool = pool
        self._budget = budget
        self._told = told

    def samples(self, stage: str, first_seed: int, seeds: int) -> list[Samples]:
        """Of every world of one purpose."""
        wanted = worlds_from(first_seed, seeds, self._budget.transactions, self._budget.plans)
        jobs = [self._pool.submit(sample_draft, one.draft) for one in wanted]
        return self._wait(stage, jobs, [one.plan == DRAWN for one in wanted])

    def compared(self, model: ForestModel) -> tuple[Compared, ...]:
        """Both votes in every comparison world, and in the demo's."""
        budget = self._budget
        wanted = worlds_from(COMPARISON, budget.other_seeds, budget.transactions, budget.plans)
        jobs = [self._pool.submit(compare_draft, one.draft, one.plan, model) for one in wanted]
        jobs.append(self._pool.submit(compare_demo, COMPARISON, budget.demo_scale, model))
        return tuple(self._wait("comparison worlds", jobs, [*(one.plan == DRAWN for one in wanted), False]))

    def _wait(self, stage: str, jobs: list[Future[T]], drawn: list[bool]) -> list[T]:
        """All results; a plan by lot by which nobody can pay any more makes no world, and is left out."""
        found = []
        self._told(stage, 0, len(jobs))
        for done, (job, by_lot) in enumerate(zip(jobs, drawn, strict=True), start=1):
            try:
                found.append(job.result())
            except BadInput:
                if not by_lot:
                    raise
            self._told(stage, done, len(jobs))
        return found


def _raw(forest: Forest, training: Samples, calibration: Samples) -> bytes:
    """The file of the model: trees from training worlds, all else from calibration worlds."""
    scores = forest.scores(calibration.rows)
    hands = hands_of(training)
    cut = choose_cut(calibration, scores, np.array(hands) >= ENOUGH_HANDS)
    parts: dict[str, Any] = {
        "format": FORMAT,
        "features": list(FEATURES),
        "strata": list(STRATA),
        "trees": forest.parts(),
        "base": forest.base,
        "cut": cut,
        "hands": list(hands),
        "known": known_strata(calibration, scores, cut, hands).tolist(),
        "steps": [list(step) for step in probability_steps(calibration, scores)],
    }
    return model_bytes(parts)
