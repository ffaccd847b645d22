"""The table of measured error: made anew, and held against a world that nobody has seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cointrail.error_rates.table import ErrorTable, read_table, shipped, table_from
from cointrail.errors import BadInput
from cointrail.evaluate.rates.check import TableCheck, check_seed
from cointrail.evaluate.rates.make import make_table
from cointrail.evaluate.rates.sources import Budget, Progress, tally_real


@dataclass(frozen=True, slots=True)
class MadeTable:
    """A table that was written, and the digest of the one in force."""

    path: Path
    table: ErrorTable
    in_force: str


def make_error_table(
    out: Path,
    *,
    budget: str = "full",
    real: Path | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> MadeTable:
    """Make the table of measured error from its worlds, and write it: the same bytes each time.

    Args:
        out: the file.
        budget: `full` or `small`.
        real: a folder of real transactions with known owners, to be counted beside the worlds.
        jobs: worlds at a time; None: one for each processor.
        progress: told how many worlds are done.

    Raises:
        BadInput: no such budget, or the file cannot be written.
    """
    if budget not in list(Budget):
        raise BadInput(f"there is no budget `{budget}`", hint="full or small", value=budget)
    known = () if real is None else [tally_real(real)]
    data = make_table(Budget(budget), known, jobs=jobs, progress=progress)
    try:
        out.write_bytes(data)
    except OSError as error:
        raise BadInput(f"`{out}` cannot be written: {error.strerror}", path=str(out)) from error
    return MadeTable(out, read_table(data), shipped().digest)


def check_error_table(seed: int, *, vary: bool = False, table: Path | None = None) -> TableCheck:
    """Draw a world that the table has not seen, measure it, and hold the table against it.

    Args:
        seed: of the world.
        vary: draw its plan at random within the ranges, not one of the default ones.
        table: another table than the one in force.

    Raises:
        BadInput: the seed is one of the table's own, or the table cannot be read.
    """
    return check_seed(shipped() if table is None else table_from(table), seed, vary=vary)
