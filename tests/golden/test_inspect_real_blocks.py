"""`inspect` on every real block against what others have counted in it (blocks/INDEX.csv)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.block_index import COLUMNS, SINGLE, Row, expected
from support.command_line import cointrail
from support.real_files import iter_mempool_txs


def counted(said: dict[str, Any]) -> dict[str, int]:
    """The counts of an index row, from the answer."""
    types = {column: said["script_types"][kind.label] for kind, column in COLUMNS.items()}
    return {
        "size": said["size"],
        "ntx": said["transactions"],
        "inputs": said["inputs"],
        "outputs": said["outputs"],
        "segwit_tx": said["segwit_transactions"],
        **types,
    }


@pytest.mark.parametrize("row", SINGLE, ids=[row["file"] for row in SINGLE])
def test_inspect_gives_hash_counts_and_script_types_of_a_real_block(real_data: Path, row: Row) -> None:
    file = real_data / "blocks" / row["file"]
    done = cointrail("inspect", "block", file, "--network", row["net"], "--format", "json")
    said = done.json()
    assert (said["hash"], said["previous"]) == (row["hash"], row["prev"])
    assert said["time_utc"] == row["time_utc"] + "Z"
    assert counted(said) == expected(row)
    assert sum(said["script_types"].values()) == said["outputs"]
    assert said["height"] in {None, int(row["height"])}
    assert (said["proof_of_work"], said["merkle_root"]) == ("ok", "ok")
    assert said["witness_commitment"] in {"ok", "no witnesses"}
    assert len(said["txs"]) == said["transactions"]


def test_inspect_gives_txid_and_addresses_of_real_transactions(real_data: Path, tmp_path: Path) -> None:
    for place, row in enumerate(iter_mempool_txs(real_data)):
        if place % 40:
            continue
        file = tmp_path / "tx.hex"
        file.write_text(row["raw"])
        said = cointrail("inspect", "tx", file, "--format", "json").json()
        assert said["txid"] == row["txid"]
        assert [output["address"] for output in said["outputs"]] == row["out_addr"]
        assert len(said["unknown_prevouts"]) == len(row["prevouts"])
        assert said["fee_sat"] is None
