"""Wasabi 2: rounds of many denominations, fifty inputs and more, no coordinator's output (WabiSabi)."""

from __future__ import annotations

from dataclasses import replace

from cointrail.simulate.composed.agents.rounds import Members, Seat, post_round
from cointrail.simulate.composed.ledger import FINAL, Out, Style
from cointrail.simulate.composed.programs import service_program
from cointrail.simulate.composed.selection import Selection
from cointrail.simulate.composed.town import Town
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import Kind

LEAST_INPUTS = 50
LEAST, MOST = 5_000, 134_375_000_000
"""Satoshi: the range of denominations. Source: Wasabi 2, `Constants` and the paper on its rounds, 2024."""

DENOMINATIONS = sorted(
    {
        base * step**power
        for base, step in ((1, 2), (1, 3), (2, 3), (1, 10), (2, 10), (5, 10))
        for power in range(40)
        if LEAST <= base * step**power <= MOST
    },
    reverse=True,
)
"""Powers of 2, 3 and 10, twice the powers of 3 and 10, five times the powers of 10; the largest first."""
_MOST_OUTS = 8


def decompose(value: int, cost: int, dice: Dice) -> tuple[list[int], int]:
    """Denominations that make up `value`, each with `cost` for its output; and what is left over.

    Greedy, but a denomination is passed over now and then, so that not everybody takes the same.
    """
    parts: list[int] = []
    left = value
    for denomination in DENOMINATIONS:
        while left >= denomination + cost and len(parts) < _MOST_OUTS:
            if dice.chance(0.25):
                break
            parts.append(denomination)
            left -= denomination + cost
    return parts, left


class Wasabi2:
    """Members, and a coordinator that takes no fee on the chain."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        program = replace(
            service_program(town.year, Kind.P2WPKH), name="wasabi2", sequence=FINAL, version=1,
            selection=Selection.RANDOM, low_r=True,
        )  # fmt: skip
        town.record.enter("coordinator-wasabi2", "coordinator", "")
        self.members = Members(town, dice, "wasabi2", min(150, max(30, len(town.persons) // 6)), program)
        self.members.stake(4 * town.usual, 3)

    def act(self) -> None:
        """One round, or a payment with what came out of one."""
        town, dice = self.town, self.dice
        if self.members.tidy():
            return
        if dice.chance(0.35) and self.members.spend(town.amount(dice)):
            return
        seats: list[Seat] = []
        inputs, numbers = 0, range(len(self.members.wallets))
        wanted = LEAST_INPUTS + dice.below(60)
        for number in dice.sample(numbers, len(numbers)):
            wallet = self.members.wallets[number]
            usable = [coin for coin in wallet.usable() if coin.value > 3 * LEAST + int(town.rate * 70)]
            coins = dice.sample(usable, 1 + dice.below(6))
            if not coins:
                self.members.refill(number, 6 * town.usual)
                continue
            seat = self._seat(number, sum(coin.value for coin in coins) - int(town.rate * 69 * len(coins)))
            if seat:
                seats.append(Seat(wallet, coins, seat))
                inputs += len(coins)
            if inputs >= wanted:
                break
        if inputs >= LEAST_INPUTS:
            style = Style(1, FINAL, 0, low_r=True)
            post_round(town, dice, "wasabi2", seats, style=style, maker="coordinator-wasabi2", by_value=True)

    def _seat(self, number: int, value: int) -> list[Out]:
        wallet, cost = self.members.wallets[number], int(self.town.rate * 40) + 1
        parts, left = decompose(value, cost, self.dice)
        outs = [Out(wallet.fresh(kind=self._kind()), part, "join_equal") for part in parts]
        if left > LEAST + cost:
            outs.append(Out(wallet.fresh("change", self._kind()), left - cost, "join_change"))
        return outs

    def _kind(self) -> Kind:
        return Kind.P2TR if self.dice.chance(0.5) else Kind.P2WPKH
