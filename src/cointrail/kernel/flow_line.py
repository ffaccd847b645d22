"""The two sides of a transaction, laid end to end as a policy says."""

from __future__ import annotations

from typing import NamedTuple

from cointrail.kernel.flow_chain import (
    FlowChain,
    FlowClaims,
    GateMasks,
    StopCodes,
    at,
    change_of,
    end_of,
)
from cointrail.kernel.flow_shares import MOST_SAT
from cointrail.kernel.flow_state import FlowState, sort_line
from cointrail.kernel.jit import int64, kernel

FIRST_IN, LAST_IN, CHANGE_LAST, CHANGE_FIRST, AMOUNTS = range(5)
"""What is laid end to end: inputs and outputs in order; inputs from the last to the first; the change behind
the other outputs, or before them; or nothing."""


class FlowRule(NamedTuple):
    """What is asked: the direction, the policy in its two parts, the bounds."""

    forward: bool
    line: int
    how: int
    max_hops: int
    max_outputs: int
    min_value: int
    min_share: int


class Tx(NamedTuple):
    """A transaction: its inputs and outputs by number."""

    first_in: int
    last_in: int
    first_out: int
    last_out: int
    change: int
    """the place of the change output, where the policy asks for it; -1: not known"""


@kernel
def look_at(
    chain: FlowChain, claims: FlowClaims, codes: StopCodes, masks: GateMasks, rule: FlowRule, tx: int
) -> Tx:
    """The inputs and outputs of a transaction."""
    first, change = at(chain.first_output, tx), int64(-1)
    last = end_of(chain.first_output, chain.txs, tx, chain.outputs)
    if rule.line == CHANGE_LAST or rule.line == CHANGE_FIRST:
        change = change_of(chain, claims, codes, masks, tx, first, last)
    return Tx(
        at(chain.first_input, tx),
        end_of(chain.first_input, chain.txs, tx, chain.inputs),
        first,
        last,
        change,
    )


@kernel
def start_on_line(rule: FlowRule, tx: Tx, place: int, upto: int, paid: int, change_value: int) -> int:
    """Where an output begins on the line, which has `upto` satoshi of outputs before it in their own order.

    Args:
        rule: whether the change is moved.
        tx: the transaction.
        place: of the output.
        upto: satoshi of the outputs before it.
        paid: satoshi of all outputs.
        change_value: satoshi of the change.
    """
    if tx.change < 0:
        return upto
    if rule.line == CHANGE_FIRST:
        return 0 if place == tx.change else upto + (change_value if place < tx.change else 0)
    if place == tx.change:
        return paid - change_value
    return upto - (change_value if place > tx.change else 0)


@kernel
def part_on_line(rule: FlowRule, tx: Tx, k: int, parts: int) -> int:
    """The k-th part of the far side, as it lies on the line."""
    if rule.line == LAST_IN and not rule.forward:
        return parts - 1 - k
    if not rule.forward or tx.change < 0 or k == parts - 1:
        return k
    if rule.line == CHANGE_FIRST:
        return tx.change if k == 0 else k - 1 if k <= tx.change else k
    return tx.change if k == parts - 2 else k + 1 if k >= tx.change else k


@kernel
def measure(chain: FlowChain, rule: FlowRule, tx: Tx, state: FlowState) -> int:
    """Write the far side's sizes into `parts`; the satoshi of all inputs.

    -1 where these are too many, or fewer than are paid, or where an output has no script: then the columns
    are damaged.
    """
    spent, paid, size = int64(0), int64(0), state.parts.size
    for k in range(tx.first_in, tx.last_in):
        value = at(chain.value, at(chain.spent, k))
        spent += value
        if not rule.forward:
            size[k - tx.first_in] = value
        if value < 0 or spent >= MOST_SAT:
            return -1
    for k in range(tx.first_out, tx.last_out):
        value = at(chain.value, k)
        if value < 0 or at(chain.script, k) >= len(chain.label):
            return -1
        paid += value
        if rule.forward:
            size[k - tx.first_out] = value
        if paid > spent:
            return -1
    if rule.forward:
        size[tx.last_out - tx.first_out] = spent - paid
    return spent


@kernel
def lay_line(chain: FlowChain, rule: FlowRule, tx: Tx, state: FlowState, count: int, spent: int) -> int:
    """Lay the runs of the group end to end as its near side lies; how many they are."""
    turned = rule.line == LAST_IN and rule.forward
    n, upto, paid, change_value = int64(0), int64(0), int64(0), int64(0)
    if not rule.forward and tx.change >= 0:
        change_value = at(chain.value, tx.first_out + tx.change)
        for output in range(tx.first_out, tx.last_out):
            paid += at(chain.value, output)
    near = tx.first_in if rule.forward else tx.first_out
    for g in range(count):
        row = int64(state.group[g])
        place = state.rows.key[row] if rule.forward else state.rows.output[row]
        while near < place:
            upto += at(chain.value, at(chain.spent, near)) if rule.forward else at(chain.value, near)
            near += 1
        start = upto
        if not rule.forward:
            start = start_on_line(rule, tx, near - tx.first_out, upto, paid, change_value)
        if turned:
            start = spent - upto - at(chain.value, state.rows.output[row])
        for k in range(state.rows.first[row], state.rows.first[row] + state.rows.runs[row]):
            state.line.at[n] = start + state.runs.at[k]
            state.line.size[n] = state.runs.size[k]
            state.line.code[n] = state.runs.code[k]
            n += 1
    if turned:
        for k in range(n // 2):
            m, line = n - 1 - k, state.line
            line.at[k], line.at[m] = line.at[m], line.at[k]
            line.size[k], line.size[m] = line.size[m], line.size[k]
            line.code[k], line.code[m] = line.code[m], line.code[k]
    return sort_line(state.line, n)
