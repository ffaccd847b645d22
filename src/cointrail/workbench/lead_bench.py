"""The lead desk: whom to ask, packets for them, how far each request is, and what came back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cointrail.errors import BadInput, NotFound
from cointrail.journal.acts import AnswerTaken, RequestKind, RequestMade, RequestMoved, RequestState
from cointrail.journal.book import CaseBook, Deed
from cointrail.journal.state import CaseState, Request
from cointrail.lookups.views import Page
from cointrail.report.answers import AnswerRead, answer_of, read_text_of, tags_json
from cointrail.report.case_tables import read_case
from cointrail.report.lead_contacts import read_contacts
from cointrail.report.lead_desk import Desk, desks_of, find_desk
from cointrail.report.packet import SHA256SUMS, Ask, packet_digest, packet_files, packet_keys
from cointrail.report.writing import write_files
from cointrail.workbench.since_run import NOTHING_SERVED, ServedFiles, require_current

TABLE = "transactions.csv"
"""The file of a packet that lists what it asks about."""

DAYS = 90
"""Days for which records are to be kept or value held, unless told otherwise; our choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketMade:
    """A packet that was written.

    Attributes:
        desk: for whom.
        out: its folder.
        files: its files.
        sha256: names the packet: of its list of digests.
        request: its number on the kept case; None where it was not noted there.
    """

    desk: Desk
    out: Path
    files: tuple[str, ...]
    sha256: str
    request: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerKept:
    """An answer that was put on a case."""

    request: Request
    read: AnswerRead


def list_desks(case_folder: Path, contacts: Path | None = None) -> list[Desk]:
    """Every exchange and jurisdiction that leads go to, the one with most value first."""
    return desks_of(read_case(case_folder), read_contacts(contacts))


def make_packets(
    case_folder: Path,
    out: Path,
    ask: Ask,
    *,
    exchange: str | None = None,
    jurisdiction: str | None = None,
    contacts: Path | None = None,
    days: int = DAYS,
    book: CaseBook | None = None,
    kept_as: str | None = None,
    kept: CaseState | None = None,
    served: ServedFiles = NOTHING_SERVED,
) -> list[PacketMade]:
    """Write a packet for one exchange, or for each to which the request can go.

    Args:
        case_folder: what `case run` wrote.
        out: gets a folder for each packet.
        ask: what for.
        exchange: its name; None: all of them.
        jurisdiction: where the exchange has several.
        contacts: the user's file on exchanges.
        days: how long records are to be kept or value held.
        book: where to note the requests; None: nowhere.
        kept_as: reference of the kept case; None: the reference in the tables.
        kept: the kept case where nothing is noted: a letter goes out only if the run is current.
        served: what the next run would take where that case names no files.

    Raises:
        BadInput: the kept case has changed since the run.
        NotFound: no lead goes there, or there is nothing to freeze.
    """
    case, contact_book = read_case(case_folder), read_contacts(contacts)
    desks = desks_of(case, contact_book)
    if exchange is not None:
        desks = [find_desk(desks, exchange, jurisdiction)]
    elif ask is Ask.FREEZE:
        desks = [desk for desk in desks if desk.deposits]
    if not desks:
        raise NotFound(
            "no lead goes to any exchange" if ask is not Ask.FREEZE else "no deposit can be frozen"
        )
    reference = kept_as or case.summary["reference"]
    if book is not None:
        kept = book.case(reference)
    if kept is not None:
        require_current(case.basis, kept, served)
    made = []
    for desk in desks:
        files = packet_files(case, desk, ask, contact_book.sender, days)
        folder = out / f"{desk.folder}-{ask.value}"
        write_files(folder, files)
        number = None if book is None else _note(book, reference, desk, ask, packet_digest(files))
        made.append(
            PacketMade(desk=desk, out=folder, files=tuple(files), sha256=packet_digest(files), request=number)
        )
    return made


def note_packet(book: CaseBook, case: str, ask: Ask, made: PacketMade) -> int:
    """The number of the request that a packet stands for; it is noted on the case unless it was before."""
    for one in book.case(case).requests:
        if one.made.what.packet == made.sha256:
            return one.number
    return _note(book, case, made.desk, ask, made.sha256)


def _note(book: CaseBook, reference: str, desk: Desk, ask: Ask, digest: str) -> int:
    facts = {
        "legal_entity": desk.entity,
        "legal_entity_source": desk.entity_source,
        "contact": desk.reach,
        "contact_source": desk.reach_source,
    }
    act = RequestMade(
        exchange=desk.exchange[:500],
        jurisdiction=desk.jurisdiction,
        kind=RequestKind(ask.value),
        facts={name: text[:500] for name, text in facts.items()},
        packet=digest,
    )
    return book.add(reference, Deed(act)).requests[-1].number


def requests_of(book: CaseBook, case: str) -> tuple[Request, ...]:
    """The requests of a kept case."""
    return book.case(case).requests


