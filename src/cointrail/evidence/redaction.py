"""What one exchange gets of a case: the rows about it, and of each trail the part that leads there.

The rest is withheld: it counts under the stop reason `withheld`, so that every sum still closes.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cointrail.casework.outputs import csv_bytes, read_rows
from cointrail.casework.result import CaseResult
from cointrail.casework.rows import LeadRow, PaymentRow, ProceedRow, Worth
from cointrail.casework.summary import describe_leads
from cointrail.chain.types import Outpoint, Txid
from cointrail.errors import BadInput
from cointrail.evidence import verify
from cointrail.evidence.claims import named_txids
from cointrail.evidence.standards import Reader, Tx, outcome, tally
from cointrail.tracing.policy import Policy

WITHHELD = "withheld"

SETTINGS = ("reference", "legal_basis", "period", "currency", "report_date", "limits", "policies")
"""Settings of the case that an exchange sees; seeds, judgements and the names of files it does not."""

DESCRIBED = ("reference", "legal_basis", "period", "report_date", "policies", "network", "tip")
"""The same of the summary."""

_NO_WORTH = Worth(
    exact=None, value="", currency=None, rate=None, rate_source=None, rate_time=None, rate_convention=None
)

Shares = dict[str, tuple[int, int]]
"""Satoshi by FIFO and by haircut, by name."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a case: all that a bundle of it is made from."""

    result: CaseResult
    walks: tuple[str, ...]
    txids: frozenset[Txid]


def part_for(exchange: str, result: CaseResult, walks: Sequence[str], transactions: bytes) -> Part:
    """The part of a case that is about one exchange.

    Args:
        exchange: its name as in the rows.
        result: the whole case.
        walks: lines of walks.jsonl.
        transactions: of the whole bundle, as in transactions.bin.

    Raises:
        BadInput: no row is about it.
    """
    leads = [row for row in result.leads if row.service.exchange == exchange]
    deposits = [row for row in result.proceeds if row.service and row.service.exchange == exchange]
    if not leads and not deposits:
        services = [*(row.service for row in result.leads), *(row.service for row in result.proceeds)]
        names = {service.exchange for service in services if service is not None}
        raise BadInput(
            f"no lead of this case is about `{exchange}`", hint=f"name one of: {', '.join(sorted(names))}"
        )
    trails = _Trails(walks, transactions)
    paid: defaultdict[Outpoint, list[LeadRow]] = defaultdict(list)
    for lead in leads:
        paid[lead.payment].append(lead)
    payments = [
        _payment(row, paid[row.payment.outpoint], trails, _primary(result))
        for row in result.payments
        if row.payment.outpoint in paid
    ]
    left: defaultdict[Outpoint, list[ProceedRow]] = defaultdict(list)
    for row in deposits:
        left[row.outflow.outpoint].append(row)
    proceeds = [row for rows in left.values() for row in (*rows, *_rest(rows, trails))]
    rows = (tuple(payments), tuple(leads), tuple(proceeds))
    part = _told(result, exchange, *rows)
    return Part(part, tuple(trails.lines), frozenset(named_txids(part) | trails.txids()))


class _Trails:
    """Walks cut down to the branches that end in some outputs."""

    def __init__(self, walks: Iterable[str], transactions: bytes) -> None:
        self._whole = {(walk["table"], walk["start"]): walk for walk in map(json.loads, walks)}
        self._ledger = verify.Bundle(Path())
        self._ledger.txs = {tx.txid: tx for tx in Reader(transactions).all(Tx)}
        self.lines: list[str] = []
        self._steps: set[str] = set()

    def cut(self, table: str, start: Outpoint, kept: Iterable[Outpoint]) -> Shares:
        """Keep one walk as far as it leads to these ends; what ended where, by stop reason."""
        walk, names = self._whole[table, str(start)], {str(outpoint) for outpoint in kept}
        ends = verify.walk_again(self._ledger, walk)[-len(walk["ends"]) :]
        found = {
            number: stop
            for (number, stop), (_, output, _, _) in zip(walk["ends"], ends, strict=True)
            if output in names and stop in verify.LEADS
        }
        short = prune(walk, found)
        self.lines.append(json.dumps(short, separators=(",", ":")) + "\n")
        self._steps.update(self._ledger.txid(step[0]) for step in short["steps"])
        again = verify.walk_again(self._ledger, short)
        return tally((stop, fifo, haircut) for stop, _, fifo, haircut in again)

    def txids(self) -> set[Txid]:
        """Transactions crossed, and those that made what they spend."""
        spent = {out.partition(":")[0] for txid in self._steps for out in self._ledger.txs[txid].outpoints}
        return {Txid.parse(txid) for txid in self._steps | (spent & self._ledger.txs.keys())}


