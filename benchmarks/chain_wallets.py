"""Who is paid in an invented chain, and with which script.

A wallet has a script that it shows to payers, and a purse that payments go to until it is full. The first
wallets are services, with large purses; the other ones change their owner now and then.
"""

from __future__ import annotations

from chain_bytes import happens, roll
from chain_jit import kernel
from chain_places import (
    COUNT,
    CUSTOMERS,
    DEPOSIT_SCRIPTS,
    DEPOSITS,
    HEAD,
    KINDS,
    LINK,
    NEW_OWNER,
    POPULAR,
    POPULAR_OUTPUTS,
    PURSE_MOST,
    ROW_BYTES,
    SCRIPTS,
    SERVICES,
    SHOWN,
    WALLET_BYTES,
    WALLETS,
    WANTED,
    Places,
    add,
    get,
    share,
)
from chain_purses import hold_back, pack, put_row
from chain_scripts import KIND_BITS, P2PKH, P2SH_MULTISIG
from cointrail.kernel.memory import load_count, store_count


@kernel
def new_script(places: Places, kind: int) -> int:
    """A script of that kind that was never used."""
    return add(places, SCRIPTS, 1) << KIND_BITS | kind


@kernel
def draw_kind(places: Places) -> int:
    """A kind of script as the mix has it."""
    mark = roll(places.state, 1 << 16)
    kind = P2PKH
    while mark >= load_count(places.mix + KINDS + 8 * kind):
        kind += 1
    return kind


@kernel
def draw_purse_size(places: Places, wallet: int) -> int:
    """How many rows the next purse of a wallet waits for."""
    dice, most = places.state, share(places, PURSE_MOST)
    if wallet < SERVICES:
        return min(1 + roll(dice, 2 * most), most)
    mark = roll(dice, 1000)
    if mark < 580:
        return 1 if mark < 260 else 2
    if mark < 740:
        return 3
    if mark < 900:
        return 4 + roll(dice, 5)
    if mark < 975:
        return 9 + roll(dice, 12)
    return min(21 + roll(dice, 40) if mark < 996 else 60 + roll(dice, 200), most + 20)


@kernel
def open_wallet(places: Places, wallet: int) -> None:
    """A new owner, with a script of his own; services keep theirs for ever, so it is of an early kind."""
    at = places.wallets + WALLET_BYTES * wallet
    kind = draw_kind(places)
    if wallet < SERVICES:
        kind = P2PKH if wallet % 2 == POPULAR else P2SH_MULTISIG
    store_count(at + HEAD, 0)
    store_count(at + COUNT, 0)
    store_count(at + SHOWN, new_script(places, kind))
    store_count(at + WANTED, draw_purse_size(places, wallet))


@kernel
def shown_script(places: Places, wallet: int) -> int:
    """The script that a wallet shows to payers."""
    return load_count(places.wallets + WALLET_BYTES * wallet + SHOWN)


@kernel
def deposit(places: Places, wallet: int, script: int, value: int, number: int) -> None:
    """Put an output into a wallet's purse; a full purse is ready, and the wallet begins another."""
    row = put_row(places, script, value, number)
    add(places, POPULAR_OUTPUTS, 1 if wallet == POPULAR else 0)
    at = places.wallets + WALLET_BYTES * wallet
    head, count = load_count(at + HEAD), load_count(at + COUNT) + 1
    store_count(places.rows + ROW_BYTES * row + LINK, number | head << 32)
    store_count(at + HEAD, row + 1)
    store_count(at + COUNT, count)
    if count >= load_count(at + WANTED):
        hold_back(places, pack(row, count, wallet + 1 if wallet < SERVICES else 0))
        store_count(at + HEAD, 0)
        store_count(at + COUNT, 0)
        store_count(at + WANTED, draw_purse_size(places, wallet))
        if wallet >= SERVICES and happens(places.state, share(places, NEW_OWNER)):
            open_wallet(places, wallet)


@kernel
def draw_service(places: Places) -> int:
    """A service: the first two as often as the mix asks for by far, the others the less the later."""
    mark = roll(places.state, 100)
    if mark < 16:
        return POPULAR
    if mark < 42:
        return DEPOSITS
    back = roll(places.state, 1 << 10)
    return 2 + (back * back * (SERVICES - 2) >> 20)


@kernel
def draw_wallet(places: Places) -> int:
    """Any other wallet, the first ones more often."""
    mark = roll(places.state, 1 << 20)
    return SERVICES + ((mark * mark >> 20) * (get(places, WALLETS) - SERVICES) >> 20)


@kernel
def draw_customer_script(places: Places, service: int) -> int:
    """The script that a service shows to the payer: its own, an old one of a customer, or a new one."""
    dice = places.state
    if service == POPULAR or (service > DEPOSITS and roll(dice, 100) < 40):
        return shown_script(places, service)
    at = places.customers + 8 * (CUSTOMERS * service + roll(dice, CUSTOMERS))
    script = load_count(at)
    if script == 0 or roll(dice, 100) < (75 if service == DEPOSITS else 50):
        script = new_script(places, draw_kind(places))
        store_count(at, script)
        add(places, DEPOSIT_SCRIPTS, 1 if service == DEPOSITS else 0)
    return script
