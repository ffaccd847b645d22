"""Training, calibration and figures of the learned change model, on samples made up for them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from cointrail.errors import BadInput
from cointrail.evaluate.intervals import ONE, upper_bound
from cointrail.evaluate.learning.calibrate import (
    FALSE_POSITIVES_PPM,
    NEVER,
    choose_cut,
    hands_of,
    known_strata,
    picks_of,
    probability_steps,
)
from cointrail.evaluate.learning.compare import Said, total
from cointrail.evaluate.learning.figures import figures_of
from cointrail.evaluate.learning.run import Budget, train_change_model
from cointrail.evaluate.learning.samples import Samples, join_samples
from cointrail.evaluate.learning.seeds import CALIBRATION, COMPARISON, RESERVED, TRAINING, worlds_from
from cointrail.evaluate.learning.train import forest_of, train
from cointrail.heuristics.change.features import FEATURES, STRATA
from cointrail.heuristics.change.model import ONE_LOGIT
from cointrail.kernel.change_model import score_row
from support.change_models import drawn_model, trees_of

FRESH, ZEROS = FEATURES.index("fresh"), FEATURES.index("zeros")


def made_up(payments: int, *, seed: int = 1, noise: float = 0.05, hands: int = 500) -> Samples:
    """Payments of two outputs, of which the fresh one with fewer zeros stays with the sender, mostly."""
    dice = np.random.default_rng(seed)
    rows = dice.integers(0, 4, (2 * payments, len(FEATURES))).astype(np.int16)
    own = np.zeros(2 * payments, np.bool_)
    own[2 * np.arange(payments) + dice.integers(0, 2, payments)] = True
    rows[:, FRESH] = own ^ (dice.random(2 * payments) < noise)
    rows[:, ZEROS] = np.where(own, 0, dice.integers(0, 8, 2 * payments))
    return Samples(
        rows,
        own,
        np.repeat(np.arange(payments), 2),
        dice.integers(0, hands, payments),
        dice.integers(0, 2, payments),
        (("made up", "00"),),
    )


@pytest.fixture(name="samples", scope="module")
def _samples() -> Samples:
    return made_up(2_000)


def test_trees_as_columns_say_what_scikit_learn_says(samples: Samples) -> None:
    forest, learner = train(samples, seed=1)
    others = made_up(2_000, seed=2).rows
    theirs = learner.decision_function(others) * ONE_LOGIT
    assert np.abs(forest.scores(others) - theirs).max() <= (len(forest.start) + 1) / 2
    assert len(forest.start) == learner.n_iter_


def test_the_compiled_trees_say_what_the_columns_and_the_plain_model_say() -> None:
    rows = made_up(200, seed=3).rows.astype(np.int64)
    for seed in range(5):
        model = drawn_model(seed)
        trees = trees_of(model)
        assert [score_row(row, trees) for row in rows] == [model.score(tuple(row.tolist())) for row in rows]


def test_the_same_samples_and_seed_give_the_same_trees(samples: Samples) -> None:
    (one, learner), (other, _) = (train(samples, seed=1) for _ in range(2))
    assert one == other == forest_of(learner)


def test_probabilities_are_those_of_isotonic_regression(samples: Samples) -> None:
    scores = np.random.default_rng(4).integers(0, 300, len(samples.own)) + 40 * samples.own
    steps = probability_steps(samples, scores)
    theirs = IsotonicRegression().fit(scores, samples.own).predict(scores)
    sums, ppm = (np.array(column) for column in zip(*steps, strict=True))
    ours = ppm[np.searchsorted(sums, scores, side="right") - 1]
    assert np.abs(ours - theirs * ONE).max() <= 1
    assert all(a < b for a, b in pairwise(sums.tolist()))
    assert all(a < b for a, b in pairwise(ppm.tolist()))


def test_an_output_is_picked_only_where_it_is_the_only_one_that_reaches_the_cut(samples: Samples) -> None:
    scores = np.zeros(len(samples.own), np.int64)
    scores[[0, 2, 3]] = 5
    picks = picks_of(samples, scores, 5)
    assert picks.row[:3].tolist() == [0, -1, -1]
    assert picks.own[0] == samples.own[0]
    assert not picks.spoke[1:].any()


def test_the_cut_keeps_false_positives_below_their_limit(samples: Samples) -> None:
    forest, _ = train(samples, seed=1)
    apart = made_up(20_000, seed=5)
    scores = forest.scores(apart.rows)
    cut = choose_cut(apart, scores, np.ones(len(STRATA), np.bool_))
    picks = picks_of(apart, scores, cut)
    wrong = int((picks.spoke & ~picks.own).sum())
    assert upper_bound(wrong, int((~apart.own).sum())) <= FALSE_POSITIVES_PPM
    assert picks.spoke.sum() > len(apart.hand) // 10


def test_a_model_keeps_quiet_where_too_few_worlds_have_calibrated_it() -> None:
    few = made_up(1_000, seed=6, noise=0.0)
    scores = few.own.astype(np.int64)
    cut = choose_cut(few, scores, np.ones(len(STRATA), np.bool_))
    assert cut == NEVER
    assert not known_strata(few, scores, cut, (1_000,) * len(STRATA)).any()
    enough = made_up(4_000, seed=6)
    assert choose_cut(enough, enough.own.astype(np.int64), np.ones(len(STRATA), np.bool_)) == 1


def test_a_kind_with_too_few_hands_or_too_many_wrong_picks_is_refused() -> None:
    apart = made_up(2_000, seed=7)
    scores = apart.own.astype(np.int64)
    scores[apart.stratum[apart.tx] == 1] ^= 1
    hands = (300, 300, 299) + (0,) * (len(STRATA) - 3)
    assert known_strata(apart, scores, 1, hands)[:4].tolist() == [True, False, False, False]


def test_hands_are_counted_once_in_each_kind() -> None:
    apart = made_up(5_000, hands=7)
    assert hands_of(apart)[:3] == (7, 7, 0)


def test_hands_of_joined_worlds_are_different_ones() -> None:
    both = join_samples([made_up(500, hands=7), made_up(500, seed=8, hands=7)])
    assert hands_of(both)[:2] == (14, 14)
    assert both.first_row.tolist() == list(range(0, 2_000, 2))
    assert len(both.worlds) == 2


def test_figures_of_a_perfect_and_of_a_blind_model() -> None:
    apart = made_up(3_000, seed=9)
    model = drawn_model(0)
    perfect = figures_of(model, apart, np.where(apart.own, 1_000_000, -2_000_000), seed=1)
    blind = figures_of(model, apart, np.zeros(len(apart.own), np.int64), seed=1)
    assert (perfect.auc_ppm, perfect.wrong) == (ONE, 0)
    assert (blind.auc_ppm, blind.spoke) == (ONE // 2, 0)
    assert [point.outputs for point in perfect.reliability] == [3_000, 3_000]
    assert blind.brier_ppm == 260_000  # 0.6 is stated and half are: 0.25 and the square of 0.1
    assert blind.ece_ppm == 100_000


def test_worlds_of_each_purpose_have_seeds_of_their_own() -> None:
    seeds = [
        {one.draft.seed for one in worlds_from(first, 3, 300)}
        for first in (TRAINING, CALIBRATION, COMPARISON)
    ]
    assert all(a.isdisjoint(b) for a, b in pairwise([*seeds, seeds[0]]))
    assert all(seed in RESERVED for some in seeds for seed in some)


def test_votes_of_several_worlds_add_up() -> None:
    assert total([Said(5, 3, (2, 1), (0, 1)), Said(1, 1, (1, 1), (1, 0))]) == Said(6, 4, (3, 2), (1, 1))


def test_nothing_is_learned_from_no_world() -> None:
    with pytest.raises(BadInput, match="nothing to learn"):
        train_change_model(Budget(seeds=0))
