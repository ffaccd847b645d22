"""Transactions of an invented chain: one purse in, payments and change out."""

from __future__ import annotations

from chain_bytes import ALWAYS, happens, put, put_size, roll
from chain_jit import kernel
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
from chain_world import (
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
    POPULAR,
    POPULAR_OUTPUTS,
    PURSE_MOST,
    ROW_BYTES,
    SCRIPT,
    SHOWN,
    TO_SERVICE,
    TX_NOW,
    TXS,
    UNDO_AT,
    UNSPENT,
    VALUE,
    WALLET_BYTES,
    WEIGHT,
    Places,
    add,
    deposit,
    draw_customer_script,
    draw_kind,
    draw_service,
    draw_wallet,
    free_row,
    get,
    hold_back,
    new_script,
    pack,
    put_row,
    settle,
    share,
    take_purse,
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
    if mark >= 980:
        n = 11 + roll(dice, 20) if mark < 997 else 31 + roll(dice, 170)
    elif mark >= 170:
        n = 2 if mark < 860 else 3 if mark < 930 else 4 + roll(dice, 7)
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
def _pay_service(places: Places, at: int, value: int, number: int, service: int) -> int:
    script = draw_customer_script(places, service)
    add(places, POPULAR_OUTPUTS, 1 if service == POPULAR else 0)
    deposit(places, service, script, value, number)
    return _put_output(places, at, value, script)


@kernel
def _pay(places: Places, at: int, value: int, number: int) -> int:
    """An output to somebody. Returns the address after it."""
    dice = places.state
    if happens(dice, share(places, TO_SERVICE)):
        return _pay_service(places, at, value, number, draw_service(places))
    wallet = draw_wallet(places)
    script = load_count(places.wallets + WALLET_BYTES * wallet + SHOWN)
    if happens(dice, share(places, NEW_FOR_PAYMENT)):
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
def _put_payments(places: Places, at: int, count: int, left: int, owner: int) -> int:
    """`count` outputs of `left` satoshi together; the change of a service goes to itself."""
    dice = places.state
    change = roll(dice, count) if owner or (count > 1 and roll(dice, 100) < 88) else -1
    if count == 1 and not owner and roll(dice, 100) < 40:
        change = 0
    for number in range(count):
        value = left if number == count - 1 else _part(dice, left, count - number)
        left -= value
        if number != change:
            at = _pay(places, at, value, number)
        elif owner == 0:
            at = _put_alone(places, at, value, number, _change_script(places))
        else:
            script = load_count(places.wallets + WALLET_BYTES * (owner - 1) + SHOWN)
            add(places, POPULAR_OUTPUTS, 1 if owner - 1 == POPULAR else 0)
            deposit(places, owner - 1, script, value, number)
            at = _put_output(places, at, value, script)
    return at


@kernel
def _put_outputs(places: Places, at: int, count: int, total: int, owner: int) -> int:
    """All outputs: payments and change, then what opens an inscription, then data."""
    dice = places.state
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
def _note_parts(places: Places, tx: int, cuts: tuple[int, int, int, int]) -> None:
    """Keep where the parts of a transaction stand that its txid is the hash of."""
    begin, cut, cut_end, end = cuts
    parts, lengths = places.parts + 24 * tx, places.lengths + 24 * tx
    store_count(parts, begin - places.body)
    store_count(parts + 8, cut - places.body)
    store_count(parts + 16, end - 4 - places.body)
    store_count(lengths, 4)
    store_count(lengths + 8, cut_end - cut)
    store_count(lengths + 16, 4)
    stripped = cut_end - cut + 8
    add(places, WEIGHT, 3 * stripped + end - begin)


@kernel
def add_tx(places: Places) -> bool:
    """Add one transaction to the block. False when none is left to spend, or it would weigh too much."""
    dice = places.state
    purse = take_purse(places)
    if purse == 0:
        return False
    count, owner = (purse >> 32) & 0xFFFF, purse >> 48
    total = _pick(places, purse)
    witness = False
    content = 0
    for k in range(count):
        script = load_count(load_count(places.picked + 8 * k) + SCRIPT)
        witness = witness or has_witness(script)
        if kind_of(script) == INSCRIPTION:
            content = _content_size(dice)
    outputs = 1 if content else _count_outputs(places)
    if owner:
        outputs = 1 if roll(dice, 100) < 60 else min(20 + roll(dice, 280), share(places, PURSE_MOST))
    bound = count * INPUT_WEIGHT + (outputs + 2) * OUTPUT_WEIGHT + REST_WEIGHT + content + content // 100
    if get(places, WEIGHT) + bound > MOST_WEIGHT:
        settle(places, purse)
        return False
    fee = min((100 * count + 34 * outputs + content // 4) * share(places, FEE_RATE), total // 10)
    outputs = max(1, min(outputs, (total - fee) // DUST))
    add(places, FEES, fee)
    begin = get(places, BODY_AT)
    at = put(begin, 1 + roll(dice, 2), 4)
    if witness:
        at = put(at, 0x100, 2)
    cut = at
    at = _put_inputs(places, at, count)
    at = _put_outputs(places, at, outputs, total - fee, owner)
    cut_end = at
    if witness:
        for k in range(count):
            at = put_witness(dice, at, load_count(load_count(places.picked + 8 * k) + SCRIPT), content)
    at = put(at, 0 if roll(dice, 2) else share(places, HEIGHT) - 1, 4)
    store_count(places.state + BODY_AT, at)
    _note_parts(places, get(places, TX_NOW), (begin, cut, cut_end, at))
    _put_undo(places, count)
    add(places, TX_NOW, 1)
    add(places, TXS, 1)
    return True


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