def prune(walk: Mapping[str, Any], kept: Mapping[int, str]) -> dict[str, Any]:
    """A walk with the steps that lead to the kept ends; what else they reach ends as withheld.

    Args:
        walk: as in walks.jsonl.
        kept: numbers of ends, with their stop reasons.
    """
    made: list[range] = []
    for _, _, went_on in walk["steps"]:
        first = made[-1].stop if made else 1
        made.append(range(first, first + went_on))
    made_by = {number: at for at, numbers in enumerate(made) for number in numbers}
    wanted: set[int] = set()
    looked_at = [made_by[number] for number in kept if number in made_by]
    while looked_at:
        if (at := looked_at.pop()) not in wanted:
            wanted.add(at)
            looked_at += [made_by[number] for number in walk["steps"][at][1] if number in made_by]
    numbers, steps, left = {0: 0}, [], {0}
    for at in sorted(wanted):
        txid, arrived, went_on = walk["steps"][at]
        steps.append([txid, [numbers[number] for number in arrived], went_on])
        left -= set(arrived)
        for number in made[at]:
            numbers[number] = len(numbers)
            left.add(number)
    ends = sorted([numbers[number], kept.get(number, WITHHELD)] for number in left)
    return {"table": walk["table"], "start": walk["start"], "steps": steps, "ends": ends}


def _payment(row: PaymentRow, leads: Sequence[LeadRow], trails: _Trails, primary: Policy) -> PaymentRow:
    shares = trails.cut("payments", row.payment.outpoint, (lead.withdrawal.outpoint for lead in leads))
    best = next((lead for lead in leads if _carried(lead, primary)), None)
    return replace(
        row,
        payer_cluster=None,
        payer_cluster_size=None,
        payer_cluster_address="",
        outcome=WITHHELD if best is None else f"{best.hand.value}_lead",
        stop_reason=WITHHELD if best is None else "",
        leads=len(leads),
        ends_fifo_sat=_ends(shares, 0),
        ends_haircut_sat=_ends(shares, 1),
        note="",
    )


def _carried(row: LeadRow, policy: Policy) -> int:
    return row.fifo_sat if policy is Policy.FIFO else row.haircut_sat


def _ends(shares: Shares, policy: int) -> str:
    ranked = sorted((-sums[policy], stop) for stop, sums in shares.items() if sums[policy])
    return " ".join(f"{stop}={-sat}" for sat, stop in ranked)


def _rest(rows: Sequence[ProceedRow], trails: _Trails) -> list[ProceedRow]:
    """Rows for what of an outflow did not go to the exchange."""
    shares = trails.cut("proceeds", rows[0].outflow.outpoint, (row.end.outpoint for row in rows))
    return [
        replace(
            rows[0],
            outcome=stop,
            hand=None,
            branches=1,
            end=rows[0].outflow,
            worth=rows[0].outflow_worth,
            report=_NO_WORTH,
            service=None,
            hops=0,
            fifo_sat=fifo,
            haircut_sat=haircut,
            path=str(rows[0].outflow.outpoint),
            statement=None,
            weakest_tier=None,
            change_hops=None,
            dashed_tier=None,
            error=None,
        )
        for stop, (fifo, haircut) in sorted(shares.items())
        if stop not in verify.LEADS
    ]


def _told(
    result: CaseResult,
    exchange: str,
    payments: tuple[PaymentRow, ...],
    leads: tuple[LeadRow, ...],
    proceeds: tuple[ProceedRow, ...],
) -> CaseResult:
    """The result of these rows alone, on a basis that keeps the seeds to itself."""
    settings = {name: result.basis.settings[name] for name in SETTINGS}
    withheld = sorted(result.basis.settings.keys() - settings.keys())
    basis = replace(result.basis, settings={**settings, "for": exchange, WITHHELD: withheld})
    summary = {
        **{name: result.summary[name] for name in DESCRIBED},
        "basis_digest": basis.digest(),
        "for": exchange,
        **_totals(result.summary, payments, proceeds),
        **describe_leads(leads, proceeds, _primary(result)),
    }
    return CaseResult(basis=basis, payments=payments, leads=leads, proceeds=proceeds, summary=summary)


def _primary(result: CaseResult) -> Policy:
    return Policy(result.basis.settings["policies"][0])


def _totals(
    whole: dict[str, Any], payments: Iterable[PaymentRow], proceeds: Iterable[ProceedRow]
) -> dict[str, Any]:
    """The totals of these rows, in the form that those of the whole case have."""
    paid, flows = _table(PaymentRow, payments), defaultdict[str, list[verify.Row]](list)
    for row in _table(ProceedRow, proceeds):
        flows[row["outflow_outpoint"]].append(row)
    first = f"{whole['policies'][0]}_sat"
    heads = [(rows[0], outcome(rows, first)) for rows in flows.values()]
    by_class = {kind: [head for head in heads if head[0]["class"] == kind] for kind in whole["proceeds"]}
    return {
        "payments": verify.totals([(row, row["outcome"]) for row in paid], whole["payments"], ""),
        "not_payments": {kind: verify.totals([], said, "") for kind, said in whole["not_payments"].items()},
        "proceeds": {
            kind: verify.totals(by_class[kind], said, "outflow_") for kind, said in whole["proceeds"].items()
        },
    }


def _table(row_type: type, rows: Iterable[object]) -> list[verify.Row]:
    head, *lines = read_rows(csv_bytes(row_type, rows))
    return [dict(zip(head, line, strict=True)) for line in lines]
