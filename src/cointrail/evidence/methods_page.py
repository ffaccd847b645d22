"""The rules behind a result, in their own words."""

from __future__ import annotations

import inspect
from collections.abc import Iterable

from cointrail.heuristics.base import REGISTRY, SECTIONS

_TABLE = "`error_table.json`, whose SHA-256 begins like this name"


def methods_page(names: Iterable[str]) -> str:
    """A page in Markdown on each rule, named as results name it: `common_input@1`."""
    parts = [
        "# Methods\n\nEach rule that this case was worked with, in the order in which the basis names them.\n"
    ]
    for name in names:
        if name.startswith("error_rates@"):
            parts.append(
                f"## `{name}`\n\nHow often the rules were wrong where the truth was known: {_TABLE}.\n"
            )
            continue
        rule = REGISTRY[name.partition("@")[0]]
        summary = (inspect.getdoc(rule.function) or "").partition("\n\n")[0].replace("\n", " ")
        tier = "a detector, which makes no link" if rule.tier is None else f"links of tier {rule.tier.name}"
        lines = [f"- **{heading}:** {rule.docs[heading]}" for heading in SECTIONS if heading in rule.docs]
        parts.append(f"## `{name}`\n\n{summary} It is {tier}.\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)
