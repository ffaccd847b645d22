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

    def start(self, token: str | None, what: str) -> int:
        """The first row that a token asks for; 0 without one.

        Args:
            token: as `following` made it.
            what: names the list: the same words that the token was made with.

        Raises:
            BadInput: this server did not make it, or not for this list.
        """
        if token is None:
            return 0
        try:
            raw = base64.urlsafe_b64decode(token.encode("ascii"))
        except (binascii.Error, ValueError):
            raw = b""
        seal, body = raw[:16], raw[16:]
        if not raw or not hmac.compare_digest(seal, self._seal(what, body)):
            raise BadInput(
                "`page` is no page of this list",
                hint="take `next_page` of the answer before; tokens do not outlive the server",
            )
        start: int = json.loads(body)
        return start

    def following(self, part: Part, what: str) -> str | None:
        """The token of the page after this part; None when it was the last."""
        after = part.start + part.shown
        if part.shown == 0 or (part.total is not None and after >= part.total):
            return None
        body = json.dumps(after).encode()
        return base64.urlsafe_b64encode(self._seal(what, body) + body).decode()

    def _seal(self, what: str, body: bytes) -> bytes:
        return hmac.digest(self._key, what.encode() + b"\0" + body, sha256)[:16]
