"""What the page draws is a drawing to the server: `kept/drawn_by_page.json` is made by the page's own code.

web/src/graph/drawn_by_page.test.ts makes it, and fails where the page would draw another one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from cointrail.api.drawing_shapes import DrawnEdge, DrawnNode
from cointrail.api.drawings import AskDraft
from support.kept import FOLDER


@pytest.fixture(scope="module", name="drawn")
def _drawn() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "drawn_by_page.json").read_text(encoding="utf-8"))
    return found


def _parts(drawn: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    for step in drawn["log"]["steps"]:
        for change in step["changes"]:
            if change["after"] is not None and change["after"]["kind"] == kind:
                yield change["after"]


def test_everything_that_the_page_draws_can_be_kept_as_it_is(drawn: dict[str, Any]) -> None:
    asked = AskDraft.model_validate({"follows": 0, "drawing": drawn})
    assert json.loads(asked.drawing.model_dump_json(by_alias=True, exclude_unset=True)) == drawn


@pytest.mark.parametrize(("kind", "shape"), [("node", DrawnNode), ("edge", DrawnEdge)])
def test_the_kept_drawing_has_every_field_that_a_part_can_have(
    drawn: dict[str, Any], kind: str, shape: type[BaseModel]
) -> None:
    known = {one.alias or name for name, one in shape.model_fields.items()}
    assert {name for part in _parts(drawn, kind) for name, value in part.items() if value} == known
