"""Transactions of an invented chain: one purse in, payments and change out."""

from __future__ import annotations

from typing import NamedTuple

from chain_bytes import ALWAYS, happens, put, put_size, roll
from chain_jit import kernel
from chain_places import (
    BODY_AT,
    DATA,
    DATA_OUTPUTS,
    FEE_RATE,
    FEES,
    HEIGHT,
    INPUTS,
    INSCRIBED,
    LINK,
    NEW_FOR_CHANGE,
    NEW_FOR_PAYMENT,
    OUTPUTS,
    PURSE_MOST,
    ROW_BYTES,
    SCRIPT,
    TO_SERVICE,
    TX_NOW,
    TXS,
    UNDO_AT,
    UNSPENT,
    VALUE,
    WEIGHT,
    Places,
    add,
    get,
    share,
)
from chain_purses import free_row, hold_back, pack, put_row, settle, take_purse
from chain_scripts import (
    INSCRIPTION,
    OP_RETURN,
    P2TR,
    has_witness,
    kind_of,
    put_script,
    script_size,
)
from chain_spends import put_script_sig, put_witness
from chain_undo import put_coin
from chain_wallets import (
    deposit,
    draw_customer_script,
    draw_kind,
    draw_service,
    draw_wallet,
    new_script,
    shown_script,
)
from cointrail.kernel.memory import copy_bytes, load_count, store_count

MOST_WEIGHT = 4_000_000 - 4_000
"""What the transactions of a block weigh together at most, the coinbase left out.
Source: Bitcoin Core, src/consensus/consensus.h, MAX_BLOCK_WEIGHT."""
INPUT_WEIGHT, OUTPUT_WEIGHT, REST_WEIGHT = 4 * 300, 4 * 90, 4 * 100
"""No input or output is larger; an inscription comes on top."""
LARGEST_CONTENT = 385_000
WANTED_SHARE = 20
"""One of so many outputs is to stay unspent."""
WANTED_FIRST = 400
INSCRIBED_VALUE = 10_000
DUST = 546
CHANGE_PERCENT = 68
SWEEP_PERCENT = 60
"""Of the transactions of a service; the rest are payouts."""


class Plan(NamedTuple):
    """What a transaction will be."""

    inputs: int
    owner: int
    """the service that spends, plus 1; 0 for anybody else"""
    total: int
    """satoshi spent"""
    outputs: int
    content: int
    """bytes of the inscription that it reveals, or 0"""
    witness: bool


@kernel
def _pick(places: Places, purse: int) -> int:
    """Note the rows of a purse in `picked`. Returns their value."""
    row, count = purse & 0xFFFFFFFF, (purse >> 32) & 0xFFFF
    total = 0
    for k in range(count):
        at = places.rows + ROW_BYTES * row
        store_count(places.picked + 8 * k, at)
        total += load_count(at + VALUE)
        row = (load_count(at + LINK) >> 32) - 1
    return total


@kernel
def _count_outputs(places: Places) -> int:
    """Outputs of a wallet's transaction; a few more or less where too few or too many are unspent."""
    dice = places.state
    wanted = WANTED_FIRST + get(places, OUTPUTS) // WANTED_SHARE
    unspent = get(places, UNSPENT)
    if 2 * unspent < wanted:
        return 20 + roll(dice, 40)
    mark, n = roll(dice, 1000), 1
    if mark >= 978:
        n = 11 + roll(dice, 20) if mark < 996 else 31 + roll(dice, 170)
    elif mark >= 170:
        n = 2 if mark < 865 else 3 if mark < 925 else 4 + roll(dice, 7)
    push = 4 * ALWAYS * (wanted - unspent) // wanted
    if happens(dice, push):
        return n + 1
    return n - 1 if n > 1 and happens(dice, -push) else n


@kernel
def _content_size(dice: int) -> int:
    """Bytes of an inscription: most are a line of text, a few are pictures."""
    mark = roll(dice, 1000)
    if mark < 860:
        return 40 + roll(dice, 300)
    if mark < 985:
        return (400 + roll(dice, 600)) << roll(dice, 4)
    return min((8_000 + roll(dice, 8_000)) << roll(dice, 6), LARGEST_CONTENT)


