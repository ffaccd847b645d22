"""The largest leads of a case, each hop by hop, with its three sentences."""

from __future__ import annotations

from collections.abc import Iterator

from cointrail.report.blocks import (
    CLAIM,
    FACT,
    INFERENCE,
    Block,
    column,
    figure,
    heading,
    source,
    statement,
    table,
    text,
)
from cointrail.report.carried import carrying_rows, primary_column, primary_name
from cointrail.report.case_tables import CaseTables
from cointrail.report.measured import SAYS
from cointrail.report.money import bitcoin, count
from cointrail.report.path_drawing import Stop, draw_path
from cointrail.report.printable import printable, short
from cointrail.report.svg import Drawing

LISTED = 12
DRAWN = 3
"""Leads in the table, and of these the ones that are drawn and quoted."""

LEADS = "leads.csv"

SENTENCES = (
    ("says_ledger", FACT),
    ("says_inference", INFERENCE),
    (SAYS, INFERENCE),
    ("says_attribution", CLAIM),
)
"""Columns that say in words what a lead is, with their kinds."""

LONGEST_SENTENCE, LONGEST_ERROR = 700, 1_400
"""Characters of such a text that are printed."""


def ranked_leads(case: CaseTables) -> list[dict[str, str]]:
    """Leads that carry value by the primary policy: same hand first, then by value."""
    by = primary_column(case)
    return sorted(
        carrying_rows(case, case.leads), key=lambda row: (row["hand"] != "same_hand", -int(row[by]))
    )


def largest_part(case: CaseTables) -> Iterator[Block]:
    """A few leads in full, so that a reader sees what one is."""
    yield heading("The largest leads", 2)
    ranked = ranked_leads(case)
    if not ranked:
        yield text("There is no lead.")
        return
    by = primary_column(case)
    rows = [
        (
            row["payment"],
            row["withdrawal_time_utc"][:10],
            bitcoin(row[by]),
            row["hops"],
            row["weakest_tier"] or "none",
            short(row["exchange"], LEADS, 40),
        )
        for row in ranked[:LISTED]
    ]
    columns = (
        column("payment", FACT, width="1fr", form="id"),
        column("withdrawn", FACT),
        column("BTC", FACT, form="number"),
        column("hops", FACT, form="number"),
        column("tier", INFERENCE),
        column("exchange", CLAIM, width="0.55fr"),
    )
    left = len(ranked) - len(rows)
    note = f"{count(left, 'further lead')} of less value or upstream: {LEADS} has every one." if left else ""
    yield table(f"Leads of most value by {primary_name(case)}", columns, rows, source(LEADS), note)
    for place, row in enumerate(ranked[:DRAWN], 1):
        yield from _in_full(row, place)


def _in_full(row: dict[str, str], place: int) -> Iterator[Block]:
    outpoints = row["path"].split("<-")[::-1]
    yield figure(
        f"Lead {place}, hop by hop",
        draw_lead(row),
        f"From the exchange {short(row['exchange'], LEADS, 40)} over {count(len(outpoints), 'output')} to "
        f"the service: {', '.join(outpoints[:8])}.",
        source(LEADS, "path"),
        "Dashed boxes are claims or inferences, grey boxes are outputs on the ledger.",
    )
    for name, kind in SENTENCES:
        if row.get(name):
            longest = LONGEST_ERROR if name == SAYS else LONGEST_SENTENCE
            yield statement(short(row[name], LEADS, longest), kind, whence=source(LEADS, name))


def draw_lead(row: dict[str, str]) -> Drawing:
    """The path of a lead as a drawing."""
    outpoints = row["path"].split("<-")[::-1]
    boxes = [Stop(printable(row["exchange"]), (f"{row['jurisdiction']}, claimed by a tag",), claimed=True)]
    for place, outpoint in enumerate(outpoints):
        lines = [_brief(outpoint)]
        if place == 0:
            lines.append(f"{bitcoin(row['withdrawal_value_sat'])} BTC, {row['withdrawal_time_utc'][:10]}")
        elif place == len(outpoints) - 1:
            lines.append(f"{bitcoin(row['fifo_sat'])} BTC of it, FIFO")
        heading_ = (
            "payment" if place == len(outpoints) - 1 else "withdrawal" if place == 0 else f"hop {place}"
        )
        boxes.append(Stop(heading_, tuple(lines)))
    return draw_path([*boxes, Stop("the service", ("its cluster",), claimed=True)])


def _brief(outpoint: str) -> str:
    txid, _, vout = outpoint.partition(":")
    return f"{txid[:8]}…{txid[-4:]}:{vout}"
