"""The beginning of a report: the summary in plain words, and what was asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cointrail.report.blocks import (
    CLAIM,
    FACT,
    INFERENCE,
    Block,
    column,
    heading,
    pairs,
    points,
    source,
    statement,
    table,
    text,
)
from cointrail.report.case_tables import CaseTables
from cointrail.report.money import bitcoin, count, fiat, verb
from cointrail.report.printable import short

SUMMARY = "summary.json"


def summary_part(case: CaseTables) -> Iterator[Block]:
    """What was found, in words that need no knowledge of bitcoin."""
    yield heading("Summary")
    yield text(
        "This report is about payments in bitcoin to a service under investigation. It says how much the "
        "service received, from which exchanges the payers had their coins, and where the service sent "
        "them. An exchange knows its customers by name; the ledger knows nobody. A lead is a place to ask."
    )
    yield from _received(case.summary)
    yield from _led(case.summary)
    yield from _sent(case.summary)
    yield text(
        "What no part of this report says: who a person is. Names are not in the ledger. Only the records "
        "of an exchange, and the persons themselves, can tell who stood behind a withdrawal or a deposit."
    )
    for remark in case.summary["remarks"]:
        yield statement(f"To be noted: {remark}.", FACT, whence=source(SUMMARY, "remarks"))


def _received(summary: dict[str, Any]) -> Iterator[Block]:
    seeds, clusters, payments = summary["seeds"], summary["clusters"], summary["payments"]
    scripts = sum(one["scripts"] for one in clusters)
    yield statement(
        "The investigation started from "
        f"{count(seeds['found'], 'address or output', 'addresses or outputs')} of the service. By the "
        f"rules of section 3 they belong to {count(len(clusters), 'cluster')} of "
        f"{count(scripts, 'address', 'addresses')} in all: addresses whose keys one party held.",
        FACT,
        INFERENCE,
        whence=source(SUMMARY, "seeds, clusters"),
    )
    values = [f"{fiat(one['value'], one['currency'])} ({one['convention']})" for one in _fiats(payments)]
    worth = f", worth {' or '.join(values)}" if values else ""
    yield statement(
        f"In the period asked for, the service received {count(payments['count'], 'payment')} of "
        f"{bitcoin(payments['value_sat'])} BTC together{worth}.",
        *(FACT, INFERENCE, *((CLAIM,) if values else ())),
        whence=source(SUMMARY, "payments"),
    )


def _fiats(totals: dict[str, Any]) -> list[dict[str, Any]]:
    names = ("fiat_at_payment_time", "fiat_at_report_date", "fiat_at_outflow_time")
    return [totals[name] for name in names if name in totals]


def _led(summary: dict[str, Any]) -> Iterator[Block]:
    payments, leads = summary["payments"], summary["leads"]
    outcomes = payments["outcomes"]
    same, upstream = (outcomes.get(f"{hand}_lead", _NONE) for hand in ("same_hand", "upstream"))
    yield statement(
        f"{count(same['count'], 'payment')} {_leads_back(same)} to an exchange in the same hand: as far as "
        "the rules can tell, whoever received the withdrawal there made the payment. The value is "
        f"{bitcoin(same['value_sat'])} BTC in all; by FIFO {bitcoin(leads['paid_same_hand_fifo_sat'])} BTC "
        "of that came out of those withdrawals. "
        f"{count(upstream['count'], 'further payment')} of {bitcoin(upstream['value_sat'])} BTC "
        f"{_leads_back(upstream)} to an exchange over other hands, or over change that no rule links; of "
        f"these the report says nothing about who paid. By FIFO {bitcoin(leads['paid_upstream_fifo_sat'])} "
        "BTC came that way, also of payments of the first kind.",
        *(FACT, INFERENCE, CLAIM),
        whence=source(SUMMARY, "payments.outcomes, leads"),
    )
    left = payments["count"] - same["count"] - upstream["count"]
    yield statement(
        f"{count(left, 'payment')} {verb(left, 'has', 'have')} no lead. Section 7 says for each what "
        "stood in the way.",
        *(FACT, INFERENCE),
        whence=source(SUMMARY, "payments.outcomes"),
    )
    asked = [one for one in summary["by_exchange"] if one["withdrawals"]]
    named = [one for one in summary["by_jurisdiction"] if one["withdrawals"]]
    named = [one for one in named if one["jurisdiction"] != "unknown"]
    yield statement(
        f"The leads of payments name {count(len(asked), 'exchange')} in "
        f"{count(len(named), 'country or set of countries', 'countries or sets of countries')}, by "
        f"{count(leads['withdrawals'], 'withdrawal')}. Who runs an exchange is somebody's claim, with its "
        "source.",
        CLAIM,
        whence=source(SUMMARY, "by_exchange, by_jurisdiction"),
    )


def _leads_back(outcome: dict[str, Any]) -> str:
    return verb(outcome["count"], "leads back", "lead back")


def _sent(summary: dict[str, Any]) -> Iterator[Block]:
    outflow, leads = summary["proceeds"]["outflow"], summary["leads"]
    outcomes = outflow["outcomes"]
    same, downstream = (outcomes.get(f"{hand}_lead", _NONE) for hand in ("same_hand", "downstream"))
    yield statement(
        f"{count(outflow['count'], 'output')} of {bitcoin(outflow['value_sat'])} BTC left the service. "
        f"{same['count']:,} of them, of {bitcoin(same['value_sat'])} BTC in all, led to an "
        f"exchange in the service's own hand: by FIFO {bitcoin(leads['deposited_same_hand_fifo_sat'])} BTC "
        f"went there so. {downstream['count']:,} more, of {bitcoin(downstream['value_sat'])} BTC in all, led "
        "there over other hands or unlinked change: by FIFO "
        f"{bitcoin(leads['deposited_downstream_fifo_sat'])} BTC went that way.",
        *(FACT, INFERENCE, CLAIM),
        whence=source(SUMMARY, "proceeds.outflow, leads"),
    )


_NONE = {"count": 0, "value_sat": "0"}


def asked_part(case: CaseTables) -> Iterator[Block]:
    """What was asked, of which chain, with which settings."""
    summary, settings = case.summary, case.basis["settings"]
    seeds, tip, period = summary["seeds"], summary["tip"], summary["period"]
    limits = settings["limits"]
    yield heading("What was asked")
    rows = [
        ("Reference", short(summary["reference"], SUMMARY)),
        ("Legal basis", short(summary["legal_basis"], SUMMARY)),
        ("Opened", summary["opened"] or "not stated"),
        ("Period", f"{period['from'] or 'open'} to {period['to'] or 'open'}, {period['by']}"),
        ("Seeds", _seeds(seeds)),
        ("Currency", settings["currency"] or "none: no fiat figures"),
        ("Report date", _report_day(summary["report_date"])),
        ("Policies", f"{', '.join(summary['policies'])}; the first decides how a payment is counted"),
        (
            "Limits",
            (
                f"{limits['max_hops']:,} hops a path, {limits['max_outputs']:,} outputs a walk, "
                f"{limits['min_value_sat']} satoshi at least; outside the payer's hand at least "
                f"{limits['upstream_min_percent']} per cent of the payment"
            ),
        ),
        ("Chain", f"{summary['network']}, up to block {tip['height']:,} of {tip['time_utc']}"),
        ("Hash of that block", tip["hash"]),
        ("Digest of the basis", summary["basis_digest"]),
        ("Program", case.basis["program"]),
    ]
    yield pairs(rows, "The case and its basis", source("basis.json"))
    if seeds["missing"]:
        yield table(
            "Seeds that the chain does not hold",
            (column("seed", width="1fr"), column("file"), column("line", form="number")),
            ((short(one["seed"], SUMMARY), one["file"], str(one["line"])) for one in seeds["missing"]),
            source(SUMMARY, "seeds.missing"),
        )
    yield from _clusters(summary)
    yield from _judgements(summary)


def _report_day(day: str | None) -> str:
    return f"{day}: the day of the second valuation" if day else "none: no second valuation"


def _seeds(seeds: dict[str, Any]) -> str:
    repeated = f"; {seeds['repeated']} named twice" if seeds["repeated"] else ""
    return f"{seeds['given']:,} given, {seeds['found']:,} found on the chain{repeated}"


def _clusters(summary: dict[str, Any]) -> Iterator[Block]:
    columns = (
        column("cluster", INFERENCE, form="number"),
        column("its first address", FACT, width="1fr", form="id"),
        column("addresses and other scripts", INFERENCE, form="number"),
        column("seeds in it", INFERENCE, form="number"),
    )
    rows = (
        (str(one["label"]), one["address"] or "", f"{one['scripts']:,}", f"{one['seeds']:,}")
        for one in summary["clusters"]
    )
    yield table("Clusters of the service", columns, rows, source(SUMMARY, "clusters"))


def _judgements(summary: dict[str, Any]) -> Iterator[Block]:
    entries = summary["judgements"]["entries"]
    if not entries:
        yield text("This run rests on no judgement of an analyst.")
        return
    columns = (
        column("id"),
        column("what"),
        column("who"),
        column("when"),
        column("why", width="1fr"),
    )
    rows = (
        tuple(short(str(one[name]), SUMMARY) for name in ("id", "kind", "who", "when", "why"))
        for one in entries
    )
    yield table("Judgements of analysts on clusters", columns, rows, source(SUMMARY, "judgements"))
    changed = summary["judgements"]["clusters"]
    left_out = len(summary["judgements"]["left_out"])
    yield points(
        f"They changed {count(len(changed), 'cluster')}.",
        f"{count(left_out, 'link')} that rules make {verb(left_out, 'was', 'were')} left out because of "
        "them.",
    )
