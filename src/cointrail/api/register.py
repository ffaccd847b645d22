"""Routes of the rules: what each says, where it fails, with its worked examples."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from cointrail.api.shapes import Shape, as_json, model_of
from cointrail.rulebook.cards import RuleCard, RulePage
from cointrail.workbench import rule_cards, rule_page

routes = APIRouter(tags=["rules"])

CardModel = model_of(RuleCard)


class Rules(Shape):
    """Every rule, by id."""

    rules: list[CardModel]  # type: ignore[valid-type]


@routes.get("/rules", response_model=Rules)
def rules() -> Response:
    """The rules in force."""
    return as_json({"rules": rule_cards()})


@routes.get("/rules/{rule_id}", response_model=model_of(RulePage))
def rule(
    rule_id: Annotated[str, Path(max_length=100, description="Its id, or id@version.")],
) -> Response:
    """One rule with its examples."""
    return as_json(rule_page(rule_id))
