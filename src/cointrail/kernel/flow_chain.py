"""What a flow reads of a chain: mapped columns in both their parts; whether it may pass a transaction."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
Array = npt.NDArray[Any]


class Two(NamedTuple):
    """A column: rows of the settled part, and those after."""

    settled: Array
    recent: Array


class FlowChain(NamedTuple):
    """Ledger facts by dense numbers, the cluster of every script, the gate's reasons of every transaction.

    `late_outputs` (ascending) are settled outputs that the recent part spends, `late_inputs` what spends
    them. An output number at or beyond `outputs` is one that is not known. `change_output` is the place of
    the change output of each transaction, with the tier of the verdict.
    """

    txs: int
    inputs: int
    outputs: int
    first_input: Two
    first_output: Two
    value: Two
    script: Two
    spent_by: Two
    spent: Two
    late_outputs: U64
    late_inputs: U64
    script_type: Two
    label: U32
    reasons: U32
    change_output: U8
    change_tier: U8


class FlowClaims(NamedTuple):
    """Ascending: clusters that are own, custodians', or in conflict, and two kinds of scripts.

    `custodial_script` are tagged for themselves alone, `deposit_script` are recognised deposit addresses.
    """

    own: U32
    custodian: U32
    conflict: U32
    custodial_script: U32
    deposit_script: U32


class StopCodes(NamedTuple):
    """How the stops of a flow are written down; 0 is none of them."""

    own_service: int
    conflicting_tags: int
    custodian: int
    tagged_address: int
    deposit: int
    burned: int
    unspent: int
    coinbase: int
    missing_predecessor: int
    coinjoin: int
    swap: int
    unclear_transaction: int
    multiparty: int
    fee: int
    hop_limit: int
    dust: int
    small_share: int
    collision: int


class GateMasks(NamedTuple):
    """Reasons that make a transaction unsafe or unclear, and two other codes.

    `swap` is the one unsafe reason of its own, `op_return` the script type that burns value, `weakest_change`
    the weakest tier of known change.
    """

    unsafe: int
    swap: int
    unknown: int
    op_return: int
    weakest_change: int


@kernel
def at(column: Two, row: int) -> int:
    """One row of a column, as a signed number: "not yet" is -1."""
    border = len(column.settled)
    return int64(column.settled[row]) if row < border else int64(column.recent[row - border])


@kernel
def holder_of(column: Two, count: int, value: int) -> int:
    """The last row whose value is at most `value`, in an ascending column of `count` rows."""
    low, high = 0, count
    while high - low > 1:
        middle = (low + high) // 2
        if at(column, middle) <= value:
            low = middle
        else:
            high = middle
    return low


@kernel
def end_of(column: Two, count: int, tx: int, total: int) -> int:
    """Where the rows of a transaction end, of `total`."""
    return at(column, tx + 1) if tx + 1 < count else total


@kernel
def spender_of(chain: FlowChain, output: int) -> int:
    """The input that spends an output up to the tip; -1 when none does."""
    number = at(chain.spent_by, output)
    if output >= len(chain.spent_by.settled):
        return number if 0 <= number < chain.inputs else -1
    if 0 <= number < len(chain.spent.settled) and int64(chain.spent.settled[number]) == output:
        return number
    low, high = 0, len(chain.late_outputs)
    while low < high:
        middle = (low + high) // 2
        if int64(chain.late_outputs[middle]) < output:
            low = middle + 1
        else:
            high = middle
    if low < len(chain.late_outputs) and int64(chain.late_outputs[low]) == output:
        return int64(chain.late_inputs[low])
    return -1


@kernel
def has(sorted_numbers: U32, number: int) -> bool:
    """Whether an ascending array holds a number."""
    low, high = 0, len(sorted_numbers)
    while low < high:
        middle = (low + high) // 2
        if int64(sorted_numbers[middle]) < number:
            low = middle + 1
        else:
            high = middle
    return low < len(sorted_numbers) and int64(sorted_numbers[low]) == number


@kernel
def cluster_stop(claims: FlowClaims, codes: StopCodes, label: int) -> int:
    """Why value ends in a cluster; 0: it does not."""
    if has(claims.own, label):
        return codes.own_service
    if has(claims.conflict, label):
        return codes.conflicting_tags
    return codes.custodian if has(claims.custodian, label) else 0


@kernel
def receiver_stop(
    chain: FlowChain, claims: FlowClaims, codes: StopCodes, masks: GateMasks, script: int
) -> int:
    """Why a flow ends at an output with this script; 0: it does not."""
    if at(chain.script_type, script) == masks.op_return:
        return codes.burned
    stop = cluster_stop(claims, codes, int64(chain.label[script]))
    if stop == 0 and has(claims.custodial_script, script):
        return codes.tagged_address
    if stop == 0 and has(claims.deposit_script, script):
        return codes.deposit
    return stop


@kernel
def change_of(
    chain: FlowChain, claims: FlowClaims, codes: StopCodes, masks: GateMasks, tx: int, first: int, last: int
) -> int:
    """The place of the change among the outputs `first` up to `last`; -1 where it is not known.

    An output at which somebody else is claimed to be is no change, whatever the verdict: verdicts are kept
    without tags.
    """
    place = int64(chain.change_output[tx])
    if not 0 <= first < last <= chain.outputs or place >= last - first:
        return -1
    if int64(chain.change_tier[tx]) > masks.weakest_change:
        return -1
    script = at(chain.script, first + place)
    if script >= len(chain.label):
        return -1
    return -1 if receiver_stop(chain, claims, codes, masks, script) != 0 else place


@kernel
def signer_stop(chain: FlowChain, claims: FlowClaims, codes: StopCodes, masks: GateMasks, tx: int) -> int:
    """Why a flow may not pass a transaction, by who signed it; 0: it may; -1: its columns are damaged."""
    first = at(chain.first_input, tx)
    last = end_of(chain.first_input, chain.txs, tx, chain.inputs)
    if first == last:
        return codes.coinbase
    if not 0 <= first < last <= chain.inputs:
        return -1
    cluster, together, all_own, tagged = -1, True, True, False
    for number in range(first, last):
        output = at(chain.spent, number)
        if output < 0 or output >= chain.outputs:
            return codes.missing_predecessor
        script = at(chain.script, output)
        if script >= len(chain.label):
            return -1
        label = int64(chain.label[script])
        together = together and (cluster < 0 or label == cluster)
        cluster = label
        all_own = all_own and has(claims.own, label)
        tagged = tagged or has(claims.custodial_script, script)
    if all_own:
        return codes.own_service
    stop = cluster_stop(claims, codes, cluster) if together else 0
    if stop != 0:
        return stop
    if tagged:
        return codes.tagged_address
    reasons = int64(chain.reasons[tx])
    unsafe = reasons & masks.unsafe
    if unsafe != 0:
        return codes.swap if unsafe == masks.swap else codes.coinjoin
    if together:
        return 0
    return codes.unclear_transaction if reasons & masks.unknown != 0 else codes.multiparty
