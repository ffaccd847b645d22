"""Routes by which a case comes into the case database from a run, and leaves it as a folder."""

from __future__ import annotations

import tempfile
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from cointrail.api.case_places import CaseName, bench_of, find_case, kept_case
from cointrail.api.case_shapes import Added, added_values
from cointrail.api.reference import given_files
from cointrail.api.server import HEAVY, TheServer
from cointrail.api.shapes import as_json
from cointrail.errors import BadInput
from cointrail.jobs.archive import zip_folder
from cointrail.workbench.case_names import name_of
from cointrail.workbench.case_of_run import case_of_run

routes = APIRouter(tags=["kept cases"])


class KeptRun(Added):
    """A case that was kept from a run."""

    left_out: Annotated[
        list[Literal["tags", "prices"]],
        Field(description="What the run went by and this server has not: the terms name none."),
    ]


@routes.post("/cases/{case}/keep", response_model=KeptRun, status_code=201, dependencies=[HEAVY])
def keep_run(server: TheServer, case: CaseName) -> Response:
    """Keep the case of a finished run: its seeds, terms and judgements, as the basis of the run has them."""
    found = find_case(server, case)
    if found.kept is not None or found.run is None:
        raise BadInput(f"`{case}` is kept already", hint="see its `/book`", case=case)
    run = case_of_run(
        found.run.folder, tags=given_files(server, "tags"), prices=given_files(server, "prices")
    )
    with bench_of(server) as bench:
        state = bench.take_run(run)
    answer = as_json({**added_values(state), "left_out": run.left_out})
    answer.status_code = HTTPStatus.CREATED
    return answer


@routes.get(
    "/cases/{case}/export.zip",
    response_class=Response,
    dependencies=[HEAVY],
    responses={
        200: {
            "description": "Case file, journal with its head, exhibits with their answers, and drawings.",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def export_case(server: TheServer, case: CaseName) -> Response:
    """A kept case as `cointrail case export` writes it. What exchanges answered is private and not in it."""
    with kept_case(server, case) as (bench, reference), tempfile.TemporaryDirectory() as folder:
        out, archive, name = Path(folder) / "case", Path(folder) / "case.zip", name_of(reference)
        bench.export(reference, out)
        zip_folder(out, archive, name)
        data = archive.read_bytes()
    return Response(
        data,
        media_type="application/zip",
        headers={"content-disposition": f"attachment; filename={name}.zip"},
    )
