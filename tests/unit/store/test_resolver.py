from __future__ import annotations

import numpy as np

from cointrail.kernel.table import EMPTY
from cointrail.store.index_files import Run
from cointrail.store.resolver import Session

FORGED = 0x0123456789ABCDEF


def _run(pairs: list[tuple[int, int]]) -> Run:
    pairs = sorted(pairs)
    return Run(np.array([k for k, _ in pairs], np.uint64), np.array([n for _, n in pairs], np.uint32))


def _rows(session: Session) -> list[tuple[int, int]]:
    """(prefix, row) of everything in the session's table."""
    table = session.table
    there = table.rows != EMPTY
    return sorted(zip(table.keys[there].tolist(), table.rows[there].tolist(), strict=True))


def test_every_row_under_a_wanted_prefix_is_fetched_from_every_run_once() -> None:
    runs = [_run([(FORGED, 0), (FORGED, 1), (7, 2)]), _run([(FORGED, 3), (9, 4)])]
    session = Session(runs, 1 << 30)
    session.prepare(np.array([FORGED, 8], np.uint64), 0)
    assert _rows(session) == [(FORGED, 0), (FORGED, 1), (FORGED, 3)]
    session.prepare(np.array([9, FORGED, 9], np.uint64), 0)
    assert _rows(session) == [(9, 4), (FORGED, 0), (FORGED, 1), (FORGED, 3)]


def test_room_is_made_for_what_kernels_add() -> None:
    session = Session([], 1 << 30)
    session.prepare(np.array([1], np.uint64), 1_000_000)
    assert len(session.table.rows) * 5 >= 1_000_000 * 8


def test_a_session_beyond_its_budget_forgets_and_looks_up_again() -> None:
    session = Session([_run([(FORGED, 0)])], 0)
    session.prepare(np.array([FORGED], np.uint64), 10)
    session.grew(10)
    assert session.over_budget
    session.settle([_run([(FORGED, 0), (FORGED, 1)])])
    assert _rows(session) == []
    session.prepare(np.array([FORGED], np.uint64), 0)
    assert _rows(session) == [(FORGED, 0), (FORGED, 1)]
    assert not Session([], 1 << 30).over_budget
