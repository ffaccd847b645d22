"""What becomes of value that has arrived at an output: it ends, waits, or meets another source's."""

from __future__ import annotations

from cointrail.kernel.flow_chain import (
    FlowChain,
    FlowClaims,
    GateMasks,
    StopCodes,
    at,
    receiver_stop,
    spender_of,
)
from cointrail.kernel.flow_line import AMOUNTS, FlowRule
from cointrail.kernel.flow_shares import ALL
from cointrail.kernel.flow_state import (
    CROSSED,
    OUTPUTS,
    ROWS,
    RUNS,
    WAITING,
    FlowState,
    Seeds,
    add_row,
    add_run,
    carried,
    push,
)
from cointrail.kernel.jit import int64, kernel


@kernel
def lay(
    chain: FlowChain, claims: FlowClaims, codes: StopCodes, masks: GateMasks, rule: FlowRule,
    state: FlowState, row: int, min_value: int, min_share: int,
) -> None:  # fmt: skip
    """End a new row where it lies, or let it wait for the transaction that comes next."""
    output = state.rows.output[row]
    key = -output - 1
    if rule.forward:
        stop = receiver_stop(chain, claims, codes, masks, at(chain.script, output))
        key = spender_of(chain, output)
        if stop == 0 and key < 0:
            stop = codes.unspent
        if stop != 0:
            state.rows.stop[row] = stop
            return
    sat = carried(state, row)
    if sat < min_value:
        state.rows.stop[row] = codes.dust
    elif sat < min_share:
        state.rows.stop[row] = codes.small_share
    else:
        state.rows.key[row] = key
        push(state.heap, state.counts[WAITING], key, row)
        state.counts[WAITING] += 1


@kernel
def find_seed(seeds: Seeds, output: int) -> int:
    """The row of the start at this output; -1 when none is there."""
    low, high = 0, len(seeds.output)
    while low < high:
        middle = (low + high) // 2
        if seeds.output[middle] < output:
            low = middle + 1
        else:
            high = middle
    return low if low < len(seeds.output) and seeds.output[low] == output else -1


@kernel
def collide(rule: FlowRule, codes: StopCodes, seeds: Seeds, state: FlowState, row: int, seed: int) -> None:
    """Value has arrived at an output that a source claims: the source reported earlier has it.

    `row`, the newest, keeps what goes on under its own label; what does not goes into rows of its own.
    """
    rows, runs, claimer = state.rows, state.runs, int64(seeds.source[seed])
    first, count, kept, lost = rows.first[row], rows.runs[row], 0, 0
    poison = rule.line == AMOUNTS and rule.how == ALL
    for k in range(first, first + count):
        source = int64(runs.code[k]) >> 1
        lost += 0 if source <= claimer else 1
    if poison:
        rows.runs[row] = 0
        for k in range(first, first + count):
            if int64(runs.code[k]) >> 1 != claimer:
                to = first + rows.runs[row]
                runs.at[to], runs.size[to], runs.code[to] = runs.at[k], runs.size[k], runs.code[k]
                rows.runs[row] += 1
        state.counts[RUNS] = first + rows.runs[row]
        return
    if lost > 0:
        other = add_row(
            state, rows.output[row], int64(rows.parent[row]), int64(rows.hops[row]), codes.collision
        )
        rows.key[other] = claimer
        for k in range(first, first + count):
            if int64(runs.code[k]) >> 1 > claimer:
                add_run(state, other, runs.at[k], runs.size[k], int64(runs.code[k]))
    for source in range(claimer + 1):
        taken = -1
        for k in range(first, first + count):
            if int64(runs.code[k]) >> 1 == source:
                if taken < 0:
                    taken = add_row(state, rows.output[row], int64(-1), int64(0), codes.collision)
                    rows.key[taken] = source
                add_run(state, taken, runs.at[k], runs.size[k], 2 * claimer)
    for k in range(first, first + count):
        if int64(runs.code[k]) >> 1 <= claimer:
            to = first + kept
            runs.at[to], runs.size[to], runs.code[to] = runs.at[k], runs.size[k], runs.code[k]
            kept += 1
    rows.runs[row] = kept
    keep_rest(rule, state, row, seed)


@kernel
def keep_rest(rule: FlowRule, state: FlowState, row: int, seed: int) -> None:
    """Leave a start what `row`, which came to the same output, does not carry."""
    rows, runs = state.rows, state.runs
    whole, code = carried(state, seed), int64(runs.code[rows.first[seed]])
    rows.first[seed], rows.runs[seed] = state.counts[RUNS], 0
    if rule.line == AMOUNTS:
        left = whole - carried(state, row)
        if left > 0:
            add_run(state, seed, int64(0), left, code)
        return
    place = int64(0)
    for k in range(rows.first[row], rows.first[row] + rows.runs[row]):
        if runs.at[k] > place:
            add_run(state, seed, place, runs.at[k] - place, code)
        place = runs.at[k] + runs.size[k]
    if place < whole:
        add_run(state, seed, place, whole - place, code)


@kernel
def arrive(
    chain: FlowChain, claims: FlowClaims, codes: StopCodes, masks: GateMasks, rule: FlowRule, seeds: Seeds,
    state: FlowState, row: int,
) -> None:  # fmt: skip
    """The newest row has all its runs: it ends, waits, or is taken back where it carries nothing."""
    rows = state.rows
    if rows.runs[row] == 0:
        state.counts[ROWS] = row
        return
    if rows.output[row] < 0:
        rows.stop[row] = codes.fee
        return
    seed = find_seed(seeds, rows.output[row])
    if seed >= 0:
        collide(rule, codes, seeds, state, row, seed)
        if rows.runs[row] == 0:
            rows.stop[row] = CROSSED
            return
    state.counts[OUTPUTS] += 1
    lay(chain, claims, codes, masks, rule, state, row, rule.min_value, rule.min_share)
