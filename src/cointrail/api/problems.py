"""Errors as RFC 9457 problems: what was given, what is wrong, what to do. Never a traceback."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from cointrail.api.heavy import OutOfTime
from cointrail.api.shapes import exact
from cointrail.errors import (
    BadInput,
    BadJournal,
    CaseStoreError,
    ChainMoved,
    CointrailError,
    EmptyStore,
    JobsFull,
    NoSuchCase,
    NotFound,
    Outdated,
    ServerBusy,
    StoreBusy,
    StoreError,
    WalkGone,
)

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:cointrail:error:"

RETRY_AFTER_S = 5
"""Seconds after which one may ask again where too much is asked at a time (RFC 9110, section 10.2.3); our
choice: long for a machine, short for a person."""
TOO_MUCH = 429
"""Too Many Requests (RFC 6585)."""

_LOG = logging.getLogger("cointrail.api")

_STATUS: tuple[tuple[type[CointrailError], int], ...] = (
    (NotFound, 404),
    (NoSuchCase, 404),
    (BadInput, 422),
    (Outdated, 409),
    (JobsFull, 429),
    (ServerBusy, 429),
    (ChainMoved, 409),
    (WalkGone, 409),
    (EmptyStore, 409),
    (StoreBusy, 503),
    (StoreError, 503),
    (CaseStoreError, 503),
)
"""The first that fits."""


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="`urn:cointrail:error:CODE`; the code is stable.")
    title: str
    status: int
    detail: str = Field(description="What was given and what is wrong with it.")
    hint: str | None = Field(description="What to do.")
    facts: dict[str, object] = Field(description="The same as values.")


def problem(
    status: int, code: str, title: str, detail: str, hint: str | None = None, *, facts: object = None
) -> Response:
    """A problem as a response."""
    body = Problem(
        type=TYPE + code, title=title, status=status, detail=detail, hint=hint, facts=exact(facts or {})
    )
    return Response(
        json.dumps(body.model_dump(), ensure_ascii=False).encode(),
        status_code=status,
        headers={"retry-after": str(RETRY_AFTER_S)} if status == TOO_MUCH else None,
        media_type=MEDIA_TYPE,
    )


def answer_failure(error: CointrailError) -> Response:
    """The response to an error that was raised on purpose."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    if isinstance(error, BadJournal) and "fault" not in error.facts:
        status = 422  # the journal is whole; what was given cannot follow it
    title = (type(error).__doc__ or "").strip().split("\n")[0].rstrip(".")
    facts = {
        name: value if isinstance(value, int | str | None) else str(value)
        for name, value in error.facts.items()
    }
    return problem(status, error.code, title, str(error), error.hint, facts=facts)


def answer_errors(app: FastAPI) -> None:
    """Make every error of an application a problem."""

    @app.exception_handler(CointrailError)
    def _(_request: Request, error: CointrailError) -> Response:
        return answer_failure(error)

    @app.exception_handler(OutOfTime)
    def _(_request: Request, error: OutOfTime) -> Response:
        return problem(422, "out_of_time", "Too much for a request", str(error), error.hint)

    @app.exception_handler(MemoryError)
    def _(_request: Request, _error: MemoryError) -> Response:
        return problem(
            503,
            "no_memory",
            "Not enough memory",
            "the answer needs more memory than the server may take",
            "ask for less at a time: fewer seeds, narrower bounds; or give the server more with `--memory`",
        )

    @app.exception_handler(RequestValidationError)
    def _(_request: Request, error: RequestValidationError) -> Response:
        said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        return problem(422, "bad_request", "The request cannot be read", said, "see openapi.json")

    @app.exception_handler(HTTPException)
    def _(request: Request, error: HTTPException) -> Response:
        detail = f"{request.method} {request.url.path}: {error.detail}"
        answer = problem(error.status_code, f"http_{error.status_code}", str(error.detail), detail)
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(Exception)
    def _(request: Request, error: Exception) -> Response:
        _LOG.error("unforeseen, at %s %s", request.method, request.scope.get("route"), exc_info=error)
        return problem(
            500,
            "bug",
            "A bug in cointrail",
            f"{type(error).__name__}; what happened stands in the log of `cointrail serve`",
            "please report it, with that log",
        )
