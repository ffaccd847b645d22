"""What the tables of a case claim: the outputs that they name, the rates and tags that they rest on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

from cointrail.casework.columns import cells_of, columns_of
from cointrail.casework.outputs import safe_cell
from cointrail.casework.result import CaseResult
from cointrail.casework.rows import LeadRow, PaymentRow, Service, Worth
from cointrail.chain.types import Outpoint, Txid

_RATE = ("currency", "rate", "rate_source", "rate_time", "rate_convention")


def named_txids(result: CaseResult) -> set[Txid]:
    """Every transaction that a row names: of its outputs, and on its paths."""
    found = {row.payment.outpoint.txid for row in result.payments}
    for lead in result.leads:
        found |= _on_path(lead.path, "<-")
    for row in result.proceeds:
        found |= {row.outflow.outpoint.txid, row.end.outpoint.txid} | _on_path(row.path, "->")
    return found


def _on_path(path: str, arrow: str) -> set[Txid]:
    return {Outpoint.parse(name).txid for name in path.split(arrow)}


def rates_csv(result: CaseResult) -> bytes:
    """Every rate that some row was valued at, once."""
    rates = {_rate_cells(worth) for worth in _worths(result) if worth.rate is not None}
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_RATE)
    writer.writerows(sorted(rates))
    return text.getvalue().encode()


def _worths(result: CaseResult) -> Iterator[Worth]:
    rows: Iterable[PaymentRow | LeadRow] = (*result.payments, *result.leads)
    for row in rows:
        yield from (row.worth, row.report)
    for proceed in result.proceeds:
        yield from (proceed.outflow_worth, proceed.worth, proceed.report)


def _rate_cells(worth: Worth) -> tuple[str, ...]:
    cells = {column.name: cell for column, cell in zip(columns_of(Worth), cells_of(worth), strict=True)}
    return tuple(safe_cell(cells[name]) for name in _RATE)


def tags_jsonl(result: CaseResult) -> bytes:
    """Every claim that a lead rests on, once, as the rows quote it."""
    services = {row.service for row in result.leads}
    services |= {row.service for row in result.proceeds if row.service is not None}
    lines = {json.dumps(_service_cells(service), ensure_ascii=False, sort_keys=True) for service in services}
    return "".join(f"{line}\n" for line in sorted(lines)).encode()


def _service_cells(service: Service) -> dict[str, str]:
    names = [column.name for column in columns_of(Service)]
    cells = dict(zip(names, cells_of(service), strict=True))
    del cells["tag_tier"]  # it belongs to the output that the lead is about, not to the claim
    return cells
