"""A small simulated world, its store and its case, made once a run by the demo itself."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

from cointrail.workbench import run_demo
from support.once import build_once

SEED = 1
SCALE = 0.02


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """What the demo wrote. Nobody writes into it."""

    path: Path

    @property
    def blocks(self) -> Path:
        """A blocks directory of regtest."""
        return self.path / "world" / "blocks"

    @property
    def store(self) -> Path:
        """The store made from it."""
        return self.path / "store"

    @property
    def tags(self) -> Path:
        """A TagPack."""
        return self.path / "world" / "tags" / "exchanges.tagpack.yaml"

    @property
    def prices(self) -> Path:
        """A price table."""
        return self.path / "world" / "prices" / "demo_usd.csv"

    @property
    def case(self) -> Path:
        """A case file."""
        return self.path / "world" / "case.toml"

    def seeds(self) -> list[str]:
        """The case's seed addresses."""
        return [row["address"] for row in self._rows("world/seeds.csv")]

    def rows(self, table: str) -> list[dict[str, str]]:
        """Rows of a table of the case."""
        return self._rows(f"case/{table}.csv")

    def payments(self) -> list[dict[str, str]]:
        """Rows of `payments.csv`."""
        return self._rows("case/payments.csv")

    def _rows(self, name: str) -> list[dict[str, str]]:
        with (self.path / name).open(newline="", encoding="utf-8") as lines:
            return list(csv.DictReader(lines))


def demo_folder(factory: pytest.TempPathFactory) -> DemoFolder:
    """The demo's folder; the first who asks makes it."""
    return DemoFolder(build_once(factory, f"demo-{SEED}", _make))


def _make(out: Path) -> None:
    run_demo(out, SEED, scale=SCALE)
