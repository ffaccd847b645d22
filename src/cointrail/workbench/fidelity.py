"""Worlds held against real blocks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cointrail.evaluate.fidelity.page import write_fidelity
from cointrail.evaluate.fidelity.run import EraGates, Progress, fidelity_of
from cointrail.evaluate.worlds.write import require_room


def evaluate_fidelity(
    out: Path, data: Path, *, eras: Sequence[int] = (), seed: int = 1, progress: Progress | None = None
) -> tuple[tuple[EraGates, ...], tuple[str, ...]]:
    """Hold a world of each era against real transactions, and write page, pictures and tables into `out`.

    Returns:
        The gates by era, and the names of the files.

    Raises:
        BadInput: an era or file that there is not, something in `out`, or no scikit-learn.
    """
    require_room(out)
    found = fidelity_of(data, eras, seed=seed, progress=progress)
    return found, write_fidelity(found, out)
