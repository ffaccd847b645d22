"""A market of strangers: the buyer pays into a two-of-three escrow, which is paid out to the seller."""

from __future__ import annotations

from collections import deque

from cointrail.simulate.composed.agents.people import Person
from cointrail.simulate.composed.ledger import Coin, Out
from cointrail.simulate.composed.programs import service_program
from cointrail.simulate.composed.town import Town
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import Kind

_WAIT = 3
"""Blocks until a purchase is settled, at least."""
_COMMISSION = 0.04


class Market:
    """Holds purchases until they are settled. The market's own keys decide, so escrows count as its."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        kind = Kind.P2SH_MULTISIG if town.year < 2021 else Kind.P2WSH_MULTISIG
        self.escrow = town.enter("market-0", "market", service_program(town.year, kind), dice)
        self.till = town.wallet("market-0", service_program(town.year), dice, "till")
        self.sellers = [dice.below(town.plan.whole("persons")) for _ in range(12)]
        self._held: deque[tuple[Coin, Person]] = deque()

    def act(self) -> None:
        """Settle an old purchase, or take a new one."""
        town, dice = self.town, self.dice
        if self._held and self._held[0][0].height + _WAIT <= town.ledger.height:
            self._settle(*self._held.popleft())
            return
        if len(self.till.coins) > 30:
            self.till.sweep(self.till.usable(), self.till.fresh(), "self", "consolidation")
            return
        value = town.amount(dice)
        seller = town.persons[dice.pick(self.sellers)]
        buyer = town.somebody(dice, value, (seller.name,))
        if buyer is None:
            return
        lock = self.escrow.fresh("escrow")
        posted = buyer.wallet.pay([Out(lock, value, "escrow")], "escrow_in")
        if posted is not None:
            self._held.append((next(coin for coin in posted.coins if coin.lock is lock), seller))

    def _settle(self, coin: Coin, seller: Person) -> None:
        to, till = seller.wallet.address(), self.till.fresh("commission")
        fee = self.escrow.fee([coin], [to, till])
        part = int(coin.value * _COMMISSION)
        if coin.value - part - fee <= 0:
            return
        outs = [Out(to, coin.value - part - fee, "payment"), Out(till, part, "self")]
        self.escrow.post([coin], self.dice.sample(outs, 2), "escrow_out")
