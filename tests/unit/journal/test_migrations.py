"""Migrations are one line of steps, and every one is in the wheel."""

from __future__ import annotations

from alembic.config import Config
from alembic.script import ScriptDirectory

from cointrail.journal.sql_keeper import MIGRATIONS
from cointrail.journal.sql_tables import REVISION


def _script() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)


def test_the_steps_are_one_line_that_ends_where_the_code_expects() -> None:
    steps = list(_script().walk_revisions())
    assert _script().get_heads() == [REVISION]
    assert [step.revision for step in reversed(steps)] == [f"{n:04}" for n in range(1, len(steps) + 1)]


def test_the_steps_are_packages_that_the_wheel_takes() -> None:
    """Setuptools takes a folder for a package by its `__init__.py`."""
    for folder in (MIGRATIONS, MIGRATIONS / "versions"):
        assert (folder / "__init__.py").is_file()
    assert all(step.doc for step in _script().walk_revisions())
