"""The tables that a query sees, as SQL made from the store's schema.

Each is a view over an Arrow table of the same name with `_` before it. A view names what it computes, and
DuckDB computes only what a query asks for: `outputs.spent_by` costs nothing unless it is used.
"""

from __future__ import annotations

from collections.abc import Iterator

from cointrail.analytics.derived import BESIDE, INSTEAD
from cointrail.analytics.tables import ASKED, columns_of, number_name
from cointrail.chain.view import InputMarks, ScriptType
from cointrail.store.schema import Table

MACROS = {
    "id_text(id)": "lower(regexp_replace(reverse(hex(id)), '(.)(.)', '\\2\\1', 'g'))",
    "id_bytes(id)": "unhex(regexp_replace(reverse(id), '(.)(.)', '\\2\\1', 'g'))",
    "block_time(block)": "to_timestamp(block_seconds(block))",
}
"""Ids are stored in wire order; as text, explorers show them reversed."""


def statements() -> Iterator[str]:
    """What makes the views and macros, in order; the functions and Arrow tables are there already."""
    for head, body in {**MACROS, **_names()}.items():
        yield f"CREATE MACRO {head} AS {body}"
    for table in ASKED:
        yield f"CREATE VIEW {table} AS SELECT {', '.join(_columns(table))} FROM _{table}"  # noqa: S608 -- names of the schema


def _columns(table: Table) -> Iterator[str]:
    number = "base + place"
    yield f"{number} AS {number_name(table)}"
    for spec in columns_of(table):
        instead = INSTEAD.get(spec.key)
        yield f'"{spec.name}"' if instead is None else f'{instead.name}({number}) AS "{spec.name}"'
    for name, derived in BESIDE.get(table, {}).items():
        yield f"{derived.name}({number}) AS {name}"
    if table == "blocks":
        yield f"block_time({number}) AS time_utc"
        yield "to_timestamp(median_time) AS median_time_utc"


def _names() -> dict[str, str]:
    """Macros for the words behind stored numbers."""
    types = " ".join(f"WHEN {kind.value} THEN '{kind.label}'" for kind in ScriptType)
    marks = ", ".join(
        f"CASE WHEN marks & {mark.value} > 0 THEN '{mark.labels[0]}' END" for mark in InputMarks
    )
    return {
        "type_name(type)": f"CASE type {types} END",
        "mark_names(marks)": f"list_filter([{marks}], lambda mark: mark IS NOT NULL)",
    }
