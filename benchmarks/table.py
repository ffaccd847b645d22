"""The table: figures beside what they should reach.

A limit from above is stored negated, so that every row reads the same way: `value` at least `at_least`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    name: str
    value: float
    at_least: float

    @property
    def holds(self) -> bool:
        """Whether the limit is kept."""
        return self.value >= self.at_least

    @property
    def said(self) -> dict[str, Any]:
        """As it is stored."""
        return {**asdict(self), "value": shortened(self.value), "holds": self.holds}


def at_least(name: str, value: float, limit: float) -> Row:
    """A figure that should not be smaller."""
    return Row(name, value, limit)


def at_most(name: str, value: float, limit: float) -> Row:
    """A figure that should not be larger."""
    return Row(name, -value, -limit)


def reported(name: str, value: float) -> Row:
    """A figure above zero that nobody has set a limit for: it stands in the table with the limit 0."""
    return Row(name, value, 0)


def shortened(value: float, digits: int = 4) -> float:
    """Rounded to so many significant digits."""
    return float(f"{value:.{digits}g}")


def table_lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The stored rows for a terminal."""
    width = max((len(row["name"]) for row in rows), default=0)
    lines = []
    for row in rows:
        value, limit, sign = row["value"], row["at_least"], "at least"
        if limit < 0:
            value, limit, sign = -value, -limit, "at most"
        says = "holds" if row["holds"] else "MISSED"
        bound = f"{sign:8} {limit:<8g} {says}" if limit else "reported"
        lines.append(f"{row['name']:{width}}  {value:>10,.4g}   {bound}")
    return lines
