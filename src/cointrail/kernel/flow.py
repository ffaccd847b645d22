"""Follow value over mapped columns, one transaction after the other in chain order.

Forward a row waits at the input that spends its output, so inputs come in chain order; backward it waits at
its output, and the highest comes first.
"""

from __future__ import annotations

from cointrail.kernel.flow_arrive import arrive, lay
from cointrail.kernel.flow_chain import (
    FlowChain,
    FlowClaims,
    GateMasks,
    StopCodes,
    at,
    has,
    holder_of,
    signer_stop,
)
from cointrail.kernel.flow_line import AMOUNTS, FlowRule, Tx, lay_line, look_at, measure, part_on_line
from cointrail.kernel.flow_shares import share_amounts
from cointrail.kernel.flow_state import (
    CROSSED,
    NEED,
    OUTPUTS,
    ROWS,
    RUNS,
    TXS,
    WAITING,
    FlowState,
    Seeds,
    add_row,
    add_run,
    pop,
    push,
)
from cointrail.kernel.jit import int64, kernel

DONE, PAUSED, OUTPUT_BOUND, MORE_ROWS, MORE_RUNS, MORE_PARTS, DAMAGED = range(7)
"""How `follow` ends: nothing waits; so many transactions were crossed; the bound on outputs was met;
arrays are too short, `NEED` says how long they must be; the columns contradict themselves."""


@kernel
def begin(
    chain: FlowChain, claims: FlowClaims, codes: StopCodes, masks: GateMasks, rule: FlowRule, seeds: Seeds,
    state: FlowState,
) -> None:  # fmt: skip
    """Make a row for each start; there must be room for them."""
    nothing = int64(0)
    for k in range(len(seeds.output)):
        output = seeds.output[k]
        row = add_row(state, output, int64(-1), nothing, nothing)
        value = at(chain.value, output)
        if value > 0:
            add_run(state, row, nothing, value, 2 * int64(seeds.source[k]))
        lay(chain, claims, codes, masks, rule, state, row, nothing, nothing)
    state.counts[OUTPUTS] = len(seeds.output)


@kernel
def next_tx(chain: FlowChain, rule: FlowRule, state: FlowState) -> int:
    """The transaction that comes next."""
    key = state.heap.key[0]
    if rule.forward:
        return holder_of(chain.first_input, chain.txs, key)
    return holder_of(chain.first_output, chain.txs, -key - 1)


