"""The rules behind a result, in their own words."""

from __future__ import annotations

import inspect
from collections.abc import Iterable

from cointrail.error_rates.combine import percent
from cointrail.error_rates.table import ErrorTable, shipped
from cointrail.heuristics.base import REGISTRY, SECTIONS


def methods_page(names: Iterable[str]) -> str:
    """A page in Markdown on each rule, named as results name it: `common_input@1`."""
    parts = [
        "# Methods\n\nEach rule that this case was worked with, in the order in which the basis names them.\n"
    ]
    for name in names:
        if name == shipped().name:
            parts.append(_table_part(shipped()))
            continue
        rule = REGISTRY[name.partition("@")[0]]
        summary = (inspect.getdoc(rule.function) or "").partition("\n\n")[0].replace("\n", " ")
        tier = "a detector, which makes no link" if rule.tier is None else f"links of tier {rule.tier.name}"
        lines = [f"- **{heading}:** {rule.docs[heading]}" for heading in SECTIONS if heading in rule.docs]
        parts.append(f"## `{name}`\n\n{summary} It is {tier}.\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _table_part(table: ErrorTable) -> str:
    """What was measured of the rules, and in what."""
    bounds = [
        f"- `{row.stratum[0]}`: wrong in at most {percent(row.bound_ppm)} of cases."
        for row in table.rows.values()
        if len(row.stratum) == 1
    ]
    return (
        f"## `{table.name}`\n\nThe table of measured error that bounds in this case come from, SHA-256 "
        f"{table.digest}: {len(table.worlds)} simulated worlds, {table.transactions:,} transactions of "
        f"{table.hands:,} owners, {table.strata} bounds that hold together at 95 % confidence. "
        "It is `error_table.json`.\n\n" + "\n".join(bounds) + "\n"
    )