def move_request(
    book: CaseBook,
    case: str,
    number: int,
    state: RequestState,
    on: date,
    *,
    reference: str = "",
    note: str = "",
) -> Request:
    """Say how far a request is."""
    find_request(book.case(case), number)
    act = RequestMoved(request=number, state=state, on=on, reference=reference or None, note=note)
    return find_request(book.add(case, Deed(act)), number)


def take_answer(
    book: CaseBook, case: str, number: int, *, answer: Path, packet: Path, on: date
) -> AnswerKept:
    """Put an answer on a case: its accounts are kept beside the journal and leave it in no export.

    Args:
        book: where the case is kept.
        case: its reference.
        number: of the request.
        answer: CSV with the columns key, account and note.
        packet: the folder of the packet that was sent.
        on: the day the answer came.

    Raises:
        NotFound: there is no such request.
        BadInput: the packet is not that of the request, or the answer names none of its outputs.
    """
    given = read_packet(packet)
    text = read_text_of(answer)
    return take_answer_of(book, case, number, text=text, name=answer.name, packet=given, on=on)


@dataclass(frozen=True, slots=True)
class Packet:
    """What says which outputs a packet asked about: its list of digests, and its table."""

    sums: bytes
    table: bytes


def take_answer_of(
    book: CaseBook, case: str, number: int, *, text: str, name: str, packet: Packet, on: date
) -> AnswerKept:
    """The same with the answer as text and the packet as bytes.

    Raises:
        NotFound: there is no such request.
        BadInput: the packet is not that of the request, or the answer names none of its outputs.
    """
    request = find_request(book.case(case), number)
    made = request.made.what
    read = answer_of(text, name, _keys_of(packet, made.packet))
    if not read.tags:
        raise BadInput(
            f"`{name}` names an account for none of the outputs of request {number}",
            hint="its column key must hold the txid:vout of transactions.csv",
            file=name,
        )
    deed = Deed(
        AnswerTaken(request=number, on=on, accounts=len(read.tags)),
        result=tags_json(read.tags, made.exchange, on),
    )
    moved = Deed(RequestMoved(request=number, state=RequestState.ANSWERED, on=on))
    return AnswerKept(request=find_request(book.add(case, deed, moved), number), read=read)


def find_packet(book: CaseBook, case: str, number: int, packets: Path | None) -> Packet:
    """The packet of a request in a folder of packets, each in one by the digest that names it.

    Raises:
        NotFound: there is no such request, or its packet is not there.
    """
    digest = find_request(book.case(case), number).made.what.packet
    if packets is None or digest is None or not (packets / digest).is_dir():
        raise NotFound(
            f"the packet of request {number} is not among those that were made here",
            hint="send its SHA256SUMS and transactions.csv along",
            number=number,
        )
    return read_packet(packets / digest)


def read_packet(folder: Path) -> Packet:
    """A packet from its folder.

    Raises:
        BadInput: it is none.
    """
    try:
        return Packet((folder / SHA256SUMS).read_bytes(), (folder / TABLE).read_bytes())
    except OSError as error:
        raise BadInput(
            f"`{folder}` is not a packet: {error.strerror}",
            hint="name the folder of the packet",
            path=str(folder),
        ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateTags:
    """Some of the accounts that exchanges named, each with the request that it answers.

    Attributes:
        page: which of them.
        tags: those.
    """

    page: Page
    tags: tuple[dict[str, Any], ...]


def private_tags(book: CaseBook, case: str, *, start: int = 0, limit: int | None = None) -> PrivateTags:
    """Accounts that exchanges named. They are private to the case.

    Only the answers are read that they stand in.

    Args:
        book: where the case is kept.
        case: its reference.
        start: how many to skip.
        limit: how many to show; None: all.
    """
    found: list[dict[str, Any]] = []
    total = 0
    for request in book.case(case).requests:
        for answer in request.answers:
            if answer.result is None:
                continue
            first = max(start - total, 0)
            count = answer.what.accounts
            last = count if limit is None else min(start + limit - total, count)
            total += count
            if first < last:
                kept = json.loads(book.result(case, answer.result))
                head = {"request": request.number, "exchange": kept["exchange"], "on": kept["on"]}
                found += [{**head, **tag} for tag in kept["tags"][first:last]]
    return PrivateTags(page=Page(start, len(found), total), tags=tuple(found))


def find_request(state: CaseState, number: int) -> Request:
    """A request by its number.

    Raises:
        NotFound: the case has none of that number.
    """
    for request in state.requests:
        if request.number == number:
            return request
    raise NotFound(
        f"case `{state.reference}` has no request {number}", hint="`cointrail case leads status` lists them"
    )


def _keys_of(packet: Packet, digest: str | None) -> Iterable[str]:
    """The outputs of a packet that is the one of a request."""
    line = f"{hashlib.sha256(packet.table).hexdigest()}  {TABLE}"
    listed = line in packet.sums.decode(errors="replace").splitlines()
    if not listed or hashlib.sha256(packet.sums).hexdigest() != digest:
        raise BadInput(
            "that is not the packet of this request",
            hint="name the folder of the packet that was sent, as it was written",
        )
    return packet_keys(packet.table)
