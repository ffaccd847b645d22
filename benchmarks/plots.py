"""Plots of a result as SVG, the same bytes for the same figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

from measure import GB
from table import shortened

mpl.use("svg")

STYLE = {
    "svg.hashsalt": "cointrail",
    "svg.fonttype": "none",
    "font.size": 9,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}
MARKERS = "osD^vP"
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
"""Told apart with any colour vision. Source: Okabe and Ito, 2008. The markers differ too."""


@contextmanager
def _figure(path: Path, size: tuple[float, float] = (6, 3.6)) -> Iterator[Any]:
    """Axes to draw on; written when the block ends."""
    with mpl.rc_context(STYLE):
        figure, axes = plt.subplots(figsize=size, layout="constrained")
        yield axes
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
        plt.close(figure)


def draw_all(result: dict[str, Any], folder: Path) -> tuple[str, ...]:
    """Draw every plot of a result into a folder. Returns the names of the files."""
    folder.mkdir(parents=True, exist_ok=True)
    plots: dict[str, Callable[[Path], None]] = {
        "table.svg": lambda path: _draw_table(result["table"], path),
        "time.svg": lambda path: _draw_time(result, path),
        "disk-and-memory.svg": lambda path: _draw_disk(result["sizes"], path),
        "pages.svg": lambda path: _draw_pages(result["sizes"], path),
    }
    for name, draw in plots.items():
        draw(folder / name)
    return tuple(plots)


def _sizes(sizes: Sequence[dict[str, Any]]) -> list[float]:
    return [one["chain"]["block_bytes"] / GB for one in sizes]


def _scale(axes: Any, sizes: Sequence[dict[str, Any]], what: str) -> None:
    """Both scales by powers of ten, with the sizes that were measured below."""
    axes.set(xscale="log", yscale="log", xlabel="GB of blocks", ylabel=what)
    places = _sizes(sizes)
    axes.set_xticks(places, [f"{place:.3g}" for place in places])
    axes.set_xticks([], minor=True)


def margin(row: dict[str, Any]) -> float:
    """How many times the limit a figure is on the good side; below 1 it is missed."""
    value, limit = float(row["value"]), float(row["at_least"])
    if limit > 0:
        return value / limit
    return limit / value if limit < 0 and value < 0 else float("inf")


def _draw_table(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Every row as a bar: how far from its limit."""
    shown = [row for row in rows if 0 < margin(row) < float("inf")][::-1]
    with _figure(path, (7.5, 0.6 + 0.28 * len(shown))) as axes:
        for place, row in enumerate(shown):
            good = margin(row)
            axes.barh(place, good - 1, left=1, color=COLORS[0] if row["holds"] else COLORS[1], height=0.6)
            text = f"{abs(row['value']):,.4g} / {abs(row['at_least']):g}"
            axes.annotate(
                text,
                (max(1, good), place),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=7,
            )
        axes.set_yticks(range(len(shown)), [row["name"] for row in shown], fontsize=7)
        axes.set_xscale("log")
        axes.set_xlim(right=5 * max(1, *map(margin, shown)))
        axes.axvline(1, color="black", linewidth=1)
        axes.set_xlabel("times its limit; left of the line the limit is missed")


def _draw_time(result: dict[str, Any], path: Path) -> None:
    """Ingest time by size, beside the time of reading the files alone."""
    sizes = result["sizes"]
    grows = result["growth"].get("time")
    name = "ingest" if grows is None else f"ingest, growth exponent {shortened(grows, 3)}"
    with _figure(path) as axes:
        for k, (label, key) in enumerate(((name, "ingest_seconds"), ("cold read", "cold_read_seconds"))):
            found = [one[key] for one in sizes]
            middle = [one["median"] for one in found]
            below = [one["median"] - one["least"] for one in found]
            above = [one["most"] - one["median"] for one in found]
            axes.errorbar(
                _sizes(sizes), middle, yerr=[below, above], marker=MARKERS[k], color=COLORS[k], label=label
            )
        _scale(axes, sizes, "seconds")
        axes.legend()


def _draw_disk(sizes: Sequence[dict[str, Any]], path: Path) -> None:
    """Store and memory by size."""
    lines = {
        "store": "store_bytes",
        "clusters": "derived_bytes",
        "peak memory, mapped files included": "ingest_peak_bytes",
        "peak memory of its own": "ingest_own_peak_bytes",
    }
    with _figure(path) as axes:
        for k, (label, key) in enumerate(lines.items()):
            figures = [one[key] / GB for one in sizes]
            axes.plot(_sizes(sizes), figures, marker=MARKERS[k], color=COLORS[k], label=label)
        _scale(axes, sizes, "GB")
        axes.legend()


def _draw_pages(sizes: Sequence[dict[str, Any]], path: Path) -> None:
    """The 95th percentile of pages by size, warm and cold."""
    with _figure(path, (6, 4.2)) as axes:
        for k, name in enumerate(sizes[0]["pages"]):
            for state, line in (("warm", "-"), ("cold", ":")):
                figures = [one["pages"][name][state]["p95_ms"] for one in sizes]
                label = f"{name}, {state}"
                axes.plot(_sizes(sizes), figures, line, marker=MARKERS[k], color=COLORS[k], label=label)
        axes.axhline(20, color="black", linewidth=1, label="limit of warm pages")
        _scale(axes, sizes, "p95 of a page, ms")
        axes.get_figure().legend(loc="outside lower center", fontsize=7, ncols=3)
