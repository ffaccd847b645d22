"""What can be asked for an exhibit: the commands that look something up, by the names of their options."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cointrail.casework.columns import cells_of, columns_of
from cointrail.casework.rows import LeadRow, PaymentRow, ProceedRow
from cointrail.errors import BadInput
from cointrail.heuristics.base import Tier
from cointrail.journal.judgements import judgement_of
from cointrail.journal.state import CaseState
from cointrail.tracing.peel_limits import PeelLimits
from cointrail.workbench.bench import Workbench
from cointrail.workbench.case_files import case_of
from cointrail.workbench.json_values import plain
from cointrail.workbench.trace_options import trace_bounds, trace_policies

Options = dict[str, Any]

MOST_LINES = 100_000
"""Lines of a list in an exhibit, unless it is asked for with `--limit`: a list is on an exhibit whole."""

FILES = ("tags", "prices")
"""Options that name files; what was in them belongs to the basis."""

DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question was answered with: the answer as JSON values, and its basis."""

    said: Any
    basis: dict[str, Any]


Ask = Callable[[Workbench, Options, CaseState], Answer]


def _of(found: Any) -> Answer:
    said = plain(found)
    return Answer(said, said["basis"])


def _look(method: str, first: str = "", names: str = "", **renamed: str) -> Ask:
    """Ask a method of the bench: `first` are its positions, `names` its options of the same name."""

    def ask(bench: Workbench, given: Options, _case: CaseState) -> Answer:
        positions = [given[name] for name in first.split()]
        options = {renamed.get(name, name): given[name] for name in names.split()}
        return _of(getattr(bench, method)(*positions, **options))

    return ask


def _explain(bench: Workbench, given: Options, case: CaseState) -> Answer:
    if given.get("case") is not None:
        raise BadInput(
            "an exhibit goes by the judgements that are on its case",
            hint="leave `--case` away; `cointrail case import` takes judgements from a case file",
        )
    judgements = [judgement_of(one.what) for one in case.judgements]
    return _of(bench.explain(given["a"], given["b"], judgements=judgements))


def _trace(*, forward: bool) -> Ask:
    def ask(bench: Workbench, given: Options, _case: CaseState) -> Answer:
        if given.get("seconds") is not None:
            raise BadInput(
                "where a trace ends by `--seconds` depends on the machine, so it cannot be an exhibit",
                hint="use `--max-outputs`",
            )
        bounds = trace_bounds(
            max_hops=given["max_hops"],
            max_outputs=given["max_outputs"],
            min_value_sat=given["min_value"],
            min_share=given["min_share"],
            seconds=None,
        )
        found = bench.trace(
            given["seeds"],
            forward=forward,
            policies=trace_policies(given["policy"]),
            tags=given["tags"],
            bounds=bounds,
            start=given["start"],
            limit=given["limit"],
        )
        return _of(found)

    return ask


def _peel(bench: Workbench, given: Options, _case: CaseState) -> Answer:
    days = given["max_gap_days"]
    limits = PeelLimits(
        max_hops=given["max_hops"],
        min_value_sat=given["min_value"],
        max_gap_s=None if days is None else days * DAY_S,
        weakest=Tier[given["weakest"]],
        through_joins=given["through_joins"],
        through_sweeps=not given["stop_at_sweeps"],
        max_chains=given["max_chains"],
    )
    names = ("backward", "tags", "prices", "currency")
    return _of(bench.peel(given["output"], limits=limits, **{name: given[name] for name in names}))


def _run(bench: Workbench, _given: Options, case: CaseState) -> Answer:
    found = bench.answer_case(lambda network: case_of(case, network))
    tables = (("payments", PaymentRow), ("leads", LeadRow), ("proceeds", ProceedRow))
    rows = {name: _rows(kind, getattr(found, name)) for name, kind in tables}
    return Answer({"summary": found.summary, **rows}, json.loads(found.basis.canonical()))


def _rows(kind: type, rows: Sequence[object]) -> list[dict[str, str]]:
    """Rows as the tables of a case have them: texts by column."""
    names = [column.name for column in columns_of(kind)]
    return [dict(zip(names, cells_of(row), strict=True)) for row in rows]


_PAGE = "start limit"
QUESTIONS: dict[str, Ask] = {
    "address show": _look("show_address", "address", f"tags newest {_PAGE}"),
    "address txs": _look("address_txs", "address", f"newest {_PAGE}"),
    "address balance": _look("address_balance", "address", f"every {_PAGE}"),
    "address neighbours": _look("address_neighbours", "address", f"newest most_txs {_PAGE}"),
    "tx show": _look("show_tx", "txid", "tags"),
    "tx analyse": _look("analyse_tx", "txid", "tags"),
    "cluster show": _look("show_cluster", "cluster", f"tags at {_PAGE}"),
    "cluster payments": _look("cluster_payments", "cluster", f"tags newest {_PAGE}"),
    "cluster balance": _look("cluster_balance", "cluster", f"every {_PAGE}"),
    "cluster neighbours": _look("cluster_neighbours", "cluster", f"tags newest most_txs {_PAGE}"),
    "cluster tiers": _look("cluster_tiers", "cluster", "tags tier limit"),
    "explain": _explain,
    "trace forward": _trace(forward=True),
    "trace backward": _trace(forward=False),
    "trace account": _look("account", "cluster", f"claim tags {_PAGE}", claim="claims"),
    "trace peel": _peel,
    "case run": _run,
}
"""How each command is asked."""


def file_options(options: Options) -> list[tuple[str, Path]]:
    """The files that options name, with the name of the option."""
    return [(name, Path(path)) for name in FILES for path in options.get(name) or ()]
