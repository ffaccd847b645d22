"""The union of clustering beside graphsense-clustering, by its own benchmark, as rows of the table."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from table import Row, reported

MODULE = "clustering"
NAME = "clustering / graphsense-clustering"


def clustering_rows(*, smoke: bool, repeat: int, not_measured: dict[str, str]) -> list[Row]:
    """Its rows, which have no limit; none, with the reason in `not_measured`, when they cannot be had."""
    if importlib.util.find_spec(MODULE) is None:
        not_measured[NAME] = "there is no such benchmark"
        return []
    benchmark: Any = importlib.import_module(MODULE)
    found: list[dict[str, Any]] = benchmark.measure_clustering(smoke=smoke, repeat=repeat)
    if not found:
        not_measured[NAME] = "its peer is not installed"
    return [reported(row["name"], row["value"]) for row in found]
