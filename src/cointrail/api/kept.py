"""Routes of kept cases: open one, read it, put things on it. Each act is an entry of its journal."""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.responses import Response

from cointrail.api.asking import Ask
from cointrail.api.case_places import CaseName, bench_of, kept_case
from cointrail.api.case_shapes import Added, Book, Sha256, tell_added
from cointrail.api.reference import served_files
from cointrail.api.server import Server, TheServer
from cointrail.api.shapes import as_json
from cointrail.api.things import LONGEST_NAME
from cointrail.errors import BadInput
from cointrail.journal.acts import MOST_NAME, MOST_TEXT, FileRef, FindingKind, TermsSet
from cointrail.journal.entry import MOST_WHY
from cointrail.journal.state import CaseState
from cointrail.tracing.policy import Policy
from cointrail.workbench.case_names import name_of
from cointrail.workbench.case_views import book_values

MOST_SEEDS = 10_000
"""Seeds of one entry, as `case_files.SEEDS_AT_ONCE`."""
MOST_DOCUMENT = 2 << 20
"""Bytes of a document that is sent to be digested; of a larger one the sender states the digest."""
_BASE64 = MOST_DOCUMENT * 4 // 3 + 4

routes = APIRouter(tags=["kept cases"])

NameText = Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
LongText = Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]
Note = Annotated[str, Field(max_length=MOST_TEXT)]
Why = Annotated[str, Field(max_length=MOST_WHY, description="The reason.")]
Number = Annotated[int, Field(ge=1, lt=2**31)]
InPath = Annotated[int, Path(ge=1, lt=2**31, description="Its number on the case.")]
NetworkName = Literal["mainnet", "testnet3", "testnet4", "signet", "regtest"]


class AskSeed(Ask):
    """An address, or an output as `txid:vout`."""

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]


class AskCase(Ask):
    """A case to be opened."""

    reference: Annotated[NameText, Field(description="The authority's own number of the case.")]
    legal_basis: Annotated[NameText, Field(description="The law or order that allows the look-up.")]
    opened: date | None = None
    network: Annotated[NetworkName | None, Field(description="Null: that of the store.")] = None
    seeds: Annotated[tuple[AskSeed, ...], Field(max_length=MOST_SEEDS)] = ()


class AskSeeds(Ask):
    """Seeds to be added."""

    seeds: Annotated[tuple[AskSeed, ...], Field(min_length=1, max_length=MOST_SEEDS)]
    why: Why = ""


class AskNote(Ask):
    """Something worth knowing."""

    text: LongText


class AskDocument(Ask):
    """A document, kept by its hash: either its bytes, which are digested and let go, or digest and size."""

    name: NameText
    note: Note = ""
    base64: Annotated[
        str | None, Field(max_length=_BASE64, description=f"Its bytes, at most {MOST_DOCUMENT:,}.")
    ] = None
    sha256: Sha256 | None = None
    size: Annotated[int | None, Field(ge=0, lt=2**53)] = None


class AskDeadline(Ask):
    """A day by which something must be done."""

    title: NameText
    due: date
    request: Annotated[Number | None, Field(description="Number of the request that it belongs to.")] = None


class AskMet(Ask):
    """A deadline is done with."""

    note: Note = ""


class AskFinding(Ask):
    """A sentence that rests on exhibits."""

    kind: FindingKind
    text: LongText
    exhibits: Annotated[tuple[Number, ...], Field(min_length=1, max_length=1_000)]


class AskLimits(Ask):
    """Bounds of each walk; what is not given is as the program has it."""

    max_hops: Annotated[int | None, Field(ge=0, lt=2**31)] = None
    max_outputs: Annotated[int | None, Field(ge=1, lt=2**31)] = None
    min_value_sat: Annotated[int | None, Field(ge=0, lt=2**53)] = None
    upstream_min_percent: Annotated[int | None, Field(ge=0, le=100)] = None


class AskTerms(Ask):
    """How a case is to be run; replaces earlier terms whole."""

    period_from: Annotated[
        str | None, Field(max_length=40, description="`2017-01-31`, or a time with its zone.")
    ] = None
    period_to: Annotated[str | None, Field(max_length=40)] = None
    currency: Annotated[str | None, Field(pattern="^[A-Z]{3}$", description="Null: no fiat figures.")] = None
    report_date: date | None = None
    policies: Annotated[
        tuple[Policy, ...],
        Field(min_length=2, max_length=2, description="Both of a case: fifo and haircut, the first leads."),
    ]
    limits: AskLimits = AskLimits()
    tags: Annotated[
        tuple[Sha256, ...],
        Field(max_length=1_000, description="Digests of tag files that `/tags` lists, or the case has."),
    ] = ()
    prices: Annotated[
        tuple[Sha256, ...],
        Field(max_length=100, description="Digests of price tables that `/prices` lists, or the case has."),
    ] = ()
    why: Why = ""


class AskUndo(Ask):
    """Let an entry no longer count."""

    why: Annotated[str, Field(min_length=1, max_length=MOST_WHY)]


# -- open and read


@routes.post("/cases", response_model=Added, status_code=201)
def open_case(server: TheServer, ask: AskCase) -> Response:
    """Open a case in the case database, with its first seeds."""
    network = ask.network or server.bench.network
    with bench_of(server) as bench:
        state = bench.new(
            ask.reference,
            ask.legal_basis,
            opened=ask.opened,
            network=network,
            seeds=[one.text for one in ask.seeds],
        )
    return tell_added(state)


