"""Sums over rows of a case's table: each class by itself, as two may be about the same bitcoin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from cointrail.casework.money_flows import InflowClass, OutflowClass
from cointrail.tracing.trace import Hand
from cointrail.workbench.table_shelf import Row

GROUPED_BY = {"payments": "class", "leads": "hand", "proceeds": "class"}
"""The column that says what rows are about. Classes are not added up: what came back to the service as change
stands under later outflows again, and what returned to it is no payment."""

_GROUPS: dict[str, type[StrEnum]] = {"payments": InflowClass, "leads": Hand, "proceeds": OutflowClass}

_ADDED: dict[str, tuple[str, ...]] = {
    "payments": ("value_sat",),
    "leads": ("fifo_sat", "haircut_sat"),
    "proceeds": ("fifo_sat", "haircut_sat"),
}
"""Columns whose sum means something; an output that many rows name must not be added up many times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSum:
    """What rows of one class, or leads of one hand, add up to.

    Attributes:
        group: the class or the hand.
        rows: how many.
        sums_sat: of the columns that may be added up.
    """

    group: str
    rows: int
    sums_sat: dict[str, int]


def sums_by_group(table: str, rows: Iterable[Row], place: Mapping[str, int]) -> tuple[GroupSum, ...]:
    """The sums of each class or hand that there is.

    Args:
        table: its name.
        rows: of the table.
        place: of each column in a row.
    """
    column = place[GROUPED_BY[table]]
    groups: dict[str, list[Row]] = {group.value: [] for group in _GROUPS[table]}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    return tuple(
        GroupSum(
            group=group,
            rows=len(some),
            sums_sat={name: sum(int(row[place[name]] or 0) for row in some) for name in _ADDED[table]},
        )
        for group, some in groups.items()
        if some
    )
