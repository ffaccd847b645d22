"""The one page of a request packet, as JSON values: who asks whom for what, and what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cointrail.report.case_tables import CaseTables
from cointrail.report.lead_contacts import Sender
from cointrail.report.lead_desk import Desk, Row
from cointrail.report.measured import bound_in_words
from cointrail.report.money import bitcoin, count
from cointrail.report.printable import short

SHOWN = 5
"""Transactions on the page itself; the attached tables have all."""

NAME, LINE = 60, 150
"""Characters of a name and of a line from outside: the page must stay one."""

TITLES = {
    "preservation": "Request to preserve records",
    "disclosure": "Request for disclosure",
    "freeze": "Request to hold assets",
}

ASKED = {
    "preservation": (
        (
            "Please preserve, unchanged and for at least DAYS days, all records on the accounts that "
            "ordered the withdrawals and received the deposits in the attached tables: account and identity "
            "data, log-ins with addresses and times, devices, payments in and out in every currency, and "
            "correspondence."
        ),
        (
            "Please confirm that you have done so, and name the account references concerned where your law "
            "allows it."
        ),
        "Please do not inform the customers.",
    ),
    "disclosure": (
        (
            "Please tell us, for each line of the attached tables, the reference of the account that ordered "
            "the withdrawal or received the deposit; and for each account the customer's name, address, date "
            "of birth, identity documents, contact data, bank accounts, log-ins with addresses and times "
            "since opening."
        ),
        (
            "Please list all deposits and withdrawals of these accounts, with txid and output number, and "
            "the balance."
        ),
        (
            "A table with the columns key, account and note, in which key is that of the attached table, can "
            "be read in as it is."
        ),
    ),
    "freeze": (
        (
            "Please hold, for DAYS days, the balance of each account that received a deposit in the "
            "attached table, up to the amount of that deposit, and tell us the amount that is held."
        ),
        "Please preserve all records on these accounts.",
        "Please do not inform the customers.",
    ),
}
"""What is asked, by the kind of request; DAYS stands for a number."""


def page_of(
    case: CaseTables,
    desk: Desk,
    *,
    ask: str,
    sender: Sender,
    days: int,
    lines: Sequence[Sequence[str]],
    digests: dict[str, str],
) -> dict[str, Any]:
    """The page of a packet; `lines` are those of its `transactions.csv`, `digests` of what is attached."""
    summary = case.summary
    day = summary["report_date"] or summary["tip"]["time_utc"][:10]
    return {
        "title": TITLES[ask],
        "date": day,
        "program": case.basis["program"],
        "reference": short(summary["reference"], "the case", NAME),
        "to": [
            ["Exchange", short(desk.exchange, "the tables", NAME)],
            ["Jurisdiction", short(desk.jurisdiction, "the tables", NAME)],
            [
                "Legal entity",
                f"{short(desk.entity, 'the tables', NAME)} (source: {_line(desk.entity_source)})",
            ],
            ["Contact", f"{_line(desk.reach)} (source: {_line(desk.reach_source)})"],
        ],
        "from": [[name, _line(text)] for name, text in _sender(sender)],
        "case": [
            ["Case", short(summary["reference"], "the case", NAME)],
            ["Legal basis", _line(summary["legal_basis"])],
            ["Chain", f"{summary['network']}, up to block {summary['tip']['height']:,}"],
            ["Basis", summary["basis_digest"]],
        ],
        "statements": _statements(desk, lines),
        "asked": [words.replace("DAYS", str(days)) for words in ASKED[ask]],
        "heads": ["what", "txid:vout", "time, UTC", "BTC", "hand"],
        "rows": [[line[0], line[1], line[5], line[8], line[16].replace("_", " ")] for line in lines[:SHOWN]],
        "rows_note": _rows_note(len(lines)),
        "attached": [[name, digest] for name, digest in digests.items()],
        "wrong": (
            "Whose addresses these are is claimed by the sources in the attached tables. If one is not "
            "yours, please say so: your answer corrects the claim. Names are not in the ledger; only your "
            "records tell who the customer is."
        ),
    }


def _line(text: str) -> str:
    return short(text, "the tables", LINE)


def _sender(sender: Sender) -> list[tuple[str, str]]:
    named = [("Authority", sender.authority), ("Officer", sender.officer), ("Address", sender.address)]
    return [*named, ("Mail", sender.mail), ("Telephone", sender.phone)]


def _rows_note(number: int) -> str:
    if number <= SHOWN:
        return "All lines of transactions.csv."
    return f"The first {SHOWN} of {number:,} lines; transactions.csv and transactions.xlsx have all."


def same_hand_rows(desk: Desk, lines: Sequence[Sequence[str]]) -> list[Row]:
    """The leads behind the lines in which a hand is claimed."""
    shown = {line[1] for line in lines}
    rows = [row for row in desk.leads if row["withdrawal_outpoint"] in shown]
    rows += [row for row in desk.deposits if row["end_outpoint"] in shown]
    return [row for row in rows if row["hand"] == "same_hand"]


def _statements(desk: Desk, lines: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    withdrawn = [line for line in lines if line[0] == "withdrawal"]
    deposited = [line for line in lines if line[0] == "deposit"]
    said = []
    if withdrawn:
        said.append(
            f"{bitcoin(sum(int(line[10]) for line in withdrawn))} BTC of payments to a service under "
            f"investigation came, by FIFO, out of {count(len(withdrawn), 'withdrawal')} listed in the "
            "attached table."
        )
    if deposited:
        said.append(
            f"{bitcoin(sum(int(line[10]) for line in deposited))} BTC that left the service went, by FIFO, "
            f"into {count(len(deposited), 'deposit')} listed there."
        )
    same = [line for line in lines if line[16] == "same_hand"]
    tiers = sorted({line[17] for line in same if line[17]})
    weakest = f", the weakest link of tier {tiers[-1]}" if tiers else ""
    error = bound_in_words(same_hand_rows(desk, lines))
    inference = (
        f"For {len(same):,} of {count(len(lines), 'line')} every transaction between was in one hand"
        f"{weakest}. For the others nothing is said about the person. {error}"
    )
    sources = sorted({line[20] for line in lines})
    more = f" and {len(sources) - 2} more" if len(sources) > 2 else ""
    named = ", ".join(short(one, "the tables", 70) for one in sources[:2])
    exchange = short(desk.exchange, "the tables", NAME)
    claim = f"That the addresses are those of {exchange} is claimed by: {named}{more}."
    return [
        {"says": ["ledger fact"], "text": " ".join(said), "source": "transactions.csv, of_interest_fifo_sat"},
        {"says": ["inference"], "text": inference, "source": "transactions.csv, hand, weakest_tier"},
        {"says": ["claim"], "text": claim, "source": "transactions.csv, tag_source"},
    ]
