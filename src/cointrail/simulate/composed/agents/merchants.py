"""Merchants: a fresh address for each invoice, or one for everybody; they sell what they took in."""

from __future__ import annotations

from cointrail.simulate.composed.programs import service_program
from cointrail.simulate.composed.town import Town
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import Kind, Lock

_BATCH = 40


class Merchant:
    """One seller of goods."""

    def __init__(self, town: Town, name: str, dice: Dice, *, reuses: bool) -> None:
        kind = dice.pick((Kind.P2PKH, Kind.P2SH_P2WPKH, Kind.P2WPKH))
        self.name = name
        self.reuses = reuses
        self.wallet = town.enter(name, "merchant", service_program(town.year, kind), dice)
        self.bank = town.exchange(dice)

    def invoice(self) -> Lock:
        """Where a customer pays."""
        return self.wallet.standing() if self.reuses else self.wallet.fresh()


class Merchants:
    """All merchants; acting means that one of them sells."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        count, share = town.plan.whole("merchants"), town.plan.number("merchant_reuse")
        town.merchants = [
            Merchant(town, f"merchant-{n}", dice.child(str(n)), reuses=n < round(share * count))
            for n in range(count)
        ]

    def act(self) -> None:
        """The fullest of three merchants sells."""
        merchant = max(self.dice.sample(self.town.merchants, 3), key=lambda m: m.wallet.balance)
        coins = merchant.wallet.usable()[:_BATCH]
        if len(coins) > 2:
            merchant.wallet.sweep(coins, merchant.bank.deposit_lock(merchant.name), "deposit", "payment")
