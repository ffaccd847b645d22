"""A gambling house with one address: it pays back to where the stake came from, with the stake itself."""

from __future__ import annotations

from dataclasses import replace

from cointrail.simulate.composed.ledger import Coin, Out, Posted
from cointrail.simulate.composed.programs import Outputs, service_program
from cointrail.simulate.composed.town import Town
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import Kind

_WINS, _PAYS = 0.49, 1.95
_CONSOLATION = 5_430
"""Satoshi that a loser gets, so that he knows."""


class Casino:
    """Takes a stake and answers it at once."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        program = replace(service_program(town.year, Kind.P2PKH), single=True, outputs=Outputs.CHANGE_LAST)
        self.wallet = town.enter("casino-0", "casino", program, dice)
        for _ in range(8):
            town.stakes.append(("casino-0", self.wallet.standing(), 20 * town.usual))

    def act(self) -> None:
        """One bet, and what comes of it."""
        town, dice = self.town, self.dice
        if len(self.wallet.coins) > 100:
            self.wallet.sweep(self.wallet.usable()[:80], self.wallet.standing(), "self", "consolidation")
            return
        value = max(20_000, town.amount(dice, 0.2))
        person = town.somebody(dice, value)
        posted = person and person.wallet.pay([Out(self.wallet.standing(), value, "bet")], "bet")
        if posted:
            stake = next(c for c, out in zip(posted.coins, posted.outs, strict=True) if out.role == "bet")
            self._answer(posted, stake)

    def _answer(self, posted: Posted, stake: Coin) -> None:
        back = posted.spent[0].lock
        prize = int(stake.value * _PAYS) if self.dice.chance(_WINS) else _CONSOLATION
        coins = [stake]
        if prize + 20_000 + int(self.town.rate * 600) > stake.value:
            coins += [max(self.wallet.usable(), key=lambda coin: coin.value)]
        if coins[0] is not coins[-1] or len(coins) == 1:
            self.wallet.pay([Out(back, prize, "prize")], "prize", first=coins)