@kernel
def gather(chain: FlowChain, rule: FlowRule, tx: Tx, seeds: Seeds, state: FlowState) -> int:
    """Take the rows that wait for this transaction into `group`, in the order of its near side.

    Their runs that leave a cluster where their source is not at home are marked as far.
    """
    rows, count = state.rows, int64(0)
    while state.counts[WAITING] > 0:
        key = state.heap.key[0]
        if (rule.forward and key >= tx.last_in) or (not rule.forward and -key - 1 < tx.first_out):
            break
        row = pop(state.heap, state.counts[WAITING])
        state.counts[WAITING] -= 1
        if rows.runs[row] == 0:
            continue
        state.group[count] = row
        count += 1
        cluster = int64(chain.label[at(chain.script, rows.output[row])])
        for k in range(rows.first[row], rows.first[row] + rows.runs[row]):
            source = int64(state.runs.code[k]) >> 1
            homes = seeds.home[seeds.home_start[source] : seeds.home_start[source + 1]]
            if not has(homes, cluster):
                state.runs.code[k] |= 1
    if not rule.forward:
        for k in range(count // 2):
            state.group[k], state.group[count - 1 - k] = state.group[count - 1 - k], state.group[k]
    return count


@kernel
def give_back(state: FlowState, count: int) -> None:
    """Let the rows of `group` wait again."""
    for k in range(count):
        row = int64(state.group[k])
        push(state.heap, state.counts[WAITING], state.rows.key[row], row)
        state.counts[WAITING] += 1


@kernel
def lacking(rule: FlowRule, tx: Tx, state: FlowState, count: int) -> int:
    """What a crossing would not have room for; `DONE` when there is room."""
    far = tx.last_out - tx.first_out if rule.forward else tx.last_in - tx.first_in
    counts, sources = state.counts, len(state.amounts.total)
    if counts[OUTPUTS] + far > rule.max_outputs:
        return OUTPUT_BOUND
    parts = far + 1
    runs = int64(0)
    for k in range(count):
        runs += state.rows.runs[state.group[k]]
    counts[NEED] = max(parts, runs)
    if counts[NEED] > len(state.parts.size):
        return MORE_PARTS
    counts[NEED] = counts[ROWS] + parts * (sources + 2)
    if counts[NEED] > len(state.rows.output):
        return MORE_ROWS
    counts[NEED] = counts[RUNS] + 4 * (runs + parts * (2 * sources + 1))
    if counts[NEED] > len(state.runs.size):
        return MORE_RUNS
    return DONE


@kernel
def add_amounts(state: FlowState, count: int) -> None:
    """Add up what the group brings of each source."""
    total, far = state.amounts.total, state.amounts.far
    for k in range(len(total)):
        total[k], far[k] = 0, 0
    for g in range(count):
        row = int64(state.group[g])
        for k in range(state.rows.first[row], state.rows.first[row] + state.rows.runs[row]):
            source = int64(state.runs.code[k]) >> 1
            total[source] += state.runs.size[k]
            if state.runs.code[k] & 1:
                far[source] += state.runs.size[k]


@kernel
def nearest(state: FlowState, count: int) -> int:
    """The row of the group with the fewest hops, the lowest output on a tie."""
    rows, best = state.rows, int64(state.group[0])
    for g in range(1, count):
        row = int64(state.group[g])
        if rows.hops[row] < rows.hops[best] or (
            rows.hops[row] == rows.hops[best]
            and (
                rows.output[row] < rows.output[best] or (rows.output[row] == rows.output[best] and row < best)
            )
        ):
            best = row
    return best


@kernel
def cross(
    chain: FlowChain, claims: FlowClaims, codes: StopCodes, masks: GateMasks, rule: FlowRule, seeds: Seeds,
    state: FlowState, tx: Tx, count: int, spent: int,
) -> None:  # fmt: skip
    """Let the group's value go over one transaction."""
    parent = nearest(state, count)
    hops = int64(state.rows.hops[parent]) + 1
    parts = tx.last_out - tx.first_out + 1 if rule.forward else tx.last_in - tx.first_in
    runs = int64(0)
    if rule.line == AMOUNTS:
        add_amounts(state, count)
        share_amounts(rule.how, state.amounts, parts, 1 if rule.forward else 0, state.parts, state.shared)
    else:
        runs = lay_line(chain, rule, tx, state, count, spent)
    place, first = int64(0), int64(0)
    for k in range(parts):
        part = part_on_line(rule, tx, k, parts)
        output = int64(-1)
        if not rule.forward:
            output = at(chain.spent, tx.first_in + part)
        elif part < parts - 1:
            output = tx.first_out + part
        row = add_row(state, output, parent, hops, int64(0))
        if rule.line == AMOUNTS:
            for source in range(len(state.amounts.total)):
                at_share = source * parts + part
                total, far = state.shared.total[at_share], state.shared.far[at_share]
                if total > far:
                    add_run(state, row, int64(0), total - far, 2 * source)
                if far > 0:
                    add_run(state, row, int64(0), far, 2 * source + 1)
        else:
            end = place + state.parts.size[part]
            while first < runs and state.line.at[first] + state.line.size[first] <= place:
                first += 1
            run = first
            while run < runs and state.line.at[run] < end:
                lo = max(state.line.at[run], place)
                hi = min(state.line.at[run] + state.line.size[run], end)
                if lo < hi:
                    add_run(state, row, lo - place, hi - lo, int64(state.line.code[run]))
                run += 1
            place = end
        arrive(chain, claims, codes, masks, rule, seeds, state, row)
    for g in range(count):
        state.rows.stop[state.group[g]] = CROSSED


@kernel
def end_beyond(rule: FlowRule, codes: StopCodes, state: FlowState, count: int) -> int:
    """End the rows of the group that have come as far as they may; how many others stay in it."""
    rows, group, kept = state.rows, state.group, int64(0)
    for g in range(count):
        row = int64(group[g])
        if rows.hops[row] >= rule.max_hops:
            rows.stop[row] = codes.hop_limit
        else:
            group[kept] = row
            kept += 1
    return kept


@kernel
def follow(
    chain: FlowChain, claims: FlowClaims, codes: StopCodes, masks: GateMasks, rule: FlowRule, seeds: Seeds,
    state: FlowState, most_txs: int,
) -> int:  # fmt: skip
    """Cross one transaction after the other, or end there what arrives.

    Goes on until nothing waits, a bound is met, room is short, or `most_txs` were looked at.
    """
    rows, group = state.rows, state.group
    for _ in range(most_txs):
        if state.counts[WAITING] == 0:
            return DONE
        number = next_tx(chain, rule, state)
        tx = look_at(chain, claims, codes, masks, rule, number)
        if not 0 <= tx.first_out <= tx.last_out <= chain.outputs:
            return DAMAGED
        count = gather(chain, rule, tx, seeds, state)
        stop = signer_stop(chain, claims, codes, masks, number) if count > 0 else 0
        if stop < 0:
            return DAMAGED
        if stop != 0:
            for g in range(count):
                rows.stop[group[g]] = stop
            continue
        going = 0
        for g in range(count):
            going += 1 if rows.hops[group[g]] < rule.max_hops else 0
        short = lacking(rule, tx, state, count) if going > 0 else DONE
        if short != DONE:
            give_back(state, count)
            return short
        count = end_beyond(rule, codes, state, count)
        if count == 0:
            continue
        spent = measure(chain, rule, tx, state)
        if spent < 0:
            return DAMAGED
        cross(chain, claims, codes, masks, rule, seeds, state, tx, count, spent)
        state.counts[TXS] += 1
    return DONE if state.counts[WAITING] == 0 else PAUSED
