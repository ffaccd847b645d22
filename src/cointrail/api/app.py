"""The application: routes, errors as problems, the guard in front, and the page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI

import cointrail
from cointrail.api import (
    analyses,
    cases,
    chain,
    desk,
    drawings,
    exhibits,
    graph,
    jobs,
    journal,
    judged,
    keeping,
    kept,
    reference,
    register,
    reports,
    sign_in,
    things,
    trails,
    values,
    workbooks,
)
from cointrail.api.guard import Guard, Sessions
from cointrail.api.page import Page
from cointrail.api.problems import MEDIA_TYPE, Problem, answer_errors
from cointrail.api.server import Server

VERSION = "1"
PREFIX = f"/api/v{VERSION}"

PAGE = Path(__file__).parent / "page"
"""Where the built page lies."""

ANSWERED_AT_ONCE = 8
"""Requests; the others wait. More would hold up each other, and take memory in proportion."""

_PARTS = (
    sign_in,
    chain,
    things,
    analyses,
    trails,
    graph,
    register,
    cases,
    keeping,
    kept,
    judged,
    journal,
    exhibits,
    drawings,
    desk,
    reports,
    reference,
    jobs,
    values,
    workbooks,
)
_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": says, "content": _PROBLEM}
    for status, says in (
        (401, "no session"),
        (403, "another origin"),
        (404, "the chain does not hold it"),
        (409, "the store has no block yet, or there is a newer state than what this goes on from"),
        (413, "too much at once"),
        (422, "it cannot be read"),
        (429, "too much waits already"),
        (503, "the store cannot answer now"),
    )
}


class _App(FastAPI):
    """FastAPI names no schema that only error responses have, and repeats these responses at every route."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        document = super().openapi()
        document["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        document["components"]["responses"] = {f"Problem{status}": told for status, told in _PROBLEMS.items()}
        for operations in document["paths"].values():
            for operation in operations.values():
                for status, told in _PROBLEMS.items():
                    if operation["responses"].get(str(status)) == told:
                        operation["responses"][str(status)] = {
                            "$ref": f"#/components/responses/Problem{status}"
                        }
        return document


@asynccontextmanager
async def _few_threads(_app: FastAPI) -> AsyncIterator[None]:
    current_default_thread_limiter().total_tokens = ANSWERED_AT_ONCE
    yield


def make_app() -> FastAPI:
    """The application without a server behind it: good for its OpenAPI document alone."""
    app = _App(
        title="Cointrail",
        version=cointrail.__version__,
        summary="Follow a bitcoin trail on your own machine, and prove it.",
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
        responses=_PROBLEMS,
        lifespan=_few_threads,
    )
    answer_errors(app)

    for part in _PARTS:
        app.include_router(part.routes, prefix=PREFIX)
    return app


def serve_app(server: Server, *, token: str, hosts: Iterable[str]) -> Guard:
    """The application for one server, with the guard in front.

    Args:
        server: what its routes share.
        token: begins sessions, and is what programs send.
        hosts: values of the Host header that name this server, `127.0.0.1:8350`.
    """
    app = make_app()
    sessions = Sessions(token)
    app.state.server = server
    app.state.sessions = sessions
    return Guard(Page(PAGE, app), sessions=sessions, hosts=hosts)
