"""A small ledger as the columns that a flow looks at; the first half of each is settled."""

from __future__ import annotations

import numpy as np

from cointrail.heuristics.gate import REASONS, Gate
from cointrail.kernel.flow_chain import FlowChain, FlowClaims, Two
from cointrail.store.schema import NOT_YET
from cointrail.tracing.flow_columns import FlowView, numbers, read_only
from cointrail.tracing.neighbourhood import Neighbourhood
from support.ledger import Fake

BITS = {reason.gate: 1 << k for k, reason in enumerate(REASONS)} | {Gate.SAFE: 0}
"""A reason for each verdict."""


def _two(values: list[int], dtype: str) -> Two:
    column = np.array(values, dtype=dtype)
    half = len(column) // 2
    return Two(read_only(column[:half]), read_only(column[half:]))


def flow_view(ledger: Fake, near: Neighbourhood) -> FlowView:
    """The same ledger, clusters, gate and tags as `near` has."""
    txs = range(len(ledger.txs))
    ins = [ledger.tx_inputs(tx) for tx in txs]
    outs = [ledger.tx_outputs(tx) for tx in txs]
    rows = [row for one in outs for row in one]
    spent = [row.output_num for one in ins for row in one]
    spender = {output: number for number, output in enumerate(spent) if output is not None}
    late = [one for one in range(len(rows) // 2) if spender.get(one, -1) >= len(spent) // 2]
    n_scripts = len(ledger.names)
    label = [near.clusters.label(script) for script in range(n_scripts)]
    reasons = [BITS[near.clusters.gate(tx).gate] for tx in txs]
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
    )
    tags = near.tags
    labels = set(label)
    claims = FlowClaims(
        own=numbers(near.own),
        custodian=numbers(one for one in labels if tags.custodian(one) is not None),
        conflict=numbers(one for one in labels if (found := tags.of_cluster(one)) and found.conflict),
        custodial_script=numbers(tags.custodial_scripts),
    )
    return FlowView(chain, claims)
