"""JoinMarket: makers wait with coins, a taker names a sum and pays them for joining.

Each maker gets an equal output and his change with his fee on top (Möser and Böhme, 2017).
"""

from __future__ import annotations

from dataclasses import replace

from cointrail.simulate.composed.agents.rounds import Members, Seat, post_round
from cointrail.simulate.composed.ledger import FINAL, Out, Style
from cointrail.simulate.composed.programs import Inputs, service_program
from cointrail.simulate.composed.selection import Selection
from cointrail.simulate.composed.town import Town, enough
from cointrail.simulate.composed.wallet import LEAST_CHANGE
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import Kind

_MAKERS = (2, 7)
_FEE_SHARE, _FEE_FLAT = 0.0003, 500


class JoinMarket:
    """Makers and takers are the same hands here, each with a wallet for joins."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        kind = Kind.P2PKH if town.year < 2018 else Kind.P2SH_P2WPKH if town.year < 2021 else Kind.P2WPKH
        program = replace(
            service_program(town.year, kind), name="joinmarket", selection=Selection.RANDOM,
            inputs=Inputs.SHUFFLED,
        )  # fmt: skip
        count = min(120, max(12, town.plan.whole("persons") // 12))
        self.members = Members(town, dice, "joinmarket", count, program)
        self.members.stake(8 * town.usual, 2)

    def act(self) -> None:
        """One join; now and then somebody spends what was joined."""
        town, dice = self.town, self.dice
        if self.members.tidy():
            return
        if dice.chance(0.2) and self.members.spend(town.amount(dice)):
            return
        wallets = dice.sample(self.members.wallets, 12)
        value = town.amount(dice, 2.0)
        wanted = _MAKERS[0] + dice.below(_MAKERS[1] - _MAKERS[0])
        fee = int(value * _FEE_SHARE) + _FEE_FLAT
        taker = wallets[0]
        seats: list[Seat] = []
        flows: list[tuple[str, str, int]] = []
        for maker in wallets[1:]:
            brought = enough(maker, value + 3 * LEAST_CHANGE)
            if not brought or len(seats) == wanted:
                continue
            left = sum(coin.value for coin in brought) - value + fee
            outs = [Out(maker.fresh(), value, "join_equal"), Out(maker.fresh("change"), left, "join_change")]
            seats.append(Seat(maker, brought, outs))
            flows.append((taker.owner, maker.owner, fee))
        if len(seats) < _MAKERS[0]:
            self.members.refill(dice.below(len(self.members.wallets)), 8 * town.usual)
            return
        size = 11 + sum(150 * len(seat.coins) + 68 for seat in seats) + 300
        cost = int(town.rate * size) + fee * len(seats)
        coins = enough(taker, value + cost)
        if not coins:
            self.members.refill(self.members.wallets.index(taker), 8 * town.usual)
            return
        outs = [Out(taker.fresh(), value, "join_equal")]
        left = sum(coin.value for coin in coins) - value - cost
        if left > LEAST_CHANGE:
            outs.append(Out(taker.fresh("change"), left, "join_change"))
        style = Style(taker.program.version, FINAL, 0, low_r=False)
        post_round(
            town, dice, "joinmarket", [Seat(taker, coins, outs), *seats], style=style, maker=taker.owner,
            flows=flows,
        )  # fmt: skip
