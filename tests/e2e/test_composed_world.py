"""A composed world through the production reader: its truth lines up with the store's rows."""

from pathlib import Path

from cointrail.simulate import compose_world, preset
from cointrail.store.reader import open_snapshot
from support.command_line import cointrail
from support.composed_worlds import Composed


def test_lines_of_the_truth_are_rows_of_the_store(tmp_path: Path) -> None:
    folder, store = tmp_path / "world", tmp_path / "store"
    compose_world(preset("2025").with_size(600, 40), 11, folder, signed=False)
    done = cointrail("ingest", "--blocks", folder / "blocks", "--store", store, "--format", "json")
    assert done.code == 0
    world = Composed(folder)
    with open_snapshot(store) as chain:
        for number, row in enumerate(world.outputs):
            assert str(chain.outpoint(number)) == f"{row['txid']}:{row['vout']}"
            assert chain.output_value(number) == int(row["value_sat"])
        for number, row in enumerate(world.rows("transactions")):
            assert str(chain.txid(number)) == row["txid"]
            assert chain.tx_height(number) == int(row["height"])
            if not chain.is_coinbase(number):
                assert chain.tx_fee(number) == int(row["fee_sat"])
