"""Peel chains: a large coin that loses a deposit at every hop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cointrail.simulate.clock import HOUR
from cointrail.simulate.ledger import Coin, Pay
from cointrail.simulate.locks import Kind
from cointrail.simulate.till import SHOP
from cointrail.simulate.wallet import Habits, Place, Wallet

if TYPE_CHECKING:
    from cointrail.simulate.shop import Shop

_HABITS = Habits("peel", ((0, Kind.P2PKH),), place=Place.RANDOM)


class PeelChain:
    """One coin in, a deposit and a fresh change address out, again and again."""

    def __init__(self, shop: Shop, hops: int, *, returns: bool) -> None:
        number = len(shop.chains)
        self.shop = shop
        self.dice = shop.dice.child(f"peel/{number}")
        self.wallet = Wallet(shop.scene, SHOP, _HABITS, self.dice, name=f"peel/{number}")
        self.left = hops
        self.returns = returns
        """Whether the rest comes back to the shop in the end."""

    def begin(self, coin: Coin) -> None:
        """Follow on with `coin` some hours from now."""
        self.shop.scene.agenda.after(self.dice.lognormal(14 * HOUR, 0.9), lambda: self._hop(coin))

    def _hop(self, coin: Coin) -> None:
        self.left -= 1
        value = int(coin.value / (self.left + 1) * self.dice.between(0.6, 1.3))
        if self.left <= 0 or self.shop.scene.usd(coin.value - value) < 40:
            self._end(coin)
            return
        pays = [Pay(self.shop.deposit_lock(), value, "deposit")]
        posted = self.wallet.pay(
            pays, first=[coin], change_to=self.wallet.fresh("peel"), change_role="peel_change"
        )
        if posted is not None and len(posted.coins) == 2:
            self.begin(next(c for c in posted.coins if c.lock.role == "peel"))

    def _end(self, coin: Coin) -> None:
        if not self.returns:
            self.wallet.sweep([coin], self.shop.deposit_lock(), "deposit")
            return
        posted = self.wallet.sweep([coin], self.shop.main.wallet.fresh("till"), "own_money")
        if posted is not None:
            self.shop.take_back(posted.coins[0])
