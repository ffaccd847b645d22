"""A service without a wallet to speak of: it lives on an account at an exchange."""

from __future__ import annotations

from cointrail.simulate.composed.ledger import Out
from cointrail.simulate.composed.programs import service_program
from cointrail.simulate.composed.town import Town
from cointrail.simulate.dice import Dice


class Nested:
    """Customers pay to addresses that the host made for the service's account; the host pays them out.

    The addresses are the host's. A small till of its own pays some customers directly.
    """

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        self.name = "nested-0"
        self.host = town.exchanges[0]
        self.till = town.enter(self.name, "nested", service_program(town.year), dice)

    def act(self) -> None:
        """A customer pays in, or one is paid."""
        town, dice = self.town, self.dice
        if dice.chance(0.55):
            value = town.amount(dice)
            person = town.somebody(dice, value)
            if person is not None:
                lock = (
                    self.host.tills.fresh("deposit")
                    if dice.chance(0.8)
                    else self.host.deposit_lock(self.name)
                )
                self.host.open_account(lock, self.name)
                person.wallet.pay([Out(lock, value, "deposit")], "payment")
            return
        customer = dice.pick(town.persons)
        value = town.amount(dice, 0.8)
        if self.till.balance > value + int(town.rate * 600):
            self.till.pay([Out(customer.wallet.address(), value, "withdrawal")], "withdrawal")
        elif dice.chance(0.3):
            self.host.request(self.name, self.till.fresh(), 8 * value)
        else:
            self.host.request(customer.name, customer.wallet.address(), value)
