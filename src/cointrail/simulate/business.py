"""Businesses that take bitcoin and sell it again: merchants, mining pools, a market maker."""

from __future__ import annotations

from collections.abc import Sequence

from cointrail.chain.types import COIN
from cointrail.simulate.clock import DAY, HOUR
from cointrail.simulate.dice import Dice
from cointrail.simulate.exchange import Exchange
from cointrail.simulate.ledger import Coin, Pay
from cointrail.simulate.locks import Kind, Lock
from cointrail.simulate.people import Person
from cointrail.simulate.regtest import MATURITY
from cointrail.simulate.scene import Scene
from cointrail.simulate.wallet import Habits, Wallet


class Merchant:
    """Takes payments, sells what has come together every few days."""

    def __init__(self, person: Person, exchange: Exchange, dice: Dice) -> None:
        self.person = person
        self.exchange = exchange
        self.dice = dice
        self._every = dice.between(4, 14) * DAY
        person.scene.truth.kinds[person.name] = "merchant"
        person.scene.agenda.after(dice.unit() * self._every, self._sell)

    def invoice(self) -> Lock:
        """Where a customer pays."""
        return self.person.wallet.address()

    def _sell(self) -> None:
        wallet, scene = self.person.wallet, self.person.scene
        if scene.usd(wallet.balance) > 150:
            coins = list(wallet.coins)[:80]
            lock = self.exchange.deposit_lock(self.person.name)
            if self.dice.chance(0.6):
                wallet.sweep(coins, lock, "deposit")
            else:
                value = int(sum(c.value for c in coins) * self.dice.between(0.5, 0.9))
                wallet.pay([Pay(lock, value, "deposit")], first=coins)
        scene.agenda.after(self._every * self.dice.between(0.7, 1.3), self._sell)


class PoolWallet(Wallet):
    """A wallet whose coinbases lie apart until they may be spent."""

    def __init__(self, scene: Scene, owner: str, habits: Habits, dice: Dice) -> None:
        super().__init__(scene, owner, habits, dice)
        self._young: list[Coin] = []

    def receive(self, coin: Coin) -> None:
        """Take in a coin; a coinbase can be spent in a hundred blocks."""
        if coin.origin.coinbase:
            self._young.append(coin)
        else:
            super().receive(coin)

    def ripen(self) -> None:
        """Bring forth the coinbases that have become old enough."""
        limit = self.scene.ledger.height + 1 - MATURITY
        while self._young and self._young[0].origin.height <= limit:
            super().receive(self._young.pop(0))


class Pool:
    """Mines blocks, pays its members, sells the rest."""

    def __init__(self, scene: Scene, name: str, weight: float, kind: Kind, dice: Dice) -> None:
        habits = Habits("pool", ((0, Kind.P2PKH),))
        self.scene = scene
        self.weight = weight
        self.dice = dice
        self.wallet = PoolWallet(scene, name, habits, dice.child("wallet"))
        self.reward_lock = self.wallet.fresh("reward", kind)
        self.members: list[Person] = []
        self.exchanges: Sequence[Exchange] = ()
        self._shares: Sequence[float] = ()
        scene.truth.kinds[name] = "pool"

    def open(self, exchanges: Sequence[Exchange]) -> None:
        """Begin to sell at `exchanges`, most at the largest."""
        self.exchanges = exchanges
        self._shares = [exchange.firm.share for exchange in exchanges]
        self.scene.agenda.after(self.dice.between(1, 7) * DAY, self._pay_out)

    def _pay_out(self) -> None:
        self.wallet.ripen()
        self.scene.agenda.after(self.dice.between(5, 9) * DAY, self._pay_out)
        balance = self.wallet.balance - int(0.01 * COIN)
        if self.scene.usd(balance) < 50:
            return
        members = self.dice.sample(self.members, 4) if self.scene.usd(balance) > 200 else []
        share, part = int(balance * 0.04), int(balance * 0.18)
        pays = [Pay(member.wallet.address(), share, "pool_payout") for member in members]
        pays += [Pay(market.deposit_lock(self.wallet.owner), part, "deposit") for market in self._markets()]
        self.wallet.pay(pays, change_to=self.reward_lock if self.dice.chance(0.2) else None)

    def _markets(self) -> list[Exchange]:
        picked = [self.dice.weigh(self.exchanges, self._shares) for _ in range(3)]
        return list({exchange.firm.id: exchange for exchange in picked}.values())


class MarketMaker:
    """Moves coins from exchanges that have many to those that run short."""

    NAME = "market-maker"

    def __init__(self, scene: Scene, exchanges: Sequence[Exchange], dice: Dice) -> None:
        self.scene = scene
        self.exchanges = exchanges
        self.dice = dice
        self._all = sum(exchange.firm.share for exchange in exchanges)
        scene.truth.kinds[self.NAME] = "trader"
        scene.agenda.after(30 * DAY, self._balance)

    def _balance(self) -> None:
        self.scene.agenda.after(self.dice.between(20, 60) * HOUR, self._balance)
        total = sum(exchange.balance for exchange in self.exchanges)
        if not total:
            return
        ranked = sorted(self.exchanges, key=lambda e: e.balance / total / (e.firm.share / self._all))
        poor, rich = ranked[0], ranked[-1]
        gap = int(total * poor.firm.share / self._all) - poor.balance
        if gap > 0.3 * total * poor.firm.share / self._all:
            rich.withdraw(self.NAME, poor.deposit_lock(self.NAME), min(gap, rich.balance // 10))
