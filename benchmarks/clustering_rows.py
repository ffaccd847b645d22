"""The clustering beside graphsense-clustering, when its benchmark is there and its peer installed.

`benchmarks/clustering.py` is to have `measure_clustering(smoke, repeat)`, which gives rows of the table.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

from table import Row

MODULE = "clustering"
PEER = "gs_clustering"
NAME = "clustering / graphsense-clustering"


def clustering_rows(*, smoke: bool, repeat: int, not_measured: dict[str, str]) -> list[Row]:
    """Its rows; none, with the reason in `not_measured`, when they cannot be had."""
    for module, why in ((MODULE, "there is no such benchmark"), (PEER, "its peer is not installed")):
        if importlib.util.find_spec(module) is None:
            not_measured[NAME] = why
            return []
    benchmark: Any = importlib.import_module(MODULE)
    rows: list[Row] = list(benchmark.measure_clustering(smoke=smoke, repeat=repeat))
    return rows
