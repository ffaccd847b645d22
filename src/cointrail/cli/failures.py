"""What goes wrong, on stderr: one message, a hint after a blank line, one object with `--format json`."""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping, Sequence
from itertools import pairwise

import typer

from cointrail.attribution.safe_text import safe_text
from cointrail.errors import CointrailError

BAD_INPUT = 2
"""Exit code for everything that a person can put right: input, files, the state of the store."""
FOUND = 1
"""Exit code of a check that found something."""
BUG = 70
"""Exit code when the program itself is wrong (`EX_SOFTWARE` of sysexits.h); never that of a finding."""
STOPPED = 130
"""Exit code after Ctrl-C, as shells have it."""


def wants_json(args: Sequence[str]) -> bool:
    """Whether the arguments ask for JSON; looked at by hand, as they may be what is wrong."""
    return "--format=json" in args or ("--format", "json") in pairwise(args)


def tell_failure(error: CointrailError, *, as_json: bool) -> None:
    """Say what was given, what is wrong with it and what to do."""
    _tell(error.code, str(error), error.hint, error.facts, as_json=as_json)


def tell_usage(error: typer.TyperException, *, as_json: bool) -> None:
    """Say why the command line itself could not be read."""
    context = getattr(error, "ctx", None)
    hint = f"see `{context.command_path} --help`" if context else "see `cointrail --help`"
    _tell("usage", error.format_message(), hint, {}, as_json=as_json)


def tell_stopped(*, as_json: bool) -> None:
    """Say what a stopped program leaves behind."""
    _tell("stopped", "stopped; the store is as of its last commit", None, {}, as_json=as_json)


def tell_bug(error: Exception, *, as_json: bool) -> None:
    """Say that nobody foresaw this, and keep the traceback: it is what a report needs."""
    trace = "".join(traceback.format_exception(error))
    if not as_json:
        typer.echo(trace, err=True)
    _tell(
        "bug",
        f"this is a bug in cointrail: {type(error).__name__}: {error}",
        "please report it, with the traceback and the command",
        {"traceback": trace},
        as_json=as_json,
    )


def _tell(code: str, message: str, hint: str | None, facts: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        body = {"code": code, "message": message, "hint": hint, "facts": dict(facts)}
        typer.echo(json.dumps({"error": body}, indent=2, default=str), err=True)
        return
    typer.echo(f"error: {_lines_safe(message)}", err=True)
    if hint:
        typer.echo(f"\nhint: {_lines_safe(hint)}", err=True)


def _lines_safe(text: str) -> str:
    return "\n".join(safe_text(line) for line in text.splitlines())
