"""The page that is kept is the one that its sources make, and owns up to what it contains."""

from __future__ import annotations

import json
from pathlib import Path

import page
from kept_files import ROOT


def test_the_kept_page_was_built_from_the_kept_sources() -> None:
    kept = json.loads((page.BUILT / page.RECORD).read_text(encoding="utf-8"))
    assert kept == page.record_of(), "run `make page`"


def test_a_changed_moved_or_new_source_changes_the_digest(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    source = tmp_path / "src" / "a.ts"
    source.write_text("1")
    seen = [page.digest_of(tmp_path)]
    source.write_text("2")
    seen.append(page.digest_of(tmp_path))
    source.rename(tmp_path / "src" / "b.ts")
    seen.append(page.digest_of(tmp_path))
    (tmp_path / "c.ts").write_text("")
    seen.append(page.digest_of(tmp_path))
    assert len(set(seen)) == len(seen)


def test_what_was_installed_to_build_it_does_not_count(tmp_path: Path) -> None:
    before = page.digest_of(tmp_path)
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "a.js").write_text("1")
    (tmp_path / page.RECORD).write_text("{}")
    assert page.digest_of(tmp_path) == before


def test_everything_that_the_page_bundles_is_pinned_and_named_in_the_notice() -> None:
    package = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for name, version in package["dependencies"].items():
        assert f"- {name} {version} " in notice
