from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from cointrail.errors import StoreCorrupt, StoreUnwritable
from cointrail.store.manifest import Manifest, Part, read_manifest, write_manifest
from cointrail.store.schema import TABLES

SOME = Manifest(
    network="regtest",
    settled=Part({table: n for n, table in enumerate(TABLES, 3)}),
    recent=Part({table: n for n, table in enumerate(TABLES, 1)}),
    epoch=2,
    generation=7,
    height=3,
    tip="ab" * 32,
    digest="cd" * 32,
    undo_checked=True,
    notes=("one", "two"),
)


def test_a_manifest_reads_back(tmp_path: Path) -> None:
    write_manifest(tmp_path, SOME)
    assert read_manifest(tmp_path) == SOME
    assert SOME.settled_height == 3
    assert SOME.rows("blocks") == 4
    assert [p.name for p in tmp_path.iterdir()] == ["manifest.json"]


def test_a_manifest_of_no_block_reads_back(tmp_path: Path) -> None:
    empty = replace(SOME, settled=Part.empty(), recent=Part.empty(), height=-1, tip="")
    write_manifest(tmp_path, empty)
    assert read_manifest(tmp_path) == empty


def test_there_may_be_none(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None


def test_the_bytes_do_not_depend_on_the_order_of_tables(tmp_path: Path) -> None:
    write_manifest(tmp_path, SOME)
    one = (tmp_path / "manifest.json").read_bytes()
    backwards = Part(dict(reversed(SOME.settled.rows.items())))
    write_manifest(tmp_path, replace(SOME, settled=backwards))
    assert (tmp_path / "manifest.json").read_bytes() == one


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("network", "moonnet"),
        ("network", None),
        ("height", 4),
        ("height", -2),
        ("height", True),
        ("epoch", -1),
        ("epoch", None),
        ("generation", -1),
        ("generation", 1.5),
        ("tip", "ab"),
        ("tip", ""),
        ("digest", "xy"),
        ("settled", {}),
        ("settled", {"rows": {"blocks": 3}}),
        ("recent", {"rows": dict.fromkeys(TABLES, "1")}),
        ("notes", 5),
    ],
)
def test_a_value_that_no_store_has_is_refused(tmp_path: Path, key: str, value: object) -> None:
    write_manifest(tmp_path, SOME)
    path = tmp_path / "manifest.json"
    raw = json.loads(path.read_text())
    raw[key] = value
    path.write_text(json.dumps(raw))
    with pytest.raises(StoreCorrupt, match=f"`{path}` is not the manifest of a store"):
        read_manifest(tmp_path)


def test_a_newer_format_is_named(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"format": 9, "anything": "else"}')
    with pytest.raises(StoreCorrupt, match="has format 9, this program reads 3") as refused:
        read_manifest(tmp_path)
    assert "the program that wrote it" in (refused.value.hint or "")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnwritable, match="cannot be written: No such file or directory"):
        write_manifest(tmp_path / "nowhere", SOME)
