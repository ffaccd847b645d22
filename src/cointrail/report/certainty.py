"""How sure the findings are: weakest links, measured error, policies compared, alternatives, coverage."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from cointrail.report.blocks import (
    CLAIM,
    FACT,
    INFERENCE,
    Block,
    column,
    heading,
    meanings,
    points,
    source,
    statement,
    table,
    text,
)
from cointrail.report.carried import carrying_rows, primary_name, same_hand_leads
from cointrail.report.case_tables import CaseTables
from cointrail.report.measured import NOT_MEASURED, in_percent, measured_part
from cointrail.report.money import bitcoin, count, percent
from cointrail.report.printable import short
from cointrail.tracing.stops import Stop

SUMMARY = "summary.json"
LEADS = "leads.csv"

ALTERNATIVES = (
    (
        "A payjoin, which leaves no mark: two parties sign one payment, and their addresses are joined.",
        "Ask what wallet either side used; leave the transaction out and see whether the lead still stands.",
    ),
    (
        "A coinjoin of a kind that no detector knows: several people sign together and are taken for one.",
        "Look at the transactions on the path; amounts that match are a sign.",
    ),
    (
        "A custodian without a tag: the keys that signed are a company's, who signs for many customers.",
        "Ask who held the keys; clusters of very many addresses are suspect.",
    ),
    (
        "Keys that changed hands: a wallet that was sold, lent or stolen, or swept by a service.",
        "Ask the owner since when the keys were theirs; compare the times on the path.",
    ),
    (
        "A customer who withdrew to somebody else's address: the exchange paid straight to another person.",
        "Ask the exchange what address its customer gave, and the customer whose it was.",
    ),
    (
        "An output of the exchange that is its own change and no customer's withdrawal.",
        "Ask the exchange: its books have every withdrawal.",
    ),
    (
        "A tag that is wrong or out of date: the address was never this exchange's, or is another's now.",
        "Ask the exchange whether the address is its own; see the source and its date.",
    ),
    (
        "Change taken for a payment, or a payment for change, at a hop of tier T3.",
        "Look at the hop: which signals agreed, and who spent the output next.",
    ),
)
"""Other explanations that a reader may weigh against each lead, and how to find out. Methods 7.3, 9.5."""


def certainty_part(case: CaseTables) -> Iterator[Block]:
    """What a finding could be wrong about, and how often."""
    yield heading("How sure the findings are")
    yield from _weakest(case)
    yield from measured_part(case)
    yield from _by_policy(case)
    yield heading("Alternatives that were considered", 2)
    yield text("Each lead can be wrong in these ways. The ledger alone excludes none of them.")
    columns = (column("another explanation", width="1.4fr"), column("how to find out", width="1fr"))
    yield table("Alternatives, and how to find out", columns, ALTERNATIVES, "methods of this program")
    yield from _conflicts(case)


def _weakest(case: CaseTables) -> Iterator[Block]:
    yield heading("Weakest links", 2)
    payments: defaultdict[str, set[str]] = defaultdict(set)
    rows: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for row in same_hand_leads(case):
        change = int(row["change_hops"] or 0)
        name = row["weakest_tier"] + (f", {count(change, 'hop')} over change" if change else "")
        payments[name].add(row["payment"])
        rows[name] += 1
        sums[name] += int(row["fifo_sat"])
    if not rows:
        yield text(
            "There is no lead in the same hand, so no link between a payer and a withdrawal is claimed."
        )
    else:
        yield table(
            "Same-hand leads by the weakest link of their path",
            (
                column("weakest link", INFERENCE, width="1fr"),
                column("leads", INFERENCE, form="number"),
                column("payments", INFERENCE, form="number"),
                column("BTC by FIFO", FACT, form="number"),
            ),
            [
                (name, f"{rows[name]:,}", f"{len(payments[name]):,}", bitcoin(sums[name]))
                for name in sorted(rows)
            ],
            source(LEADS, "weakest_tier, change_hops"),
            f"Leads that carry value by {primary_name(case)}. A payment with leads of several kinds is "
            "counted at each. The path is that from withdrawal to payment; what makes the payment the "
            "service's is no part of it, but of the error of a lead as a whole.",
        )
        yield _by_tier(case)
    yield from _bridges(case)
    ties: Counter[tuple[str, str]] = Counter(
        (row["tag_tier"], row["tag_confidence"]) for row in carrying_rows(case, case.leads)
    )
    if ties:
        yield table(
            "What ties the leads to the exchanges",
            (
                column("tier", INFERENCE),
                column("confidence that the source states", CLAIM, width="1fr"),
                column("leads", form="number"),
            ),
            [(tier, short(word, LEADS), f"{number:,}") for (tier, word), number in sorted(ties.items())],
            source(LEADS, "tag_tier, tag_confidence"),
            f"Leads with value by {primary_name(case)}, same hand and upstream. T0: the tagged address "
            "itself. T1, T2: its cluster. T3: a deposit address, by where it is emptied.",
        )


def _bridges(case: CaseTables) -> Iterator[Block]:
    """Single links that payments hang on."""
    found = case.summary.get("bridges")
    if found is None:
        yield text(
            "Which payments hang on a single link of the service's cluster was not looked for: that takes "
            "clusters that rules alone have joined, which a case with judgements does not have."
        )
        return
    if not found["listed"]:
        yield text("No payment hangs on a single link of the service's cluster.")
        return
    total = int(case.summary["payments"]["value_sat"])
    yield table(
        "Links that alone join payments to a seed",
        (
            column("rule", INFERENCE, width="1fr"),
            column("transaction", FACT, form="id"),
            column("scripts", INFERENCE, form="number"),
            column("payments", INFERENCE, form="number"),
            column("BTC at risk", INFERENCE, form="number"),
            column("of all", INFERENCE, form="number"),
            column("wrong in", INFERENCE, form="number"),
        ),
        [
            (
                f"{one['tier']} {one['rule']}",
                one["txid"][:16] if one["txid"] else "no one transaction",
                f"{one['scripts']:,}",
                f"{one['payments']:,}",
                bitcoin(int(one["value_sat"])),
                percent(int(one["value_sat"]), total),
                NOT_MEASURED if one["bound_ppm"] is None else f"at most {in_percent(one['bound_ppm'])}",
            )
            for one in found["listed"]
        ],
        source(SUMMARY, "bridges"),
        f"{_listed(found)} Cut one, and the case reaches that much less: the scripts behind it are joined to "
        "no seed by any other way. Each line counts what lies behind its link, so lines do not add up. "
        "Transactions by the first 16 digits of their ids; what such links are wrong in, by measurement.",
    )


def _listed(found: dict[str, Any]) -> str:
    total, shown = found["with_payments"], len(found["listed"])
    if shown == total:
        return f"All {count(total, 'such link')} with payments behind them."
    return f"The {shown} with most value of {total:,} such links with payments behind them."


def _by_tier(case: CaseTables) -> Block:
    """What is left of the leads where a reader trusts no link weaker than a tier."""
    best: dict[str, str] = {}
    sums: Counter[str] = Counter()
    for row in same_hand_leads(case):
        tier = row["weakest_tier"]
        best[row["payment"]] = min(tier, best.get(row["payment"], tier))
        sums[tier] += int(row["fifo_sat"])
    rows, payments, sat = [], 0, 0
    for tier in sorted(sums):
        payments += sum(found == tier for found in best.values())
        sat += sums[tier]
        rows.append((f"{tier} or stronger", f"{payments:,}", bitcoin(sat)))
    columns = (
        column("every link at", INFERENCE, width="1fr"),
        column("payments in the same hand", INFERENCE, form="number"),
        column("BTC by FIFO", FACT, form="number"),
    )
    title = "What is left where no weaker link is trusted"
    return table(title, columns, rows, source(LEADS, "weakest_tier"))


def _by_policy(case: CaseTables) -> Iterator[Block]:
    yield heading("Does it depend on the policy?", 2)
    rows: Counter[tuple[str, str]] = Counter()
    fifo: Counter[tuple[str, str]] = Counter()
    haircut: Counter[tuple[str, str]] = Counter()
    for row in case.leads.records(("hand", "fifo_sat", "haircut_sat")):
        by_fifo, by_haircut = int(row["fifo_sat"]), int(row["haircut_sat"])
        which = "both" if by_fifo and by_haircut else "FIFO only" if by_fifo else "haircut only"
        key = (row["hand"], which)
        rows[key] += 1
        fifo[key] += by_fifo
        haircut[key] += by_haircut
    keys = sorted(rows, key=lambda key: (key[0] != "same_hand", key[1] != "both", key))
    yield table(
        "Leads by the policies under which they carry value",
        (
            column("hand", INFERENCE, width="1fr"),
            column("carries value by", FACT, width="1fr"),
            column("leads", form="number"),
            column("BTC by FIFO", FACT, form="number"),
            column("BTC by haircut", FACT, form="number"),
        ),
        [
            (key[0].replace("_", " "), key[1], f"{rows[key]:,}", bitcoin(fifo[key]), bitcoin(haircut[key]))
            for key in keys
        ],
        source(LEADS, "fifo_sat, haircut_sat"),
        "A lead that carries value by one policy only rests on that convention.",
    )


def _conflicts(case: CaseTables) -> Iterator[Block]:
    yield heading("Claims that contradict each other", 2)
    found = case.summary["conflicting_clusters"]
    if not found:
        yield text("No two sources name different parties for one cluster.")
        return
    yield text(
        "Sources disagree about these clusters. No trail goes through them, and no lead rests on them."
    )
    rows = [
        (
            str(one["label"]),
            ", ".join(short(party, SUMMARY, 60) for party in one["parties"]),
            "; ".join(
                f"{short(tag['label'], SUMMARY, 60)}: {short(tag['source'], SUMMARY, 90)}"
                for tag in one["tags"]
            ),
        )
        for one in found
    ]
    columns = (
        column("cluster", INFERENCE, form="number"),
        column("parties", CLAIM, width="1fr"),
        column("tags and their sources", CLAIM, width="2.2fr"),
    )
    yield table("Clusters with conflicting tags", columns, rows, source(SUMMARY, "conflicting_clusters"))


def coverage_part(case: CaseTables) -> Iterator[Block]:
    """What the figures do not cover."""
    summary = case.summary
    seeds, tags, payments = summary["seeds"], summary["tags"], summary["payments"]
    yield heading("What is not covered")
    yield statement(
        "The sums are lower bounds. Separate clusters can be one wallet, and addresses of the service "
        "that no rule joins to a seed are missing with all their payments.",
        INFERENCE,
    )
    accepted = sum(tags["counts"].get(name, 0) for name in ("accepted", "conflicting"))
    items = [
        f"Seeds that the chain does not hold: {len(seeds['missing']):,} of {seeds['given']:,}.",
        (
            f"Tags that were used: {accepted:,}; tagged addresses that the chain does not hold: "
            f"{tags['not_on_chain']:,}. An exchange without a tag is invisible: its withdrawals look like "
            "anybody's."
        ),
    ]
    refused = {name: n for name, n in tags["counts"].items() if name not in {"accepted", "conflicting"}}
    if refused:
        listed = ", ".join(f"{name} {number:,}" for name, number in sorted(refused.items()))
        items.append(f"Rows of the tag files that were not used: {listed}.")
    if (worth := payments.get("fiat_at_payment_time")) is not None:
        items.append(f"Payments without a rate, which add no value in money: {worth['without_rate']:,}.")
    if summary["skipped"]:
        listed = ", ".join(f"{n.replace('_', ' ')} {number:,}" for n, number in summary["skipped"].items())
        items.append(f"Outputs that were left out: {listed}.")
    yield points(*items)


def stops_part(case: CaseTables) -> Iterator[Block]:
    """What was not followed, and why: adds up to all payments and outflows."""
    yield heading("What was not followed, and why")
    yield text(
        "Every branch ends with a named reason. The tables add up to all payments and to all outflows, so "
        "nothing is left out in silence."
    )
    for title, whole, part, file in (
        ("Payments", case.summary["payments"], "payments.outcomes", "payments.csv, outcome"),
        (
            "Outflows",
            case.summary["proceeds"]["outflow"],
            "proceeds.outflow.outcomes",
            "proceeds.csv, outcome",
        ),
    ):
        yield _outcomes(title, whole["outcomes"], whole["count"], f"{source(SUMMARY, part)}; rows in {file}")


OUTCOMES = {
    "same_hand_lead": "A lead in the same hand.",
    "upstream_lead": "A lead over other hands or unlinked change.",
    "downstream_lead": "A lead over other hands or unlinked change.",
}


def _outcomes(title: str, outcomes: dict[str, dict[str, str]], whole: int, whence: str) -> Block:
    said = {**meanings(Stop), **OUTCOMES}
    rows = [
        (
            name,
            f"{int(one['count']):,}",
            percent(int(one["count"]), whole),
            bitcoin(one["value_sat"]),
            said.get(name, ""),
        )
        for name, one in outcomes.items()
    ]
    total = sum(int(one["value_sat"]) for one in outcomes.values())
    rows.append(("all", f"{whole:,}", percent(whole, whole), bitcoin(total), ""))
    columns = (
        column("outcome", INFERENCE),
        column("count", form="number"),
        column("share", form="number"),
        column("BTC", FACT, form="number"),
        column("what it means", width="1fr"),
    )
    note = (
        "Each is counted whole under one outcome, by the first policy. The drawings of section 4 divide "
        "each by where its parts ended, so their sums differ."
    )
    return table(f"{title} by outcome", columns, rows, whence, note)
