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
    change_of,
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
        count = gather(chain, rule, tx, seeds, state)
        stop = signer_stop(chain, claims, codes, masks, number) if count > 0 else 0
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
            return TOO_MUCH
        cross(chain, claims, codes, masks, rule, seeds, state, tx, count, spent)
        state.counts[TXS] += 1
    return DONE if state.counts[WAITING] == 0 else PAUSED
