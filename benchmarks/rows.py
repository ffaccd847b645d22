"""The rows of the table, from what was measured. A figure that could not be measured is listed with why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from at_size import AtSize
from measure import GB, MB
from planned import planned_peak
from table import Row, at_least, at_most, reported
from traces import OUTPUTS, trace_rows


@dataclass
class Table:
    """Rows, and what could not be measured."""

    rows: list[Row] = field(default_factory=list)
    not_measured: dict[str, str] = field(default_factory=dict)
    """why, by name"""


def fill_table(
    sizes: list[AtSize],
    beside: dict[str, Any],
    grows: dict[str, float],
    budget: dict[str, Any],
    plan: dict[str, Any],
) -> Table:
    """Everything but the clustering, which has rows of its own."""
    table, largest = Table(), sizes[-1]
    _add_peers(table, largest, beside)
    _add_growth(table, grows)
    _add_memory(table, largest, budget, plan)
    ratio = largest.store_bytes / largest.chain.block_bytes
    table.rows.append(at_most("store size / block size", ratio, 0.6))
    _add_queries(table, largest)
    _add_rules(table, sizes, grows)
    return table


def _rate(beside: dict[str, Any], name: str) -> float:
    """MB a second by the clock."""
    return float(beside[name]["mb_per_second"]["median"])


def _core_rate(beside: dict[str, Any], name: str) -> float:
    """MB for each second that a core worked."""
    return float(beside[name]["mb_per_core_second"]["median"])


def _add_peers(table: Table, largest: AtSize, beside: dict[str, Any]) -> None:
    ours = largest.ingest_rate.median / MB
    with_text = _core_rate(beside, "decode with text") / _core_rate(beside, "parser")
    disk = largest.ingest_rate.median / largest.cold_read_rate.median
    table.rows += [
        at_least(
            "end-to-end ingest / bitcoin-explorer with connected inputs, MB/s",
            ours / _rate(beside, "explorer"),
            25,
        ),
        at_least(
            "end-to-end ingest / blockchain-parser with addresses, MB/s", ours / _rate(beside, "parser"), 50
        ),
        at_least("decode, txid, type, address text / blockchain-parser, per core", with_text, 100),
    ]
    name = "decode and txid / openssl speed sha256 (16 KB), per core"
    if beside["openssl"]:
        table.rows.append(at_least(name, _core_rate(beside, "decode") / _core_rate(beside, "openssl"), 0.6))
    else:
        table.not_measured[name] = "there is no program openssl"
    table.rows.append(at_least("end-to-end ingest / cold sequential read of the disk", disk, 0.25))


def _add_growth(table: Table, grows: dict[str, float]) -> None:
    for what in ("time", "disk"):
        name = f"growth exponent of {what}, smallest to largest size"
        if what in grows:
            table.rows.append(at_most(name, grows[what], 1.1))
        else:
            table.not_measured[name] = "it takes two sizes"


def _add_memory(table: Table, largest: AtSize, budget: dict[str, Any], plan: dict[str, Any]) -> None:
    table.rows += [
        at_most("peak memory at the largest size, GB", largest.ingest_peak_bytes / GB, 5),
        at_most("planned memory for the full chain, GB", planned_peak(plan) / GB, 12),
    ]
    name = f"memory of its own at the peak / budget of --memory {budget['memory']}"
    if "failed" in budget:
        table.not_measured[name] = budget["failed"]
    else:
        table.rows.append(at_most(name, budget["own_peak_bytes"] / budget["budget_bytes"], 1))


def _add_queries(table: Table, largest: AtSize) -> None:
    for page, figures in largest.pages.items():
        table.rows.append(at_most(f"page of 50 rows, {page}, warm p95, ms", figures["warm"]["p95_ms"], 20))
    first = largest.first_answer_seconds.most
    table.rows.append(at_most("open a store and answer once, new process, cold store, s", first, 1))


def _add_rules(table: Table, sizes: list[AtSize], grows: dict[str, float]) -> None:
    """The bulk pass at every size and how it grows; traces and rows for analysts at the largest."""
    for one in sizes:
        name = f"all detectors and static change rules at {one.chain.block_bytes / GB:.2g} GB, M tx/s"
        table.rows.append(at_least(name, one.rules_pass["txs_per_second"] / 1_000_000, 1))
    name = "growth exponent of that pass, smallest to largest size"
    if "rules_time" in grows:
        table.rows.append(at_most(name, grows["rules_time"], 1.1))
    else:
        table.not_measured[name] = "it takes two sizes"
    traced = trace_rows(sizes[-1].traces)
    table.rows += traced
    if len(traced) == 1:
        table.not_measured[f"trace of {OUTPUTS:,} outputs"] = "no trace comes so far at the largest size"
    for what, figures in sizes[-1].rows_read.items():
        name = f"{figures['rows']:,} rows as a Polars frame, {what}, M rows/s"
        table.rows.append(reported(name, figures["rows_per_second"] / 1_000_000))