@kernel
def _plan(places: Places, purse: int) -> Plan:
    """What the transaction that spends a purse will be."""
    count, owner, dice = (purse >> 32) & 0xFFFF, purse >> 48, places.state
    total, content, witness = _pick(places, purse), 0, False
    for k in range(count):
        script = load_count(load_count(places.picked + 8 * k) + SCRIPT)
        witness = witness or has_witness(script)
        if kind_of(script) == INSCRIPTION:
            content = _content_size(dice)
    outputs = 1 if content else _count_outputs(places)
    if owner:
        sweeps = roll(dice, 100) < SWEEP_PERCENT
        outputs = 1 if sweeps else min(20 + roll(dice, 280), share(places, PURSE_MOST))
    return Plan(count, owner, total, outputs, content, witness)


@kernel
def _fits(places: Places, plan: Plan) -> bool:
    """Whether the block has room for it."""
    known = plan.inputs * INPUT_WEIGHT + (plan.outputs + 2) * OUTPUT_WEIGHT + REST_WEIGHT
    return get(places, WEIGHT) + known + plan.content + plan.content // 100 <= MOST_WEIGHT


@kernel
def _fee(places: Places, plan: Plan) -> int:
    size = 100 * plan.inputs + 34 * plan.outputs + plan.content // 4
    return min(size * share(places, FEE_RATE), plan.total // 10)


@kernel
def _put_inputs(places: Places, at: int, count: int) -> int:
    at = put_size(at, count)
    for k in range(count):
        row = load_count(places.picked + 8 * k)
        copy_bytes(at, row, 32)
        at = put(at + 32, load_count(row + LINK) & 0xFFFFFFFF, 4)
        at = put_script_sig(places.state, at, load_count(row + SCRIPT))
        at = put(at, 0xFFFFFFFD, 4)
    return at


@kernel
def _put_output(places: Places, at: int, value: int, script: int) -> int:
    add(places, OUTPUTS, 1)
    return put_script(put_size(put(at, value, 8), script_size(script)), script)


@kernel
def _pay(places: Places, at: int, value: int, number: int) -> int:
    """An output to somebody. Returns the address after it."""
    if happens(places.state, share(places, TO_SERVICE)):
        wallet = draw_service(places)
        script = draw_customer_script(places, wallet)
    else:
        wallet = draw_wallet(places)
        script = shown_script(places, wallet)
        if happens(places.state, share(places, NEW_FOR_PAYMENT)):
            script = new_script(places, kind_of(script))
    deposit(places, wallet, script, value, number)
    return _put_output(places, at, value, script)


@kernel
def _put_alone(places: Places, at: int, value: int, number: int, script: int) -> int:
    """An output that will be spent alone. Returns the address after it."""
    hold_back(places, pack(put_row(places, script, value, number), 1, 0))
    return _put_output(places, at, value, script)


@kernel
def _change_script(places: Places) -> int:
    """Where the change goes: to the script that was spent, or to another of the wallet."""
    script = load_count(load_count(places.picked) + SCRIPT)
    kind = kind_of(script)
    if kind != INSCRIPTION and not happens(places.state, share(places, NEW_FOR_CHANGE)):
        return script
    if roll(places.state, 100) < 4:
        return new_script(places, draw_kind(places))
    return new_script(places, P2TR if kind == INSCRIPTION else kind)


@kernel
def _part(dice: int, left: int, parts: int) -> int:
    """The value of one of `parts` outputs that share `left`; every other is a round number."""
    value = left * (1 + roll(dice, 999)) // (500 * parts)
    if value > 100_000 and roll(dice, 2):
        value -= value % 10_000
    return min(max(value, 1), left - parts + 1)


@kernel
def _choose_change(dice: int, count: int, owner: int) -> int:
    """Which output goes back to the sender; -1 for none."""
    percent = 100 if owner else 40 if count == 1 else CHANGE_PERCENT
    return roll(dice, count) if roll(dice, 100) < percent else -1


@kernel
def _put_payments(places: Places, at: int, count: int, left: int, owner: int) -> int:
    """`count` outputs of `left` satoshi together; the change of a service goes to itself."""
    dice = places.state
    change = _choose_change(dice, count, owner)
    for number in range(count):
        value = left if number == count - 1 else _part(dice, left, count - number)
        left -= value
        if number != change:
            at = _pay(places, at, value, number)
        elif owner == 0:
            at = _put_alone(places, at, value, number, _change_script(places))
        else:
            script = shown_script(places, owner - 1)
            deposit(places, owner - 1, script, value, number)
            at = _put_output(places, at, value, script)
    return at


@kernel
def _put_outputs(places: Places, at: int, plan: Plan, total: int) -> int:
    """All outputs: payments and change, then what opens an inscription, then data."""
    dice, count, owner = places.state, max(1, min(plan.outputs, total // DUST)), plan.owner
    inscribes = total > 4 * INSCRIBED_VALUE and owner == 0 and happens(dice, share(places, INSCRIBED))
    data = owner == 0 and happens(dice, share(places, DATA))
    at = put_size(at, count + (1 if inscribes else 0) + (1 if data else 0))
    if inscribes:
        total -= INSCRIBED_VALUE
    at = _put_payments(places, at, count, total, owner)
    if inscribes:
        at = _put_alone(places, at, INSCRIBED_VALUE, count, new_script(places, INSCRIPTION))
    if data:
        add(places, DATA_OUTPUTS, 1)
        at = _put_output(places, at, 0, new_script(places, OP_RETURN))
    return at


@kernel
def _note_parts(places: Places, cuts: tuple[int, int, int, int]) -> None:
    """Keep where the parts of a transaction stand that its txid is the hash of."""
    begin, cut, cut_end, end = cuts
    tx = add(places, TX_NOW, 1)
    parts, lengths = places.parts + 24 * tx, places.lengths + 24 * tx
    store_count(parts, begin - places.body)
    store_count(parts + 8, cut - places.body)
    store_count(parts + 16, end - 4 - places.body)
    store_count(lengths, 4)
    store_count(lengths + 8, cut_end - cut)
    store_count(lengths + 16, 4)
    add(places, WEIGHT, 3 * (cut_end - cut + 8) + end - begin)
    store_count(places.state + BODY_AT, end)


@kernel
def _put_undo(places: Places, count: int) -> None:
    """The undo entries of a transaction; its rows are free then."""
    add(places, INPUTS, count)
    at = put_size(get(places, UNDO_AT), count)
    for k in range(count):
        row = load_count(places.picked + 8 * k)
        at = put_coin(at, row)
        free_row(places, row)
    store_count(places.state + UNDO_AT, at)


@kernel
def _put_tx(places: Places, plan: Plan) -> None:
    """The bytes of a transaction."""
    dice, begin, fee = places.state, get(places, BODY_AT), _fee(places, plan)
    add(places, FEES, fee)
    at = put(begin, 1 + roll(dice, 2), 4)
    if plan.witness:
        at = put(at, 0x100, 2)
    cut = at
    at = _put_outputs(places, _put_inputs(places, at, plan.inputs), plan, plan.total - fee)
    cut_end = at
    if plan.witness:
        for k in range(plan.inputs):
            script = load_count(load_count(places.picked + 8 * k) + SCRIPT)
            at = put_witness(dice, at, script, plan.content)
    at = put(at, 0 if roll(dice, 2) else share(places, HEIGHT) - 1, 4)
    _note_parts(places, (begin, cut, cut_end, at))


@kernel
def add_tx(places: Places) -> bool:
    """Add one transaction to the block. False when none is left to spend, or it would weigh too much."""
    purse = take_purse(places)
    if purse == 0:
        return False
    plan = _plan(places, purse)
    if not _fits(places, plan):
        settle(places, purse)
        return False
    _put_tx(places, plan)
    _put_undo(places, plan.inputs)
    add(places, TXS, 1)
    return True
