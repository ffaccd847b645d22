"""Files looked at before a case uses them: tags and prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from cointrail.attribution.load import load_tags
from cointrail.attribution.tags import TagSet
from cointrail.chain.network import get_network
from cointrail.valuation.rates import RateBook
from cointrail.valuation.table import PriceTable


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceCheck:
    """A price table in one line.

    Attributes:
        interval: seconds that one row covers.
        first: the moment its first row begins to hold.
        last: the moment its last row ceases to hold.
        gaps: stretches between rows that no row covers.
        lowest: lowest close.
        highest: highest close.
        digest: SHA-256 (hex) over its content, whatever the file's name and form.
    """

    path: Path
    currency: str
    source: str
    convention: str
    interval: int
    rows: int
    first: datetime
    last: datetime
    gaps: int
    lowest: Decimal
    highest: Decimal
    digest: str


def check_tags(paths: Sequence[Path], network: str) -> TagSet:
    """Read tag files as a case would: a verdict for every row.

    Raises:
        BadTag: a file as a whole cannot be read or trusted.
        BadInput: no such network.
    """
    return load_tags(paths, get_network(network))


def check_prices(paths: Sequence[Path]) -> tuple[PriceCheck, ...]:
    """Read price tables as a case would.

    Raises:
        BadPrice: a file cannot be read, or does not say its source, convention and currency.
    """
    return tuple(_check(path, RateBook.load([path]).tables[0]) for path in paths)


def _check(path: Path, table: PriceTable) -> PriceCheck:
    steps = zip(table.starts, table.starts[1:], strict=False)
    return PriceCheck(
        path=path,
        currency=table.currency,
        source=table.source,
        convention=table.convention,
        interval=table.interval,
        rows=len(table.starts),
        first=datetime.fromtimestamp(table.starts[0], UTC),
        last=datetime.fromtimestamp(table.starts[-1] + table.interval, UTC),
        gaps=sum(after - before > table.interval for before, after in steps),
        lowest=min(table.closes),
        highest=max(table.closes),
        digest=table.digest,
    )
