"""A classifier that tells real transactions from made up ones, with what it goes by.

Its AUC is the probability that it scores a real transaction above a made up one: 0.5 is chance, 1 certainty.
Each transaction is scored by a model that has not seen it (cross-validation). Needs scikit-learn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cointrail.errors import BadInput
from cointrail.evaluate.fidelity.features import COLUMN, FEATURES, IN_BLOCK
from cointrail.evaluate.fidelity.samples import Sample

AUC_LIMIT = 0.60
"""Near chance. Two real samples of one era are told apart with 0.65 to 0.85, so this is strict too."""
FOLDS = 5
SHUFFLES = 1
"""Times that each feature is shuffled to see what it is worth."""
BEST = 5
"""Features that are named."""

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Worth:
    """A feature, and how much AUC is lost when its values are shuffled."""

    feature: str
    group: str
    loss: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the classifier made of two samples.

    Attributes:
        n: transactions of each side.
        auc: area under the curve, over all folds.
        best: features by what they are worth, the most first.
        by_kind: mean score of made up transactions by kind, 0 made up to 1 real, with how many there are.
    """

    n: int
    auc: float
    best: tuple[Worth, ...]
    by_kind: tuple[tuple[str, int, float], ...]

    @property
    def passed(self) -> bool:
        """Whether it does little better than chance."""
        return self.auc <= AUC_LIMIT


def tell_apart(real: Sample, made: Sample, *, in_block: bool = True) -> Verdict:
    """Train and score by cross-validation; the same samples give the same figures.

    Args:
        real: one side.
        made: the other, of as many transactions.
        in_block: whether to use what only a transaction in its block has.

    Raises:
        BadInput: scikit-learn is not there.
    """
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - an optional extra
        from sklearn.metrics import roc_auc_score  # noqa: PLC0415
        from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415
        from threadpoolctl import threadpool_limits  # noqa: PLC0415 - comes with scikit-learn
    except ImportError as missing:
        raise BadInput(
            "telling real from made up needs scikit-learn",
            hint="install the extra `learn`: `pip install 'cointrail[learn]'`",
        ) from missing
    names = [f.name for f in FEATURES if f.judged and (in_block or f.name not in IN_BLOCK)]
    columns = [COLUMN[name] for name in names]
    x = np.concatenate([real.rows, made.rows])[:, columns].astype(np.float64)
    y = np.repeat([1, 0], [len(real), len(made)])
    scores = np.zeros(len(y))
    losses = np.zeros(len(names))
    chance = np.random.default_rng(0)
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(x, y):
        model = HistGradientBoostingClassifier(
            max_iter=120, learning_rate=0.08, max_leaf_nodes=15, min_samples_leaf=10, random_state=0
        )
        with threadpool_limits(1):
            model.fit(x[train], y[train])
            scores[test] = model.predict_proba(x[test])[:, 1]
        whole = roc_auc_score(y[test], scores[test])
        for place in range(len(names)):
            for _ in range(SHUFFLES):
                mixed = x[test].copy()
                mixed[:, place] = chance.permutation(mixed[:, place])
                with threadpool_limits(1):
                    score = model.predict_proba(mixed)[:, 1]
                losses[place] += whole - roc_auc_score(y[test], score)
    losses /= FOLDS * SHUFFLES
    order = sorted(range(len(names)), key=lambda place: (-round(float(losses[place]), 4), names[place]))
    best = tuple(
        Worth(names[place], FEATURES[columns[place]].group, float(losses[place])) for place in order[:BEST]
    )
    return Verdict(len(made), float(roc_auc_score(y, scores)), best, _by_kind(made, scores[len(real) :]))


def _by_kind(made: Sample, scores: F64) -> tuple[tuple[str, int, float], ...]:
    kinds = np.array(made.kinds)
    found = [
        (kind, int((kinds == kind).sum()), float(scores[kinds == kind].mean()))
        for kind in sorted(set(made.kinds))
    ]
    return tuple(sorted(found, key=lambda one: one[2]))
