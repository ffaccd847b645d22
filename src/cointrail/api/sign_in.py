"""Routes that begin and end a session."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from cointrail.api.asking import Ask
from cointrail.api.guard import COOKIE, SESSION_SECONDS, Sessions, session_of
from cointrail.api.problems import problem

routes = APIRouter(tags=["session"])


class AskSession(Ask):
    """The token that `cointrail serve` printed."""

    token: Annotated[str, Field(max_length=200)]


def _sessions(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions


@routes.post("/session", status_code=204, response_class=Response)
def begin(request: Request, ask: AskSession) -> Response:
    """Begin a session: sets its cookie."""
    session = _sessions(request).begin(ask.token)
    if session is None:
        return problem(
            401,
            "wrong_token",
            "Not the token",
            "the token is another one",
            "open the address that was printed",
        )
    answer = Response(status_code=204)
    answer.set_cookie(
        COOKIE, session, max_age=SESSION_SECONDS, path="/", secure=True, httponly=True, samesite="strict"
    )
    return answer


@routes.delete("/session", status_code=204, response_class=Response)
def end(request: Request) -> Response:
    """End this session."""
    _sessions(request).end(session_of(request.headers.get("cookie", "")))
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    return answer
