"""The union of clustering beside graphsense-clustering, by its own benchmark, as rows of the table."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from table import Row, at_least, reported

MODULE = "clustering"
NAME = "clustering / graphsense-clustering"

LARGE = 100_000_000
"""Inputs from which on ours should not be slower."""


def clustering_rows(*, smoke: bool, repeat: int, not_measured: dict[str, str]) -> list[Row]:
    """Its rows, with a limit where there are many inputs; none, with the reason, when they cannot be had."""
    if importlib.util.find_spec(MODULE) is None:
        not_measured[NAME] = "there is no such benchmark"
        return []
    benchmark: Any = importlib.import_module(MODULE)
    found: list[dict[str, Any]] = benchmark.measure_clustering(smoke=smoke, repeat=repeat)
    if not found:
        not_measured[NAME] = "its peer is not installed"
    return [
        at_least(row["name"], row["value"], 1)
        if row["inputs"] >= LARGE
        else reported(row["name"], row["value"])
        for row in found
    ]
