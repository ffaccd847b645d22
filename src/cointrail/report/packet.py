"""A request packet: one page in words, and the transactions in a form that the exchange can copy."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import rfc8785

from cointrail.errors import NotFound
from cointrail.report.case_tables import CaseTables
from cointrail.report.exports import csv_of
from cointrail.report.lead_contacts import Sender
from cointrail.report.lead_desk import Desk, Row
from cointrail.report.measured import BOUND, FIVE, SAYS
from cointrail.report.money import bitcoin
from cointrail.report.packet_page import page_of
from cointrail.report.typesetting import pdf_of
from cointrail.report.workbook import fitting, is_exact, text_book

SHA256SUMS = "SHA256SUMS"
"""Lists the other files of a packet; its own digest names the packet."""


class Ask(StrEnum):
    """What an exchange is asked for."""

    PRESERVATION = "preservation"
    """To keep records."""
    DISCLOSURE = "disclosure"
    """To say who the customer is."""
    FREEZE = "freeze"
    """To hold value."""


HEADS = (
    "what",
    "key",
    "txid",
    "vout",
    "address",
    "block_time_utc",
    "block_height",
    "block_hash",
    "amount_btc",
    "amount_sat",
    "of_interest_fifo_sat",
    "of_interest_haircut_sat",
    "value",
    "currency",
    "rate_source",
    "payments",
    "hand",
    "weakest_tier",
    "hops",
    "tagged_address",
    "tag_source",
    "tag_date",
    "tag_confidence",
    "tag_tier",
    "error_bound_ppm",
    "error_payjoin_5_ppm",
    "error_says",
)
"""Columns of `transactions.csv`: one line a withdrawal or deposit. `key` is `txid:vout`."""

FLOW = ("what", "key", "path", "fifo_sat", "hops", "says_ledger", "says_inference", "says_attribution")
"""Columns of `flow.csv`: one line a lead, with the path between the exchange and the service."""

_NUMBERS = {"vout", "block_height", "amount_sat", "of_interest_fifo_sat", "of_interest_haircut_sat"}
_NUMBERS |= {"payments", "hops", "fifo_sat", "amount_btc", "value", BOUND, FIVE}


def packet_files(case: CaseTables, desk: Desk, ask: Ask, sender: Sender, days: int) -> dict[str, bytes]:
    """The files of a packet, by name. The same case, contacts and request give the same bytes.

    Args:
        case: the case.
        desk: whom to ask.
        ask: what for. Only deposits can be frozen: what was withdrawn is gone.
        sender: who asks.
        days: how long records are to be kept, or value to be held.

    Raises:
        NotFound: there is nothing to ask for.
    """
    lines = [] if ask is Ask.FREEZE else withdrawal_lines(desk)
    lines += deposit_lines(desk)
    if not lines:
        raise NotFound(
            f"no deposit at `{desk.exchange}`: there is nothing to freeze",
            hint="ask for preservation or disclosure",
        )
    flow = [] if ask is Ask.FREEZE else [_flow_line("withdrawal", row) for row in desk.leads]
    flow += [_flow_line("deposit", row) for row in desk.deposits]
    files = {"transactions.csv": csv_of(HEADS, lines), "flow.csv": csv_of(FLOW, flow)}
    day = case.summary["tip"]["time_utc"]
    sheets = [("transactions", HEADS, lines), ("flow", FLOW, flow)]
    files["transactions.xlsx"] = _workbook(sheets, case.basis["program"], datetime.fromisoformat(day[:10]))
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    page = page_of(case, desk, ask=ask.value, sender=sender, days=days, lines=lines, digests=digests)
    files["request.pdf"] = pdf_of("packet.typ", page, date.fromisoformat(page["date"]))
    files["request.json"] = rfc8785.dumps(page) + b"\n"
    files[SHA256SUMS] = _sums(files)
    return files


def packet_digest(files: dict[str, bytes]) -> str:
    """SHA-256 (hex) that names a packet: of its list of digests."""
    return hashlib.sha256(files[SHA256SUMS]).hexdigest()


def packet_keys(table: bytes) -> list[str]:
    """The outputs that a packet's `transactions.csv` asks about."""
    rows = csv.DictReader(io.StringIO(table.decode(), newline=""))
    return [row["key"] for row in rows]


def _sums(files: dict[str, bytes]) -> bytes:
    lines = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return "".join(lines).encode()


def withdrawal_lines(desk: Desk) -> list[Sequence[str]]:
    """A line for each withdrawal, in chain order, with the value of all payments that lead to it."""
    return _lines("withdrawal", desk.leads, "withdrawal_", lambda row: row["payment"])


def deposit_lines(desk: Desk) -> list[Sequence[str]]:
    """The same for each deposit."""
    return _lines("deposit", desk.deposits, "end_", lambda row: row["outflow_outpoint"])


def _lines(what: str, rows: Iterable[Row], prefix: str, part: Any) -> list[Sequence[str]]:
    by_output: dict[str, list[Row]] = {}
    for row in rows:
        by_output.setdefault(row[f"{prefix}outpoint"], []).append(row)
    ordered = sorted(by_output.items(), key=lambda one: (int(one[1][0][f"{prefix}height"]), one[0]))
    return [_line(what, outpoint, found, prefix, {part(row) for row in found}) for outpoint, found in ordered]


def _line(what: str, outpoint: str, found: list[Row], prefix: str, parts: set[str]) -> Sequence[str]:
    """One output; where several paths lead to it, the best hand and its weakest tier."""
    best = min(found, key=lambda row: (row["hand"] != "same_hand", row["weakest_tier"], int(row["hops"])))
    txid, _, vout = outpoint.partition(":")
    return (
        *(what, outpoint, txid, vout),
        *(best[f"{prefix}{name}"] for name in ("address", "time_utc", "height", "block_hash")),
        bitcoin(best[f"{prefix}value_sat"]).replace(",", ""),
        best[f"{prefix}value_sat"],
        *(str(sum(int(row[name]) for row in found)) for name in ("fifo_sat", "haircut_sat")),
        *(best[name] for name in ("value", "currency", "rate_source")),
        str(len(parts)),
        *(best[name] for name in ("hand", "weakest_tier", "hops", "tagged_address", "tag_source")),
        *(best[name] for name in ("tag_date", "tag_confidence", "tag_tier")),
        *(best.get(name, "") for name in (BOUND, FIVE, SAYS)),
    )


def _flow_line(what: str, row: Row) -> Sequence[str]:
    key = row["withdrawal_outpoint"] if what == "withdrawal" else row["end_outpoint"]
    named = ("path", "fifo_sat", "hops", "says_ledger", "says_inference", "says_attribution")
    return what, key, *(row[name] for name in named)


def _workbook(
    sheets: Sequence[tuple[str, Sequence[str], Sequence[Sequence[str]]]], author: str, made: datetime
) -> bytes:
    held = io.BytesIO()
    book, head, plain = text_book(held, author, made, "Transactions of a request")
    for name, heads, rows in sheets:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for place, title in enumerate(heads):
            sheet.set_column(place, place, 14 if title in _NUMBERS else 24)
            sheet.write_string(0, place, title, head)
        for line, row in enumerate(rows, 1):
            for place, (title, cell) in enumerate(zip(heads, row, strict=True)):
                if title in _NUMBERS and is_exact(cell):
                    sheet.write_number(line, place, float(cell))
                elif cell:
                    sheet.write_string(line, place, fitting(cell, name), plain)
    book.close()
    return held.getvalue()
