"""Tokens for the next page: opaque, and good for the list that they were made for only."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from hashlib import sha256
from typing import Annotated, Protocol

from fastapi import Query

from cointrail.errors import BadInput

MOST_ROWS = 1_000
"""Rows of one page."""
ROWS = 100
"""Rows of a page when nobody says."""
LONGEST_TOKEN = 500

Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="Rows of the page.")]
PageToken = Annotated[
    str | None,
    Query(max_length=LONGEST_TOKEN, description="`next_page` of the page before; none: the first."),
]


class Part(Protocol):
    """Which part of a list an answer shows."""

    @property
    def start(self) -> int:
        """The first row."""
        ...

    @property
    def shown(self) -> int:
        """How many."""
        ...

    @property
    def total(self) -> int | None:
        """Rows of the whole list; None where nobody counted."""
        ...


class Pages:
    """Makes and reads the tokens of one server.

    Args:
        key: its secret; a token of another server is refused.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def start(self, token: str, what: str) -> tuple[int, str]:
        """The first row that a token asks for, and the state of the chain that the list was begun on.

        Args:
            token: as `following` made it.
            what: names the list: the same words that the token was made with.

        Raises:
            BadInput: this server did not make it, or not for this list.
        """
        body = self.unsealed(token, what)
        if body is None:
            raise BadInput(
                "`page` is no page of this list",
                hint="take `next_page` of the answer before; tokens do not outlive the server or a case run",
            )
        start, state = json.loads(body)
        return int(start), str(state)

    def following(self, part: Part, what: str, state: str) -> str | None:
        """The token of the page after this part, which is of a state; None when it was the last."""
        after = part.start + part.shown
        if part.shown == 0 or (part.total is not None and after >= part.total):
            return None
        return self.sealed(json.dumps([after, state]).encode(), what)

    def sealed(self, body: bytes, what: str) -> str:
        """A token that only this server can have made; whoever reads it can read the body."""
        return base64.urlsafe_b64encode(self._seal(what, body) + body).decode()

    def unsealed(self, token: str, what: str) -> bytes | None:
        """The body of a token; None: this server did not make it, or for something else."""
        try:
            raw = base64.urlsafe_b64decode(token.encode("ascii"))
        except (binascii.Error, ValueError):
            return None
        seal, body = raw[:16], raw[16:]
        return body if hmac.compare_digest(seal, self._seal(what, body)) else None

    def _seal(self, what: str, body: bytes) -> bytes:
        return hmac.digest(self._key, what.encode() + b"\0" + body, sha256)[:16]
