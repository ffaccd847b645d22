"""The one facade: everything that the command line, and later other front ends, may ask for.

Nothing is loaded before it is asked for, so that help and shell completion come at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from cointrail.errors import BadInput

if TYPE_CHECKING:
    from cointrail.casework.outputs import safe_cell
    from cointrail.inspection.block import inspect_block
    from cointrail.inspection.prevouts import read_prevouts
    from cointrail.inspection.raw_file import decode_file
    from cointrail.inspection.tx import inspect_tx
    from cointrail.simulate import compose_world, draw_plan, plan_from_toml, preset, simulate_world
    from cointrail.workbench.bench import CaseRun, IngestRun, Workbench
    from cointrail.workbench.checks import PriceCheck, check_prices, check_tags
    from cointrail.workbench.demo import DemoRun, run_demo
    from cointrail.workbench.folders import require_folder
    from cointrail.workbench.lazy_frames import open_frames
    from cointrail.workbench.ledger_bench import LedgerBench
    from cointrail.workbench.lookup_bench import LookupBench
    from cointrail.workbench.options import parse_size
    from cointrail.workbench.queries import ask, sql_table

__all__ = [
    "CaseRun",
    "DemoRun",
    "IngestRun",
    "LedgerBench",
    "LookupBench",
    "PriceCheck",
    "Workbench",
    "ask",
    "check_prices",
    "check_tags",
    "compose_world",
    "decode_file",
    "draw_plan",
    "inspect_block",
    "inspect_tx",
    "open_frames",
    "parse_size",
    "plan_from_toml",
    "preset",
    "read_prevouts",
    "require_folder",
    "run_demo",
    "safe_cell",
    "simulate_world",
    "sql_table",
]

_HOMES = {
    "CaseRun": "cointrail.workbench.bench",
    "DemoRun": "cointrail.workbench.demo",
    "IngestRun": "cointrail.workbench.bench",
    "LedgerBench": "cointrail.workbench.ledger_bench",
    "LookupBench": "cointrail.workbench.lookup_bench",
    "PriceCheck": "cointrail.workbench.checks",
    "Workbench": "cointrail.workbench.bench",
    "ask": "cointrail.workbench.queries",
    "check_prices": "cointrail.workbench.checks",
    "check_tags": "cointrail.workbench.checks",
    "compose_world": "cointrail.simulate",
    "decode_file": "cointrail.inspection.raw_file",
    "draw_plan": "cointrail.simulate",
    "inspect_block": "cointrail.inspection.block",
    "inspect_tx": "cointrail.inspection.tx",
    "open_frames": "cointrail.workbench.lazy_frames",
    "parse_size": "cointrail.workbench.options",
    "plan_from_toml": "cointrail.simulate",
    "preset": "cointrail.simulate",
    "read_prevouts": "cointrail.inspection.prevouts",
    "require_folder": "cointrail.workbench.folders",
    "run_demo": "cointrail.workbench.demo",
    "safe_cell": "cointrail.casework.outputs",
    "simulate_world": "cointrail.simulate",
    "sql_table": "cointrail.workbench.queries",
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
