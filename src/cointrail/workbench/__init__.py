"""The one facade: everything that the command line, and later other front ends, may ask for.

Nothing is loaded before it is asked for, so that help and shell completion come at once.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from cointrail.errors import BadInput

if TYPE_CHECKING:
    from cointrail.analytics.open_store import OpenStore, open_store
    from cointrail.casework.outputs import safe_cell
    from cointrail.error_rates.combine import percent, rate_text
    from cointrail.evaluate.cases import StatementRate
    from cointrail.evaluate.fidelity.run import EraGates
    from cointrail.evaluate.learning.compare import votes_by_plan
    from cointrail.evaluate.learning.run import Budget, Trained
    from cointrail.evaluate.rates.check import TableCheck
    from cointrail.evaluate.real.run import RealEvaluation, evaluate_real
    from cointrail.evaluate.worlds.compare import Rate, RateChange, RunComparison, compare_runs
    from cointrail.evaluate.worlds.pool import Evaluation
    from cointrail.evaluate.worlds.tables import Sheet
    from cointrail.evidence.check import Answered, Verified, verify_bundle
    from cointrail.evidence.receipts import attach_ots, attach_timestamp, sign_report
    from cointrail.heuristics.base import Tier
    from cointrail.inspection.block import inspect_block
    from cointrail.inspection.coinjoin import analyse_raw_join
    from cointrail.inspection.prevouts import read_prevouts
    from cointrail.inspection.raw_file import decode_file
    from cointrail.inspection.tx import inspect_tx
    from cointrail.inspection.tx_analysis import analyse_raw_tx
    from cointrail.journal.acts import RequestState
    from cointrail.journal.entry import Head
    from cointrail.journal.state import CaseState
    from cointrail.report.packet import Ask
    from cointrail.rulebook.cards import RuleCard, RulePage, rule_cards, rule_page, table_check
    from cointrail.simulate import compose_world, draw_plan, plan_from_toml, preset, simulate_world
    from cointrail.tracing.peel_limits import PeelLimits
    from cointrail.workbench.bench import CaseRun, CaseSource, IngestRun, Workbench
    from cointrail.workbench.bundle_ask import BundleAsk
    from cointrail.workbench.bundle_journal import journal_files
    from cointrail.workbench.case_bench import CaseBench, verify_journal_file, who_works
    from cointrail.workbench.case_views import (
        case_values,
        entry_values,
        record_values,
        request_values,
        verdict_values,
    )
    from cointrail.workbench.checks import PriceCheck, check_prices, check_tags
    from cointrail.workbench.coinjoin_options import join_options
    from cointrail.workbench.demo import DemoRun, run_demo
    from cointrail.workbench.error_rates import MadeTable, check_error_table, make_error_table
    from cointrail.workbench.evaluation import evaluate_world, evaluate_worlds, evaluation_sheets
    from cointrail.workbench.evaluation_runs import evaluate_cases, evaluate_sweeps
    from cointrail.workbench.exhibit_questions import JUDGED, OF_THE_CASE
    from cointrail.workbench.fidelity import evaluate_fidelity
    from cointrail.workbench.folders import require_folder
    from cointrail.workbench.lazy_frames import open_frames
    from cointrail.workbench.lead_bench import (
        list_desks,
        make_packets,
        move_request,
        private_tags,
        requests_of,
        take_answer,
    )
    from cointrail.workbench.ledger_bench import LedgerBench
    from cointrail.workbench.lookup_bench import LookupBench
    from cointrail.workbench.open_bench import OpenBench
    from cointrail.workbench.options import parse_size
    from cointrail.workbench.peel_bench import PeelBench
    from cointrail.workbench.queries import ask, sql_table
    from cointrail.workbench.reports import Written, export_case, note_report, report_document, write_report
    from cointrail.workbench.trace_bench import TraceBench
    from cointrail.workbench.trace_options import trace_bounds, trace_policies
    from cointrail.workbench.training import train_change

__all__ = [
    "JUDGED",
    "OF_THE_CASE",
    "Answered",
    "Ask",
    "Budget",
    "BundleAsk",
    "CaseBench",
    "CaseRun",
    "CaseSource",
    "CaseState",
    "DemoRun",
    "EraGates",
    "Evaluation",
    "Head",
    "IngestRun",
    "LedgerBench",
    "LookupBench",
    "MadeTable",
    "OpenBench",
    "OpenStore",
    "PeelBench",
    "PeelLimits",
    "PriceCheck",
    "Rate",
    "RateChange",
    "RealEvaluation",
    "RequestState",
    "RuleCard",
    "RulePage",
    "RunComparison",
    "Sheet",
    "StatementRate",
    "TableCheck",
    "Tier",
    "TraceBench",
    "Trained",
    "Verified",
    "Workbench",
    "Written",
    "analyse_raw_join",
    "analyse_raw_tx",
    "ask",
    "attach_ots",
    "attach_timestamp",
    "case_values",
    "check_error_table",
    "check_prices",
    "check_tags",
    "compare_runs",
    "compose_world",
    "decode_file",
    "draw_plan",
    "entry_values",
    "evaluate_cases",
    "evaluate_fidelity",
    "evaluate_real",
    "evaluate_sweeps",
    "evaluate_world",
    "evaluate_worlds",
    "evaluation_sheets",
    "export_case",
    "inspect_block",
    "inspect_tx",
    "join_options",
    "journal_files",
    "list_desks",
    "load",
    "make_error_table",
    "make_packets",
    "move_request",
    "note_report",
    "open_frames",
    "open_store",
    "parse_size",
    "percent",
    "plan_from_toml",
    "preset",
    "private_tags",
    "rate_text",
    "read_prevouts",
    "record_values",
    "report_document",
    "request_values",
    "requests_of",
    "require_folder",
    "rule_cards",
    "rule_page",
    "run_demo",
    "safe_cell",
    "sign_report",
    "simulate_world",
    "sql_table",
    "table_check",
    "take_answer",
    "trace_bounds",
    "trace_policies",
    "train_change",
    "verdict_values",
    "verify_bundle",
    "verify_journal_file",
    "votes_by_plan",
    "who_works",
    "write_report",
]

_HOMES = {
    "Answered": "cointrail.evidence.check",
    "Ask": "cointrail.report.packet",
    "Budget": "cointrail.evaluate.learning.run",
    "BundleAsk": "cointrail.workbench.bundle_ask",
    "CaseBench": "cointrail.workbench.case_bench",
    "CaseRun": "cointrail.workbench.bench",
    "CaseSource": "cointrail.workbench.bench",
    "CaseState": "cointrail.journal.state",
    "DemoRun": "cointrail.workbench.demo",
    "EraGates": "cointrail.evaluate.fidelity.run",
    "Evaluation": "cointrail.evaluate.worlds.pool",
    "Head": "cointrail.journal.entry",
    "IngestRun": "cointrail.workbench.bench",
    "LedgerBench": "cointrail.workbench.ledger_bench",
    "LookupBench": "cointrail.workbench.lookup_bench",
    "MadeTable": "cointrail.workbench.error_rates",
    "JUDGED": "cointrail.workbench.exhibit_questions",
    "OF_THE_CASE": "cointrail.workbench.exhibit_questions",
    "OpenBench": "cointrail.workbench.open_bench",
    "OpenStore": "cointrail.analytics.open_store",
    "PeelBench": "cointrail.workbench.peel_bench",
    "PeelLimits": "cointrail.tracing.peel_limits",
    "PriceCheck": "cointrail.workbench.checks",
    "Rate": "cointrail.evaluate.worlds.compare",
    "RateChange": "cointrail.evaluate.worlds.compare",
    "RealEvaluation": "cointrail.evaluate.real.run",
    "RequestState": "cointrail.journal.acts",
    "RuleCard": "cointrail.rulebook.cards",
    "RulePage": "cointrail.rulebook.cards",
    "RunComparison": "cointrail.evaluate.worlds.compare",
    "Sheet": "cointrail.evaluate.worlds.tables",
    "StatementRate": "cointrail.evaluate.cases",
    "TableCheck": "cointrail.evaluate.rates.check",
    "Tier": "cointrail.heuristics.base",
    "TraceBench": "cointrail.workbench.trace_bench",
    "Trained": "cointrail.evaluate.learning.run",
    "Verified": "cointrail.evidence.check",
    "Workbench": "cointrail.workbench.bench",
    "Written": "cointrail.workbench.reports",
    "analyse_raw_join": "cointrail.inspection.coinjoin",
    "analyse_raw_tx": "cointrail.inspection.tx_analysis",
    "ask": "cointrail.workbench.queries",
    "attach_ots": "cointrail.evidence.receipts",
    "attach_timestamp": "cointrail.evidence.receipts",
    "case_values": "cointrail.workbench.case_views",
    "check_error_table": "cointrail.workbench.error_rates",
    "check_prices": "cointrail.workbench.checks",
    "check_tags": "cointrail.workbench.checks",
    "compare_runs": "cointrail.evaluate.worlds.compare",
    "compose_world": "cointrail.simulate",
    "decode_file": "cointrail.inspection.raw_file",
    "draw_plan": "cointrail.simulate",
    "entry_values": "cointrail.workbench.case_views",
    "evaluate_cases": "cointrail.workbench.evaluation_runs",
    "evaluate_fidelity": "cointrail.workbench.fidelity",
    "evaluate_real": "cointrail.evaluate.real.run",
    "evaluate_sweeps": "cointrail.workbench.evaluation_runs",
    "evaluate_world": "cointrail.workbench.evaluation",
    "evaluate_worlds": "cointrail.workbench.evaluation",
    "evaluation_sheets": "cointrail.workbench.evaluation",
    "export_case": "cointrail.workbench.reports",
    "inspect_block": "cointrail.inspection.block",
    "inspect_tx": "cointrail.inspection.tx",
    "join_options": "cointrail.workbench.coinjoin_options",
    "journal_files": "cointrail.workbench.bundle_journal",
    "list_desks": "cointrail.workbench.lead_bench",
    "make_error_table": "cointrail.workbench.error_rates",
    "make_packets": "cointrail.workbench.lead_bench",
    "move_request": "cointrail.workbench.lead_bench",
    "note_report": "cointrail.workbench.reports",
    "open_frames": "cointrail.workbench.lazy_frames",
    "open_store": "cointrail.analytics.open_store",
    "parse_size": "cointrail.workbench.options",
    "percent": "cointrail.error_rates.combine",
    "plan_from_toml": "cointrail.simulate",
    "preset": "cointrail.simulate",
    "private_tags": "cointrail.workbench.lead_bench",
    "rate_text": "cointrail.error_rates.combine",
    "read_prevouts": "cointrail.inspection.prevouts",
    "record_values": "cointrail.workbench.case_views",
    "report_document": "cointrail.workbench.reports",
    "request_values": "cointrail.workbench.case_views",
    "requests_of": "cointrail.workbench.lead_bench",
    "require_folder": "cointrail.workbench.folders",
    "rule_cards": "cointrail.rulebook.cards",
    "rule_page": "cointrail.rulebook.cards",
    "table_check": "cointrail.rulebook.cards",
    "run_demo": "cointrail.workbench.demo",
    "safe_cell": "cointrail.casework.outputs",
    "sign_report": "cointrail.evidence.receipts",
    "simulate_world": "cointrail.simulate",
    "sql_table": "cointrail.workbench.queries",
    "take_answer": "cointrail.workbench.lead_bench",
    "trace_bounds": "cointrail.workbench.trace_options",
    "trace_policies": "cointrail.workbench.trace_options",
    "train_change": "cointrail.workbench.training",
    "verdict_values": "cointrail.workbench.case_views",
    "verify_bundle": "cointrail.evidence.check",
    "verify_journal_file": "cointrail.workbench.case_bench",
    "votes_by_plan": "cointrail.evaluate.learning.compare",
    "who_works": "cointrail.workbench.case_bench",
    "write_report": "cointrail.workbench.reports",
}

_EXTRAS = {
    "duckdb": "sql",
    "fastapi": "serve",
    "polars": "sql",
    "psycopg": "postgres",
    "pyarrow": "sql",
    "pyrage": "protect",
    "sklearn": "learn",
    "uvicorn": "serve",
    "zstandard": "evaluate",
}
"""The extra that brings a package."""


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(load(_HOMES[name]), name)


def load(module: str) -> ModuleType:
    """A module of this program, by its name.

    Raises:
        BadInput: it needs a package of an extra that is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        extra = _EXTRAS.get(missing.name or "")
        if extra is None:
            raise
        raise BadInput(
            f"this needs the package `{missing.name}`, which is not installed",
            hint=f"install the extra `{extra}`: `pip install 'cointrail[{extra}]'`",
            package=missing.name,
        ) from missing
