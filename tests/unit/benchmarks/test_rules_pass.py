"""What the bulk pass and the rows of analysts are timed on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rules_pass
from cointrail.store.batch import TxBatch
from cointrail.store.reader import open_snapshot
from kept_files import ROOT
from support.query_stores import KINDS, asked


def test_every_transaction_is_judged_once_whatever_the_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def judge(batch: TxBatch, *, dated: bool = False) -> int:
        seen.extend(range(batch.first_tx, batch.first_tx + batch.count))
        assert not dated
        return batch.count

    monkeypatch.setattr(rules_pass, "judge_all", judge)
    monkeypatch.setattr(rules_pass, "BATCH", 37)
    with asked(KINDS[0]) as there, open_snapshot(there.store) as snapshot:
        assert rules_pass.bulk_pass(snapshot, 2) == snapshot.n_txs
        assert sorted(seen) == list(range(snapshot.n_txs))


def test_the_programs_print_rates_of_what_they_went_through() -> None:
    with asked(KINDS[0]) as there:
        rules = _printed("rules_pass.py", there.store)
        rows = _printed("rows_read.py", there.store, "--rows", "100")
        assert rules["txs"] == there.snapshot.n_txs
        assert rules["txs_per_second"] > 0
        assert rules["threads"] == 2
        assert {one["rows"] for one in rows.values()} == {100}
        assert all(np.isfinite(one["rows_per_second"]) for one in rows.values())


def _printed(program: str, *arguments: str | Path) -> dict[str, Any]:
    command = [sys.executable, ROOT / "benchmarks" / program, *arguments, "--repeat", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
