"""Migrations are one line of steps, and every one is in the wheel."""

from __future__ import annotations

from alembic.config import Config
from alembic.script import ScriptDirectory
from setuptools import find_packages

from cointrail.journal.sql_keeper import MIGRATIONS
from cointrail.journal.sql_tables import REVISION
from support.project import ROOT


def _script() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)


def test_the_steps_are_one_line_that_ends_where_the_code_expects() -> None:
    steps = list(_script().walk_revisions())
    assert _script().get_heads() == [REVISION]
    assert [step.revision for step in reversed(steps)] == [f"{n:04}" for n in range(1, len(steps) + 1)]


def test_the_steps_are_packages_that_the_wheel_takes() -> None:
    folder = MIGRATIONS.relative_to(ROOT / "src")
    names = {".".join(folder.parts), ".".join((*folder.parts, "versions"))}
    assert names <= set(find_packages(str(ROOT / "src")))
    assert all(step.doc for step in _script().walk_revisions())
