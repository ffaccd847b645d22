from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.disk_images import SECTOR, Survival
from support.power import PowerCut, powered

NOTHING = Survival(0, data=0, names=0)
EVERYTHING = Survival(0, data=1, names=1)


def _write(path: Path, data: bytes, at: int = 0, *, sync: bool = False) -> None:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    os.pwrite(handle, data, at)
    if sync:
        os.fsync(handle)
    os.close(handle)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def _found(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(name="disk")
def filled(tmp_path: Path) -> Path:
    disk = tmp_path / "disk"
    disk.mkdir()
    (disk / "old").write_bytes(b"old")
    return disk


def test_a_synced_file_survives_only_with_its_name(disk: Path, tmp_path: Path) -> None:
    with powered(disk) as power:
        _write(disk / "named", b"a", sync=True)
        _sync(disk)
        _write(disk / "nameless", b"b", sync=True)
        _write(disk / "named", b"z")
    power.cut().write(tmp_path / "none", NOTHING)
    assert _found(tmp_path / "none") == {"old": b"old", "named": b"a"}
    power.cut().write(tmp_path / "all", EVERYTHING)
    assert _found(tmp_path / "all") == {"old": b"old", "named": b"z", "nameless": b"b"}
    power.cut().write(tmp_path / "one", Survival(0, data=0, names=0, first="nameless"))
    assert _found(tmp_path / "one") == {"old": b"old", "named": b"a", "nameless": b"b"}


def test_what_a_file_object_wrote_is_unsynced_too(disk: Path, tmp_path: Path) -> None:
    with powered(disk) as power:
        (disk / "old").write_bytes(b"newer")
        (disk / "text").write_text("text")
    for name, how, wanted in (
        ("none", NOTHING, {"old": b"old"}),
        ("all", EVERYTHING, {"old": b"newer", "text": b"text"}),
    ):
        power.cut().write(tmp_path / name, how)
        assert _found(tmp_path / name) == wanted


def test_a_renaming_is_there_or_not(disk: Path, tmp_path: Path) -> None:
    with powered(disk) as power:
        _write(disk / "new", b"new", sync=True)
        (disk / "new").replace(disk / "old")
    assert power.renamed == {4: "old"}
    found = set()
    for seed in range(40):
        power.cut().write(tmp_path / f"{seed}", Survival(seed, data=0, names=0.5))
        found.add(tuple(_found(tmp_path / f"{seed}").items()))
    assert found == {
        (("old", b"old"),),
        (("new", b"new"), ("old", b"old")),
        (("old", b"new"),),
    }


def test_in_order_a_later_name_survives_only_with_the_earlier_ones(disk: Path, tmp_path: Path) -> None:
    with powered(disk) as power:
        for name in "abcd":
            (disk / name).mkdir()
        (disk / "a").rmdir()
    found = []
    for kept in range(6):
        place = tmp_path / f"{kept}"
        power.cut().write(place, Survival(0, data=0, names=kept / 5, in_order=True))
        found.append("".join(sorted(p.name for p in place.iterdir() if p.is_dir())))
    assert found == ["", "a", "ab", "abc", "abcd", "bcd"]


def test_a_torn_write_ends_at_a_border_of_sectors(disk: Path, tmp_path: Path) -> None:
    data = bytes([1]) * 2000
    with powered(disk) as power:
        _write(disk / "old", bytes(3000), sync=True)
        _write(disk / "old", data, 100)
    sizes = set()
    for seed in range(40):
        power.cut().write(tmp_path / f"{seed}", Survival(seed, data=1, names=1, torn=True))
        found = (tmp_path / f"{seed}" / "old").read_bytes()
        first, last = found.find(1), found.rfind(1) + 1
        assert first == 100 or first % SECTOR == 0
        assert last == 2100 or last % SECTOR == 0
        assert found.count(1) == last - first
        sizes.add(last - first)
    assert len(sizes) > 3


def test_the_power_goes_before_the_operation_and_what_follows_reaches_no_disk(
    disk: Path, tmp_path: Path
) -> None:
    with powered(disk, 2) as power, pytest.raises(PowerCut):
        _write(disk / "old", b"abc", sync=True)
    _write(disk / "old", b"later", sync=True)
    power.cut().write(tmp_path / "after", NOTHING)
    assert _found(tmp_path / "after") == {"old": b"old"}
    assert power.done == 2, "opening, writing"


def test_what_a_failed_sync_gave_up_no_later_one_saves_unless_it_is_written_again(
    disk: Path, tmp_path: Path
) -> None:
    with powered(disk, lost_sync=1) as power:
        with pytest.raises(OSError, match="Input/output error"):
            _write(disk / "old", b"12345", sync=True)
        assert (disk / "old").read_bytes() == b"12345"
        _write(disk / "old", b"67", 5, sync=True)
        _write(disk / "old", b"2", 1, sync=True)
    power.cut().write(tmp_path / "after", NOTHING)
    assert _found(tmp_path / "after") == {"old": b"o2d\0\x0067"}
