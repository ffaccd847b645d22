"""`cointrail case leads`: whom to ask, packets for them, and what became of each request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cointrail import workbench
from cointrail.attribution.safe_text import safe_text
from cointrail.cli import case
from cointrail.cli.case_options import CaseArgument, Db, Who, open_cases, read_day
from cointrail.cli.case_report import FolderArgument
from cointrail.cli.options import Format, FormatOption
from cointrail.cli.render import Answer, Table, write

if TYPE_CHECKING:
    from cointrail.journal.state import Request
    from cointrail.report.lead_desk import Desk

app = typer.Typer(help="Ask exchanges about leads.")


class AskName(StrEnum):
    """What an exchange is asked for."""

    PRESERVATION = "preservation"
    DISCLOSURE = "disclosure"
    FREEZE = "freeze"


class StateName(StrEnum):
    """How far a request is."""

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


ContactsOption = Annotated[
    Path | None,
    typer.Option("--contacts", metavar="FILE", help="Your own file on exchanges, TOML or CSV."),
]
OnOption = Annotated[
    str | None, typer.Option("--on", metavar="DAY", help="The day it happened; by default today, UTC.")
]


def add_to(program: typer.Typer) -> None:
    """Put the commands of this module below `case`."""
    del program
    case.app.add_typer(app, name="leads")


@app.callback()
def _leads() -> None:
    """Ask exchanges about leads."""


@app.command("list")
def list_leads(
    folder: FolderArgument, contacts: ContactsOption = None, form: FormatOption = Format.TABLE
) -> None:
    """List whom to ask.

    Each exchange and jurisdiction that leads go to, the one with most value first. Legal entity and
    contact come from your own file, with source and date. What no source gives is unknown.
    """
    desks = workbench.list_desks(folder, contacts)
    rows = [_desk_values(desk) for desk in desks]
    shown = (
        "exchange",
        "jurisdiction",
        "payments_same_hand",
        "paid_same_hand_sat",
        "payments_upstream",
        "paid_upstream_sat",
        "withdrawals",
        "deposits",
        "contact",
    )
    table = Table("leads by whom to ask", shown, [[row[name] for name in shown] for row in rows])
    whole = Table("leads", list(rows[0]) if rows else shown, [list(row.values()) for row in rows])
    write(Answer(data=rows, tables=[table], csv=whole), form)


def _desk_values(desk: Desk) -> dict[str, Any]:
    return {
        "exchange": safe_text(desk.exchange),
        "jurisdiction": safe_text(desk.jurisdiction),
        "legal_entity": safe_text(desk.entity),
        "legal_entity_source": safe_text(desk.entity_source),
        "contact": safe_text(desk.reach),
        "contact_source": safe_text(desk.reach_source),
        "payments_same_hand": desk.same_hand,
        "payments_upstream": desk.upstream,
        "withdrawals": desk.withdrawals,
        "deposits": len({row["end_outpoint"] for row in desk.deposits}),
        "paid_sat": desk.paid_sat,
        "paid_same_hand_sat": desk.paid_same_hand_sat,
        "paid_upstream_sat": desk.paid_upstream_sat,
        "deposited_sat": desk.deposited_sat,
    }


@app.command("packet")
def packet(
    folder: FolderArgument,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Gets a folder for each packet.")],
    ask: Annotated[AskName, typer.Option("--ask", help="What is asked for.")],
    exchange: Annotated[
        str | None, typer.Option("--exchange", metavar="NAME", help="For this exchange only; else for each.")
    ] = None,
    jurisdiction: Annotated[
        str | None, typer.Option("--jurisdiction", metavar="CODE", help="Where the exchange has several.")
    ] = None,
    contacts: ContactsOption = None,
    days: Annotated[
        int, typer.Option("--days", min=1, max=3650, help="How long to keep records or hold value.")
    ] = 90,
    record: Annotated[
        bool, typer.Option("--record", help="Note each request on the kept case of that reference.")
    ] = False,
    db: Db = None,
    who: Who = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Make request packets.

    Each holds a page in words, and the transactions as CSV and XLSX to be copied. Nothing is sent.
    Give a packet to the exchange by the way that its contact names. With --record, a run that the kept case
    has moved on from is refused: run it again first.
    """
    chosen = workbench.Ask(ask.value)
    given: dict[str, Any] = {
        "exchange": exchange,
        "jurisdiction": jurisdiction,
        "contacts": contacts,
        "days": days,
    }
    if record:
        with open_cases(db, who) as cases:
            made = workbench.make_packets(folder, out, chosen, book=cases.book, **given)
    else:
        made = workbench.make_packets(folder, out, chosen, **given)
    rows = [
        {
            "exchange": safe_text(one.desk.exchange),
            "jurisdiction": safe_text(one.desk.jurisdiction),
            "request": one.request,
            "folder": str(one.out),
            "sha256": one.sha256,
            "files": list(one.files),
        }
        for one in made
    ]
    heads = ("exchange", "jurisdiction", "request", "folder")
    write(
        Answer(data=rows, tables=[Table("packets", heads, [[row[h] for h in heads] for row in rows])]), form
    )


