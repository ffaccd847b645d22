"""Tables of measured error, made up row by row."""

from __future__ import annotations

import json
from dataclasses import asdict

from cointrail.error_rates.strata import ERAS
from cointrail.error_rates.table import NOT_VALIDATED, Coverage, ErrorTable, Row, read_table

RULE = "change.link@1"
ERA = ERAS[2]


def row(
    *marks: str, bound: int, rest: int | None = None, bound_from: int | None = None, rule: str = RULE
) -> Row:
    """A row of a table; its bound is its own unless it is said to come from a parent."""
    return Row(
        stratum=(rule, *marks),
        links=9_000,
        wrong_links=3,
        n=3_000,
        wrong=1,
        worlds=20,
        bound_ppm=bound,
        rest_ppm=bound if rest is None else rest,
        bound_from=1 + len(marks) if bound_from is None else bound_from,
        stress_ppm=0,
    )


def table(*rows: Row) -> ErrorTable:
    """A table of these rows, read from its own file."""
    fields = {
        "form": 1,
        "budget": "small",
        "worlds": [],
        "real": [],
        "hands": 5,
        "transactions": 7,
        "strata": len(rows),
        "validation": asdict(NOT_VALIDATED),
        "rows": [asdict(one) for one in rows],
        "coverage": [asdict(Coverage(ERA, "T2", 12, 155_000, 70_000))],
    }
    return read_table(json.dumps(fields).encode())
