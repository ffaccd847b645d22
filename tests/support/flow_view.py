"""A small ledger as the columns that a flow looks at; the first half of each is settled."""

from __future__ import annotations

import numpy as np

from cointrail.heuristics.change_bulk import NO_OUTPUT, NO_TIER
from cointrail.heuristics.gate import REASONS, SWAP, Gate, GateVerdict
from cointrail.kernel.flow_chain import FlowChain, FlowClaims, Two
from cointrail.store.schema import NOT_YET
from cointrail.tracing.flow_columns import FlowView, numbers, read_only
from cointrail.tracing.neighbourhood import Neighbourhood
from support.ledger import Fake

BITS = {reason.gate: 1 << k for k, reason in reversed(list(enumerate(REASONS)))} | {Gate.SAFE: 0}
"""A reason for each verdict; for swaps there is another."""


def _bits(verdict: GateVerdict) -> int:
    return 1 << [reason.id for reason in REASONS].index(SWAP) if verdict.is_swap else BITS[verdict.gate]


def _two(values: list[int], dtype: str) -> Two:
    column = np.array(values, dtype=dtype)
    half = len(column) // 2
    return Two(read_only(column[:half]), read_only(column[half:]))


def _change(ledger: Fake, near: Neighbourhood, tx: int) -> tuple[int, int]:
    """The place of the change and its tier, as they are kept with clusters."""
    hop = near.changes.change(tx)
    if hop is None:
        return int(NO_OUTPUT), int(NO_TIER)
    return hop.output_num - ledger.tx_outputs(tx)[0].output_num, int(hop.tier)


def flow_view(ledger: Fake, near: Neighbourhood) -> FlowView:
    """The same ledger, clusters, gate, tags, changes and deposit addresses as `near` has."""
    txs = range(len(ledger.txs))
    ins = [ledger.tx_inputs(tx) for tx in txs]
    outs = [ledger.tx_outputs(tx) for tx in txs]
    rows = [row for one in outs for row in one]
    spent = [row.output_num for one in ins for row in one]
    spender = {output: number for number, output in enumerate(spent) if output is not None}
    late = [one for one in range(len(rows) // 2) if spender.get(one, -1) >= len(spent) // 2]
    n_scripts = len(ledger.names)
    label = [near.clusters.label(script) for script in range(n_scripts)]
    reasons = [_bits(near.clusters.gate(tx)) for tx in txs]
    changes = [_change(ledger, near, tx) for tx in txs]
    chain = FlowChain(
        txs=len(txs),
        inputs=len(spent),
        outputs=len(rows),
        first_input=_two(list(np.cumsum([0, *map(len, ins)])[:-1]), "<u8"),
        first_output=_two(list(np.cumsum([0, *map(len, outs)])[:-1]), "<u8"),
        value=_two([row.value for row in rows], "<i8"),
        script=_two([row.script_num for row in rows], "<u4"),
        spent_by=_two([spender.get(row.output_num, int(NOT_YET)) for row in rows], "<u8"),
        spent=_two([len(rows) if output is None else output for output in spent], "<u8"),
        late_outputs=read_only(np.array(late, "<u8")),
        late_inputs=read_only(np.array([spender[one] for one in late], "<u8")),
        script_type=_two([int(ledger.script_type(script)) for script in range(n_scripts)], "u1"),
        label=read_only(np.array(label, dtype=np.uint32)),
        reasons=read_only(np.array(reasons, dtype=np.uint32)),
        change_output=read_only(np.array([place for place, _ in changes], dtype=np.uint8)),
        change_tier=read_only(np.array([tier for _, tier in changes], dtype=np.uint8)),
    )
    tags = near.tags
    labels = set(label)
    claims = FlowClaims(
        own=numbers(near.own),
        custodian=numbers(one for one in labels if tags.custodian(one) is not None),
        conflict=numbers(one for one in labels if (found := tags.of_cluster(one)) and found.conflict),
        custodial_script=numbers(tags.custodial_scripts),
        deposit_script=numbers(script for script in range(n_scripts) if near.recognised(script)),
    )
    return FlowView(chain, claims)
