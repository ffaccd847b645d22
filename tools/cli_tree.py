"""The command line as data: every command with its usage, its help and its parameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import typer
from typer.main import get_command


@dataclass(frozen=True, slots=True)
class Command:
    """One command as its `--help` describes it."""

    name: str
    """In full: `cointrail case run`."""
    usage: str
    help: str
    arguments: tuple[tuple[str, str], ...]
    """What is written, and what it means."""
    options: tuple[tuple[str, str], ...]
    subcommands: tuple[str, ...]

    @property
    def flags(self) -> frozenset[str]:
        """Every spelling of every option, such as `--out` and `-o`."""
        words = " ".join(written for written, _ in self.options).replace(",", " ").replace("/", " ").split()
        return frozenset(word for word in words if word.startswith("-"))


def walk_commands(app: typer.Typer, name: str) -> Iterator[Command]:
    """`app` under its program name, then its commands at every depth, each before its own."""
    yield from _walk(get_command(app), name, None)


def _walk(command: Any, name: str, parent: Any) -> Iterator[Command]:
    """Typer keeps the types of its commands to itself, so they are not named here."""
    context = command.make_context(name, [], parent=parent, resilient_parsing=True)
    rows: dict[str, list[tuple[str, str]]] = {"argument": [], "option": []}
    for parameter in command.get_params(context):
        if record := parameter.get_help_record(context):
            rows[parameter.param_type_name].append(record)
    inner = getattr(command, "commands", {})
    shown = {key: sub for key, sub in inner.items() if not sub.hidden}
    yield Command(
        name=context.command_path,
        usage=command.get_usage(context).removeprefix("Usage: "),
        help=(command.help or "").strip(),
        arguments=tuple(rows["argument"]),
        options=tuple(rows["option"]),
        subcommands=tuple(shown),
    )
    for key, sub in shown.items():
        yield from _walk(sub, key, context)
