"""Wallets: the coins of one hand, and the habits of the program that keeps them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from cointrail.simulate.dice import Dice
from cointrail.simulate.fees import going_rate
from cointrail.simulate.ledger import PLAIN, Coin, Pay, Posted, Style
from cointrail.simulate.locks import INPUT_VSIZE, Kind, Lock, make_lock
from cointrail.simulate.scene import Scene

DUST = 3_000
"""Satoshi. Wallets give smaller change to the miner."""

_TX_VSIZE, _OUTPUT_VSIZE = 11, 9


class Choice(Enum):
    """In which order a wallet takes its coins."""

    OLDEST = auto()
    LARGEST = auto()
    RANDOM = auto()


class Place(Enum):
    """Where a wallet puts its change among the outputs."""

    FIRST = auto()
    LAST = auto()
    RANDOM = auto()
    SORTED = auto()
    """Inputs by outpoint and outputs by value, as in BIP 69."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What a wallet program does with every transaction."""

    name: str
    kinds: tuple[tuple[int, Kind], ...]
    """From when on new addresses are of which kind, oldest first."""
    reuse: bool = False
    """One address for everything, change too."""
    choice: Choice = Choice.LARGEST
    place: Place = Place.RANDOM
    style: Style = PLAIN
    fee_factor: float = 1.0

    def kind_at(self, time: int) -> Kind:
        """How a new address is locked at `time`."""
        return [kind for since, kind in self.kinds if time >= since][-1]


class Wallet:
    """Coins of one owner. Coins arrive by the locks that it hands out."""

    def __init__(self, scene: Scene, owner: str, habits: Habits, dice: Dice, *, name: str = "") -> None:
        self.scene = scene
        self.owner = owner
        self.habits = habits
        self.dice = dice
        self.coins: dict[Coin, None] = {}
        self.on_receive: Callable[[Coin], None] | None = None
        self._name = f"{owner}/{name}" if name else owner
        self._made = 0
        self._standing: Lock | None = None

    def receive(self, coin: Coin) -> None:
        """Take in a coin that was sent to one of this wallet's locks."""
        self.coins[coin] = None
        if self.on_receive is not None:
            self.on_receive(coin)

    def forget(self, coin: Coin) -> None:
        """Let go of a coin that is being spent."""
        self.coins.pop(coin, None)

    @property
    def balance(self) -> int:
        """Satoshi."""
        return sum(coin.value for coin in self.coins)

    def fresh(self, role: str, kind: Kind | None = None) -> Lock:
        """A lock that was never used."""
        self._made += 1
        kind = kind or self.habits.kind_at(self.scene.now)
        lock = make_lock(self.scene.ledger.keys, kind, f"{self._name}/{self._made}", self.owner, role)
        lock.home = self
        return lock

    def address(self, role: str = "receive") -> Lock:
        """Where to send money: a fresh lock, or the only one of a wallet that reuses."""
        if not self.habits.reuse:
            return self.fresh(role)
        if self._standing is None:
            self._standing = self.fresh("receive")
        return self._standing

    def rate(self) -> float:
        """Satoshi for a virtual byte that this wallet gives now."""
        return going_rate(self.scene.now) * self.habits.fee_factor

    def pay(
        self,
        pays: Sequence[Pay],
        *,
        change_to: Lock | None = None,
        first: Sequence[Coin] = (),
        change_role: str = "change",
    ) -> Posted | None:
        """Pay, with coins in the wallet's own order after those named `first`.

        None, and nothing happens, when the coins do not suffice.
        """
        taken = self._take(pays, first)
        if taken is None:
            return None
        coins, left = taken
        outputs = list(pays)
        cost = int(self.rate() * (_OUTPUT_VSIZE + 25))
        if left - cost > DUST:
            lock = change_to or self.address("change")
            self._place(outputs, Pay(lock, left - cost, change_role))
        return self._post(coins, outputs)

    def sweep(self, coins: Sequence[Coin], lock: Lock, role: str) -> Posted | None:
        """Send all of `coins` to `lock`; None when they are not worth the fee."""
        value = sum(c.value for c in coins) - self.fee(coins, [lock])
        return self._post(list(coins), [Pay(lock, value, role)]) if value > DUST else None

    def fee(self, coins: Sequence[Coin], locks: Sequence[Lock]) -> int:
        """Satoshi for a transaction of these parts."""
        size = _TX_VSIZE + sum(INPUT_VSIZE[c.lock.kind] for c in coins)
        return int(self.rate() * (size + sum(_OUTPUT_VSIZE + len(lock.script) for lock in locks)))

    def _take(self, pays: Sequence[Pay], first: Sequence[Coin]) -> tuple[list[Coin], int] | None:
        rate = self.rate()
        needed = sum(p.value for p in pays)
        size = _TX_VSIZE + sum(_OUTPUT_VSIZE + len(p.lock.script) for p in pays)
        taken = list(first)
        have = sum(c.value for c in taken)
        size += sum(INPUT_VSIZE[c.lock.kind] for c in taken)
        named = set(first)
        for coin in self._in_order() if have < needed + int(rate * size) or not taken else ():
            if coin in named:
                continue
            taken.append(coin)
            have += coin.value
            size += INPUT_VSIZE[coin.lock.kind]
            if have >= needed + int(rate * size):
                break
        left = have - needed - int(rate * size)
        return (taken, left) if left >= 0 else None

    def _in_order(self) -> list[Coin]:
        coins = list(self.coins)
        if self.habits.choice is Choice.LARGEST:
            coins.sort(key=lambda c: -c.value)
        elif self.habits.choice is Choice.RANDOM:
            coins = self.dice.sample(coins, len(coins))
        return coins

    def _place(self, outputs: list[Pay], change: Pay) -> None:
        where = self.habits.place
        if where is Place.FIRST:
            outputs.insert(0, change)
        elif where is Place.RANDOM:
            outputs.insert(self.dice.below(len(outputs) + 1), change)
        else:
            outputs.append(change)

    def _post(self, coins: list[Coin], outputs: list[Pay]) -> Posted:
        if self.habits.place is Place.SORTED:
            coins.sort(key=lambda c: (c.txid[::-1], c.vout))
            outputs.sort(key=lambda p: (p.value, p.lock.script))
        return self.scene.ledger.post(coins, outputs, self.habits.style)
