"""Clusters beside the store: found again, built anew when anything is amiss."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cointrail.clustering import build as building
from cointrail.clustering.build import load_or_build, rules_in_force
from cointrail.clustering.cache import find_cached, folder_of
from cointrail.clustering.clusters import Clusters
from cointrail.heuristics.base import Tier
from support.chains import FakeSnapshot, tx

CHAIN = [tx(outs="a:50 b:40 c:30"), tx("a:50 b:40", "shop:80"), tx("c:1 a:1 b:1", "x:9001 y:9001 z:2")]


def same(one: Clusters, other: Clusters) -> bool:
    return (
        one.digest == other.digest
        and one.rules == other.rules
        and one.skipped == other.skipped
        and all(one.explain(0, k) == other.explain(0, k) for k in range(3))
        and all(one.gate(k) == other.gate(k) for k in range(3))
        and all(
            np.array_equal(one.members(0, tier), other.members(0, tier))
            and np.array_equal(one.labels(tier), other.labels(tier))
            for tier in (Tier.T1, Tier.T2)
        )
    )


def test_what_was_built_once_is_read_the_next_time(tmp_path: Path) -> None:
    chain = FakeSnapshot(CHAIN, derived_dir=tmp_path / "derived")
    first = load_or_build(chain)
    (folder,) = (tmp_path / "derived").iterdir()
    assert folder == folder_of(chain, rules_in_force())
    again = find_cached(chain, rules_in_force())
    assert again is not None
    assert same(first, again)
    assert same(building.build(chain), again)


def test_another_chain_state_has_another_folder(tmp_path: Path) -> None:
    one, other = (FakeSnapshot(txs, derived_dir=tmp_path) for txs in (CHAIN, CHAIN[:2]))
    assert load_or_build(one).digest != load_or_build(other).digest
    assert len(list(tmp_path.iterdir())) == 2


def test_other_rules_have_another_folder(tmp_path: Path) -> None:
    chain = FakeSnapshot(CHAIN, derived_dir=tmp_path)
    load_or_build(chain)
    assert find_cached(chain, ("common_input@2",)) is None


@pytest.mark.parametrize(
    "damage", ["short", "empty", "missing", "other", "manifest", "no_manifest", "other_store"]
)
def test_a_damaged_folder_is_built_anew(tmp_path: Path, damage: str) -> None:
    chain = FakeSnapshot(CHAIN, derived_dir=tmp_path)
    load_or_build(chain)
    folder = folder_of(chain, rules_in_force())
    array, manifest = folder / "t2_label.npy", folder / "manifest.json"
    match damage:
        case "short":
            array.write_bytes(array.read_bytes()[:-4])
        case "empty":
            array.write_bytes(b"")
        case "missing":
            array.unlink()
        case "other":
            labels = np.load(array)
            np.save(array, labels[::-1])
        case "manifest":
            manifest.write_text("{")
        case "no_manifest":
            manifest.unlink()
        case _:
            manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"store_digest": "00"}))
    assert find_cached(chain, rules_in_force()) is None
    assert same(load_or_build(chain), building.build(chain))
    assert find_cached(chain, rules_in_force()) is not None
    assert list(tmp_path.iterdir()) == [folder]


def test_where_nothing_can_be_written_clusters_stay_in_memory(tmp_path: Path) -> None:
    (tmp_path / "derived").write_text("a file in the way")
    chain = FakeSnapshot(CHAIN, derived_dir=tmp_path / "derived")
    assert same(load_or_build(chain), building.build(chain))
    assert (tmp_path / "derived").read_text() == "a file in the way"


def test_a_full_disk_leaves_no_half_written_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    chain = FakeSnapshot(CHAIN, derived_dir=tmp_path)
    monkeypatch.setattr("cointrail.clustering.cache.np.save", no_space)
    assert same(load_or_build(chain), building.build(chain))
    assert list(tmp_path.iterdir()) == []
