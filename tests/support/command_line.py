"""Run a command line in this process, and see what a person would see."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from typer.main import get_command

from cointrail.cli.main import app, run


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """What it wrote to stdout."""
        return json.loads(self.out)


def cointrail(*args: object) -> Done:
    """Run `cointrail` with these arguments."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([str(arg) for arg in args])
    return Done(code, out.getvalue(), err.getvalue())


def command_paths() -> list[tuple[str, ...]]:
    """The words of every command: `("status",)`, `("tx", "show")`."""
    return list(_paths(get_command(app), ()))


def _paths(command: object, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield words
        return
    for name, below in inner.items():
        yield from _paths(below, (*words, name))
