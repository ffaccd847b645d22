"""The project looked at as files: what they say, and what each Python file is made of."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from kept_files import ROOT, kept_files

_TEXT = {".py", ".md", ".toml", ".yaml", ".yml", ".sh", ".txt", ".csv", ".json", ".lock", ""}


@cache
def all_files() -> tuple[Path, ...]:
    """Every file that git keeps, relative to the root, sorted."""
    return kept_files()


def text_files() -> tuple[Path, ...]:
    """The kept files that people read and write."""
    return tuple(name for name in all_files() if name.suffix in _TEXT)


def python_files(*folders: str) -> tuple[Path, ...]:
    """The kept Python files below these top folders; all of them when none is named."""
    return tuple(
        name for name in all_files() if name.suffix == ".py" and (not folders or name.parts[0] in folders)
    )


def read(name: Path) -> str:
    """The text of a kept file."""
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def tree_of(name: Path) -> ast.Module:
    """A kept Python file, parsed."""
    return ast.parse(read(name), filename=str(name))


@cache
def pyproject() -> dict[str, Any]:
    """pyproject.toml as values."""
    return tomllib.loads(read(Path("pyproject.toml")))
