"""Shapes of what is on a kept case, made from the acts of its journal."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, create_model
from starlette.responses import Response

from cointrail.api.shapes import Shape, Whole, as_json, model_of, parts_of
from cointrail.journal.acts import (
    Act,
    AnswerTaken,
    CaseOpened,
    DeadlineSet,
    DocumentAdded,
    DrawingAdded,
    ExhibitTaken,
    FindingStated,
    JudgementMade,
    NoteAdded,
    OutputMade,
    RequestMade,
    RequestMoved,
    RequestState,
    SeedGiven,
    TermsSet,
)
from cointrail.journal.state import CaseState
from cointrail.workbench.case_folder import CaseFolder
from cointrail.workbench.case_names import name_of

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="SHA-256, hex.")]
Utc = Annotated[str, Field(pattern="Z$", description="Time in UTC, ISO 8601.")]


class RecordHead(Shape):
    """Something on a case: its number among its kind, and who put it there, when and why."""

    number: int
    entry: Annotated[int, Field(description="Number of its entry, for `/entries/{n}/undo`.")]
    utc: Utc
    by: str
    reason: str
    result: Sha256 | None


_RECORDS: dict[str, type[BaseModel]] = {}


def record_of(act: type[Act]) -> type[BaseModel]:
    """The model of a record of such an act; each is made once."""
    if act.action not in _RECORDS:
        _RECORDS[act.action] = _made(act)
    return _RECORDS[act.action]


def _made(act: type[Act]) -> type[BaseModel]:
    return create_model(
        f"{act.__name__}Record",
        __base__=RecordHead,
        __module__=act.__module__,
        __doc__=(act.__doc__ or "").strip().split("\n")[0],
        **parts_of(act),
    )


def _record(act: type[Act]) -> Any:
    return record_of(act)


class DeadlineRecord(_record(DeadlineSet)):  # type: ignore[misc]
    """A deadline; `met_utc` is null while it is open."""

    met_utc: Utc | None
    met_note: str | None


class RequestRecord(_record(RequestMade)):  # type: ignore[misc]
    """A request with its history. What answers name is private and not here."""

    state: RequestState
    moves: list[_record(RequestMoved)]  # type: ignore[valid-type]
    answers: list[_record(AnswerTaken)]  # type: ignore[valid-type]


class SeedOnCase(model_of(SeedGiven)):  # type: ignore[misc]
    """A seed, and the entry that brought it."""

    entry: int
    utc: Utc
    by: str


CaseOpening: Any = create_model("CaseOpening", __base__=Shape, **parts_of(CaseOpened))


class Book(CaseOpening):  # type: ignore[misc]
    """A kept case as it stands: what its journal adds up to."""

    name: str
    id: str
    entries: int
    head: Annotated[str, Field(description="Number and digest of the last entry, to be kept elsewhere.")]
    undone: list[int]
    terms: _record(TermsSet) | None  # type: ignore[valid-type]
    seeds: list[SeedOnCase]
    notes: list[_record(NoteAdded)]  # type: ignore[valid-type]
    judgements: list[_record(JudgementMade)]  # type: ignore[valid-type]
    documents: list[_record(DocumentAdded)]  # type: ignore[valid-type]
    drawings: list[_record(DrawingAdded)]  # type: ignore[valid-type]
    deadlines: list[DeadlineRecord]
    requests: list[RequestRecord]
    exhibits: list[_record(ExhibitTaken)]  # type: ignore[valid-type]
    findings: list[_record(FindingStated)]  # type: ignore[valid-type]
    outputs: list[_record(OutputMade)]  # type: ignore[valid-type]


class RunLine(Shape):
    """The last run of a case."""

    tip_height: int
    tip_hash: str
    basis_digest: str
    tags_digest: str
    made_utc: Utc
    payments: int
    value_sat: Whole


def run_line(run: CaseFolder | None) -> dict[str, object] | None:
    """The last run as lists of cases show it."""
    if run is None:
        return None
    summary = run.summary
    return {
        "tip_height": summary["tip"]["height"],
        "tip_hash": summary["tip"]["hash"],
        "basis_digest": summary["basis_digest"],
        "tags_digest": run.basis["tags_digest"],
        "made_utc": run.made,
        "payments": summary["payments"]["count"],
        "value_sat": int(summary["payments"]["value_sat"]),
    }


class Added(Shape):
    """What was put on a case: its entry, and the head that the journal has now."""

    name: str
    reference: str
    entry: Annotated[int, Field(description="Number of the entry that was made last.")]
    head: str
    number: Annotated[
        int | None, Field(description="Of the thing among its kind; null where it has none of its own.")
    ]


def added_values(state: CaseState, number: int | None = None) -> dict[str, object]:
    """The fields of `Added`."""
    return {
        "name": name_of(state.reference),
        "reference": state.reference,
        "entry": state.entries,
        "head": str(state.head),
        "number": number,
    }


def tell_added(state: CaseState, number: int | None = None) -> Response:
    """The answer to an act."""
    answer = as_json(added_values(state, number))
    answer.status_code = 201
    return answer
