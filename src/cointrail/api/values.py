"""What amounts were worth at the time of their block: many at once, in the currency that is asked for.

It is POST, as amounts and times tell what somebody looks at.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, Field
from starlette.responses import Response

from cointrail.api.analyses import require_prices
from cointrail.api.asking import Ask
from cointrail.api.paging import MOST_ROWS
from cointrail.api.server import TheServer
from cointrail.api.shapes import MOST_EXACT, Shape, as_json, model_of
from cointrail.workbench.worths import ValueLine, values_at

routes = APIRouter(tags=["claims and prices"])

ValueModel = model_of(ValueLine)
_Sat = Annotated[
    Annotated[int, Field(ge=-MOST_EXACT, le=MOST_EXACT)] | Annotated[str, Field(pattern="^-?[0-9]{1,16}$")],
    Field(description="Satoshi, as a number or a string."),
]


class AskAmount(Ask):
    """An amount at a time."""

    time_utc: AwareDatetime
    sat: _Sat


class AskValues(Ask):
    """Amounts to value."""

    currency: Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217 code.")]
    amounts: Annotated[list[AskAmount], Field(min_length=1, max_length=MOST_ROWS)]


class Values(Shape):
    """A value for each amount, in the order given."""

    values: list[ValueModel]  # type: ignore[valid-type]


@routes.post("/values", response_model=Values)
def values(server: TheServer, ask: AskValues) -> Response:
    """What each amount was worth at its time, and by whose rate; null where there is none, never zero."""
    require_prices(server)
    amounts = [(one.time_utc, int(one.sat)) for one in ask.amounts]
    return as_json({"values": values_at(server.prices, ask.currency, amounts)})
