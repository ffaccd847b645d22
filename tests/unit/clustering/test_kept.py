"""Clusters beside the store: found again, built anew when anything is amiss."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cointrail.clustering import build as building
from cointrail.clustering import keeping, kept
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.kept import find_kept, folder_of, kept_folders, verify_kept
from cointrail.clustering.load import load_or_build
from cointrail.clustering.moves import MoveIndex
from cointrail.clustering.rules import rules_in_force
from cointrail.clustering.shelf import Shelf
from cointrail.errors import StoreUnwritable
from cointrail.heuristics.base import Tier
from support.chains import FakeSnapshot, tx

CHAIN = [tx(outs="a:50 b:40 c:30"), tx("a:50 b:40", "shop:80"), tx("c:1 a:1 b:1", "x:9001 y:9001 z:2")]


def said(moves: MoveIndex, label: int) -> tuple[object, ...]:
    own = moves.of(label)
    return [c.slice(0, 99).tolist() for c in (own.credits, own.debits)], own.received_sat, own.spent_sat


def same(one: Clusters, other: Clusters) -> bool:
    return (
        one.digest == other.digest
        and one.rules == other.rules
        and one.skipped == other.skipped
        and all(one.explain(0, k) == other.explain(0, k) for k in range(3))
        and all(one.gate(k) == other.gate(k) for k in range(3))
        and all(said(one.moves, k) == said(other.moves, k) for k in (0, 2, 3))
        and all(
            np.array_equal(one.members(0, tier), other.members(0, tier))
            and np.array_equal(one.labels(tier), other.labels(tier))
            for tier in (Tier.T1, Tier.T2)
        )
    )


def kept_chain(tmp_path: Path) -> tuple[FakeSnapshot, Path]:
    """A chain whose clusters are kept, and their folder."""
    chain = FakeSnapshot(CHAIN, derived_dir=tmp_path / "derived")
    load_or_build(chain)
    return chain, folder_of(chain, rules_in_force())


def test_what_was_built_once_is_read_the_next_time(tmp_path: Path) -> None:
    chain = FakeSnapshot(CHAIN, derived_dir=tmp_path / "derived")
    first = load_or_build(chain)
    assert kept_folders(tmp_path / "derived") == [folder_of(chain, rules_in_force())]
    again = find_kept(chain, rules_in_force())
    assert again is not None
    assert same(first, again)
    assert same(building.build(chain), again)


def test_a_folder_holds_its_arrays_and_nothing_that_was_only_needed_to_make_them(tmp_path: Path) -> None:
    _, folder = kept_chain(tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        ["manifest.json", *(f"{name}.bin" for name in kept.TYPES)]
    )


def test_another_chain_state_has_another_folder(tmp_path: Path) -> None:
    one, other = (FakeSnapshot(txs, derived_dir=tmp_path) for txs in (CHAIN, CHAIN[:2]))
    assert load_or_build(one).digest != load_or_build(other).digest
    assert len(kept_folders(tmp_path)) == 2


def test_only_the_last_two_states_are_kept(tmp_path: Path) -> None:
    chains = [FakeSnapshot([*CHAIN, *CHAIN[:k]], derived_dir=tmp_path) for k in range(4)]
    for age, chain in enumerate(chains):
        load_or_build(chain)
        os.utime(folder_of(chain, rules_in_force()), (age, age))
    left = [chain for chain in chains if find_kept(chain, rules_in_force())]
    assert left == chains[2:]
    assert len(kept_folders(tmp_path)) == 2


def test_a_folder_that_is_removed_stays_good_for_who_reads_it(tmp_path: Path) -> None:
    chain, folder = kept_chain(tmp_path)
    reading = find_kept(chain, rules_in_force())
    assert reading is not None
    shutil.rmtree(folder)
    assert same(reading, building.build(chain))


def test_other_rules_have_another_folder(tmp_path: Path) -> None:
    chain, _ = kept_chain(tmp_path)
    assert find_kept(chain, ("common_input@2",)) is None


@pytest.mark.parametrize(
    "damage", ["short", "empty", "missing", "other", "type", "manifest", "no_manifest", "other_store", "list"]
)
def test_a_damaged_folder_is_built_anew(tmp_path: Path, damage: str) -> None:
    chain, folder = kept_chain(tmp_path)
    array, manifest = folder / "t2_label.bin", folder / "manifest.json"
    text = manifest.read_text()
    match damage:
        case "short":
            array.write_bytes(array.read_bytes()[:-4])
        case "empty":
            array.write_bytes(b"")
        case "missing":
            array.unlink()
        case "other":
            array.write_bytes(array.read_bytes()[::-1])
        case "type":
            manifest.write_text(text.replace('"<u4"', '"<f4"'))
        case "manifest":
            manifest.write_text("{")
        case "no_manifest":
            manifest.unlink()
        case "list":
            manifest.write_text("[]")
        case _:
            manifest.write_text(json.dumps(json.loads(text) | {"store_digest": "00"}))
    assert find_kept(chain, rules_in_force()) is None
    assert same(load_or_build(chain), building.build(chain))
    assert find_kept(chain, rules_in_force()) is not None
    assert kept_folders(chain.derived_dir) == [folder]


@pytest.mark.parametrize("name", ["t1_label", "proof_tx", "reasons", "received", "heavy_spent", "t2_members"])
def test_arrays_that_do_not_fit_each_other_are_not_used(tmp_path: Path, name: str) -> None:
    """As if a program with a fault had written them: their own notes agree with them."""
    chain, folder = kept_chain(tmp_path)
    array, manifest = folder / f"{name}.bin", folder / "manifest.json"
    array.write_bytes(array.read_bytes() + bytes(8))
    facts = json.loads(manifest.read_text())
    note = facts["arrays"][name]
    note["rows"] = array.stat().st_size // np.dtype(note["dtype"]).itemsize
    note["mtime_ns"] = array.stat().st_mtime_ns
    manifest.write_text(json.dumps(facts))
    assert find_kept(chain, rules_in_force()) is None


def no_hashing(*_: object) -> None:
    raise AssertionError("an array was hashed")


def test_opening_reads_no_array_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chain, _ = kept_chain(tmp_path)
    monkeypatch.setattr("cointrail.clustering.kept.hashlib.file_digest", no_hashing)
    assert find_kept(chain, rules_in_force()) is not None


def test_a_copied_folder_is_hashed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chain, folder = kept_chain(tmp_path)
    folder.rename(tmp_path / "away")
    shutil.copytree(tmp_path / "away", folder, copy_function=shutil.copyfile)
    monkeypatch.setattr("cointrail.clustering.kept.hashlib.file_digest", no_hashing)
    with pytest.raises(AssertionError, match="an array was hashed"):
        find_kept(chain, rules_in_force())
    monkeypatch.undo()
    assert find_kept(chain, rules_in_force()) is not None
    monkeypatch.setattr("cointrail.clustering.kept.hashlib.file_digest", no_hashing)
    assert find_kept(chain, rules_in_force()) is not None


def test_verification_finds_what_a_failing_disk_changed(tmp_path: Path) -> None:
    """The same size, the same time, another byte."""
    chain, folder = kept_chain(tmp_path)
    assert verify_kept(folder) == ()
    array = folder / "proof_parent.bin"
    before = array.stat()
    array.write_bytes(b"\x01" + array.read_bytes()[1:])
    os.utime(array, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert find_kept(chain, rules_in_force()) is not None
    (finding,) = verify_kept(folder)
    assert f"`{array}` is not what was written" in finding
    array.unlink()
    assert verify_kept(folder) == (f"`{array}` is missing",)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"arrays": {"t1_label": 3}}'])
def test_verification_finds_a_manifest_that_describes_nothing(tmp_path: Path, text: str) -> None:
    _, folder = kept_chain(tmp_path)
    (folder / "manifest.json").write_text(text)
    (finding,) = verify_kept(folder)
    assert "does not describe clusters" in finding


def test_where_nothing_can_be_written_clusters_stay_in_memory(tmp_path: Path) -> None:
    (tmp_path / "derived").write_text("a file in the way")
    chain = FakeSnapshot(CHAIN, derived_dir=tmp_path / "derived")
    assert same(load_or_build(chain), building.build(chain))
    assert (tmp_path / "derived").read_text() == "a file in the way"


def no_space(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("place", ["shelf.os.fsync", "kept.sync_folder"])
def test_a_full_disk_leaves_no_half_written_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    chain = FakeSnapshot(CHAIN, derived_dir=tmp_path)
    monkeypatch.setattr(f"cointrail.clustering.{place}", no_space)
    assert same(load_or_build(chain), building.build(chain))
    assert [path.name for path in tmp_path.iterdir()] == ["clusters.lock"]


def test_clusters_too_large_for_memory_are_not_tried_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = FakeSnapshot(CHAIN, derived_dir=tmp_path)
    monkeypatch.setattr("cointrail.clustering.shelf.os.fsync", no_space)
    monkeypatch.setattr("cointrail.clustering.keeping.MOST_IN_MEMORY", 10)
    with pytest.raises(StoreUnwritable, match="No space left") as refused:
        load_or_build(chain)
    assert "make room there" in str(refused.value.hint)
    assert kept_folders(tmp_path) == []


def test_what_a_killed_build_left_is_removed_by_the_next(tmp_path: Path) -> None:
    chain = FakeSnapshot(CHAIN, derived_dir=tmp_path)
    (tmp_path / ".clusters-dead").mkdir()
    (tmp_path / ".clusters-dead" / "t1_label.bin").write_bytes(b"half")
    load_or_build(chain)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["clusters.lock", folder_of(chain, rules_in_force()).name]
    )


def test_who_waited_for_another_build_reads_what_that_one_built(tmp_path: Path) -> None:
    chain, _ = kept_chain(tmp_path)

    def build(_: Shelf) -> Clusters:
        raise AssertionError("built again")

    assert same(keeping.keep(chain, rules_in_force(), build), building.build(chain))


def test_reading_kept_clusters_loads_no_compiler() -> None:
    code = "import sys, cointrail.clustering.load, cointrail.clustering.kept; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
