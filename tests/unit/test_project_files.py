"""What the files of the project keep to: versions agree, locks fit, nothing of a workplace is named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import cointrail
from kept_files import ROOT
from lock import OUR_NAME, Lock, read_locks, stale_pins
from support.project import all_files, pyproject, read, text_files

LOCKS = read_locks(read(Path("pyproject.toml")))

# Places of one machine. Written in parts, so that this file names none of them.
PLACES = re.compile(
    r"(?<![\w.])/(?:"
    + "|".join(
        ["wo" + "rk/", "fa" + "rm/", "roo" + "t/", "ho" + r"me/\w", "Us" + r"ers/\w", "tm" + "p/bash_jobs"]
    )
    + r")|\."
    + r"library\b|\bfa"
    + r"rm-[a-z]"
)
INDEX_HOSTS = re.compile("py" + r"pi\.org|python" + r"hosted\.org|registry\.npm" + r"js\.org")

LARGEST_FILE = 500_000
"""Bytes. Real data is read where it lies and never kept here."""
FONTS = Path("src/cointrail/report/fonts")
"""Reports are set in them without a network; Chinese, Japanese and Korean take a large file."""
ELK = "src/cointrail/api/page/assets/elk-worker.min-*.js"
"""Lays drawings out in the browser: a file of its own and unchanged, as its licence asks. See ADR 0039."""
LARGEST_FONTS = 8_000_000
"""Bytes of all of them together: a wheel must stay below ten million."""


def _found(pattern: re.Pattern[str]) -> list[str]:
    """Every hit of `pattern` in a kept text file, with its file."""
    return [f"{name}: {hit}" for name in text_files() for hit in pattern.findall(read(name))]


def test_no_file_names_a_place_on_one_machine() -> None:
    assert _found(PLACES) == []


def test_no_file_names_the_host_of_a_package_index() -> None:
    assert _found(INDEX_HOSTS) == []


def test_no_file_is_large() -> None:
    large = [name for name in all_files() if (ROOT / name).stat().st_size > LARGEST_FILE]
    assert [str(name) for name in large if name.parent != FONTS and not name.match(ELK)] == []
    assert sum((ROOT / name).stat().st_size for name in all_files() if name.parent == FONTS) < LARGEST_FONTS


def test_one_version_stands_everywhere() -> None:
    version = pyproject()["project"]["version"]
    assert cointrail.__version__ == version
    assert f"## [{version}]" in read(Path("CHANGELOG.md"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_the_lock_pins_what_pyproject_asks_for(lock: Lock) -> None:
    assert stale_pins(lock, read(lock.path)) == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_pin_of_a_lock_carries_hashes(lock: Lock) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", read(lock.path).partition("\n")[2])
    assert entries
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_a_pin_that_is_too_old_or_absent_is_noticed() -> None:
    lock = Lock("dev", ("numpy>=2.2", "rich>=14"))
    assert stale_pins(lock, "numpy==1.26.4 \\\n    --hash=sha256:00\n") == [
        "dev.lock pins numpy 1.26.4, pyproject.toml wants numpy>=2.2",
        "dev.lock does not pin rich>=14",
    ]


def test_every_dependency_is_named_in_a_decision() -> None:
    """A dependency is a decision: what it saves, who keeps it, what it weighs."""
    decisions = "\n".join(read(name) for name in all_files() if name.parent == Path("docs/adr")).lower()
    project = pyproject()["project"]
    asked = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    names = {Requirement(line).name for line in asked} - {OUR_NAME}
    assert sorted(name for name in names if name.lower() not in decisions) == []
