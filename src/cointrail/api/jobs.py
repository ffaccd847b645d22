"""Routes of jobs: long work that a process of its own does, with its progress and its files."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Path, Query
from pydantic import Field
from starlette.responses import FileResponse, Response

from cointrail.api.asking import Ask
from cointrail.api.case_places import KnownCase, find_case
from cointrail.api.job_events import Streams, event_stream
from cointrail.api.paging import ROWS, Limit, PageToken
from cointrail.api.server import Server, TheServer, listed
from cointrail.api.shapes import as_json, model_of
from cointrail.errors import BadInput, NotFound
from cointrail.evidence.check import LONGEST_KEY, require_public_key
from cointrail.jobs.desk import JobDesk
from cointrail.jobs.job import Job, JobKind
from cointrail.jobs.queue import JobList
from cointrail.jobs.tasks import bundle_name, run_path

MOST_EXHIBITS = 1_000
LONGEST_DAYS = 3650

routes = APIRouter(tags=["jobs"])
_STREAMS = Streams()
_EVENT = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "event": {"const": "job"},
        "data": {"type": "string", "contentMediaType": "application/json", "description": "The job."},
    },
}
"""One event, as OpenAPI 3.2 means it by `itemSchema`."""


CaseField = Annotated[str, Field(max_length=100, description="Name of the case, as `/cases` lists it.")]
JobId = Annotated[str, Path(max_length=40, description="As the job says.")]
JobModel = model_of(Job)


class NoOptions(Ask):
    """Nothing to choose."""


class ReportOptions(Ask):
    """What a report is to have."""

    data: Annotated[
        bool, Field(description="Write the case for other programs, too: XLSX, CSV, JSON, graph.")
    ] = False
    record: Annotated[bool, Field(description="Note on the kept case that this report was made.")] = False


class BundleOptions(Ask):
    """How a bundle is to be packed."""

    reader: Annotated[
        str | None,
        Field(
            max_length=500,
            description="An exchange, as the leads name it: only what it needs. `defence`: everything.",
        ),
    ] = None
    private: Annotated[bool, Field(description="Show also notes, deadlines and requests of the journal.")] = (
        False
    )
    sign: Annotated[bool, Field(description="Sign with the key that the server was started with.")] = False
    timestamp_request: Annotated[
        bool, Field(description="Write a request for a timestamp (RFC 3161) beside it; nothing is sent.")
    ] = False


class BundleVerifyOptions(Ask):
    """Which bundle, and by whom it should be signed."""

    job: Annotated[str, Field(max_length=40, description="The job that made it.")]
    key: Annotated[
        str | None,
        Field(
            max_length=LONGEST_KEY,
            description="The two lines of the signer's public key in minisign's form, from a source that you "
            "trust. None: the signature is not checked.",
        ),
    ] = None


class ExhibitsOptions(Ask):
    """Which exhibits."""

    numbers: Annotated[
        list[Annotated[int, Field(ge=1, le=10**9)]],
        Field(max_length=MOST_EXHIBITS, description="None: all."),
    ] = []  # noqa: RUF012 -- pydantic copies it


class PacketsOptions(Ask):
    """What exchanges are asked for."""

    ask: Literal["preservation", "disclosure", "freeze"]
    exchange: Annotated[str | None, Field(max_length=500, description="None: each.")] = None
    jurisdiction: Annotated[str | None, Field(max_length=100)] = None
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = 90
    record: Annotated[bool, Field(description="Note each request on the kept case.")] = False


class AskCaseRun(Ask):
    """Run a kept case."""

    kind: Literal["case_run"]
    case: CaseField
    options: NoOptions = NoOptions()


class AskReport(Ask):
    """Set the newest run of a case as a report."""

    kind: Literal["report"]
    case: CaseField
    options: ReportOptions = ReportOptions()


class AskBundle(Ask):
    """Run a kept case and pack its evidence."""

    kind: Literal["bundle"]
    case: CaseField
    options: BundleOptions = BundleOptions()


class AskBundleVerify(Ask):
    """Check a bundle that an earlier job made, as `cointrail verify` does."""

    kind: Literal["bundle_verify"]
    case: CaseField
    options: BundleVerifyOptions


class AskExhibitsVerify(Ask):
    """Ask the questions of exhibits again."""

    kind: Literal["exhibits_verify"]
    case: CaseField
    options: ExhibitsOptions = ExhibitsOptions()


class AskPackets(Ask):
    """Make request packets from the newest run of a case."""

    kind: Literal["packets"]
    case: CaseField
    options: PacketsOptions


AskJob = AskCaseRun | AskReport | AskBundle | AskBundleVerify | AskExhibitsVerify | AskPackets


@routes.post("/jobs", status_code=HTTPStatus.ACCEPTED, response_model=JobModel)
def ask_job(server: TheServer, ask: Annotated[AskJob, Body(discriminator="kind")]) -> Response:
    """Ask for long work; `GET /jobs/{id}` says how far it is."""
    desk = _desk(server)
    case = find_case(server, ask.case)
    params = {**_case_of(case, desk, ask), "options": ask.options.model_dump()}
    if isinstance(ask, AskBundle):
        _require_offered(desk, ask.options)
    if isinstance(ask, AskBundleVerify):
        if ask.options.key is not None:
            require_public_key(ask.options.key, "`key`")
        desk.folder.job_file(ask.options.job, f"{bundle_name(case.name)}.zip")
    made = desk.queue.add(JobKind(ask.kind), case.name, params)
    answer = as_json(made)
    answer.status_code = HTTPStatus.ACCEPTED
    return answer


@routes.get("/jobs", response_model=model_of(JobList, listing=True))
def jobs(
    server: TheServer,
    case: Annotated[str | None, Query(max_length=100, description="Of this case alone.")] = None,
    page: PageToken = None,
    limit: Limit = ROWS,
) -> Response:
    """Jobs, the newest first."""
    queue = _desk(server).queue
    return listed(server, f"jobs {case}", page, lambda start: queue.part(case=case, start=start, limit=limit))


@routes.get("/jobs/{job}", response_model=JobModel)
def job(server: TheServer, job: JobId) -> Response:
    """One job: how far it is, what it made, or why it failed."""
    return as_json(_desk(server).queue.get(job))


@routes.post("/jobs/{job}/cancel", response_model=JobModel)
def cancel_job(server: TheServer, job: JobId) -> Response:
    """Let a job stop. One that waits does at once, one that runs within a second or two."""
    return as_json(_desk(server).queue.cancel(job))


@routes.get(
    "/jobs/{job}/events",
    response_class=Response,
    responses={
        200: {
            "description": "Events `job` with the job as `GET /jobs/{job}` has it, whenever it changed; "
            "the last one has its end.",
            "content": {"text/event-stream": {"schema": _EVENT}},
        }
    },
)
def job_events(server: TheServer, job: JobId) -> Response:
    """How far a job is, as server-sent events, until it ends."""
    return event_stream(_desk(server).queue, job, _STREAMS)


@routes.get(
    "/jobs/{job}/files/{name}",
    response_class=Response,
    responses={
        200: {
            "description": "The file.",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def job_file(
    server: TheServer,
    job: JobId,
    name: Annotated[str, Path(max_length=200, description="As the job lists it.")],
) -> Response:
    """A file that a job made."""
    desk = _desk(server)
    found = desk.queue.get(job)
    path = desk.folder.job_file(found.id, name)
    return FileResponse(path, media_type="application/octet-stream", filename=path.name)


def _desk(server: Server) -> JobDesk:
    if server.jobs is None:
        raise NotFound("this server takes no jobs", hint="start it with `cointrail serve`")
    return server.jobs


def _case_of(case: KnownCase, desk: JobDesk, ask: AskJob) -> dict[str, Any]:
    """What a worker must know of the case: its reference where it is kept, its run where that is needed."""
    reference, run = None if case.kept is None else case.kept.reference, case.run
    if isinstance(ask, AskReport | AskPackets):
        if run is None:
            raise NotFound(
                f"case `{ask.case}` was not run yet", hint="run it first: a job of the kind case_run"
            )
        return {"reference": reference, "run": run_path(desk.folder, run.folder)}
    if reference is None:
        raise BadInput(
            f"`{ask.case}` is a run that no kept case belongs to",
            hint="keep its case first: `/cases/NAME/keep`, or `cointrail case import CASE.toml`",
        )
    return {"reference": reference}


def _require_offered(desk: JobDesk, options: BundleOptions) -> None:
    if not desk.has_blocks:
        raise BadInput(
            "this server knows no blocks directory, which bundles need", hint="start it with `--blocks DIR`"
        )
    if options.sign and not desk.has_key:
        raise BadInput("this server has no key to sign with", hint="start it with `--key FILE`")
