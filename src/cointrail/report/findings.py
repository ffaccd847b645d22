"""What was found: payments, where they came from, where the money went, and the largest leads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cointrail.report.blocks import (
    CLAIM,
    FACT,
    INFERENCE,
    SOURCES,
    Block,
    column,
    figure,
    heading,
    source,
    table,
    text,
)
from cointrail.report.case_tables import CaseTables
from cointrail.report.flow_drawing import MOST_NODES, SERVICE, draw_flow
from cointrail.report.flows import Band, by_month, outflow_bands, payer_bands
from cointrail.report.money import bitcoin, count, fiat, percent
from cointrail.report.month_drawing import draw_months
from cointrail.report.printable import short

SUMMARY = "summary.json"
MOST_MONTHS = 60
"""Months listed one by one; a longer time is listed by year."""
MOST_ROWS = 60
"""Exchanges or countries in a table of the report; a spreadsheet has all."""
HANDS = (
    "BTC, by FIFO, is of the hand to its left. What has trails in both counts as same hand, and its bitcoin "
    "where each trail belongs."
)


def findings_part(case: CaseTables) -> Iterator[Block]:
    """Payments, origins, proceeds."""
    yield heading("What was found")
    yield from _payments(case)
    yield from _origins(case)
    yield from _proceeds(case)


def _payments(case: CaseTables) -> Iterator[Block]:
    summary = case.summary
    yield heading("Payments to the service", 2)
    yield _totals(summary)
    yield from _months(case)


def _totals(summary: dict[str, Any]) -> Block:
    names = [("payments", summary["payments"])]
    names += [(f"not counted: {kind}", one) for kind, one in summary["not_payments"].items() if one["count"]]
    columns = [
        column("outputs to the service", width="1fr"),
        column("count", INFERENCE, form="number"),
        column("BTC", FACT, form="number"),
    ]
    convention = {"fiat_at_payment_time": "worth when paid", "fiat_at_report_date": "worth at report date"}
    kept = [name for name in convention if name in summary["payments"]]
    columns += [column(convention[name], CLAIM, form="number") for name in kept]
    rows = [
        (
            name,
            f"{one['count']:,}",
            bitcoin(one["value_sat"]),
            *(fiat(one[key]["value"], one[key]["currency"]) for key in kept),
        )
        for name, one in names
    ]
    missing = sum(summary["payments"][key]["without_rate"] for key in kept[:1])
    note = (
        "Return: the service's own value coming home. Mined: a block reward. Unclear: the transaction "
        "spends outputs of the service and of others, so who paid what is open."
    )
    if missing:
        note += f" {count(missing, 'payment')} without a rate; they add nothing to the value in money."
    return table("What came in", columns, rows, source(SUMMARY, "payments, not_payments"), note)


def _months(case: CaseTables) -> Iterator[Block]:
    months = by_month(case)
    if not months:
        yield text("There is no payment in the period.")
        return
    currency = case.basis["settings"]["currency"] or ""
    whence = f"{SOURCES['payments.csv']} payments.csv, class payment"
    busiest = max(months, key=lambda month: month.value_sat)
    yield figure(
        "Payments by month, by block time in UTC",
        draw_months(months),
        f"Bars of bitcoin received in each month from {months[0].month} to {months[-1].month}; the most, "
        f"{bitcoin(busiest.value_sat)} BTC, in {busiest.month}. The next table has every number.",
        whence,
    )
    listed = [(m.month, m.payments, m.value_sat, m.fiat) for m in months]
    if len(months) > MOST_MONTHS:
        years = sorted({m.month[:4] for m in months})
        of_year = {year: [m for m in months if m.month[:4] == year] for year in years}
        listed = [
            (year, sum(m.payments for m in part), sum(m.value_sat for m in part), "")
            for year, part in of_year.items()
        ]
    columns = [
        column("month" if len(months) <= MOST_MONTHS else "year"),
        column("payments", INFERENCE, width="1fr", form="number"),
        column("BTC", FACT, width="1fr", form="number"),
    ]
    with_fiat = bool(currency) and len(months) <= MOST_MONTHS
    if with_fiat:
        columns.append(column("worth when paid", CLAIM, width="1fr", form="number"))
    rows = [
        (
            name,
            f"{number:,}",
            bitcoin(sat),
            *((fiat(worth, currency) if number else "",) if with_fiat else ()),
        )
        for name, number, sat, worth in listed
    ]
    note = (
        "Values in money are sums of rounded rows and may differ from the total by cents."
        if with_fiat
        else ""
    )
    if len(months) > MOST_MONTHS:
        note = "By year, as there are too many months; months.csv of the export has each."
    yield table("Payments by time", columns, rows, whence, note)


def _origins(case: CaseTables) -> Iterator[Block]:
    yield heading("Where the payments came from", 2)
    bands = payer_bands(case)
    if bands:
        yield figure(
            "From exchanges to the service, by FIFO",
            draw_flow(bands, SERVICE, inward=True),
            f"Value flows from left to right into the service: {_in_words(bands)}.",
            f"{source('leads.csv', 'fifo_sat')}; {source('payments.csv', 'ends_fifo_sat')}",
            _note_on_nodes(bands),
        )
    yield from _by_service(
        case.summary,
        {
            "payments_same_hand": "same hand",
            "paid_same_hand_fifo_sat": "BTC",
            "payments_upstream": "upstream",
            "paid_upstream_fifo_sat": "BTC",
            "withdrawals": "withdrawals",
        },
        "paid_fifo_sat",
        "Payers' leads",
    )


def _proceeds(case: CaseTables) -> Iterator[Block]:
    yield heading("Where the money went", 2)
    bands = outflow_bands(case)
    if bands:
        yield figure(
            "From the service to exchanges, by FIFO",
            draw_flow(bands, SERVICE, inward=False),
            f"Value flows from left to right out of the service: {_in_words(bands)}.",
            source("proceeds.csv", "class outflow, fifo_sat"),
            _note_on_nodes(bands),
        )
    yield _outflow_totals(case.summary)
    yield from _by_service(
        case.summary,
        {
            "deposits_same_hand": "same hand",
            "deposited_same_hand_fifo_sat": "BTC",
            "deposits_downstream": "downstream",
            "deposited_downstream_fifo_sat": "BTC",
        },
        "deposited_fifo_sat",
        "Deposits",
    )


def _outflow_totals(summary: dict[str, Any]) -> Block:
    said = {
        "outflow": "left the service",
        "change": "came back to the service in its own transaction",
        "held": "held by the service at the last block",
        "mixed": "spent together with outputs of others",
    }
    columns = [
        column("outputs of the service", width="1fr"),
        column("count", INFERENCE, form="number"),
        column("BTC", FACT, form="number"),
    ]
    listed = [(kind, one) for kind, one in summary["proceeds"].items() if one["count"] or kind == "outflow"]
    with_fiat = "fiat_at_outflow_time" in summary["proceeds"]["outflow"]
    if with_fiat:
        columns.append(column("worth when sent", CLAIM, form="number"))
    rows = [
        (
            said.get(kind, kind),
            f"{one['count']:,}",
            bitcoin(one["value_sat"]),
            *((_worth(one["fiat_at_outflow_time"]),) if with_fiat else ()),
        )
        for kind, one in listed
    ]
    return table(
        "What went out, came back or stayed",
        columns,
        rows,
        source(SUMMARY, "proceeds"),
        "What came back is counted each time that it does, so the rows are not to be added up.",
    )


def _worth(total: dict[str, Any]) -> str:
    return fiat(total["value"], total["currency"])


def _in_words(bands: list[Band]) -> str:
    sums: dict[str, int] = {}
    for band in bands:
        name = band.name if band.is_lead else f"no lead ({band.name})"
        sums[name] = sums.get(name, 0) + band.value_sat
    total = sum(sums.values())
    ranked = sorted(sums.items(), key=lambda one: (-one[1], one[0]))
    named = [f"{short(name, 'the table', 40)} {percent(sat, total)}" for name, sat in ranked[:MOST_NODES]]
    rest = f", and {len(ranked) - MOST_NODES} more" if len(ranked) > MOST_NODES else ""
    return ", ".join(named) + rest


def _note_on_nodes(bands: list[Band]) -> str:
    exchanges = {(band.name, band.country) for band in bands if band.is_lead}
    adds_up = (
        "The bands add up to the satoshi. A place of small value is drawn taller than its share, to be seen."
    )
    if len(exchanges) <= MOST_NODES:
        return adds_up
    left = len(exchanges) - MOST_NODES + 1
    return f"{adds_up} {left} exchanges of less value are drawn as one; the next table names them."


def _by_service(summary: dict[str, Any], heads: dict[str, str], ranked_by: str, what: str) -> Iterator[Block]:
    """Two tables, by exchange and by country, of these values, the greatest first."""
    head_of = {"by_exchange": "exchange", "by_jurisdiction": "country"}
    numbers = [
        column(head, FACT if key == "withdrawals" else INFERENCE, form="number")
        for key, head in heads.items()
    ]
    for by, names, firsts in (
        (
            "by_exchange",
            ("exchange", "legal_entity", "jurisdiction"),
            [
                column("exchange", CLAIM, width="1.2fr"),
                column("legal entity", CLAIM, width="1.4fr"),
                column("country", CLAIM),
            ],
        ),
        ("by_jurisdiction", ("jurisdiction",), [column("country", CLAIM, width="1fr")]),
    ):
        found = [one for one in summary[by] if any(int(one[key]) for key in heads)]
        ranked = sorted(found, key=lambda one: -int(one[ranked_by]))
        if not ranked:
            yield text(f"{what} by {head_of[by]}: there is none.")
            continue
        rows = [
            (
                *(short(one[name], f"{SOURCES[SUMMARY]} {SUMMARY}", 60) for name in names),
                *(bitcoin(one[key]) if key.endswith("_sat") else f"{one[key]:,}" for key in heads),
            )
            for one in ranked[:MOST_ROWS]
        ]
        left = len(ranked) - len(rows)
        note = f"{count(left, 'further row')} of less value: {by} in {SUMMARY} has all. " if left else ""
        note += "One payment can lead to several places, so counts do not add up to the payments. "
        note += HANDS
        yield table(f"{what} by {head_of[by]}", [*firsts, *numbers], rows, source(SUMMARY, by), note)
