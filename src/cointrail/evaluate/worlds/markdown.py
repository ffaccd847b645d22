"""Tables and figures in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from cointrail.evaluate.bootstrap import Interval


def md_table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A table, line by line; whole numbers have separators."""
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(f"{one:,}" if isinstance(one, int) else str(one) for one in row) + " |"


def share(part: int, whole: int) -> str:
    """A share in percent with two digits; a dash of nothing."""
    return f"{float(Fraction(100 * part, whole)):.2f} %" if whole else "-"


def number(value: float | None) -> str:
    """A share with four digits; a dash where there is none."""
    return "-" if value is None else f"{value:.4f}"


def ends(interval: Interval | None) -> str:
    """Both ends of an interval; a dash where there is none."""
    return "-" if interval is None else f"{interval[0]:.4f} to {interval[1]:.4f}"
