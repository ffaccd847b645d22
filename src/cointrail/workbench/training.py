"""The learned change model, trained and described."""

from __future__ import annotations

from pathlib import Path

from cointrail.evaluate.learning.card import write_card
from cointrail.evaluate.learning.run import Budget, Progress, Trained, train_change_model
from cointrail.evaluate.worlds.write import require_room


def train_change(
    out: Path, budget: Budget, *, progress: Progress | None = None
) -> tuple[Trained, tuple[str, ...]]:
    """Train a model, and write it with its card and diagram.

    Args:
        out: a new or empty folder.
        budget: how much is made.
        progress: told how many worlds are done.

    Returns:
        The model with its figures, and the names of the files.

    Raises:
        BadInput: there is something in `out`, no such plan, or the extra `learn` is not installed.
    """
    require_room(out)
    trained = train_change_model(budget, progress)
    return trained, write_card(trained, out)
