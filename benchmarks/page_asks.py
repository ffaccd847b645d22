"""What each page of the browser asks the API for, as `web/src/pages` does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

API = "/api/v1"

DAY_ROWS = 1_000
"""Rows that a page asks for where it draws a balance."""


class Ask(NamedTuple):
    """One request."""

    route: str
    """Its path with names left out, for the table."""
    path: str
    body: Any = None
    """Of a POST; None: it is a GET."""


def _address(name: str) -> Iterator[Ask]:
    path = f"{API}/addresses/{quote(name, safe='')}"
    yield Ask("address", f"{path}?limit=100&newest=true")
    yield Ask("address balance", f"{path}/balance?every=month&limit={DAY_ROWS}")


def _transaction(txid: str) -> Iterator[Ask]:
    yield Ask("transaction", f"{API}/transactions/{txid}")
    yield Ask("transaction analysis", f"{API}/transactions/{txid}/analysis")


def _cluster(name: str) -> Iterator[Ask]:
    path = f"{API}/clusters/{quote(name, safe='')}"
    yield Ask("cluster", f"{path}?limit=100")
    yield Ask("cluster payments", f"{path}/payments?limit=100&newest=true")
    yield Ask("cluster balance", f"{path}/balance?every=month&limit={DAY_ROWS}")
    yield Ask("cluster tiers", f"{path}/tiers?limit=10")
    yield Ask("cluster neighbours", f"{path}/neighbours?limit=25")


PAGES: Mapping[str, Callable[[str], Iterator[Ask]]] = {
    "address": _address,
    "transaction": _transaction,
    "cluster": _cluster,
}


def beside(kind: str, name: str, other: str | None) -> Iterator[Ask]:
    """What the same thing can be asked for beside its page: by a click, or by a program."""
    if kind == "address":
        path = f"{API}/addresses/{quote(name, safe='')}"
        yield Ask("address transactions", f"{path}/transactions?limit=100&newest=true")
        yield Ask("address balance by day", f"{path}/balance?every=day&limit={DAY_ROWS}")
        yield Ask("address neighbours", f"{path}/neighbours?limit=25")
    if kind == "cluster":
        path = f"{API}/clusters/{quote(name, safe='')}"
        yield Ask("cluster balance by day", f"{path}/balance?every=day&limit={DAY_ROWS}")
        if other is not None:
            yield Ask("explanation", f"{API}/explanations", {"a": name, "b": other})
