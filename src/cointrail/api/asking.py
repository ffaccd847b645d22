"""The base of what is asked for in the body of a request."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Ask(BaseModel):
    """Base of all requests: a name that is not known is an error, never ignored."""

    model_config = ConfigDict(extra="forbid")
