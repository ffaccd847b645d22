"""The one facade: everything that the command line, and later other front ends, may ask for.

Nothing is loaded before it is asked for, so that help and shell completion come at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from cointrail.errors import BadInput

if TYPE_CHECKING:
    from cointrail.casework.outputs import safe_cell
    from cointrail.evidence.check import NOT_PROVEN, Answered, verify_bundle
    from cointrail.heuristics.base import Tier
    from cointrail.inspection.block import inspect_block
    from cointrail.inspection.prevouts import read_prevouts
    from cointrail.inspection.raw_file import decode_file
    from cointrail.inspection.tx import inspect_tx
    from cointrail.simulate import simulate_world
    from cointrail.tracing.error_bound import percent
    from cointrail.tracing.peel_limits import PeelLimits
    from cointrail.workbench.bench import CaseRun, IngestRun, Workbench
    from cointrail.workbench.checks import PriceCheck, check_prices, check_tags
    from cointrail.workbench.demo import DemoRun, run_demo
    from cointrail.workbench.folders import require_folder
    from cointrail.workbench.lazy_frames import open_frames
    from cointrail.workbench.ledger_bench import LedgerBench
    from cointrail.workbench.lookup_bench import LookupBench
    from cointrail.workbench.options import parse_size
    from cointrail.workbench.peel_bench import PeelBench
    from cointrail.workbench.queries import ask, sql_table

__all__ = [
    "NOT_PROVEN",
    "Answered",
    "CaseRun",
    "DemoRun",
    "IngestRun",
    "LedgerBench",
    "LookupBench",
    "PeelBench",
    "PeelLimits",
    "PriceCheck",
    "Tier",
    "Workbench",
    "ask",
    "check_prices",
    "check_tags",
    "decode_file",
    "inspect_block",
    "inspect_tx",
    "open_frames",
    "parse_size",
    "percent",
    "read_prevouts",
    "require_folder",
    "run_demo",
    "safe_cell",
    "simulate_world",
    "sql_table",
    "verify_bundle",
]

_HOMES = {
    "NOT_PROVEN": "cointrail.evidence.check",
    "Answered": "cointrail.evidence.check",
    "CaseRun": "cointrail.workbench.bench",
    "DemoRun": "cointrail.workbench.demo",
    "IngestRun": "cointrail.workbench.bench",
    "LedgerBench": "cointrail.workbench.ledger_bench",
    "LookupBench": "cointrail.workbench.lookup_bench",
    "PeelBench": "cointrail.workbench.peel_bench",
    "PeelLimits": "cointrail.tracing.peel_limits",
    "PriceCheck": "cointrail.workbench.checks",
    "Tier": "cointrail.heuristics.base",
    "Workbench": "cointrail.workbench.bench",
    "ask": "cointrail.workbench.queries",
    "check_prices": "cointrail.workbench.checks",
    "check_tags": "cointrail.workbench.checks",
    "decode_file": "cointrail.inspection.raw_file",
    "inspect_block": "cointrail.inspection.block",
    "inspect_tx": "cointrail.inspection.tx",
    "open_frames": "cointrail.workbench.lazy_frames",
    "parse_size": "cointrail.workbench.options",
    "percent": "cointrail.tracing.error_bound",
    "read_prevouts": "cointrail.inspection.prevouts",
    "require_folder": "cointrail.workbench.folders",
    "run_demo": "cointrail.workbench.demo",
    "safe_cell": "cointrail.casework.outputs",
    "simulate_world": "cointrail.simulate",
    "sql_table": "cointrail.workbench.queries",
    "verify_bundle": "cointrail.evidence.check",
}

_SQL_PACKAGES = frozenset({"duckdb", "pyarrow", "polars"})
"""What the extra `sql` brings."""


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(_HOMES[name]), name)
    except ModuleNotFoundError as missing:
        if missing.name not in _SQL_PACKAGES:
            raise
        raise BadInput(
            f"this needs the package `{missing.name}`, which is not installed",
            hint="install the extra `sql`: `pip install 'cointrail[sql]'`",
            package=missing.name,
        ) from missing
