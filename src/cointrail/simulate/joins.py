"""CoinJoins: transactions that several wallets sign together.

Three shapes: makers and a taker as in JoinMarket, rounds of 0.1 BTC as in the first Wasabi, and mixes of
five by five as in Whirlpool. The world stretches time for the last two: they came up in 2018 and 2019 and
run here from September 2017 and January 2018.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cointrail.chain.types import COIN
from cointrail.simulate.dice import Dice
from cointrail.simulate.fees import going_rate
from cointrail.simulate.ledger import Coin, Pay, Posted, Style
from cointrail.simulate.locks import INPUT_VSIZE, Lock, data_lock
from cointrail.simulate.scene import Scene
from cointrail.simulate.wallet import DUST, Wallet

ROUND_VALUE = COIN // 10
MIX_VALUE = COIN // 100
MIX_SIZE = 5
PREMIX_EXTRA = 60_000
"""Satoshi above the pool's value that a fresh coin brings along for the miner."""
MIN_ROUND_INPUTS = 10

_OUTPUT_VSIZE = 34


@dataclass(frozen=True, slots=True)
class Seat:
    """One participant: the coins he brings, and what he takes out besides the equal output."""

    wallet: Wallet
    coins: list[Coin]
    gain: int = 0
    """Satoshi earned, or paid when negative, apart from the equal output."""
    to: Lock | None = None
    """Where his equal output goes when not to himself."""
    role: str = "coinjoin_equal"


def post_join(
    scene: Scene, dice: Dice, value: int, seats: Sequence[Seat], extra: Sequence[Pay] = ()
) -> Posted:
    """Sign a join of `seats`: an equal output of `value` each, change where there is any, `extra`."""
    pays = list(extra)
    for seat in seats:
        pays.append(Pay(seat.to or seat.wallet.fresh("receive"), value, seat.role))
        left = sum(coin.value for coin in seat.coins) - value + seat.gain
        if left > DUST:
            pays.append(Pay(seat.wallet.fresh("change"), left, "coinjoin_change"))
    coins = [(coin, seat.wallet.habits.style.low_r) for seat in seats for coin in seat.coins]
    mixed = dice.sample(coins, len(coins))
    return scene.ledger.post(
        [coin for coin, _ in mixed], dice.sample(pays, len(pays)), Style(), low_r=[low for _, low in mixed]
    )


def _fee(scene: Scene, coins: Sequence[Coin], outputs: int) -> int:
    size = 11 + sum(INPUT_VSIZE[coin.lock.kind] for coin in coins) + _OUTPUT_VSIZE * outputs
    return int(going_rate(scene.now) * size)


def _pick(wallet: Wallet, needed: int, most: int = 3) -> list[Coin] | None:
    """The smallest coin that will do, or a few of the largest."""
    enough = [coin for coin in wallet.coins if coin.value >= needed]
    if enough:
        return [min(enough, key=lambda coin: (coin.value, coin.txid))]
    few = sorted(wallet.coins, key=lambda coin: -coin.value)[:most]
    return few if sum(coin.value for coin in few) >= needed else None


class Market:
    """Makers wait with coins; a taker names a sum and pays them for joining."""

    def __init__(self, scene: Scene, makers: Sequence[Wallet], dice: Dice) -> None:
        self.scene = scene
        self.makers = makers
        self.dice = dice

    def join(self, taker: Wallet, coins: list[Coin], value: int, to: Lock | None = None) -> Posted | None:
        """Join `coins` of `taker` for an equal output of `value`; None when nobody can."""
        wanted = 2 + self.dice.below(5)
        seats: list[Seat] = []
        for maker in self.dice.sample(self.makers, len(self.makers)):
            brought = _pick(maker, value + DUST) if maker is not taker else None
            if brought is not None and len(seats) < wanted:
                seats.append(Seat(maker, brought, gain=int(value * 0.0003) + 2_000))
        if len(seats) < 2:
            return None
        everything = [*coins, *(coin for seat in seats for coin in seat.coins)]
        cost = _fee(self.scene, everything, 2 * len(seats) + 2) + sum(seat.gain for seat in seats)
        if sum(coin.value for coin in coins) < value + cost:
            return None
        role = "payment" if to is not None and to.role == "till" else "coinjoin_equal"
        return post_join(self.scene, self.dice, value, [Seat(taker, coins, -cost, to, role), *seats])

    def join_coin(self, wallet: Wallet, coin: Coin) -> Posted | None:
        """Join most of one coin."""
        return self.join(wallet, [coin], int(coin.value * self.dice.between(0.5, 0.85)))


