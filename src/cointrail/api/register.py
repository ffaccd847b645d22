"""Routes of the rules: what each says, where it fails, with its worked examples."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from cointrail.api.shapes import Shape, as_json, model_of
from cointrail.errors import NotFound
from cointrail.rulebook.cards import RuleCard, RulePage, TableCheck
from cointrail.rulebook.drawing import draw
from cointrail.workbench import rule_cards, rule_page, table_check

routes = APIRouter(tags=["rules"])

CardModel = model_of(RuleCard)
CheckModel = model_of(TableCheck)


class Rules(Shape):
    """Every rule, by id, and how the table of their measured error was checked."""

    rules: list[CardModel]  # type: ignore[valid-type]
    check: CheckModel  # type: ignore[valid-type]


@routes.get("/rules", response_model=Rules)
def rules() -> Response:
    """The rules in force."""
    return as_json({"rules": rule_cards(), "check": table_check()})


@routes.get("/rules/{rule_id}", response_model=model_of(RulePage))
def rule(
    rule_id: Annotated[str, Path(max_length=100, description="Its id, or id@version.")],
) -> Response:
    """One rule with its examples."""
    return as_json(rule_page(rule_id))


@routes.get(
    "/rules/{rule_id}/examples/{place}",
    response_class=Response,
    responses={
        200: {
            "description": "The picture, as SVG.",
            "content": {"image/svg+xml": {"schema": {"type": "string"}}},
        }
    },
)
def drawn_example(
    rule_id: Annotated[str, Path(max_length=100, description="Its id, or id@version.")],
    place: Annotated[int, Path(ge=1, le=1_000, description="Of the example in the rule's list, from 1.")],
) -> Response:
    """A worked example of a rule, drawn."""
    page = rule_page(rule_id)
    if place > len(page.examples):
        raise NotFound(
            f"`{page.name}` has {len(page.examples)} examples", hint="count from 1", rule=page.id, place=place
        )
    return Response(draw(page.examples[place - 1], page.name), media_type="image/svg+xml")