@routes.get("/cases/{case}/book", response_model=Book)
def case_book(server: TheServer, case: CaseName) -> Response:
    """A kept case as it stands."""
    with kept_case(server, case) as (bench, reference):
        journal = bench.journal(reference)
    return as_json({"name": name_of(reference), **book_values(journal)})


# -- put things on it


@routes.post("/cases/{case}/seeds", response_model=Added, status_code=201)
def add_seeds(server: TheServer, case: CaseName, ask: AskSeeds) -> Response:
    """Add addresses or outputs of whom the case is about; all or none."""
    with kept_case(server, case) as (bench, reference):
        return tell_added(bench.seed(reference, [one.text for one in ask.seeds], ask.why))


@routes.post("/cases/{case}/notes", response_model=Added, status_code=201)
def add_note(server: TheServer, case: CaseName, ask: AskNote) -> Response:
    """Note something."""
    with kept_case(server, case) as (bench, reference):
        state = bench.note(reference, ask.text)
    return tell_added(state, state.notes[-1].number)


@routes.post("/cases/{case}/documents", response_model=Added, status_code=201)
def add_document(server: TheServer, case: CaseName, ask: AskDocument) -> Response:
    """Put a document on the case by its hash; its content stays where it is."""
    digest, size = _digest(ask)
    with kept_case(server, case) as (bench, reference):
        state = bench.document_digest(reference, ask.name, sha256=digest, size=size, note=ask.note)
    return tell_added(state, state.documents[-1].number)


@routes.post("/cases/{case}/deadlines", response_model=Added, status_code=201)
def add_deadline(server: TheServer, case: CaseName, ask: AskDeadline) -> Response:
    """Set a deadline."""
    with kept_case(server, case) as (bench, reference):
        state = bench.deadline(reference, ask.title, ask.due, request=ask.request)
    return tell_added(state, state.deadlines[-1].number)


@routes.post("/cases/{case}/deadlines/{number}/met", response_model=Added, status_code=201)
def meet_deadline(server: TheServer, case: CaseName, number: InPath, ask: AskMet) -> Response:
    """Say that a deadline is done with."""
    with kept_case(server, case) as (bench, reference):
        return tell_added(bench.met(reference, number, ask.note), number)


@routes.post("/cases/{case}/findings", response_model=Added, status_code=201)
def state_finding(server: TheServer, case: CaseName, ask: AskFinding) -> Response:
    """State a finding that rests on exhibits."""
    with kept_case(server, case) as (bench, reference):
        state = bench.finding(reference, ask.text, ask.kind, ask.exhibits)
    return tell_added(state, state.findings[-1].number)


@routes.post("/cases/{case}/terms", response_model=Added, status_code=201)
def set_terms(server: TheServer, case: CaseName, ask: AskTerms) -> Response:
    """Say how the case is to be run: period, currency, policies, limits, tags and prices."""
    with kept_case(server, case) as (bench, reference):
        state = bench.case(reference)
        terms = TermsSet(
            period_from=ask.period_from,
            period_to=ask.period_to,
            currency=ask.currency,
            report_date=ask.report_date,
            prices=_files(server, state, "prices", ask.prices),
            tags=_files(server, state, "tags", ask.tags),
            limits=ask.limits.model_dump(exclude_none=True),
            policies=tuple(one.value for one in ask.policies),
        )
        state = bench.terms(reference, terms, ask.why)
    return tell_added(state, state.terms.number if state.terms else None)


@routes.post("/cases/{case}/entries/{number}/undo", response_model=Added, status_code=201)
def undo(server: TheServer, case: CaseName, number: InPath, ask: AskUndo) -> Response:
    """Let an entry no longer count; undoing the undo brings it back."""
    with kept_case(server, case) as (bench, reference):
        return tell_added(bench.undo(reference, number, ask.why))


def _digest(ask: AskDocument) -> tuple[str, int]:
    if (ask.base64 is None) != (ask.sha256 is not None and ask.size is not None) or (
        ask.base64 is not None and (ask.sha256 or ask.size is not None)
    ):
        raise BadInput(
            "a document is given by its bytes, or by digest and size",
            hint="send `base64`, or `sha256` and `size`",
        )
    if ask.base64 is None:
        return str(ask.sha256), int(ask.size or 0)
    try:
        data = base64.b64decode(ask.base64, validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("`base64` is not base64", hint="RFC 4648, section 4, without line breaks") from None
    return hashlib.sha256(data).hexdigest(), len(data)


def _files(
    server: Server, state: CaseState, kind: Literal["tags", "prices"], digests: tuple[str, ...]
) -> tuple[FileRef, ...]:
    """The files that digests name: of those that are served, and those that the case has."""
    had: tuple[FileRef, ...] = getattr(state.terms.what, kind) if state.terms else ()
    known = {one.sha256: one for one in (*had, *served_files(server, kind))}
    for digest in digests:
        if digest not in known:
            raise BadInput(
                f"`{digest}` is the digest of none of the {kind} that are served here",
                hint=f"/api/v1/{kind} lists them; start the server with `--{kind} FILE`",
                value=digest,
            )
    return tuple(known[digest] for digest in dict.fromkeys(digests))
