"""A store opened for analysts says of many rows what the program says of each."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

import cointrail
from cointrail.analytics import rows as reading
from cointrail.analytics.ledger_pieces import MARKS
from cointrail.analytics.open_store import OpenStore
from cointrail.chain.address import encode_address
from cointrail.chain.view import InputMarks
from cointrail.clustering.load import load_or_build
from cointrail.errors import BadInput, NotFound, StoreError
from cointrail.heuristics.base import REGISTRY, Abstained, Tier
from cointrail.lookups.cluster_payments import cluster_payments
from cointrail.lookups.desk import LookupDesk
from cointrail.tracing.policy import Policy
from cointrail.workbench.trace_bench import TraceBench
from support.query_stores import KINDS, Asked, asked


@pytest.fixture(name="store", scope="module")
def opened_store(there: Asked) -> OpenStore:
    return cointrail.open(there.store)


def dicts(rows: reading.Rows) -> list[dict[str, Any]]:
    return list(rows.to_polars().to_dicts())


def test_blocks_are_those_of_the_chain(there: Asked, store: OpenStore) -> None:
    snapshot = there.snapshot
    for height, row in enumerate(dicts(store.blocks())):
        assert (row["block"], row["hash"]) == (height, str(snapshot.block_hash(height)))
        assert row["time_utc"].timestamp() == snapshot.block_time(height)
        numbers = range(row["first_tx"], row["first_tx"] + row["txs"])
        assert {snapshot.tx_height(tx) for tx in numbers} == {height}
    assert sum(row["txs"] for row in dicts(store.blocks())) == snapshot.n_txs


def test_transactions_are_those_of_the_chain(there: Asked, store: OpenStore) -> None:
    snapshot = there.snapshot
    rows = dicts(store.txs())
    assert len(rows) == snapshot.n_txs
    for tx, row in enumerate(rows):
        view = snapshot.tx_view(tx)
        assert (row["tx"], row["txid"], row["block"]) == (tx, str(view.txid), view.height)
        assert (row["version"], row["locktime"]) == (view.version, view.locktime)
        assert (row["coinbase"], row["fee"]) == (view.is_coinbase, snapshot.tx_fee(tx))
        assert (row["inputs"], row["outputs"]) == (len(view.inputs), len(view.outputs))
        assert row["first_output"] == snapshot.tx_output_range(tx)[0]


def test_outputs_are_those_of_the_chain(there: Asked, store: OpenStore) -> None:
    snapshot = there.snapshot
    for row in dicts(store.outputs()):
        outpoint, spender = snapshot.outpoint(row["output"]), snapshot.spent_by(row["output"])
        assert (row["txid"], row["vout"]) == (str(outpoint.txid), outpoint.vout)
        assert (row["value"], row["script"]) == (
            snapshot.output_value(row["output"]),
            snapshot.output_script(row["output"]),
        )
        assert row["address"] == encode_address(snapshot.get_script(row["script"]), snapshot.network)
        assert row["script_type"] == snapshot.script_type(row["script"]).label
        assert row["spent_by"] == spender
        assert row["spent_by_tx"] == (None if spender is None else snapshot.input_tx(spender))
        assert row["block"] == snapshot.tx_height(row["tx"])


def test_inputs_are_those_of_the_chain_with_what_they_spend(there: Asked, store: OpenStore) -> None:
    snapshot = there.snapshot
    rows = dicts(store.inputs())
    assert [row["input"] for row in rows] == list(range(snapshot.n_inputs))
    for tx in range(snapshot.n_txs):
        view, mine = snapshot.tx_view(tx), snapshot.tx_input_range(tx)
        for vin, one in enumerate(view.inputs):
            row = rows[mine[0] + vin]
            assert (row["tx"], row["vin"], row["sequence"]) == (tx, vin, one.sequence)
            assert (row["value"], row["marks"]) == (one.value, list(one.marks.labels))
            assert str(snapshot.outpoint(row["output"])) == str(one.outpoint)


def test_scripts_are_those_of_the_chain(there: Asked, store: OpenStore) -> None:
    snapshot = there.snapshot
    for row in dicts(store.scripts()):
        script = snapshot.get_script(row["script"])
        assert row["script_hex"] == script.hex()
        assert row["address"] == encode_address(script, snapshot.network)
        assert snapshot.output_script(row["first_output"]) == row["script"]


@pytest.mark.parametrize("tier", ["T1", "T2", "T3", "T4"])
def test_every_script_has_the_cluster_that_a_look_up_gives(there: Asked, store: OpenStore, tier: str) -> None:
    clusters = load_or_build(there.snapshot)
    rows = dicts(store.clusters(tier))
    assert len(rows) == there.snapshot.n_scripts
    for row in rows:
        label = clusters.label(row["script"], Tier[tier])
        assert (row["cluster"], row["cluster_size"]) == (label, clusters.size(label, Tier[tier]))


def test_every_transaction_has_the_verdict_that_a_look_up_gives(there: Asked, store: OpenStore) -> None:
    clusters = load_or_build(there.snapshot)
    rows = dicts(store.gate())
    for tx, row in enumerate(rows):
        verdict = clusters.gate(tx)
        assert (row["gate"], row["reasons"]) == (verdict.gate.name.lower(), list(verdict.reasons))
    assert len(rows) == there.snapshot.n_txs
    assert {row["gate"] for row in rows} != {"safe"}


def test_payments_are_those_that_a_look_up_lists(there: Asked, store: OpenStore) -> None:
    desk = LookupDesk(there.snapshot, load_or_build(there.snapshot))
    sizes = store.clusters().to_polars().sort("cluster_size", descending=True)
    for label in sizes["cluster"].unique(maintain_order=True)[:5].to_list():
        found = cluster_payments(desk, str(label), limit=100_000).payments
        rows = dicts(store.payments(str(label)))
        assert [
            (row["txid"], row["direction"], row["place"], row["value"], row["address"]) for row in rows
        ] == [(str(p.txid), p.direction.value, p.place, p.value_sat, p.address) for p in found]
        assert [row["line"] for row in rows] == list(range(len(found)))


def test_every_transaction_has_the_vote_that_the_clusters_keep(there: Asked, store: OpenStore) -> None:
    clusters = load_or_build(there.snapshot)
    rows = dicts(store.change())
    assert len(rows) == there.snapshot.n_txs
    for tx, row in enumerate(rows):
        said = clusters.change(tx)
        if isinstance(said, Abstained):
            assert (row["output"], row["vout"], row["tier"], row["rules"]) == (None, None, None, [])
            assert row["abstains"] == said.because
        else:
            first = there.snapshot.tx_output_range(tx)[0]
            assert (row["output"], row["vout"]) == (first + said.output, said.output)
            assert (row["tier"], row["rules"]) == (said.tier.name, list(said.rules))
            assert row["abstains"] is None
    assert {row["tier"] for row in rows} - {None}


@pytest.mark.parametrize("policy", list(Policy))
def test_a_trace_has_the_ends_that_the_command_lists(there: Asked, store: OpenStore, policy: Policy) -> None:
    spent = store.outputs().to_polars().drop_nulls("spent_by").filter(pl.col("value") > 0)
    for seed in spent.sample(3, seed=1).to_dicts():
        text = f"{seed['txid']}:{seed['vout']}"
        bench = TraceBench(there.store)
        view = bench.trace([text], forward=True, policies=[policy], limit=100_000)
        rows = dicts(store.trace(text, policy=policy.value))
        by_stop: dict[str, int] = {}
        for row in rows:
            by_stop[row["stop"]] = by_stop.get(row["stop"], 0) + row["sat"]
        assert {stop: sat for stop, sat in by_stop.items() if sat} == {
            line.stop.value: line.sat[policy] for line in view.stops if line.sat[policy]
        }
        if policy.conserves:
            assert sum(row["sat"] for row in rows) == seed["value"]
        assert {row["seed"] for row in rows} == {text}
        for row in rows:
            assert f"{row['txid']}:{row['vout']}" == str(there.snapshot.outpoint(row["output"]))


def test_a_trace_that_a_bound_ended_says_so(store: OpenStore) -> None:
    spent = store.outputs().to_polars().drop_nulls("spent_by")
    seeds = [f"{row['txid']}:{row['vout']}" for row in spent.head(20).to_dicts()]
    said = {seed: repr(store.trace(seed, policy="haircut", max_outputs=1)) for seed in seeds}
    seed = next(seed for seed in seeds if "cut by output_limit" in said[seed])
    assert "cut by" not in repr(store.trace(seed, policy="haircut"))
    assert {row["stop"] for row in dicts(store.trace(seed, policy="fifo", forward=False))}


def test_a_trace_without_a_policy_of_ours_or_a_seed_is_refused(store: OpenStore) -> None:
    with pytest.raises(BadInput, match="is not a policy"):
        store.trace("00" * 32 + ":0", policy="taint")
    with pytest.raises(NotFound):
        store.trace("00" * 32 + ":0", policy="fifo")
    with pytest.raises(BadInput, match="no seed"):
        store.trace(policy="fifo")


# -- choosing


@pytest.mark.parametrize("step", [7, 1 << 18])
def test_rows_are_the_same_however_many_are_read_together(
    store: OpenStore, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    whole = store.outputs().to_polars()
    monkeypatch.setattr(reading, "STEP", step)
    assert store.outputs().to_polars().equals(whole)
    assert store.outputs().lazy().collect().equals(whole)


def test_a_slice_is_that_part_of_the_whole(store: OpenStore) -> None:
    for rows in (store.outputs(), store.inputs(), store.txs(), store.blocks()):
        whole = rows.to_polars()
        assert rows[3:40].to_polars().equals(whole[3:40])
        assert rows[10:][2:5].to_polars().equals(whole[12:15])
        assert rows[5:2].to_polars().equals(whole[:0])
        assert len(rows[-4:]) == 4


def test_numbers_choose_rows_in_their_order_and_as_often_as_given(store: OpenStore) -> None:
    rows = store.outputs()
    whole = rows.to_polars()
    for given in ([5, 3, 5], pl.Series([5, 3, 5]), pa.array([5, 3, 5])):
        assert rows.of(given).to_polars().equals(whole[[5, 3, 5]])
    assert len(rows.of([])) == 0


def test_columns_come_in_the_order_asked_for(store: OpenStore) -> None:
    rows = store.outputs().only("address", "value")
    assert rows.columns == ("address", "value")
    assert rows.to_arrow().column_names == ["address", "value"]


def test_a_lazy_frame_filters_and_limits_as_the_whole_does(store: OpenStore) -> None:
    whole = store.outputs().to_polars()
    lazy = store.outputs().lazy()
    unspent = pl.col("spent_by").is_null()
    assert lazy.filter(unspent).collect().equals(whole.filter(unspent))
    assert lazy.select("value").head(5).collect().equals(whole.select("value").head(5))


def test_no_row_at_all_still_has_its_columns_and_types(store: OpenStore) -> None:
    for rows in (store.outputs(), store.gate(), store.clusters(), store.inputs()):
        assert rows[0:0].to_polars().schema == rows.to_polars().schema


def test_every_column_says_what_it_holds(store: OpenStore) -> None:
    tables = (store.blocks(), store.txs(), store.outputs(), store.inputs(), store.scripts())
    seed = store.outputs().only("txid")[0:1].to_polars()["txid"][0] + ":0"
    inferred = (store.clusters(), store.gate(), store.change(), store.payments("0"))
    for rows in (*tables, *inferred, store.trace(seed, policy="fifo")):
        assert all(rows.about().values()), rows
        assert list(rows.about()) == list(rows.columns)


def test_the_words_of_marks_stand_in_the_order_of_their_bits() -> None:
    assert [InputMarks[word.upper()] for word in MARKS] == [1 << k for k in range(len(MARKS))]


# -- what it rests on, and what is refused


def test_the_basis_names_the_clusters_once_they_were_asked_for(there: Asked) -> None:
    store = cointrail.open(there.store)
    before, _, after = store.basis, store.gate(), store.basis
    assert before.clusters_digest is None
    assert after.clusters_digest == load_or_build(there.snapshot).digest
    assert REGISTRY["common_input"].name in after.rules


def test_rows_outlive_who_opened_the_store() -> None:
    with asked(KINDS[0]) as there:
        with cointrail.open(str(there.store)) as store:
            rows = store.outputs()
        del store
        gc.collect()
        assert len(rows.to_arrow()) == there.snapshot.n_outputs


def test_sql_gives_a_table(there: Asked, store: OpenStore) -> None:
    assert store.sql("SELECT count(*) AS n FROM outputs").to_pylist() == [{"n": there.snapshot.n_outputs}]


def test_what_cannot_be_chosen_is_refused(store: OpenStore) -> None:
    rows = store.outputs()
    with pytest.raises(BadInput, match="no column `adr`"):
        rows.only("adr")
    with pytest.raises(BadInput, match="slice without a step"):
        rows[::2]
    with pytest.raises(BadInput, match="is not among the rows"):
        rows.of([len(rows)])
    with pytest.raises(BadInput, match="is not among the rows"):
        rows.of([-1])
    with pytest.raises(BadInput, match="whole numbers"):
        rows.of([1.5])
    with pytest.raises(BadInput, match="no clusters of tier `T9`"):
        store.clusters("T9")
    with pytest.raises(NotFound, match="received nothing"):
        store.payments("script:6a")


def test_a_folder_without_a_chain_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="holds no chain"):
        cointrail.open(tmp_path)


def test_without_the_extra_one_is_told_what_to_install() -> None:
    code = (
        "import sys; sys.modules['polars'] = None\n"
        "import cointrail\n"
        "try: cointrail.open('x')\n"
        "except cointrail.errors.BadInput as error: print(error, '|', error.hint)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "needs the package `polars`" in done.stdout
    assert "cointrail[sql]" in done.stdout


def test_the_package_has_nothing_else() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        cointrail.nothing  # noqa: B018
