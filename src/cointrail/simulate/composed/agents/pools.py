"""Mining pools: their coinbases, payouts to members, and what they sell."""

from __future__ import annotations

from collections import deque

from cointrail.chain.script import p2pk
from cointrail.simulate.composed.ledger import Coin, Out
from cointrail.simulate.composed.programs import service_program
from cointrail.simulate.composed.town import Town
from cointrail.simulate.composed.wallet import Wallet
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import Kind, Lock
from cointrail.simulate.regtest import MATURITY

POOLS = 4
_MEMBERS = 8
LAST_BARE = 2013
"""The last year in which pools have blocks pay to a key itself here."""


class PoolWallet(Wallet):
    """A wallet whose coinbases lie apart until they may be spent."""

    __slots__ = ("_bare", "_young")

    def __init__(self, town: Town, owner: str, dice: Dice) -> None:
        super().__init__(town, owner, service_program(town.year, Kind.P2PKH), dice)
        self._young: deque[Coin] = deque()
        self._bare: Lock | None = None

    def bare(self) -> Lock:
        """The key of its standing lock, without the hash."""
        if self._bare is None:
            key = self.standing().keys[0]
            script = p2pk(key.public)
            self._bare = Lock(script, Kind.P2PK, (key,), script, self.owner, "receive", home=self)
        return self._bare

    def receive(self, coin: Coin, /) -> None:
        """Take in a coin; a coinbase can be spent in a hundred blocks."""
        if coin.coinbase:
            self._young.append(coin)
        else:
            super().receive(coin)

    def ripen(self) -> None:
        """Bring forth the coinbases that have become old enough."""
        limit = self.town.ledger.height + 1 - MATURITY
        while self._young and self._young[0].height <= limit:
            super().receive(self._young.popleft())


class Pool:
    """One pool."""

    def __init__(self, town: Town, name: str, dice: Dice) -> None:
        self.name = name
        self.wallet = PoolWallet(town, name, dice)
        town.record.enter(name, "pool", f"service/{self.wallet.kind.value}")
        self._dice = dice.child("rewards")
        self._bare = town.year <= LAST_BARE and self._dice.chance(0.5)
        """Whether some blocks pay its key itself."""

    def reward_lock(self) -> Lock:
        """Where blocks pay."""
        wallet = self.wallet
        return wallet.bare() if self._bare and self._dice.chance(0.5) else wallet.standing()


class Pools:
    """All pools; acting means that one pays its members and sells."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        town.pools = [Pool(town, f"pool-{n}", dice.child(str(n))) for n in range(POOLS)]

    def act(self) -> None:
        """The pool that has most pays out."""
        town, dice = self.town, self.dice
        for pool in town.pools:
            pool.wallet.ripen()
        pool = max(town.pools, key=lambda p: p.wallet.balance)
        balance = pool.wallet.balance
        share = min(balance // (3 * _MEMBERS), 4 * town.usual)
        if share < 30_000:
            return
        members = {dice.below(len(town.persons)) for _ in range(_MEMBERS)}
        outs = [Out(town.persons[n].wallet.address(), share, "payment") for n in sorted(members)]
        outs.append(Out(town.exchange(dice).deposit_lock(pool.name), balance // 3, "deposit"))
        pool.wallet.pay(outs, "payout", first=pool.wallet.usable()[:60])
