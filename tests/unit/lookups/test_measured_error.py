"""The program's answers on the demo's store carry what was measured of their rules."""

from __future__ import annotations

import numpy as np

from cointrail.clustering.load import load_or_build
from cointrail.error_rates.strata import WORDS, marks_of_tx
from cointrail.error_rates.table import shipped
from cointrail.evaluate.worlds.strata import marks_of
from cointrail.heuristics.base import Tier
from cointrail.store.reader import open_snapshot
from support.command_line import cointrail
from support.demo_world import DemoFolder


def test_marks_of_one_transaction_are_those_of_the_bulk_twin(demo: DemoFolder) -> None:
    with open_snapshot(demo.store) as snapshot:
        clusters = load_or_build(snapshot)
        bulk = marks_of(snapshot, clusters)
        sizes = np.bincount(clusters.labels(Tier.T2), minlength=snapshot.n_scripts)
        for number in range(0, snapshot.n_txs, 37):
            tx = snapshot.tx_view(number)
            first = None if tx.is_coinbase else snapshot.tx_inputs(number)[0].script_num
            size = 1 if first is None else int(sizes[clusters.label(first)])
            time = snapshot.block_time(snapshot.tx_height(number))
            words = tuple(one[column[number]] for one, column in zip(WORDS[1:], bulk, strict=True))
            assert marks_of_tx(tx, time, size) == words


def test_every_basis_names_the_table_and_every_row_its_error(demo: DemoFolder) -> None:
    a, b = demo.payments()[0]["address"], demo.payments()[1]["address"]
    found = cointrail("explain", a, b, "--store", demo.store, "--format", "json").json()
    assert shipped().name in found["basis"]["rules"]
    assert "Identity does not come from the blockchain." in found["says_error"]
    assert all(step["bound_ppm"] is not None for step in found["steps"] if step["tier"] == "T2")
    for row in demo.payments():
        assert row["error_bound_ppm"] or row["error_not_measured"]
