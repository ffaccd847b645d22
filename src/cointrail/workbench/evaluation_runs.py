"""Sweeps over shares that nobody knows, and cases on demo worlds."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from cointrail.errors import BadInput
from cointrail.evaluate.cases import CaseFacts, StatementRate, case_facts, statement_rates
from cointrail.evaluate.worlds.many import measure_many, side_by_side
from cointrail.evaluate.worlds.sweep import Reading, knobs_of, readings, sweep_drafts
from cointrail.evaluate.worlds.sweep_page import sweep_files, sweep_sheet
from cointrail.evaluate.worlds.write import require_room, write_files
from cointrail.workbench.demo import run_demo

Progress = Callable[[str, int, int], None]


def evaluate_sweeps(
    out: Path,
    names: Sequence[str] = (),
    *,
    seeds: int,
    first_seed: int = 1,
    transactions: int,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> tuple[tuple[Reading, ...], tuple[str, ...]]:
    """Vary shares one at a time, and write a table, pictures and a page.

    Args:
        out: a new or empty folder for them.
        names: what is varied; all without one.
        seeds: worlds of each share.
        first_seed: of the first of these.
        transactions: of each world.
        jobs: worlds at a time; None: one for each processor.
        progress: told how many worlds are done.

    Returns:
        The readings, and the names of the files.

    Raises:
        BadInput: nothing of that name is varied, or there is something in `out`.
    """
    require_room(out)
    knobs = knobs_of(names)
    drafted = sweep_drafts(knobs, range(first_seed, first_seed + seeds), transactions)
    counts = measure_many([draft for _, _, draft in drafted], jobs=jobs, progress=progress)
    found = readings(drafted, counts)
    files = write_files((sweep_sheet(found),), sweep_files(knobs, found, seeds, transactions), out)
    return found, files


def evaluate_cases(
    *,
    seeds: int,
    first_seed: int = 1,
    scale: float,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> tuple[StatementRate, ...]:
    """Run the demo's case on several worlds, and judge every statement; nothing is kept.

    Args:
        seeds: how many worlds.
        first_seed: of the first.
        scale: of each; 1 is the demo's own size.
        jobs: cases at a time; None: one for each processor.
        progress: told how many are done.

    Raises:
        BadInput: there is nothing to run, or the scale is none.
    """
    if seeds < 1 or not 0 < scale <= 1:
        raise BadInput(
            f"{seeds} cases at scale {scale:g} cannot be run", hint="the scale is above 0, up to 1"
        )
    found: list[CaseFacts] = []
    run = partial(_case_of, scale)
    for done, facts in enumerate(side_by_side(run, range(first_seed, first_seed + seeds), jobs), start=1):
        found.append(facts)
        if progress is not None:
            progress("cases", done, seeds)
    return statement_rates(found)


def _case_of(scale: float, seed: int) -> CaseFacts:
    with tempfile.TemporaryDirectory(prefix="cointrail-case-") as scratch:
        run = run_demo(Path(scratch), seed, scale=scale)
        return case_facts(f"seed {seed}", run.out / "world", run.out / "case")
