"""A trained change model: trees over `FEATURES`, a cut, and the kinds of transactions that it knows.

    {"format": 1, "features": [...], "base": ..., "cut": ..., "trees": {...}, "strata": {...}, ...}

Everything that decides is a whole number, so the answer is the same on every machine. The file is canonical
JSON; its SHA-256 names the model.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.chain.view import TxView
from cointrail.errors import BadInput, NotFound
from cointrail.heuristics.base import REGISTRY, Abstained
from cointrail.heuristics.change.base import ChangeContext, Remaining, Verdict, spendable
from cointrail.heuristics.change.features import FEATURES, STRATA, features_of, stratum_of

RULE = "change.learned"

FORMAT = 1

ONE_LOGIT = 1_000_000
"""Leaves and sums are in millionths of a logit."""

ENOUGH_HANDS = 300
"""Transactions of different hands that a stratum must have had in training; in others the model is refused.
methods.md 9.3 (n < 300 has no rate of its own)."""

SHIPPED = Path(__file__).with_name("change_model.json")
"""The model that comes with the program."""

I16 = npt.NDArray[np.int16]
I32 = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class ForestModel:
    """A `ChangeModel` of boosted trees; see `cointrail.kernel.change_model.Trees` for the arrays.

    Attributes:
        digest: SHA-256 of the file, in hex.
        start: the root of each tree.
        feature: of each node, -1 for a leaf.
        most: the greatest value that goes left.
        right: the right child; the left one is the next node.
        leaf: millionths of a logit.
        base: what a sum begins with.
        cut: the least sum of an output that is picked.
        hands: per stratum, transactions of different hands that it was trained on.
        known: per stratum, whether the model speaks in it.
        steps: from which sum on which probability holds, in ppm; both ascend.
    """

    digest: str
    start: I32
    feature: I16
    most: I32
    right: I32
    leaf: I32
    base: int
    cut: int
    hands: tuple[int, ...]
    known: tuple[bool, ...]
    steps: tuple[tuple[int, int], ...]

    @property
    def name(self) -> str:
        """The rule with the model that it asked, as results quote it: `change.learned@2+0123456789abcdef`."""
        return f"{REGISTRY[RULE].name}+{self.digest[:16]}"

    def score(self, row: tuple[int, ...]) -> int:
        """What the trees say of one output, in millionths of a logit."""
        total = self.base
        for root in self.start.tolist():
            node = root
            while (feature := int(self.feature[node])) >= 0:
                node = node + 1 if row[feature] <= int(self.most[node]) else int(self.right[node])
            total += int(self.leaf[node])
        return total

    def probability_ppm(self, score: int) -> int:
        """How often, of a million outputs with such a sum, it stays with the sender; as calibrated."""
        place = bisect_right(self.steps, (score, 1 << 62))
        return self.steps[place - 1][1] if place else 0

    def judge(self, tx: TxView, context: ChangeContext) -> Verdict:
        """The one output whose sum reaches the cut."""
        places = spendable(tx)
        if tx.is_coinbase or len(places) not in (2, 3):
            return Abstained("not two or three outputs")
        if not self.known[stratum_of(tx)]:
            return Abstained("the model saw too few such transactions, or was too often wrong on them")
        scores = [self.score(row) for row in features_of(tx, context)]
        picked = frozenset(k for k, score in zip(places, scores, strict=True) if score >= self.cut)
        if len(picked) != 1:
            return Abstained("the model is not sure enough of exactly one output")
        return Remaining(picked, context.height)


def model_bytes(parts: dict[str, Any]) -> bytes:
    """The file of a model: sorted keys, an array a line."""
    lines = (f" {json.dumps(key)}: {json.dumps(parts[key], sort_keys=True)}" for key in sorted(parts))
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode("ascii")


def read_model(path: Path) -> ForestModel:
    """Read a model that `evaluate train-change` wrote.

    Raises:
        NotFound: there is no such file.
        BadInput: it holds no model, or one of other features than this version's.
    """
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise NotFound(
            f"there is no change model `{path}`",
            hint="make one with `cointrail evaluate train-change`",
            path=str(path),
        ) from error
    try:
        return model_of(raw)
    except (ValueError, KeyError, TypeError, IndexError, OverflowError) as error:
        raise BadInput(
            f"`{path}` holds no change model of this version: {error}",
            hint="train it anew with `cointrail evaluate train-change`",
            path=str(path),
        ) from error


def model_of(raw: bytes) -> ForestModel:
    """Read the bytes of a model's file.

    Raises:
        ValueError: not a whole model of this format and these features. `KeyError` and `TypeError` too.
    """
    told = json.loads(raw)
    if told["format"] != FORMAT or tuple(told["features"]) != FEATURES or tuple(told["strata"]) != STRATA:
        raise ValueError("other format, features or strata")
    trees = told["trees"]
    model = ForestModel(
        digest=hashlib.sha256(raw).hexdigest(),
        start=np.array(trees["start"], np.int32),
        feature=np.array(trees["feature"], np.int16),
        most=np.array(trees["most"], np.int32),
        right=np.array(trees["right"], np.int32),
        leaf=np.array(trees["leaf"], np.int32),
        base=int(told["base"]),
        cut=int(told["cut"]),
        hands=tuple(map(int, told["hands"])),
        known=tuple(map(bool, told["known"])),
        steps=tuple((int(score), int(ppm)) for score, ppm in told["steps"]),
    )
    _require_whole(model)
    return model


def _require_whole(model: ForestModel) -> None:
    """ValueError unless every walk from a root moves on to a leaf within the arrays."""
    nodes = len(model.feature)
    place = np.arange(nodes)
    inner = model.feature >= 0
    if not (len(model.most) == len(model.right) == len(model.leaf) == nodes):
        raise ValueError("arrays of different lengths")
    if len(model.known) != len(STRATA) or len(model.hands) != len(STRATA):
        raise ValueError("not one entry for each stratum")
    if not nodes or inner[-1] or (model.feature >= len(FEATURES)).any():
        raise ValueError("a tree without an end")
    if ((model.right <= place) | (model.right >= nodes))[inner].any():
        raise ValueError("a tree that does not go on")
    if ((model.start < 0) | (model.start >= nodes)).any():
        raise ValueError("a tree outside the arrays")
    if list(model.steps) != sorted(model.steps):
        raise ValueError("steps that do not ascend")
