"""Tokens that ride on transactions: a data output, and a few satoshi to whom the token goes.

From 2023 on most are minted: one input, data, and one output back to the same hand.
"""

from __future__ import annotations

from cointrail.simulate.composed.ledger import Out
from cointrail.simulate.composed.town import Town
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import data_lock

CARRIED = 546
"""Satoshi that go with a token: the least that nodes pass on for P2PKH (dust limit)."""
_MINTS_SINCE, _MINTS = 2023, 0.75


class Tokens:
    """Holders; acting means that one of them mints or sends."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice

    def act(self) -> None:
        """One minting or one transfer."""
        town, dice = self.town, self.dice
        person = town.somebody(dice, 3 * CARRIED)
        if person is None:
            return
        note = Out(data_lock(bytes(dice.below(256) for _ in range(20)), "nobody"), 0, "data")
        if town.year >= _MINTS_SINCE and dice.chance(_MINTS):
            coin = max(person.wallet.usable(), key=lambda c: c.value)
            person.wallet.pay([note], "token", first=[coin], change_role="self")
            return
        to = person.friend(town, dice).wallet.address()
        person.wallet.pay([note, Out(to, CARRIED, "token")], "token")
