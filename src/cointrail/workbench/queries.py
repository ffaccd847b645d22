"""SQL over a store, for front ends and notebooks. Needs the extra `sql`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cointrail.analytics.answer import QueryAnswer, answer
from cointrail.analytics.sandbox import DEFAULT_MEMORY, Sandbox
from cointrail.store.past import open_past
from cointrail.store.reader import open_snapshot


def ask(
    store: Path,
    query: str,
    *,
    limit: int | None = None,
    memory: int = DEFAULT_MEMORY,
    threads: int = 2,
    at: int | None = None,
) -> QueryAnswer:
    """The first rows of what a query gives, as plain values; see `cointrail.analytics.answer`.

    Args:
        store: the store.
        query: one statement that only reads.
        limit: rows to keep; None for all.
        memory: bytes that it may use beside the mapped columns.
        threads: threads that it may use.
        at: ask the chain as it was at this height; None: at the tip.

    Raises:
        BadQuery: it cannot be run.
    """
    opened = open_snapshot(store) if at is None else open_past(store, at)
    with opened as snapshot, Sandbox(snapshot, memory=memory, threads=threads) as box:
        return answer(box, query, limit)


def sql_table(store: Path, query: str, *, memory: int = DEFAULT_MEMORY, threads: int = 2) -> Any:
    """All that a query gives, as a `pyarrow.Table`; see `cointrail.analytics.sandbox`.

    Raises:
        BadQuery: it cannot be run.
    """
    with open_snapshot(store) as snapshot, Sandbox(snapshot, memory=memory, threads=threads) as box:
        return box.table(query)
