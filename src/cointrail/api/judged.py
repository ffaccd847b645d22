"""Answers under the judgements of a kept case."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from cointrail.api.asking import Ask
from cointrail.api.case_places import CaseName, kept_case
from cointrail.api.case_shapes import Added, tell_added
from cointrail.api.server import HEAVY, Server, TheServer
from cointrail.api.shapes import as_json, model_of
from cointrail.clustering.judgements import Judgement
from cointrail.journal.acts import MOST_NAME, JudgementMade
from cointrail.journal.book import Deed
from cointrail.journal.entry import MOST_WHY
from cointrail.journal.judgements import judgement_of
from cointrail.journal.state import CaseState
from cointrail.lookups.judged import JudgedView
from cointrail.workbench import CaseBench, Workbench

routes = APIRouter(tags=["judgements"])

UnderCase = Annotated[
    str | None,
    Query(alias="case", max_length=100, description="Name of a kept case, whose judgements hold."),
]


class AskJudgement(Ask):
    """A decision on clusters."""

    kind: Literal["same_hand", "apart", "no_link", "withdraw"]
    about: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=MOST_NAME)], ...],
        Field(
            min_length=1,
            max_length=2,
            description="Two addresses, a transaction id, or the id of a judgement, as the kind has it.",
        ),
    ]
    why: Annotated[str, Field(min_length=1, max_length=MOST_WHY)]
    when: Annotated[date | None, Field(description="The day of the decision; null: today, UTC.")] = None


def judgements_of(server: Server, case: str | None) -> tuple[Judgement, ...]:
    """The judgements of a case; none where no case is named.

    Raises:
        NoSuchCase: no kept case has this name.
    """
    if case is None:
        return ()
    with kept_case(server, case) as (bench, reference):
        return tuple(judgement_of(one.what) for one in bench.case(reference).judgements)


def bench_under(server: Server, case: str | None) -> Workbench:
    """What answers under the judgements of a case; the store alone where no case is named.

    Raises:
        NoSuchCase: no kept case has this name.
        BadInput: the judgements contradict each other.
        NotFound: one is about what the chain does not hold.
    """
    return server.bench.under(judgements_of(server, case))


@routes.get("/cases/{case}/judged", response_model=model_of(JudgedView), dependencies=[HEAVY])
def judged(server: TheServer, case: CaseName) -> Response:
    """What the judgements of a case make of the clusters that they name."""
    return as_json(server.bench.judged(judgements_of(server, case)))


@routes.post("/cases/{case}/judgements/trial", response_model=model_of(JudgedView), dependencies=[HEAVY])
def try_judgement(server: TheServer, case: CaseName, ask: AskJudgement) -> Response:
    """What would become of clusters under one judgement more; nothing is put on the case."""
    with kept_case(server, case) as (bench, reference):
        made = _planned(bench, reference, ask)
        return as_json(server.bench.judged(_with(bench.case(reference), made)))


@routes.post("/cases/{case}/judgements", response_model=Added, status_code=201, dependencies=[HEAVY])
def judge(server: TheServer, case: CaseName, ask: AskJudgement) -> Response:
    """Decide something about clusters, for this case alone; cluster pages of the case go by it.

    One that contradicts another, or is about what the chain does not hold, is refused.
    """
    with kept_case(server, case) as (bench, reference):
        made = _planned(bench, reference, ask)
        before = bench.case(reference)
        if before.opened.what.network == server.bench.network:
            server.bench.judged(_with(before, made))
        state = bench.book.add(reference, Deed(made))
    return tell_added(state, state.judgements[-1].number)


def _planned(bench: CaseBench, reference: str, ask: AskJudgement) -> JudgementMade:
    return bench.judgement(reference, ask.kind, ask.about, why=ask.why, when=ask.when)


def _with(state: CaseState, made: JudgementMade) -> tuple[Judgement, ...]:
    return tuple(judgement_of(one) for one in (*(one.what for one in state.judgements), made))