@app.command("status")
def status(
    kept: CaseArgument,
    number: Annotated[int | None, typer.Argument(metavar="[REQUEST]", help="Number of a request.")] = None,
    state: Annotated[StateName | None, typer.Argument(metavar="[STATE]", help="How far it is now.")] = None,
    on: OnOption = None,
    reference: Annotated[
        str, typer.Option("--reference", help="The exchange's own number for the request.")
    ] = "",
    note: Annotated[str, typer.Option("--note", help="What else to know.")] = "",
    accounts: Annotated[
        bool, typer.Option("--accounts", help="Show the accounts that answers named; they are private.")
    ] = False,
    db: Db = None,
    who: Who = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show how far requests are, or note it.

    With REQUEST and STATE, note how far that one is now. STATE is sent, acknowledged, answered,
    refused or withdrawn. Each note is an entry of the case's journal.
    """
    if (number is None) != (state is None):
        raise typer.BadParameter("give a request and a state, or neither")
    with open_cases(db, who) as cases:
        book = cases.book
        if number is not None and state is not None:
            moved = workbench.RequestState(state.value)
            workbench.move_request(book, kept, number, moved, _day(on), reference=reference, note=note)
        requests = workbench.requests_of(book, kept)
        private = workbench.private_tags(book, kept).tags if accounts else None
    write(_status_answer(requests, private), form)


def _day(given: str | None) -> date:
    return read_day(given) if given else datetime.now(UTC).date()


def _status_answer(requests: Sequence[Request], private: Sequence[dict[str, Any]] | None) -> Answer:
    rows = [_request_values(request) for request in requests]
    heads = ("request", "exchange", "jurisdiction", "ask", "state", "on", "reference", "accounts")
    tables = [Table("requests", heads, [[row[head] for head in heads] for row in rows])]
    data: dict[str, Any] = {"requests": rows}
    if private is not None:
        data["accounts"] = [{key: _shown(value) for key, value in one.items()} for one in private]
        kept = ("request", "key", "account", "note")
        tables.append(Table("accounts, private", kept, [[one[k] for k in kept] for one in data["accounts"]]))
    return Answer(data=data, tables=tables)


def _shown(value: object) -> object:
    return safe_text(value) if isinstance(value, str) else value


def _request_values(request: Request) -> dict[str, Any]:
    made, moves = request.made.what, request.moves
    named = [move.what.reference for move in moves if move.what.reference]
    return {
        "request": request.number,
        "exchange": safe_text(made.exchange),
        "jurisdiction": safe_text(made.jurisdiction),
        "ask": made.kind.value,
        "state": request.state.value,
        "on": moves[-1].what.on.isoformat() if moves else None,
        "reference": safe_text(named[-1]) if named else None,
        "accounts": sum(answer.what.accounts for answer in request.answers),
        "packet": made.packet,
        "history": [
            {"state": m.what.state.value, "on": m.what.on.isoformat(), "note": safe_text(m.what.note)}
            for m in moves
        ],
    }


@app.command("answer")
def answer(
    kept: CaseArgument,
    number: Annotated[int, typer.Argument(metavar="REQUEST", help="Number of the request.")],
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Columns key and account, perhaps note.")],
    packet_folder: Annotated[
        Path, typer.Option("--packet", metavar="DIR", help="The folder of the packet that was sent.")
    ],
    on: OnOption = None,
    db: Db = None,
    who: Who = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Take in an exchange's answer.

    The accounts that it names for outputs of a packet become private tags of the case. They are
    kept beside its journal, and no report, export or bundle has them.
    """
    with open_cases(db, who) as cases:
        book = cases.book
        taken = workbench.take_answer(book, kept, number, answer=file, packet=packet_folder, on=_day(on))
    read = taken.read
    data = {
        "request": number,
        "accounts": len(read.tags),
        "unanswered": len(read.unanswered),
        "not_asked": [{"line": line, "key": key} for line, key in read.not_asked],
    }
    facts = [(key, value) for key, value in data.items() if key != "not_asked"]
    tables = [Table("lines that answer nothing that was asked; not kept", ("line", "key"), read.not_asked)]
    write(Answer(data=data, facts=facts, tables=tables if read.not_asked else []), form)
