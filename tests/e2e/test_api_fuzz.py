"""Every operation of the API, asked things made from its own document: no 500, nothing off the document."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance

from cointrail.api.app import make_app
from cointrail.api.guard import Guard
from cointrail.jobs.job import JobKind
from support.api_client import HOST, TOKEN, demo_app
from support.demo_world import demo_folder
from support.job_shops import queue_in, shop_in, work_once
from support.kept_cases import REFERENCE, kept_case
from support.store_scenes import empty_store

HEADERS = {"authorization": f"Bearer {TOKEN}", "host": HOST}
EXAMPLES = 25
PATIENCE = 300
"""Seconds for an answer. The first one may compile kernels, and a busy machine is no bug of the server."""

DOCUMENT = make_app().openapi()
PATHS = [
    (path, method)
    for path, operations in DOCUMENT["paths"].items()
    for method in operations
    if "/session" not in path
]


@dataclass(frozen=True)
class There:
    """What the server has.

    Attributes:
        app: the server.
        in_path: by the first word of a path and the name of a parameter.
        elsewhere: by the name of a parameter or of a field, in queries and bodies.
    """

    app: Guard
    in_path: dict[str, dict[str, Any]]
    elsewhere: dict[str, Any]


@pytest.fixture(scope="module", name="there", params=["with blocks", "without a block"])
def _there(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> There:
    demo, folder = demo_folder(tmp_path_factory), tmp_path_factory.mktemp("asked")
    kept_case(tmp_path_factory, demo, folder)
    store = demo.store if request.param == "with blocks" else empty_store(folder / "store")
    shop = replace(shop_in(folder, store, str(folder / "kept.db")), prices=(demo.prices,))
    app = demo_app(demo, shop, store=store)
    with queue_in(shop) as queue:
        params = {"reference": REFERENCE, "options": {"numbers": []}}
        job = queue.add(JobKind.EXHIBITS_VERIFY, REFERENCE, params).id
        work_once(shop)
    seed, payment = demo.seeds()[0], demo.payments()[0]["outpoint"]
    case = {"case": REFERENCE, "number": 1, "table": "payments"}
    return There(
        app,
        in_path={
            "blocks": {"name": "100"},
            "addresses": {"name": seed},
            "clusters": {"name": seed},
            "transactions": {"txid": payment[:64]},
            "rules": {"rule_id": "common_input", "place": 1},
            "prices": {"currency": "EUR", "day": "2017-01-05"},
            "cases": case,
            "jobs": {"job": job, "name": "verdicts.json"},
        },
        elsewhere={
            **case,
            **dict.fromkeys(("a", "address", "cluster"), seed),
            **dict.fromkeys(("output", "payment"), payment),
            "b": demo.seeds()[-1],
            "txid": payment[:64],
            "txids": [payment[:64]],
            "at": 100,
            "job": job,
            "names": [seed],
            "claims": [payment],
            "claim": [payment],
            "lines": [seed, payment, "100"],
            "tier": "T3",
            "currency": "EUR",
            "page": None,
            "column": "value_sat",
        },
    )


def _with_known(value: Any, known: dict[str, Any]) -> Any:
    """The same with what is there, wherever a field of its name stands."""
    match value:
        case dict():
            return {name: known.get(name, _with_known(one, known)) for name, one in value.items()}
        case list():
            return [_with_known(one, known) for one in value]
    return value


def _ask_what_is_there(case: schemathesis.Case[Any], there: There) -> None:
    """Put names that are there in the place of those that were made up, as these are turned away by all."""
    known = there.in_path.get(case.path.split("/")[3], {})
    case.path_parameters |= {name: known[name] for name in known.keys() & case.path_parameters.keys()}
    case.query.pop("page", None)  # of another list
    case.query |= {name: there.elsewhere[name] for name in there.elsewhere.keys() & case.query.keys()}
    if isinstance(case.body, dict):
        # Seeds are texts of a trace and objects of a case.
        texts = {"seeds": there.elsewhere["names"]} if case.path.split("/")[3] != "cases" else {}
        case.body = _with_known(case.body, there.elsewhere | texts)


@pytest.mark.parametrize(("path", "method"), PATHS)
def test_no_request_is_answered_by_a_bug_or_off_the_document(there: There, path: str, method: str) -> None:
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    schema.app = there.app

    @given(case=schema[path][method].as_strategy(), known=st.booleans())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: schemathesis.Case[Any], known: bool) -> None:  # noqa: FBT001 -- drawn
        if known:
            _ask_what_is_there(case, there)
        # A name may well be readable and yet not be one of this chain: that is 404 or 422, and right.
        case.call_and_validate(headers=HEADERS, timeout=PATIENCE, excluded_checks=[positive_data_acceptance])

    ask()
