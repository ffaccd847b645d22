"""What can be asked for an exhibit: the commands that look something up, by the names of their options."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from cointrail.casework.columns import cells_of, columns_of
from cointrail.casework.rows import TABLES
from cointrail.chain.types import Outpoint
from cointrail.errors import BadInput, NotFound
from cointrail.heuristics.base import Tier
from cointrail.journal.judgements import judgement_of
from cointrail.journal.state import CaseState
from cointrail.tracing.peel_limits import PeelLimits
from cointrail.workbench.bench import Workbench
from cointrail.workbench.case_files import case_of
from cointrail.workbench.json_values import plain
from cointrail.workbench.options import parse_size
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


JUDGED = {"explain": True, "cluster show": False, "cluster tiers": False}
"""Questions that can go by the judgements on a case, with whether one that does not say `judged` does."""


def _judged(command: str, method: str, first: str, names: str = "") -> Ask:
    """The same as `_look` of a question that can go by judgements."""

    def ask(bench: Workbench, given: Options, case: CaseState) -> Answer:
        if given.get("case") is not None:
            raise BadInput(
                "an exhibit goes by the judgements that are on its case",
                hint="leave `--case` away; `cointrail case import` takes judgements from a case file",
            )
        goes_by = given.get("judged", JUDGED[command])
        judgements = [judgement_of(one.what) for one in case.judgements] if goes_by else []
        options = {name: given[name] for name in names.split()}
        positions = [given[name] for name in first.split()]
        return _of(getattr(bench, method)(*positions, **options, judgements=judgements))

    return ask


def _require_no_seconds(given: Options, what: str, option: str, instead: str) -> None:
    if given.get("seconds") is not None:
        raise BadInput(
            f"where {what} ends by `{option}` depends on the machine, so it cannot be an exhibit",
            hint=f"use `{instead}`",
        )


def _trace(*, forward: bool) -> Ask:
    def ask(bench: Workbench, given: Options, _case: CaseState) -> Answer:
        _require_no_seconds(given, "a trace", "--seconds", "--max-outputs")
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


def _analysis(bench: Workbench, given: Options, _case: CaseState) -> Answer:
    prices, currency = given.get("prices") or (), given.get("currency") or "USD"  # older exhibits have none
    return _of(bench.analyse_tx(given["txid"], tags=given["tags"], prices=prices, currency=currency))


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


def _join(bench: Workbench, given: Options, _case: CaseState) -> Answer:
    _require_no_seconds(given, "an analysis", "--max-seconds", "--max-steps")
    names = ("merge_inputs", "fee_as_output", "fee_only", "maker_fee", "common", "steps")
    make: Callable[..., Any] = import_module("cointrail.workbench.coinjoin_options").join_options
    options = make(**{name: given[name] for name in names}, seconds=math.inf)
    found = plain(bench.analyse_join(given["txid"], options=options, at=given["at"]))
    del found["analysis"]["options"]["limits"]["seconds"]  # there is no such limit
    return _of(found)


def _sql(bench: Workbench, given: Options, _case: CaseState) -> Answer:
    if given["query"] is None:
        raise BadInput("an exhibit needs the query itself", hint="write it after `sql`")
    ask: Callable[..., Any] = import_module("cointrail.workbench.queries").ask
    limit, memory = (None if given["everything"] else given["limit"]), parse_size(given["memory"])
    one, again = (
        ask(bench.store, given["query"], limit=limit, memory=memory, threads=1, at=bench.at) for _ in range(2)
    )
    if one != again:
        raise BadInput(
            "asked twice, this query gives two answers, so it cannot be an exhibit",
            hint="order the rows with `ORDER BY`, and ask for nothing that depends on chance or the clock",
        )
    return _of(one)


def _run(bench: Workbench, _given: Options, case: CaseState) -> Answer:
    found = bench.answer_case(lambda network: case_of(case, network))
    rows = {name: _rows(kind, getattr(found, name)) for name, kind in TABLES.items()}
    return Answer({"summary": found.summary, **rows}, json.loads(found.basis.canonical()))


def _from_run(**picked: dict[str, str]) -> Ask:
    """Rows of the case's own run: for each table, which option each of some columns must equal."""

    def ask(bench: Workbench, given: Options, case: CaseState) -> Answer:
        named = {option for keys in picked.values() for option in keys.values()}
        outpoints = {option: str(Outpoint.parse(given[option])) for option in sorted(named)}
        run = _run(bench, given, case)
        rows = {
            table: [
                row
                for row in run.said[table]
                if all(row[column] == outpoints[option] for column, option in keys.items())
            ]
            for table, keys in picked.items()
        }
        if not any(rows.values()):
            raise NotFound(
                f"the case has no such row in {' or '.join(f'{table}.csv' for table in picked)}",
                hint="name outputs as they stand in the tables of `cointrail case run`",
                **outpoints,
            )
        return Answer({"reference": run.said["summary"]["reference"], **rows}, run.basis)

    return ask


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
    "tx analyse": _analysis,
    "cluster show": _judged("cluster show", "show_cluster", "cluster", f"tags at {_PAGE}"),
    "cluster payments": _look("cluster_payments", "cluster", f"tags newest {_PAGE}"),
    "cluster balance": _look("cluster_balance", "cluster", f"every {_PAGE}"),
    "cluster neighbours": _look("cluster_neighbours", "cluster", f"tags newest most_txs {_PAGE}"),
    "cluster tiers": _judged("cluster tiers", "cluster_tiers", "cluster", "tags tier limit"),
    "cluster review": _look("cluster_review", "", _PAGE),
    "explain": _judged("explain", "explain", "a b"),
    "trace forward": _trace(forward=True),
    "trace backward": _trace(forward=False),
    "trace account": _look("account", "cluster", f"claim tags {_PAGE}", claim="claims"),
    "trace peel": _peel,
    "coinjoin analyse": _join,
    "sql": _sql,
    "case run": _run,
    "case payment": _from_run(payments={"outpoint": "payment"}, leads={"payment": "payment"}),
    "case outflow": _from_run(proceeds={"outflow_outpoint": "outflow"}),
    "case lead": _from_run(
        leads={"payment": "from", "withdrawal_outpoint": "to"},
        proceeds={"outflow_outpoint": "from", "end_outpoint": "to"},
    ),
}
"""How each command is asked."""

OF_THE_CASE: dict[str, tuple[str, ...]] = {
    "case run": (),
    "case payment": ("payment",),
    "case outflow": ("outflow",),
    "case lead": ("from", "to"),
}
"""Questions that run the case itself, with the outputs that each names."""


def file_options(options: Options) -> list[tuple[str, Path]]:
    """The files that options name, with the name of the option."""
    return [(name, Path(path)) for name in FILES for path in options.get(name) or ()]
