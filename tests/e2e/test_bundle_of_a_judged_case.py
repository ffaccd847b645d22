"""The bundle of a case whose clusters an analyst cut, and the check that every bundle must pass."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cointrail.chain.types import Txid
from cointrail.errors import BundleFails
from cointrail.evidence.bag import write_bag
from cointrail.evidence.bundle import require_sound
from cointrail.store.reader import open_snapshot
from cointrail.workbench import Workbench
from support.bundles import SignedBundle, copied, edit, failing, signed_bundle
from support.demo_world import DemoFolder

CUT = """
[[judgement]]
id = "J1"
kind = "no_link"
txid = "{txid}"
who = "A. Analyst"
when = 2026-05-01
why = "two people signed"
"""


@pytest.fixture(scope="module", name="bundle")
def _bundle(tmp_path_factory: pytest.TempPathFactory, demo: DemoFolder) -> SignedBundle:
    return signed_bundle(tmp_path_factory, demo)


def _spends_change(demo: DemoFolder) -> tuple[str, set[str]]:
    """A transaction that alone holds a part of the service, and the change that it spends."""
    change = {row["outflow_outpoint"] for row in demo.rows("proceeds") if row["class"] == "change"}
    summary = json.loads((demo.path / "case" / "summary.json").read_bytes())
    with open_snapshot(demo.store) as snapshot:
        for link in summary["bridges"]["listed"]:
            inputs = snapshot.tx_inputs(snapshot.find_tx(Txid.parse(link["txid"])) or 0)
            spends = {str(snapshot.outpoint(row.output_num)) for row in inputs if row.output_num is not None}
            if spends & change:
                return link["txid"], spends & change
    raise AssertionError("the demo has no such link")


def test_change_that_a_cut_link_spends_is_told_once_and_the_bundle_holds(
    demo: DemoFolder, tmp_path: Path
) -> None:
    txid, spent = _spends_change(demo)
    world = tmp_path / "world"
    shutil.copytree(demo.case.parent, world, ignore=shutil.ignore_patterns("blocks", "truth"))
    case = world / "case.toml"
    case.write_text(demo.case.read_text("utf-8") + CUT.format(txid=txid), "utf-8")
    found = Workbench(demo.store).bundle_case(case, demo.blocks, tmp_path / "bundle")
    rows = [(str(row.outflow.outpoint), row.class_.value) for row in found.result.proceeds]
    told = [(outpoint, kind) for outpoint, kind in rows if outpoint in spent]
    assert "mixed" in dict(told).values()
    assert len(told) == len(dict(told))
    assert failing(tmp_path / "bundle") == []


def test_a_bundle_that_fails_its_own_check_is_not_kept(bundle: SignedBundle, tmp_path: Path) -> None:
    with copied(bundle.folder, tmp_path / "spoilt") as spoilt:
        require_sound(spoilt)
        edit(spoilt / "data" / "README.txt", lambda text: text.replace("evidence", "evidense"))
        with pytest.raises(BundleFails, match="fails its own check, so it is not kept: the bundle is whole"):
            require_sound(spoilt)
    (tmp_path / "out").mkdir()
    with pytest.raises(BundleFails, match=r"not kept: .*: it cannot be read"):
        write_bag(tmp_path / "out" / "bag", {"verify.py": b""}, [], check=require_sound)
    assert list((tmp_path / "out").iterdir()) == []
