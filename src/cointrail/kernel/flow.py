"""Follow value over mapped columns, one transaction after the other in chain order.

Forward a row waits at the input that spends its output, so inputs come in chain order; backward it waits at
its output, and the highest comes first.
"""

from __future__ import annotations

from typing import NamedTuple

from cointrail.kernel.flow_chain import (
    FlowChain,
    FlowClaims,
    GateMasks,
    StopCodes,
    at,
    end_of,
    has,
    holder_of,
    receiver_stop,
    signer_stop,
    spender_of,
)
from cointrail.kernel.flow_shares import ALL, MOST_SAT, share_amounts
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
    carried,
    pop,
    push,
    sort_line,
)
from cointrail.kernel.jit import int64, kernel

DONE, PAUSED, OUTPUT_BOUND, MORE_ROWS, MORE_RUNS, MORE_PARTS, TOO_MUCH = range(7)
"""How `follow` ends: nothing waits; so many transactions were crossed; the bound on outputs was met;
arrays are too short, `NEED` says how long they must be; more satoshi in a transaction than there are."""

FIRST_IN, LAST_IN, AMOUNTS = 0, 1, 2
"""What is laid end to end: inputs in order, inputs from the last to the first, or nothing."""


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


@kernel
def begin(
    chain: FlowChain, claims: FlowClaims, codes: StopCodes, masks: GateMasks, rule: FlowRule, seeds: Seeds,
    state: FlowState,
) -> None:  # fmt: skip
    """Make a row for each start; there must be room for them."""
    for k in range(len(seeds.output)):
        output = seeds.output[k]
        row = add_row(state, output, -1, 0, 0)
        value = at(chain.value, output)
        if value > 0:
            add_run(state, row, 0, value, 2 * int64(seeds.source[k]))
        lay(chain, claims, codes, masks, rule, state, row, 0, 0)
    state.counts[OUTPUTS] = len(seeds.output)


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
def next_tx(chain: FlowChain, rule: FlowRule, state: FlowState) -> int:
    """The transaction that comes next."""
    key = state.heap.key[0]
    if rule.forward:
        return holder_of(chain.first_input, chain.txs, key)
    return holder_of(chain.first_output, chain.txs, -key - 1)


@kernel
def bounds_of(chain: FlowChain, tx: int) -> Tx:
    """The inputs and outputs of a transaction."""
    return Tx(
        at(chain.first_input, tx),
        end_of(chain.first_input, chain.txs, tx, chain.inputs),
        at(chain.first_output, tx),
        end_of(chain.first_output, chain.txs, tx, chain.outputs),
    )


@kernel
def gather(chain: FlowChain, rule: FlowRule, tx: Tx, seeds: Seeds, state: FlowState) -> int:
    """Take the rows that wait for this transaction into `group`, in the order of its near side.

    Their runs that leave a cluster where their source is not at home are marked as far.
    """
    rows, count = state.rows, 0
    while state.counts[WAITING] > 0:
        key = state.heap.key[0]
        if (rule.forward and key >= tx.last_in) or (not rule.forward and -key - 1 < tx.first_out):
            break
        row = pop(state.heap, state.counts[WAITING])
        state.counts[WAITING] -= 1
        if rows.count[row] == 0:
            continue
        state.group[count] = row
        count += 1
        cluster = int64(chain.label[at(chain.script, rows.output[row])])
        for k in range(rows.first[row], rows.first[row] + rows.count[row]):
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
        runs += state.rows.count[state.group[k]]
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
def measure(chain: FlowChain, rule: FlowRule, tx: Tx, state: FlowState) -> int:
    """Write the far side's sizes into `parts`; the satoshi of all inputs, -1 where these are too many."""
    spent, paid, size = int64(0), int64(0), state.parts.size
    for k in range(tx.first_in, tx.last_in):
        value = at(chain.value, at(chain.spent, k))
        spent += value
        if not rule.forward:
            size[k - tx.first_in] = value
        if spent >= MOST_SAT:
            return -1
    for k in range(tx.first_out, tx.last_out):
        value = at(chain.value, k)
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
    n, upto = 0, int64(0)
    near = tx.first_in if rule.forward else tx.first_out
    for g in range(count):
        row = int64(state.group[g])
        place = state.rows.key[row] if rule.forward else state.rows.output[row]
        while near < place:
            upto += at(chain.value, at(chain.spent, near)) if rule.forward else at(chain.value, near)
            near += 1
        start = upto
        if turned:
            start = spent - upto - at(chain.value, state.rows.output[row])
        for k in range(state.rows.first[row], state.rows.first[row] + state.rows.count[row]):
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


