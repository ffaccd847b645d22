"""A database with the demo's case and an exhibit, made once a run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cointrail.workbench import Workbench
from cointrail.workbench.case_bench import CaseBench
from support.demo_world import DemoFolder
from support.once import build_once

REFERENCE = "DEMO-1"


def kept_case(factory: pytest.TempPathFactory, demo: DemoFolder, folder: Path) -> Path:
    """A copy of the database, in a folder of its own."""

    def make(out: Path) -> None:
        with CaseBench(str(out / "cases.db"), "ann") as cases:
            cases.take_file(demo.case, network="regtest")
            cases.note(REFERENCE, "opened")
            cases.take_exhibit(
                REFERENCE,
                Workbench(demo.store),
                "tx show",
                {"txid": demo.payments()[0]["outpoint"][:64], "tags": []},
            )

    made = build_once(factory, "kept-case", make)
    return Path(shutil.copy(made / "cases.db", folder / "kept.db"))
