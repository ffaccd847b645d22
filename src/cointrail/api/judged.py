"""Answers under the judgements of a kept case."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from cointrail.api.case_places import kept_case
from cointrail.api.server import Server
from cointrail.clustering.judgements import Judgement
from cointrail.journal.judgements import judgement_of
from cointrail.workbench import Workbench

UnderCase = Annotated[
    str | None,
    Query(alias="case", max_length=100, description="Name of a kept case, whose judgements hold."),
]


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
