"""Extortioners: each victim pays to a fresh address, and the sum is peeled off to exchanges."""

from __future__ import annotations

from dataclasses import dataclass

from cointrail.simulate.composed.ledger import Coin, Out
from cointrail.simulate.composed.programs import service_program
from cointrail.simulate.composed.town import Town
from cointrail.simulate.composed.wallet import Wallet
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import Kind

EXTORTIONERS = 2
_GATHER_AT = 5


@dataclass(slots=True)
class _Gang:
    name: str
    wallet: Wallet
    peels: list[Coin]


class Ransom:
    """All extortioners."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        kinds = (Kind.P2PKH, Kind.P2WPKH)
        self.gangs = []
        for n in range(EXTORTIONERS):
            name = f"extortioner-{n}"
            program = service_program(town.year, kinds[n % 2])
            self.gangs.append(_Gang(name, town.enter(name, "extortioner", program, dice.child(name)), []))

    def act(self) -> None:
        """A hop of a peel chain, the start of one, or another victim."""
        gang = self.dice.pick(self.gangs)
        if gang.peels and self.dice.chance(0.7):
            self._hop(gang)
        elif len(gang.wallet.coins) - len(gang.peels) >= _GATHER_AT:
            self._gather(gang)
        else:
            self._victim(gang)

    def _victim(self, gang: _Gang) -> None:
        town = self.town
        value = town.amount(self.dice, 1.5)
        person = town.somebody(self.dice, value)
        if person is not None:
            person.wallet.pay([Out(gang.wallet.fresh("ransom"), value, "ransom")], "ransom")

    def _gather(self, gang: _Gang) -> None:
        coins = [coin for coin in gang.wallet.usable() if coin not in gang.peels]
        posted = gang.wallet.sweep(coins, gang.wallet.fresh("peel"), "self", "consolidation")
        if posted is not None:
            gang.peels.append(posted.coins[0])

    def _hop(self, gang: _Gang) -> None:
        coin = gang.peels.pop(0)
        lock = self.town.exchange(self.dice).deposit_lock(gang.name)
        if coin.value < self.town.usual:
            gang.wallet.sweep([coin], lock, "deposit", "peel")
            return
        value = int(coin.value * self.dice.between(0.05, 0.3))
        posted = gang.wallet.pay([Out(lock, value, "deposit")], "peel", first=[coin], change_role="peel")
        if posted is not None:
            pairs = zip(posted.coins, posted.outs, strict=True)
            gang.peels += [made for made, out in pairs if out.role == "peel"]
