"""Trees from samples: gradient boosting by scikit-learn, put into the arrays that the program reads.

scikit-learn is needed for this and for nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.errors import BadInput
from cointrail.evaluate.intervals import ONE
from cointrail.evaluate.learning.samples import Samples
from cointrail.heuristics.change.features import FEATURES
from cointrail.heuristics.change.model import ONE_LOGIT

Array = npt.NDArray[Any]
I64 = npt.NDArray[np.int64]

TREES = 120
"""Enough that more did not help on worlds apart, and small enough to ship."""

LEAVES = 16
LEAST_IN_LEAF = 40
"""Outputs of the training worlds in a leaf."""

RATE = 0.1


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees as columns; see `cointrail.kernel.change_model.Trees`."""

    base: int
    start: list[int] = field(default_factory=list)
    feature: list[int] = field(default_factory=list)
    most: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    leaf: list[int] = field(default_factory=list)

    def scores(self, rows: npt.NDArray[np.int16]) -> I64:
        """What the trees say of each row, in millionths of a logit."""
        feature, most = np.array(self.feature), np.array(self.most)
        right, leaf = np.array(self.right), np.array(self.leaf)
        total = np.full(len(rows), self.base, np.int64)
        every = np.arange(len(rows))
        for root in self.start:
            node = np.full(len(rows), root)
            while len(inner := every[feature[node] >= 0]):
                at = node[inner]
                left = rows[inner, feature[at]] <= most[at]
                node[inner] = np.where(left, at + 1, right[at])
            total += leaf[node]
        return total

    def parts(self) -> dict[str, list[int]]:
        """The columns by name."""
        return {
            "start": self.start,
            "feature": self.feature,
            "most": self.most,
            "right": self.right,
            "leaf": self.leaf,
        }


def require_learner() -> None:
    """See that scikit-learn is installed, before worlds are made for it.

    Raises:
        BadInput: it is not.
    """
    if find_spec("sklearn") is None:
        raise BadInput(
            "training needs the package `scikit-learn`, which is not installed",
            hint="install the extra `learn`: `pip install 'cointrail[learn]'`",
            package="scikit-learn",
        )


def train(samples: Samples, *, seed: int) -> tuple[Forest, Any]:
    """Grow trees; the same samples and seed give the same ones.

    Returns:
        The trees as columns, and scikit-learn's own model, which a test holds them to.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 -- heavy, and only here
    from threadpoolctl import threadpool_limits  # noqa: PLC0415 -- comes with it

    learner = HistGradientBoostingClassifier(
        learning_rate=RATE,
        max_iter=TREES,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=LEAST_IN_LEAF,
        early_stopping=False,
        random_state=seed,
    )
    with threadpool_limits(1):  # sums in one order, whatever the machine
        learner.fit(samples.rows, samples.own)
    return forest_of(learner), learner


def forest_of(learner: Any) -> Forest:
    """Read the trees of scikit-learn's model: thresholds down to whole numbers, leaves in millionths."""
    forest = Forest(round(float(learner._baseline_prediction.item()) * ONE_LOGIT))  # noqa: SLF001 -- no other way
    for (tree,) in learner._predictors:  # noqa: SLF001 -- there is no public way to the trees
        forest.start.append(len(forest.feature))
        _lay(forest, tree.nodes, 0)
    return forest


def gains_of(learner: Any) -> tuple[int, ...]:
    """How much each feature's splits gained, in ppm of all gains."""
    gains = np.zeros(len(FEATURES))
    for (tree,) in learner._predictors:  # noqa: SLF001 -- there is no public way to the trees
        inner = tree.nodes[tree.nodes["is_leaf"] == 0]
        np.add.at(gains, inner["feature_idx"], inner["gain"])
    return tuple((ONE * gains / max(float(gains.sum()), 1e-9)).astype(np.int64).tolist())


def _lay(forest: Forest, nodes: Array, number: int) -> None:
    """Lay a node and all below it behind what is there, left before right."""
    node, place = nodes[number], len(forest.feature)
    leaf = bool(node["is_leaf"])
    forest.feature.append(-1 if leaf else int(node["feature_idx"]))
    forest.most.append(0 if leaf else int(np.floor(node["num_threshold"])))
    forest.leaf.append(round(float(node["value"]) * ONE_LOGIT) if leaf else 0)
    forest.right.append(0)
    if not leaf:
        _lay(forest, nodes, int(node["left"]))
        forest.right[place] = len(forest.feature)
        _lay(forest, nodes, int(node["right"]))
