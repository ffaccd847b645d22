"""A kept case with a request to an exchange, its packet and an answer, for the demo's case."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from cointrail.report.packet import Ask
from cointrail.workbench import CaseBench, make_packets
from support.demo_world import DemoFolder


@dataclass(frozen=True, slots=True)
class LeadDesk:
    """Where it all lies. `reference` names the case, `request` the request on it."""

    database: Path
    packet: Path
    answer: Path
    reference: str = "DEMO-1"
    request: int = 1


def lead_desk(demo: DemoFolder, folder: Path) -> LeadDesk:
    """Keep the demo's case in a database, and ask the first exchange for disclosure."""
    database = folder / "cases.db"
    with CaseBench(str(database), "alice") as cases:
        cases.take_file(demo.case, network="regtest")
        made = make_packets(demo.path / "case", folder / "packets", Ask.DISCLOSURE, book=cases.book)[0]
    with (made.out / "transactions.csv").open(newline="", encoding="utf-8") as lines:
        key = next(csv.DictReader(lines))["key"]
    (folder / "answer.csv").write_text(f"key,account,note\n{key},77,verified\n", encoding="utf-8")
    return LeadDesk(database, made.out, folder / "answer.csv")
