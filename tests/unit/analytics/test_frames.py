"""Polars frames say what SQL says."""

from __future__ import annotations

import gc

import polars as pl
import pytest

from cointrail.analytics import frames as made
from cointrail.analytics.frames import frames
from cointrail.analytics.sandbox import Sandbox
from cointrail.analytics.tables import ASKED, number_name
from cointrail.store.reader import open_snapshot
from support.query_stores import KINDS, Asked, asked


@pytest.mark.parametrize("step", [7, 1 << 18])
def test_a_frame_holds_what_the_table_of_its_name_holds(
    there: Asked, box: Sandbox, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    monkeypatch.setattr(made, "STEP", step)
    for table, frame in frames(there.snapshot).items():
        wanted = box.table(f"SELECT * FROM {table} ORDER BY {number_name(table)}")  # type: ignore[arg-type]
        found = frame.collect()
        assert found.columns == wanted.column_names
        assert found.to_dicts() == wanted.to_pylist()
    assert set(frames(there.snapshot)) == set(ASKED)


def test_numbers_have_one_type_wherever_they_stand(there: Asked) -> None:
    found = frames(there.snapshot)
    schemas = {table: frame.collect_schema() for table, frame in found.items()}
    for name in ("tx", "block", "script", "output", "input"):
        assert len({schema[name] for schema in schemas.values() if name in schema}) == 1
    joined = found["inputs"].join(found["outputs"], on="output").join(found["scripts"], on="script")
    assert joined.select(pl.len()).collect().item() == there.snapshot.n_inputs


def test_a_filter_and_a_limit_give_what_they_give_on_the_whole(there: Asked) -> None:
    outputs = frames(there.snapshot)["outputs"]
    whole = outputs.collect()
    assert (
        outputs.filter(pl.col("spent_by").is_null())
        .select("output")
        .collect()
        .equals(whole.filter(pl.col("spent_by").is_null()).select("output"))
    )
    assert outputs.head(5).collect().equals(whole.head(5))
    assert (
        outputs.filter(pl.col("value") > 10**9)
        .head(3)
        .collect()
        .equals(whole.filter(pl.col("value") > 10**9).head(3))
    )
    by_script = outputs.group_by("script").agg(pl.col("value").sum()).sort("script")
    assert by_script.collect().equals(whole.group_by("script").agg(pl.col("value").sum()).sort("script"))


def test_a_frame_outlives_who_opened_the_store() -> None:
    with asked(KINDS[0]) as there:
        outputs = frames(open_snapshot(there.store))["outputs"]
        gc.collect()
        assert outputs.select(pl.len()).collect().item() == there.snapshot.n_outputs
