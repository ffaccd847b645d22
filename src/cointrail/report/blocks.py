"""The parts that a report is made of, as JSON values; the template sets them and adds no words of its own."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any

from cointrail.casework.columns import Kind
from cointrail.report.printable import printable
from cointrail.report.svg import Drawing

Block = dict[str, Any]
"""One part: `kind` says which; every text in it is plain, never markup."""

FACT, INFERENCE, CLAIM = Kind.FACT, Kind.INFERENCE, Kind.ATTRIBUTION
SAYS = {FACT: "ledger fact", INFERENCE: "inference", CLAIM: "claim"}
"""How the three kinds of statement are called in a report."""

SOURCES = {
    "payments.csv": "F1",
    "leads.csv": "F2",
    "proceeds.csv": "F3",
    "summary.json": "F4",
    "basis.json": "F5",
}
"""The numbers under which a report quotes the files of a case."""


def source(file: str, part: str = "") -> str:
    """A file of the case as a report quotes it."""
    return f"{SOURCES[file]} {file}" + (f", {part}" if part else "")


def heading(text: str, level: int = 1) -> Block:
    """A heading."""
    return {"kind": "heading", "level": level, "text": text}


def text(words: str) -> Block:
    """A paragraph about the report itself, which claims nothing of the case."""
    return {"kind": "text", "text": printable(words)}


def statement(words: str, *says: Kind, whence: str = "") -> Block:
    """A paragraph that claims something: what it rests on, and where that stands."""
    names = [SAYS[one] for one in says]
    return {"kind": "statement", "text": printable(words), "says": names, "source": whence}


def points(*items: str) -> Block:
    """A list."""
    return {"kind": "points", "items": [printable(item) for item in items]}


def steps(*items: str) -> Block:
    """A list in which the order counts."""
    return {"kind": "steps", "items": [printable(item) for item in items]}


def pairs(rows: Iterable[tuple[str, str]], title: str = "", whence: str = "") -> Block:
    """Names with values."""
    return {
        "kind": "pairs",
        "title": title,
        "source": whence,
        "rows": [[name, printable(value)] for name, value in rows],
    }


def column(name: str, says: Kind | None = None, *, width: str = "auto", form: str = "text") -> Block:
    """A column of a table. `form`: `text`, `number` (to the right) or `id` (of even width)."""
    return {"name": name, "says": SAYS[says] if says else "", "width": width, "form": form}


def table(
    title: str, columns: Sequence[Block], rows: Iterable[Sequence[str]], whence: str, note: str = ""
) -> Block:
    """A table; its note says what was left out, if anything was."""
    cells = [[printable(cell) for cell in row] for row in rows]
    return {
        "kind": "table",
        "title": title,
        "columns": list(columns),
        "rows": cells,
        "source": whence,
        "note": note,
    }


def figure(title: str, drawn: Drawing, words: str, whence: str, note: str = "") -> Block:
    """A drawing, and what it shows in words for those who cannot see it."""
    return {
        "kind": "figure",
        "title": title,
        "shapes": drawn.shapes(),
        "labels": drawn.labels(),
        "size": [round(drawn.width, 2), round(drawn.height, 2)],
        "words": printable(words),
        "source": whence,
        "note": note,
    }


def numbered(blocks: Sequence[Block]) -> list[Block]:
    """The parts with numbers on headings, tables and figures."""
    places: list[int] = []
    counts = {"table": 0, "figure": 0}
    done = []
    for block in blocks:
        kind = block["kind"]
        if kind == "heading":
            level = block["level"]
            places = [*places, *[0] * level][:level]
            places[-1] += 1
            done.append({**block, "number": ".".join(map(str, places))})
        elif kind in counts:
            counts[kind] += 1
            done.append({**block, "number": f"{kind.capitalize()} {counts[kind]}"})
        else:
            done.append(block)
    return done


def meanings(names: type[Enum]) -> dict[str, str]:
    """What each member of an enumeration means: the text below it in its source."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(names)))
    found: dict[str, str] = {}
    last = ""
    for node in tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            last = node.targets[0].id
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and last:
            words = " ".join(str(node.value.value).split())
            found.setdefault(str(names[last].value), words)
    return found
