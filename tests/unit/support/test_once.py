"""Shared folders are built once a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.once import build_once


def test_a_folder_is_built_once_and_then_handed_out(tmp_path_factory: pytest.TempPathFactory) -> None:
    built: list[Path] = []

    def build(folder: Path) -> None:
        built.append(folder)
        (folder / "x").write_text("made")

    first = build_once(tmp_path_factory, "once-built", build)
    second = build_once(tmp_path_factory, "once-built", build)
    assert first == second
    assert (first / "x").read_text() == "made"
    assert built == [first]


def test_a_failed_build_is_tried_again(tmp_path_factory: pytest.TempPathFactory) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        build_once(tmp_path_factory, "once-failed", fail)
    folder = build_once(tmp_path_factory, "once-failed", lambda folder: (folder / "whole").touch())
    assert [path.name for path in folder.iterdir()] == ["whole"]