class Rounds:
    """A coordinator that joins whoever has a tenth of a bitcoin."""

    def __init__(self, scene: Scene, house: Wallet, dice: Dice) -> None:
        self.scene = scene
        self.house = house
        self.dice = dice

    def run(self, members: Sequence[Wallet]) -> Posted | None:
        """One round of those of `members` who can; None when they bring fewer than ten inputs."""
        cost = int(going_rate(self.scene.now) * 220)
        toll = ROUND_VALUE * 3 // 1000
        seats = []
        for member in members:
            coins = _pick(member, ROUND_VALUE + toll + cost)
            if coins is not None:
                seats.append(Seat(member, coins, gain=-toll - cost))
        if sum(len(seat.coins) for seat in seats) < MIN_ROUND_INPUTS:
            return None
        pays = [Pay(self.house.fresh("receive"), toll * len(seats), "coinjoin_fee")]
        return post_join(self.scene, self.dice, ROUND_VALUE, seats, pays)


class Mixes:
    """A pool of equal coins: in by a preparing transaction, then mixed five at a time."""

    def __init__(self, scene: Scene, house: Wallet, dice: Dice) -> None:
        self.scene = scene
        self.house = house
        self.dice = dice
        self.premix: list[Coin] = []
        self.mixed: list[Coin] = []

    def stock(self, count: int) -> None:
        """Have the house bring `count` coins of exactly the pool's value."""
        pays = [Pay(self.house.fresh("receive"), MIX_VALUE, "coinjoin_stock") for _ in range(count)]
        posted = self.house.pay(pays)
        if posted is not None:
            self.mixed += [coin for coin in posted.coins if coin.value == MIX_VALUE]

    def enter(self, wallet: Wallet) -> None:
        """Cut a wallet's largest coin into coins for the pool."""
        coin = max(wallet.coins, key=lambda c: c.value, default=None)
        each = MIX_VALUE + PREMIX_EXTRA
        if coin is None or (count := min(8, (coin.value - 2 * PREMIX_EXTRA) // each)) < 1:
            return
        toll = Pay(self.house.fresh("receive"), MIX_VALUE // 20, "coinjoin_fee")
        note = Pay(data_lock(bytes(self.dice.below(256) for _ in range(40)), wallet.owner), 0, "data")
        pays = [note, toll, *(Pay(wallet.fresh("receive"), each, "premix") for _ in range(count))]
        posted = wallet.pay(pays, first=[coin])
        if posted is not None:
            self.premix += [c for c, role in zip(posted.coins, posted.roles, strict=True) if role == "premix"]

    def run(self) -> Posted | None:
        """Mix fresh coins with one or two that were mixed before, of five hands."""
        again, rest = _of_five_hands(self.mixed, 2, set())
        fresh, left = _of_five_hands(self.premix, MIX_SIZE - len(again), {c.lock.owner for c in again})
        if not again or len(fresh) + len(again) < MIX_SIZE:
            return None
        self.premix, self.mixed = left, rest
        seats = []
        for coin in (*fresh, *again):
            assert isinstance(coin.lock.home, Wallet)
            seats.append(Seat(coin.lock.home, [coin], gain=MIX_VALUE - coin.value))
        posted = post_join(self.scene, self.dice, MIX_VALUE, seats)
        self.mixed += posted.coins
        return posted

    def keeps(self, coin: Coin) -> bool:
        """Whether `coin` is waiting for its next mix."""
        return coin in self.mixed or coin in self.premix


def _of_five_hands(coins: list[Coin], count: int, taken: set[str]) -> tuple[list[Coin], list[Coin]]:
    """Up to `count` unspent coins of different owners, none of them in `taken`; and the others."""
    picked: list[Coin] = []
    left: list[Coin] = []
    owners = set(taken)
    for coin in coins:
        home = coin.lock.home
        if not isinstance(home, Wallet) or coin not in home.coins:
            continue
        if len(picked) < count and coin.lock.owner not in owners:
            picked.append(coin)
            owners.add(coin.lock.owner)
        else:
            left.append(coin)
    return picked, left
