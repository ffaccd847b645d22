"""The bulk gate says what the plain one says, on joins of every protocol and on joins spoilt a little."""

from __future__ import annotations

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from cointrail.chain.view import TxView
from cointrail.heuristics.base import Linked
from cointrail.heuristics.coinjoin import COORDINATOR_MIN_EQUAL
from cointrail.heuristics.common_input import common_input
from cointrail.heuristics.gate import REASONS, Gate, judge, verdict_of
from cointrail.heuristics.gate_bits import leave_leads
from cointrail.heuristics.gate_bulk import judge_batch
from support import joins
from support.chains import batch_of, view
from support.joins import Plan, transactions, tx_of


@settings(max_examples=400)
@given(
    txs=st.lists(
        transactions() | joins.channel_ends() | joins.channel_openings() | joins.payjoins(),
        min_size=1,
        max_size=6,
    ),
    dated=st.booleans(),
)
def test_the_bulk_gate_says_what_the_plain_gate_says(txs: list[TxView], *, dated: bool) -> None:
    gate, reasons = judge_batch(batch_of(txs), dated=dated)
    assert [verdict_of(int(bits)) for bits in reasons] == [judge(tx, dated=dated) for tx in txs]
    assert [Gate(g) for g in gate] == [judge(tx, dated=dated).gate for tx in txs]
    assert leave_leads(reasons).tolist() == [judge(tx, dated=dated).leaves_lead for tx in txs]


DRAWN = {
    "coinjoin.wasabi1": joins.wasabi1_rounds().map(tx_of),
    "coinjoin.whirlpool": joins.whirlpool_mixes().map(tx_of),
    "coinjoin.joinmarket": joins.joinmarket_rounds().map(tx_of),
    "coinjoin.coordinator": joins.joinmarket_rounds().map(tx_of),
    "sighash.anyone_can_pay": transactions(),
    "sighash.none": transactions(),
    "coinjoin.equal_outputs": joins.joinmarket_rounds().map(tx_of),
    "coinjoin.wasabi1_sparse": joins.wasabi1_rounds().map(tx_of),
    "coinjoin.wasabi2": joins.wasabi2_rounds().map(tx_of),
    "coinjoin.stonewall": joins.stonewalls().map(tx_of),
    "partition.sharedcoin": joins.balanced_joins().map(lambda plan: tx_of(plan, height=300_000)),
    "partition.balanced": joins.balanced_joins().map(tx_of),
    "gate.missing_prevout": transactions(),
    "whirlpool.tx0": joins.tx0s().map(tx_of),
    "swap.preimage": transactions(),
    "lightning.commitment": joins.channel_ends(),
    "lightning.close": joins.channel_ends(),
    "fingerprint.conflict": transactions(),
    "payjoin.extra_input": joins.payjoins(),
    "lightning.dual_funding": joins.channel_openings(),
    "lightning.splice": joins.channel_openings(),
}
ASK_THE_CHAIN = {"coinjoin.wasabi2_remix", "lightning.open"}
"""See `test_gate_chain`."""


def test_every_reason_is_drawn_here_or_needs_a_chain() -> None:
    assert DRAWN.keys() | ASK_THE_CHAIN == {reason.id for reason in REASONS}


@pytest.mark.parametrize("reason", DRAWN)
def test_the_transactions_drawn_reach_every_reason(reason: str) -> None:
    generate = settings(max_examples=1_000, derandomize=True, database=None, phases=[Phase.generate])
    found = find(DRAWN[reason], lambda tx: reason in judge(tx).reasons, settings=generate)
    assert reason in judge(found).reasons


@given(tx=transactions())
def test_common_input_links_only_what_the_gate_calls_safe(tx: TxView) -> None:
    if isinstance(common_input(tx), Linked):
        assert judge(tx).gate == Gate.SAFE


@given(tx=transactions())
def test_the_order_of_inputs_and_outputs_matters_to_sorted_rounds_alone(tx: TxView) -> None:
    turned = view(tx.inputs[::-1], tx.outputs[::-1], height=tx.height, locktime=tx.locktime)
    before, after = (set(judge(t).reasons) - {"coinjoin.wasabi2"} for t in (tx, turned))
    assert before == after


@given(plan=joins.whirlpool_mixes())
def test_no_whirlpool_mix_of_five_or_more_is_safe(plan: Plan) -> None:
    tx = tx_of(plan)
    if len(tx.inputs) >= COORDINATOR_MIN_EQUAL:
        assert judge(tx).gate == Gate.UNSAFE
