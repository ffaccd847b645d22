"""Tokens that go on with a walk which a bound ended.

A token holds the whole question and the tip that it was asked at, sealed as page tokens are. So the server
may forget the walk: it is then followed again from its start, and the answer is the same. As time may end it
before it is as far again, a token holds how far it was and the seconds that it was given too.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from pydantic import Field

from cointrail.api.asking import Ask
from cointrail.api.guard import MOST_BODY
from cointrail.api.paging import Pages
from cointrail.errors import BadInput
from cointrail.workbench.going_on import Before

LONGEST_RESUME = MOST_BODY
"""Characters. It holds all seeds, and is no longer than the request that named them."""

Token = Annotated[
    str,
    Field(max_length=LONGEST_RESUME, description="`resume` of the answer before. It names the question."),
]

A = TypeVar("A", bound=Ask)


@dataclass(frozen=True, slots=True)
class Resumed(Generic[A]):
    """What a token says.

    Attributes:
        ask: what was asked, with the bounds that it was followed to.
        tip: hash of the tip of that answer.
        more: by which its bounds grow when nobody says; those that did not end it by nothing.
        seconds: that it and all answers before it were given.
        reached: how far it came, by what is counted.
    """

    ask: A
    tip: str
    more: Mapping[str, int]
    seconds: float
    reached: Mapping[str, int]

    def before(self, seconds: float, most: float) -> Before:
        """What the next answer must come to at least.

        Args:
            seconds: of the next step.
            most: seconds that the server gives one request.
        """
        return Before(tip=self.tip, seconds=min(self.seconds + seconds, most), reached=self.reached)

    def wider(self, given: Mapping[str, int | None], most: Mapping[str, int], **others: object) -> A:
        """The same question with wider bounds.

        Args:
            given: by how much each bound is to grow; None: as the token says.
            most: how far each may grow in all.
            others: what else is asked now.

        Raises:
            BadInput: a bound grows beyond its most.
        """
        grown: dict[str, object] = {}
        for name, by in given.items():
            value = getattr(self.ask, name) + (self.more[name] if by is None else by)
            if value > most[name]:
                raise BadInput(
                    f"`{name}` would grow to {value:,}, and the most of this server is {most[name]:,}",
                    hint="ask for less, or on the command line",
                    name=name,
                    value=value,
                )
            grown[name] = value
        return self.ask.model_copy(update={**grown, **others})


def resume_token(
    pages: Pages,
    ask: Ask,
    tip: str,
    met: Mapping[str, int],
    *,
    seconds: float = 0.0,
    reached: Mapping[str, int] | None = None,
) -> str | None:
    """A token that goes on; None where no bound that may grow was met.

    Args:
        pages: seals it.
        ask: what was asked.
        tip: hash of the tip that the answer rests on.
        met: the bounds that may grow, with by how much when nobody says; empty: it came to its own end.
        seconds: that this answer and all before it were given.
        reached: how far it came, by what is counted.
    """
    if not met:
        return None
    body = {
        "ask": ask.model_dump(mode="json", exclude={"page", "limit"}),
        "tip": tip,
        "more": dict(met),
        "seconds": seconds,
        "reached": dict(reached or {}),
    }
    return pages.sealed(zlib.compress(json.dumps(body).encode()), _what(type(ask)))


def read_resume(pages: Pages, token: str, ask: type[A]) -> Resumed[A]:
    """What a token says.

    Raises:
        BadInput: this server did not make it, or for another kind of question.
    """
    sealed = pages.unsealed(token, _what(ask))
    if sealed is None:
        raise BadInput(
            "`token` goes on with nothing that was asked here",
            hint="take `resume` of the answer before; tokens do not outlive the server",
        )
    body = json.loads(zlib.decompress(sealed))
    return Resumed(
        ask.model_validate(body["ask"]),
        body["tip"],
        body["more"],
        body.get("seconds", 0.0),
        body.get("reached", {}),
    )


def _what(ask: type[Ask]) -> str:
    return f"resume {ask.__name__}"


def as_much_again(value: int, most: int) -> int:
    """By how much a bound grows when nobody says: it doubles, up to its most."""
    return min(value, most - value)
