from __future__ import annotations

import pytest

from cointrail.tracing.policy import Policy
from support.demo_world import demo_folder
from traces import measure_traces, trace_rows


def test_traces_are_measured_by_every_policy_and_make_rows(tmp_path_factory: pytest.TempPathFactory) -> None:
    figures = measure_traces(demo_folder(tmp_path_factory).store, outputs=60, repeat=1)
    assert len(figures) == 2 * len(Policy) + 1
    assert all(one["seconds"] > 0 for one in figures.values())
    rows = trace_rows(figures, outputs=60)
    assert [row.at_least for row in rows][-1] < 0
