"""Write the generated pages of docs/reference, or check that they are fresh.

    tools/make_reference.py           write them
    tools/make_reference.py --check   name those that differ from what would be written

cli.md      every command, from the command line's own help
errors.md   every error code, from the error tree
rules.md    every rule, from the register of rules; rules/ has a page for each, with its examples drawn
worlds.md   plans of composed worlds, and their truth files, from the tables that plans are read by
../explanation/how-wrong.md   how often rules are wrong, and its pictures, from the shipped table of error
openapi.json  the HTTP API; it is frozen: what would break its users is not written unless told
tables.md   columns of a case's tables and of the store, and the stop reasons, from their definitions
"""

from __future__ import annotations

import argparse
import ast
import importlib
import inspect
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np

import error_page
from api_promises import breaking_changes
from cli_tree import Command, walk_commands
from cointrail import errors
from cointrail.api.app import make_app
from cointrail.casework.columns import columns_of
from cointrail.casework.rows import LeadRow, PaymentRow, ProceedRow
from cointrail.store.schema import COLUMNS, INDEXES, TABLES
from cointrail.tracing.stops import Stop
from kept_files import ROOT
from rule_pages import FOLDER, index_lines, missing_examples, pictures, rule_pages
from worlds_page import world_lines

OPENAPI = "openapi.json"
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


def member_docs(kind: type[Enum]) -> dict[str, str]:
    """What the source says below each member of an enum, by the member's name."""
    body = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(body, ast.ClassDef)
    return {
        ast.unparse(member.targets[0]): str(below.value.value)
        for member, below in pairwise(body.body)
        if isinstance(member, ast.Assign) and isinstance(below, ast.Expr)
        if isinstance(below.value, ast.Constant)
    }


def table_lines() -> Iterator[str]:
    """The page of tables: what a case writes, why trails end, what the store keeps."""
    yield from ("# Tables", "", "## What a case writes", "")
    yield "A **fact** can be re-derived from blocks alone; an **inference** was drawn by a rule; an"
    yield "**attribution** is somebody's claim. Times are UTC. An empty cell means that it is not known,"
    yield from ("never zero.", "")
    written = {"payments.csv": PaymentRow, "leads.csv": LeadRow, "proceeds.csv": ProceedRow}
    for name, row_type in written.items():
        yield from (f"### {name}", "")
        said = ((f"`{c.name}`", c.kind.value, c.unit, c.about) for c in columns_of(row_type))
        yield from _table(("column", "kind", "unit", "meaning"), said)
    yield from ("## Stop reasons", "", "Why a branch ended. Every branch has exactly one.", "")
    docs = member_docs(Stop)
    yield from _table(("reason", "means"), ((f"`{stop.value}`", docs[stop.name]) for stop in Stop))
    yield from ("## What the store keeps", "")
    yield from ("A file for each column, little-endian. The place of a value is its row.", "")
    for table in TABLES:
        kept = ((f"`{c.key}`", _type(c.dtype, c.width), c.unit) for c in COLUMNS if c.table == table)
        yield from (f"### {table}", "", *_table(("column", "type", "unit"), kept))
    yield from ("### indexes", "", "Sorted runs of keys with their numbers.", "")
    runs = ((f"`{i.name}`", _type(i.key), _type(i.number), i.meaning) for i in INDEXES)
    yield from _table(("index", "key", "number", "leads from, to"), runs)


def _type(dtype: str, width: int = 1) -> str:
    """A column's type in words: `uint8 x 32`."""
    return np.dtype(dtype).name + (f" x {width}" if width > 1 else "")


def pages() -> dict[str, Callable[[], Iterator[str]]]:
    """How each generated page is made, by file name. A layer that is not there yet has no page."""
    made: dict[str, Callable[[], Iterator[str]]] = {
        "errors.md": error_lines,
        "rules.md": index_lines,
        "tables.md": table_lines,
        **rule_pages(),
        "worlds.md": world_lines,
    }
    if find_spec("cointrail.cli.main"):
        app = importlib.import_module("cointrail.cli.main").app
        made["cli.md"] = lambda: cli_lines(walk_commands(app, "cointrail"))
    return made


def page_text(lines: Iterator[str]) -> str:
    """The page as it is kept: the note, the lines, one end of line."""
    return NOTE + "\n".join(lines).rstrip() + "\n"


def made_files() -> dict[str, str]:
    """What every generated file holds, by its path below the reference."""
    texts = {name: page_text(make()) for name, make in pages().items()}
    texts |= {name: make() for name, make in pictures().items()}
    texts |= {f"../explanation/{name}": text for name, text in error_page.page_files().items()}
    texts[f"../explanation/{error_page.PAGE}"] = NOTE + texts[f"../explanation/{error_page.PAGE}"]
    return texts | {OPENAPI: json.dumps(make_app().openapi(), indent=1, sort_keys=True) + "\n"}


def broken_promises(text: str) -> list[str]:
    """What users of the frozen API document would lose by this one."""
    path = REFERENCE / OPENAPI
    frozen = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return breaking_changes(frozen, json.loads(text))


def left_over(made: Iterable[str]) -> list[Path]:
    """Files of the folder of rules that nothing makes any more."""
    return sorted(path for path in (REFERENCE / FOLDER).glob("*") if f"{FOLDER}/{path.name}" not in made)


def main() -> int:
    """Run as a script; 1 when `--check` finds a stale page, or a rule has no example."""
    parser = argparse.ArgumentParser(description="Write or check the generated reference pages.")
    parser.add_argument("--check", action="store_true", help="only compare")
    parser.add_argument("--break-api", action="store_true", help="write openapi.json though users lose by it")
    ask = parser.parse_args()
    check = ask.check
    wrong, made = list(missing_examples()), made_files()
    if not ask.break_api and (lost := broken_promises(made[OPENAPI])):
        wrong += [f"the API would break its users: {one}" for one in lost]
        del made[OPENAPI]
    (REFERENCE / FOLDER).mkdir(exist_ok=True)
    for name, text in made.items():
        path = REFERENCE / name
        if check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            wrong.append(f"docs/reference/{name} is stale: run `make docs`")
        elif not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in left_over(made):
        if check:
            wrong.append(f"docs/reference/{FOLDER}/{path.name} is nobody's: run `make docs`")
        else:
            path.unlink()
    print("\n".join(wrong) or "the generated pages are fresh", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
