"""Whirlpool: coins cut to the pool's size by one hand (tx0), then mixed five by five."""

from __future__ import annotations

from dataclasses import replace

from cointrail.chain.types import COIN
from cointrail.simulate.composed.agents.rounds import Members, Seat, post_round
from cointrail.simulate.composed.ledger import FINAL, Coin, Out, Style
from cointrail.simulate.composed.programs import service_program
from cointrail.simulate.composed.selection import Selection
from cointrail.simulate.composed.town import Town, sell_when_full
from cointrail.simulate.composed.wallet import Wallet
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import Kind, data_lock

POOL = COIN // 100
"""Satoshi of the pool's coins; Whirlpool had pools of 0.001, 0.01, 0.05 and 0.5 BTC."""
TOLL = POOL // 20
"""What entering costs."""
EXTRA = 30_000
"""Satoshi that a fresh coin brings along for the miner; at most 110,000 by the published rules for tx0."""
HANDS = 5
_MOST_MIXED = 120
"""With more mixed coins than that about, their hands rather spend than wait."""


class Whirlpool:
    """A pool with its fresh and its mixed coins."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        program = replace(
            service_program(town.year, Kind.P2WPKH), name="whirlpool", sequence=FINAL, version=1,
            selection=Selection.LARGEST, low_r=True,
        )  # fmt: skip
        self.house = town.enter("coordinator-whirlpool", "coordinator", program, dice)
        count = min(150, max(20, len(town.persons) // 8))
        self.wallets = Members(town, dice, "whirlpool", count, program)
        self.pool = [
            Wallet(town, wallet.owner, program, dice.child(f"pool/{wallet.owner}"), "whirlpool-pool")
            for wallet in self.wallets.wallets
        ]
        self.wallets.stake(5 * POOL)
        self.fresh: list[Coin] = []
        self.mixed: list[Coin] = []
        self._first = town.wallet("coordinator-whirlpool", program, dice.child("stock"), "stock")
        town.stakes += [("coordinator-whirlpool", self._first.fresh(), POOL) for _ in range(3)]

    def act(self) -> None:
        """Mix when five hands are there, else let somebody in; now and then mixed coins are spent."""
        if sell_when_full(self.town, self.house, self.dice):
            return
        if self.dice.chance(0.8 if len(self.mixed) > _MOST_MIXED else 0.2) and self._spend():
            return
        if len(self.fresh) < 10 or not self._mix():
            self._enter()

    def _enter(self) -> None:
        number = self.dice.below(len(self.wallets.wallets))
        wallet, taker = self.wallets.wallets[number], self.pool[number]
        coin = max(wallet.usable(), key=lambda c: c.value, default=None)
        each = POOL + EXTRA
        room = 0 if coin is None else (coin.value - TOLL - int(self.town.rate * 900)) // each
        if coin is None or room < 1:
            self.wallets.refill(number, 5 * POOL)
            return
        note = Out(data_lock(bytes(self.dice.below(256) for _ in range(64)), "nobody"), 0, "data")
        outs = [note, Out(self.house.fresh(), TOLL, "join_fee")]
        outs += [Out(taker.fresh("premix"), each, "premix") for _ in range(min(room, 10))]
        posted = wallet.pay(outs, "tx0", first=[coin])
        if posted is not None:
            pairs = zip(posted.coins, posted.outs, strict=True)
            self.fresh += [made for made, out in pairs if out.role == "premix"]

    def _mix(self) -> bool:
        height = self.town.ledger.height
        seen: set[str] = set()
        if not self.mixed:
            self.mixed = list(self._first.coins)
        again = self._of_many_hands(self.mixed, 1 + self.dice.below(2), seen, height)
        new = self._of_many_hands(self.fresh, HANDS - len(again), seen, height)
        if not again or len(again) + len(new) < HANDS:
            return False
        seats = []
        for coin in (*again, *new):
            wallet = coin.lock.home
            assert isinstance(wallet, Wallet)
            seats.append(Seat(wallet, [coin], [Out(wallet.fresh(), POOL, "join_equal")]))
        self.mixed = [coin for coin in self.mixed if coin not in again]
        self.fresh = [coin for coin in self.fresh if coin not in new]
        style = Style(1, FINAL, 0, low_r=True)
        posted = post_round(self.town, self.dice, "whirlpool", seats, style=style, maker=self.house.owner)
        self.mixed += posted.coins
        return True

    def _of_many_hands(self, coins: list[Coin], count: int, seen: set[str], height: int) -> list[Coin]:
        picked: list[Coin] = []
        for coin in self.dice.sample(coins, len(coins)) if len(coins) < 300 else coins[:300]:
            if len(picked) == count:
                break
            if coin.lock.owner not in seen and coin.height <= height:
                seen.add(coin.lock.owner)
                picked.append(coin)
        return picked

    def _spend(self) -> bool:
        """Somebody pays with a mixed coin."""
        if len(self.mixed) < 8:
            return False
        coin = self.mixed.pop(self.dice.below(len(self.mixed)))
        wallet = coin.lock.home
        assert isinstance(wallet, Wallet)
        person = self.dice.pick(self.town.persons)
        value = int(POOL * self.dice.between(0.1, 0.8))
        lock = self.town.merchants[person.merchant(self.town, self.dice)].invoice()
        return wallet.pay([Out(lock, value, "payment")], "payment", first=[coin]) is not None
