"""The clustering benchmark measures the same work on both sides, and says when it cannot."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import clustering
from clustering import SMOKE_SIZES, co_spends, measure_clustering, missing_peers, ours, ours_with_forest


def test_labels_are_the_smallest_ids_of_what_the_lists_connect() -> None:
    spends = co_spends(400)
    labels = list(range(spends.ids))
    for _ in labels:
        before = list(labels)
        for first, last in pairwise(spends.start.tolist()):
            together = spends.script[first:last].tolist()
            low = min(labels[x] for x in together)
            for x in together:
                labels[x] = low
        if labels == before:
            break
    assert ours(spends).tolist() == labels


def test_the_forest_has_an_edge_for_every_join_and_names_its_transaction() -> None:
    spends = co_spends(3_000)
    labels, edges = ours_with_forest(spends)
    clusters = int((labels == np.arange(spends.ids)).sum())
    assert len(edges.one) == spends.ids - clusters
    for one, other, tx in zip(*(column.tolist() for column in edges), strict=True):
        together = spends.script[spends.start[tx] : spends.start[tx + 1]].tolist()
        assert {one, other} <= set(together)
        assert labels[one] == labels[other]


def test_lists_name_ids_that_there_are_and_the_same_seed_gives_the_same_lists() -> None:
    spends = co_spends(5000)
    assert int(spends.script.max()) < spends.ids
    assert int(spends.start[-1]) == len(spends.script)
    assert set(np.diff(spends.start).tolist()) == {2, 3, 4, 8}
    again = co_spends(5000)
    assert np.array_equal(again.start, spends.start)
    assert np.array_equal(again.script, spends.script)


def test_without_the_peer_there_are_no_rows_and_a_line_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(clustering, "PEERS", ("no_such_module",))
    assert measure_clustering(smoke=True) == []
    assert "skipped: not installed: no_such_module" in capsys.readouterr().err


@pytest.mark.skipif(bool(missing_peers()), reason="the peer is not installed; `make bench` installs it")
def test_both_sides_agree_and_give_a_row_for_each_size() -> None:
    rows = measure_clustering(smoke=True, repeat=1)
    assert len(rows) == len(SMOKE_SIZES)
    assert all(row["value"] > 0 for row in rows)
