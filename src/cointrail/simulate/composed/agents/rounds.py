"""What all CoinJoins share: seats, and a transaction that many hands sign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cointrail.simulate.composed.ledger import Coin, Joint, Out, Posted, Signing, Style
from cointrail.simulate.composed.programs import Program
from cointrail.simulate.composed.town import Town
from cointrail.simulate.composed.wallet import Wallet
from cointrail.simulate.dice import Dice

MOST_COINS = 24
"""A member with more puts some together."""
NOBODYS_SLOT = -1
"""In place of a participant's number: a coordinator's output."""


class Seat(NamedTuple):
    """One participant: what he brings, and what he takes out. What is missing is his part of the fees."""

    wallet: Wallet
    coins: Sequence[Coin]
    outs: Sequence[Out]


def post_round(
    town: Town,
    dice: Dice,
    kind: str,
    seats: Sequence[Seat],
    *,
    style: Style,
    maker: str,
    flows: Sequence[tuple[str, str, int]] = (),
    extra: Sequence[Out] = (),
    by_value: bool = False,
) -> Posted:
    """Sign a join. Inputs and outputs are shuffled, or stand by value, the largest first."""
    inputs = [(coin, n, seat.wallet) for n, seat in enumerate(seats) for coin in seat.coins]
    outs = [(out, n, seat.wallet.owner) for n, seat in enumerate(seats) for out in seat.outs]
    outs += [(out, NOBODYS_SLOT, out.lock.owner) for out in extra]
    inputs, outs = dice.sample(inputs, len(inputs)), dice.sample(outs, len(outs))
    if by_value:
        inputs.sort(key=lambda entry: -entry[0].value)
        outs.sort(key=lambda entry: -entry[0].value)
    joint = Joint(
        flows,
        [(n, wallet.owner) for _, n, wallet in inputs],
        [(n, owner) for _, n, owner in outs],
    )
    signing = [Signing(style.sequence, None, wallet.program.low_r) for _, _, wallet in inputs]
    return town.ledger.post(
        [coin for coin, _, _ in inputs], [out for out, _, _ in outs], style, kind, maker=maker, joint=joint,
        signing=signing,
    )  # fmt: skip


class Members:
    """Persons who have a wallet for joins beside their own; new ones come until there are enough."""

    def __init__(self, town: Town, dice: Dice, name: str, count: int, program: Program) -> None:
        self.town = town
        self.dice = dice
        self.persons = dice.sample(town.persons, count)
        self.wallets = [
            Wallet(town, person.name, program, dice.child(person.name), name) for person in self.persons
        ]

    def stake(self, value: int, parts: int = 1) -> None:
        """Ask for first coins for everybody."""
        for wallet in self.wallets:
            for _ in range(parts):
                self.town.stakes.append((wallet.owner, wallet.fresh(), value))

    def refill(self, number: int, value: int) -> None:
        """Have a member's exchange pay him `value` into his wallet for joins."""
        person, wallet = self.persons[number], self.wallets[number]
        person.bank.request(person.name, wallet.fresh(), value)

    def tidy(self) -> bool:
        """Let the fuller of two members put coins together when he has many; whether he did."""
        wallets = [self.dice.pick(self.wallets) for _ in range(2)]
        wallet = max(wallets, key=lambda one: len(one.coins))
        if len(wallet.coins) <= MOST_COINS:
            return False
        coins = wallet.usable()[: MOST_COINS // 2]
        return wallet.sweep(coins, wallet.fresh(), "self", "consolidation") is not None

    def spend(self, value: int) -> bool:
        """Let one member who can pay a merchant from his wallet for joins; whether one did."""
        number = self.dice.below(len(self.wallets))
        wallet = self.wallets[number]
        merchant = self.town.merchants[self.persons[number].merchant(self.town, self.dice)]
        if wallet.balance < value + int(self.town.rate * 600):
            return False
        return wallet.pay([Out(merchant.invoice(), value, "payment")], "payment") is not None
