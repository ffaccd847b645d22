"""The gate over a store says of signed chains what the plain gate says of their transactions."""

from __future__ import annotations

import pytest

from cointrail.heuristics.gate import verdict_of
from cointrail.heuristics.gate_chain import judge_all, judge_chain
from support.query_stores import KINDS, asked


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_is_judged_as_its_transactions_are(kind: str) -> None:
    with asked(kind) as found:
        snapshot = found.snapshot
        views = [snapshot.tx_view(number) for number in range(snapshot.n_txs)]
        verdicts = [verdict_of(int(bits)) for judged in judge_chain(snapshot) for bits in judged.reasons]
        assert verdicts == judge_all(views, dated=False)
