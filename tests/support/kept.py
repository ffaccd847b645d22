"""Texts that are kept beside the tests, so that a change of them shows as a readable diff."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "golden" / "kept"


def assert_kept(name: str, text: str) -> None:
    """Compare with the kept file; with UPDATE_KEPT set, write it instead."""
    path = FOLDER / name
    if os.environ.get("UPDATE_KEPT"):
        path.write_text(text, encoding="utf-8")
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    assert text == kept, f"{path.name} differs: run the test with UPDATE_KEPT=1 and look at the diff"
