"""Write the generated pages of docs/reference, or check that they are fresh.

    tools/make_reference.py           write them
    tools/make_reference.py --check   name those that differ from what would be written

cli.md      every command, from the command line's own help
errors.md   every error code, from the error tree
rules.md    every rule, from the register of rules
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec

from cli_tree import Command, walk_commands
from cointrail import errors
from kept_files import ROOT

REFERENCE = ROOT / "docs" / "reference"
NOTE = "<!-- Made by `make docs`. Do not edit. -->\n\n"


def _row(*cells: str) -> str:
    """One line of a Markdown table."""
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


def _table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> list[str]:
    """A Markdown table and the empty line after it; nothing when there are no rows."""
    lines = [_row(*row) for row in rows]
    return [_row(*heads), _row(*("---",) * len(heads)), *lines, ""] if lines else []


def cli_lines(commands: Iterator[Command]) -> Iterator[str]:
    """The page of the command line."""
    yield from ("# Command line", "")
    yield from ("Results go to stdout, everything else to stderr. Exit code 2 means bad input.", "")
    for command in commands:
        yield from (f"## `{command.name}`", "", command.help, "", "```", command.usage, "```", "")
        inner = ((f"[`{key}`](#{f'{command.name} {key}'.replace(' ', '-')})",) for key in command.subcommands)
        yield from _table(("commands",), inner)
        yield from _table(("argument", "means"), ((f"`{name}`", text) for name, text in command.arguments))
        yield from _table(("option", "means"), ((f"`{name}`", text) for name, text in command.options))


Kind = type[errors.CointrailError]


def error_tree(
    kind: Kind = errors.CointrailError, parent: Kind | None = None
) -> Iterator[tuple[Kind, Kind | None]]:
    """Every error class with the class it is a case of, each before its own cases."""
    yield kind, parent
    for inner in kind.__subclasses__():
        if inner.__module__ == errors.__name__:
            yield from error_tree(inner, kind)


def error_lines() -> Iterator[str]:
    """The page of error codes."""
    yield from ("# Errors", "")
    yield "Every error raised on purpose has a stable code. Scripts may match on it: with"
    yield from ("`--format json` it is the value of `code`. A code under another is a case of it.", "")
    rows = (
        (f"`{kind.code}`", (kind.__doc__ or "").strip(), f"`{parent.code}`" if parent else "")
        for kind, parent in error_tree()
    )
    yield from _table(("code", "means", "under"), rows)


def rule_lines() -> Iterator[str]:
    """The page of rules."""
    importlib.import_module("cointrail.heuristics")
    base = importlib.import_module("cointrail.heuristics.base")
    yield from ("# Rules", "")
    yield "A rule is a citable guess on one transaction. A result names the rules it rests on, with"
    yield from ("their versions; a rule whose answers change gets a new version.", "")
    for rule in sorted(base.REGISTRY.values(), key=lambda rule: rule.id):
        first = (rule.function.__doc__ or "").strip().partition("\n\n")[0]
        tier = "none: it makes no links" if rule.tier is None else rule.tier.name
        yield from (f"## `{rule.name}`", "", " ".join(first.split()), "", f"- **Tier:** {tier}")
        yield from (f"- **{heading}:** {text}" for heading, text in rule.docs.items())
        yield ""


def pages() -> dict[str, Callable[[], Iterator[str]]]:
    """How each generated page is made, by file name. A layer that is not there yet has no page."""
    made: dict[str, Callable[[], Iterator[str]]] = {"errors.md": error_lines, "rules.md": rule_lines}
    if find_spec("cointrail.cli.main"):
        app = importlib.import_module("cointrail.cli.main").app
        made["cli.md"] = lambda: cli_lines(walk_commands(app, "cointrail"))
    return made


def page_text(lines: Iterator[str]) -> str:
    """The page as it is kept: the note, the lines, one end of line."""
    return NOTE + "\n".join(lines).rstrip() + "\n"


def main() -> int:
    """Run as a script; 1 when `--check` finds a stale page."""
    parser = argparse.ArgumentParser(description="Write or check the generated reference pages.")
    parser.add_argument("--check", action="store_true", help="only compare")
    check = parser.parse_args().check
    stale = []
    for name, make in pages().items():
        path, text = REFERENCE / name, page_text(make())
        if check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            stale.append(f"docs/reference/{name} is stale: run `make docs`")
        elif not check:
            path.write_text(text, encoding="utf-8")
    print("\n".join(stale) or "the generated pages are fresh", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
