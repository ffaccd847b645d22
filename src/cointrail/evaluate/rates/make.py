"""A table from beginning to end: worlds, counts, bounds, and worlds that were held back to try it on."""

from __future__ import annotations

from collections.abc import Sequence

from cointrail.error_rates.table import Validation, read_table
from cointrail.evaluate.intervals import allowed_outside
from cointrail.evaluate.rates.check import check_tally
from cointrail.evaluate.rates.maker import table_bytes
from cointrail.evaluate.rates.sources import (
    Budget,
    Progress,
    RealTally,
    held_back,
    tally_all,
    world_plans,
)
from cointrail.evaluate.rates.tally import Tally


def make_table(
    budget: Budget,
    real: Sequence[RealTally] = (),
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> bytes:
    """The file of a table: the same bytes each time.

    Args:
        budget: how many worlds.
        real: counts of real data, to stand beside.
        jobs: worlds at a time; None: one for each processor.
        progress: told how many worlds are done.
    """
    made_from, kept = world_plans(budget), held_back(budget)
    tallies = tally_all([*made_from, *kept], jobs=jobs, progress=progress)
    names = {one.name for one in made_from}
    own = [one for one in tallies if one.name in names]
    others = [one for one in tallies if one.name not in names]
    validation = validate(table_bytes(budget, own, real), others)
    return table_bytes(budget, own, real, validation=validation)


def validate(data: bytes, others: Sequence[Tally]) -> Validation:
    """Hold a table against worlds that it was not made from."""
    table = read_table(data)
    rows = [row for k, one in enumerate(others) for row in check_tally(table, one, k).rows]
    return Validation(
        worlds=len(others),
        strata=len(rows),
        outside=sum(row.outside for row in rows),
        allowed=allowed_outside(len(rows)) if rows else 0,
        points=tuple((row.bound_ppm, row.share_ppm, row.n, int(row.outside)) for row in rows),
    )
