"""Change models made by hand or by lot, for tests: trees over the features, none of them trained."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from cointrail.heuristics.change.features import FEATURES, STRATA
from cointrail.heuristics.change.model import FORMAT, ForestModel, model_bytes, model_of
from cointrail.kernel.change_model import Trees

Tree = list[tuple[int, int, int, int]]
"""Nodes in preorder: feature (-1: a leaf), greatest value that goes left, right child, leaf."""


def parts_of(*trees: Tree, base: int = 0, cut: int = 0, known: tuple[bool, ...] = ()) -> dict[str, Any]:
    """What the file of a model holds."""
    start: list[int] = []
    nodes: Tree = []
    for tree in trees:
        first = len(nodes)
        start.append(first)
        nodes += [(f, most, right + first if f >= 0 else 0, leaf) for f, most, right, leaf in tree]
    columns = [list(column) for column in zip(*nodes, strict=True)]
    return {
        "format": FORMAT,
        "features": list(FEATURES),
        "strata": list(STRATA),
        "trees": {"start": start} | dict(zip(("feature", "most", "right", "leaf"), columns, strict=True)),
        "base": base,
        "cut": cut,
        "hands": [1_000] * len(STRATA),
        "known": list(known or (True,) * len(STRATA)),
        "steps": [[-1_000_000, 100_000], [0, 600_000], [1_000_000, 990_000]],
    }


def model_from(*trees: Tree, base: int = 0, cut: int = 0, known: tuple[bool, ...] = ()) -> ForestModel:
    """A model of these trees."""
    return model_of(model_bytes(parts_of(*trees, base=base, cut=cut, known=known)))


def drawn_model(seed: int) -> ForestModel:
    """A model of a few trees by lot."""
    lot = random.Random(seed)

    def tree() -> Tree:
        nodes: Tree = []

        def grow(depth: int) -> None:
            at = len(nodes)
            nodes.append((-1, 0, 0, lot.randint(-900_000, 900_000)))
            if depth and lot.random() < 0.9:
                grow(depth - 1)
                right = len(nodes)
                grow(depth - 1)
                nodes[at] = (lot.randrange(len(FEATURES)), lot.randint(-1, 9), right, 0)

        grow(4)
        return nodes

    known = tuple(lot.random() < 0.8 for _ in STRATA)
    return model_from(
        *(tree() for _ in range(6)), base=lot.randint(-99, 99), cut=lot.randint(-99, 9), known=known
    )


def trees_of(model: ForestModel) -> Trees:
    """A model's trees as the kernel takes them."""
    known = np.array(model.known, np.bool_)
    arrays = model.start, model.feature, model.most, model.right, model.leaf
    return Trees(*arrays, model.base, model.cut, np.zeros(11, np.uint8), known)
