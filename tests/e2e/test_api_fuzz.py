"""Every operation of the API, asked things made from its own document: no 500, nothing off the document."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance

from cointrail.api.app import make_app
from cointrail.api.guard import Guard
from support.api_client import HOST, TOKEN, demo_app
from support.demo_world import demo_folder
from support.job_shops import shop_in
from support.kept_cases import REFERENCE, kept_case

HEADERS = {"authorization": f"Bearer {TOKEN}", "host": HOST}
EXAMPLES = 25
KNOWN = {"case": REFERENCE, "number": 1, "table": "payments"}
"""Of the paths, what is there."""

DOCUMENT = make_app().openapi()
PATHS = [
    (path, method)
    for path, operations in DOCUMENT["paths"].items()
    for method in operations
    if "/session" not in path
]


@pytest.fixture(scope="module", name="app")
def _app(tmp_path_factory: pytest.TempPathFactory) -> Guard:
    demo, folder = demo_folder(tmp_path_factory), tmp_path_factory.mktemp("asked")
    kept_case(tmp_path_factory, demo, folder)
    return demo_app(demo, shop_in(folder, demo.store, str(folder / "kept.db")))


@pytest.mark.parametrize(("path", "method"), PATHS)
def test_no_request_is_answered_by_a_bug_or_off_the_document(app: Guard, path: str, method: str) -> None:
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    schema.app = app

    @given(case=schema[path][method].as_strategy(), known=st.booleans())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: schemathesis.Case[Any], known: bool) -> None:  # noqa: FBT001 -- drawn
        if known:  # a name that is made up would be turned away by every route of a case
            case.path_parameters |= {one: KNOWN[one] for one in KNOWN.keys() & case.path_parameters.keys()}
        # A name may well be readable and yet not be one of this chain: that is 404 or 422, and right.
        case.call_and_validate(headers=HEADERS, excluded_checks=[positive_data_acceptance])

    ask()
