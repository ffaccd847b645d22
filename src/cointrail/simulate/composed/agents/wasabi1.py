"""Wasabi 1: rounds of a tenth of a bitcoin with a fee to the coordinator (ZeroLink)."""

from __future__ import annotations

from dataclasses import replace

from cointrail.chain.types import COIN
from cointrail.simulate.composed.agents.rounds import Members, Seat, post_round
from cointrail.simulate.composed.ledger import FINAL, Out, Style
from cointrail.simulate.composed.programs import service_program
from cointrail.simulate.composed.selection import Selection
from cointrail.simulate.composed.town import Town, enough, sell_when_full
from cointrail.simulate.composed.wallet import LEAST_CHANGE
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import Kind

BASE = COIN // 10
"""Satoshi of the round's denomination. Source: Ficsór, ZeroLink, 2017; Wasabi 1 used about 0.1 BTC."""
_SPREAD = BASE // 50
"""The denomination wandered a little from round to round."""
_MOST, _LEAST = 30, 10
_TOLL = 0.003


class Wasabi1:
    """A coordinator and its members."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        program = replace(
            service_program(town.year, Kind.P2WPKH), name="wasabi", sequence=FINAL, version=1,
            selection=Selection.LARGEST, low_r=True,
        )  # fmt: skip
        self.house = town.enter("coordinator-wasabi1", "coordinator", program, dice)
        self.members = Members(town, dice, "wasabi", min(150, max(30, len(town.persons) // 6)), program)
        self.members.stake(BASE * 14 // 10)
        self.members.stake(BASE * 7 // 10)

    def act(self) -> None:
        """One round, or a payment with what came out of one."""
        town, dice = self.town, self.dice
        if sell_when_full(town, self.house, dice) or self.members.tidy():
            return
        if dice.chance(0.35) and self.members.spend(town.amount(dice)):
            return
        value = BASE + dice.below(_SPREAD) - _SPREAD // 2
        toll = int(value * _TOLL)
        seats, numbers = [], range(len(self.members.wallets))
        for number in dice.sample(numbers, len(numbers)):
            wallet = self.members.wallets[number]
            coins = enough(wallet, value + toll + int(town.rate * 400))
            if not coins:
                self.members.refill(number, BASE * 3 // 2)
                continue
            cost = int(town.rate * (70 * len(coins) + 70))
            left = sum(coin.value for coin in coins) - value - toll - cost
            outs = [Out(wallet.fresh(), value, "join_equal")]
            if left > LEAST_CHANGE:
                outs.append(Out(wallet.fresh("change"), left, "join_change"))
            seats.append(Seat(wallet, coins, outs))
            if len(seats) == _MOST:
                break
        if len(seats) < _LEAST:
            return
        house = Out(self.house.fresh(), toll * len(seats), "join_fee")
        flows = [(seat.wallet.owner, self.house.owner, toll) for seat in seats]
        post_round(
            town, dice, "wasabi1", seats, style=Style(1, FINAL, 0, low_r=True), maker=self.house.owner,
            flows=flows, extra=[house],
        )  # fmt: skip
