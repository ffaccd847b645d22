"""Leads that carry value by the policy that payments are counted by, as the summary counts them."""

from __future__ import annotations

from cointrail.report.case_tables import CaseTable, CaseTables

SAME_HAND = "same_hand"


def primary_column(case: CaseTables) -> str:
    """The column of value by the policy that decides how payments are counted."""
    return "haircut_sat" if case.summary["policies"][0] == "haircut" else "fifo_sat"


def primary_name(case: CaseTables) -> str:
    """The name of that policy in a sentence."""
    return "haircut" if primary_column(case) == "haircut_sat" else "FIFO"


def carrying_rows(case: CaseTables, rows: CaseTable) -> list[dict[str, str]]:
    """The rows of `leads.csv` or `proceeds.csv` that carry value by that policy."""
    by = primary_column(case)
    return [row for row in rows.records() if int(row[by])]


def same_hand_leads(case: CaseTables) -> list[dict[str, str]]:
    """Of the leads among them, those in the same hand."""
    return [row for row in carrying_rows(case, case.leads) if row["hand"] == SAME_HAND]
