"""Methods measured on worlds whose truth is known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cointrail.errors import BadInput
from cointrail.evaluate.worlds.many import DEFAULT_PRESETS, Progress, drafts, evaluate_many
from cointrail.evaluate.worlds.one import measure_world
from cointrail.evaluate.worlds.pool import Evaluation, evaluation_of
from cointrail.evaluate.worlds.tables import Sheet, sheets
from cointrail.evaluate.worlds.write import require_room, write_evaluation


def evaluate_world(
    world: Path, store: Path | None = None, *, seed: int = 0, progress: Progress | None = None
) -> Evaluation:
    """Measure one world; see `measure_world`."""
    return evaluation_of([measure_world(world, store, seed=seed, progress=progress)])


def evaluate_worlds(
    out: Path,
    *,
    presets: Sequence[str] = (),
    plans: Sequence[Path] = (),
    seeds: int,
    first_seed: int = 1,
    transactions: int | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> tuple[Evaluation, tuple[str, ...]]:
    """Make and measure worlds, and write tables, pictures and a page.

    Args:
        out: a new or empty folder for them.
        presets: plans by name; with no plan at all, the default ones.
        plans: plans in TOML files.
        seeds: worlds of each plan.
        first_seed: of the first of these.
        transactions: of each world; None leaves the plans' own size.
        jobs: worlds at a time; None: one for each processor.
        progress: told how many worlds are done.

    Returns:
        The evaluation, and the names of the files.

    Raises:
        BadInput: no such plan, or there is something in `out`.
    """
    require_room(out)
    if seeds < 1:
        raise BadInput(f"there is nothing to measure in {seeds} worlds", value=seeds)
    names = presets if presets or plans else DEFAULT_PRESETS
    wanted = drafts(names, plans, range(first_seed, first_seed + seeds), transactions)
    found = evaluate_many(wanted, jobs=jobs, progress=progress)
    return found, write_evaluation(found, out)


def evaluation_sheets(found: Evaluation) -> dict[str, Sheet]:
    """An evaluation as tables, by name."""
    return {sheet.name: sheet for sheet in sheets(found)}