@kernel
def add_amounts(state: FlowState, count: int) -> None:
    """Add up what the group brings of each source."""
    total, far = state.amounts.total, state.amounts.far
    for k in range(len(total)):
        total[k], far[k] = 0, 0
    for g in range(count):
        row = int64(state.group[g])
        for k in range(state.rows.first[row], state.rows.first[row] + state.rows.count[row]):
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
    first, count, kept, lost = rows.first[row], rows.count[row], 0, 0
    poison = rule.line == AMOUNTS and rule.how == ALL
    for k in range(first, first + count):
        source = int64(runs.code[k]) >> 1
        lost += 0 if source <= claimer else 1
    if poison:
        rows.count[row] = 0
        for k in range(first, first + count):
            if int64(runs.code[k]) >> 1 != claimer:
                to = first + rows.count[row]
                runs.at[to], runs.size[to], runs.code[to] = runs.at[k], runs.size[k], runs.code[k]
                rows.count[row] += 1
        state.counts[RUNS] = first + rows.count[row]
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
                    taken = add_row(state, rows.output[row], -1, 0, codes.collision)
                    rows.key[taken] = source
                add_run(state, taken, runs.at[k], runs.size[k], 2 * claimer)
    for k in range(first, first + count):
        if int64(runs.code[k]) >> 1 <= claimer:
            to = first + kept
            runs.at[to], runs.size[to], runs.code[to] = runs.at[k], runs.size[k], runs.code[k]
            kept += 1
    rows.count[row] = kept
    keep_rest(rule, state, row, seed)


@kernel
def keep_rest(rule: FlowRule, state: FlowState, row: int, seed: int) -> None:
    """Leave a start what `row`, which came to the same output, does not carry."""
    rows, runs = state.rows, state.runs
    whole, code = carried(state, seed), int64(runs.code[rows.first[seed]])
    rows.first[seed], rows.count[seed] = state.counts[RUNS], 0
    if rule.line == AMOUNTS:
        left = whole - carried(state, row)
        if left > 0:
            add_run(state, seed, 0, left, code)
        return
    place = int64(0)
    for k in range(rows.first[row], rows.first[row] + rows.count[row]):
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
    if rows.count[row] == 0:
        state.counts[ROWS] = row
        return
    if rows.output[row] < 0:
        rows.stop[row] = codes.fee
        return
    seed = find_seed(seeds, rows.output[row])
    if seed >= 0:
        collide(rule, codes, seeds, state, row, seed)
        if rows.count[row] == 0:
            rows.stop[row] = CROSSED
            return
    state.counts[OUTPUTS] += 1
    lay(chain, claims, codes, masks, rule, state, row, rule.min_value, rule.min_share)


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
    turned = rule.line == LAST_IN and not rule.forward
    place, first = int64(0), int64(0)
    for p in range(parts):
        part = parts - 1 - p if turned else p
        output = int64(-1)
        if not rule.forward:
            output = at(chain.spent, tx.first_in + part)
        elif part < parts - 1:
            output = tx.first_out + part
        row = add_row(state, output, parent, hops, 0)
        if rule.line == AMOUNTS:
            for source in range(len(state.amounts.total)):
                k = source * parts + part
                total, far = state.shared.total[k], state.shared.far[k]
                if total > far:
                    add_run(state, row, 0, total - far, 2 * source)
                if far > 0:
                    add_run(state, row, 0, far, 2 * source + 1)
        else:
            end = place + state.parts.size[part]
            while first < runs and state.line.at[first] + state.line.size[first] <= place:
                first += 1
            k = first
            while k < runs and state.line.at[k] < end:
                lo = max(state.line.at[k], place)
                hi = min(state.line.at[k] + state.line.size[k], end)
                if lo < hi:
                    add_run(state, row, lo - place, hi - lo, int64(state.line.code[k]))
                k += 1
            place = end
        arrive(chain, claims, codes, masks, rule, seeds, state, row)
    for g in range(count):
        state.rows.stop[state.group[g]] = CROSSED


@kernel
def visit(
    chain: FlowChain, claims: FlowClaims, codes: StopCodes, masks: GateMasks, rule: FlowRule, seeds: Seeds,
    state: FlowState,
) -> int:  # fmt: skip
    """Cross the transaction that comes next, or end there what arrives; `DONE` when that was possible."""
    number = next_tx(chain, rule, state)
    tx = bounds_of(chain, number)
    count = gather(chain, rule, tx, seeds, state)
    if count == 0:
        return DONE
    rows, group = state.rows, state.group
    stop = signer_stop(chain, claims, codes, masks, number)
    if stop != 0:
        for g in range(count):
            rows.stop[group[g]] = stop
        return DONE
    going = 0
    for g in range(count):
        going += 1 if rows.hops[group[g]] < rule.max_hops else 0
    if going > 0:
        short = lacking(rule, tx, state, count)
        if short != DONE:
            give_back(state, count)
            return short
    kept = 0
    for g in range(count):
        row = int64(group[g])
        if rows.hops[row] >= rule.max_hops:
            rows.stop[row] = codes.hop_limit
        else:
            group[kept] = row
            kept += 1
    if kept == 0:
        return DONE
    spent = measure(chain, rule, tx, state)
    if spent < 0:
        return TOO_MUCH
    cross(chain, claims, codes, masks, rule, seeds, state, tx, kept, spent)
    state.counts[TXS] += 1
    return DONE


@kernel
def follow(
    chain: FlowChain, claims: FlowClaims, codes: StopCodes, masks: GateMasks, rule: FlowRule, seeds: Seeds,
    state: FlowState, most_txs: int,
) -> int:  # fmt: skip
    """Go on until nothing waits, a bound is met, room is short, or `most_txs` more were visited."""
    for _ in range(most_txs):
        if state.counts[WAITING] == 0:
            return DONE
        short = visit(chain, claims, codes, masks, rule, seeds, state)
        if short != DONE:
            return short
    return DONE if state.counts[WAITING] == 0 else PAUSED
