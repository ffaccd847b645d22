"""The ways in which the shop turns coins into money."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from cointrail.simulate.clock import DAY, HOUR
from cointrail.simulate.ledger import Coin, Pay
from cointrail.simulate.peel import PeelChain

if TYPE_CHECKING:
    from cointrail.simulate.shop import Shop

Way = Callable[["Shop", list[Coin]], None]

PEEL_RETURNS = 0.12
"""Share of peel chains whose rest comes back to the shop."""
VENDOR_MEDIAN_USD = 400.0


def consolidate(shop: Shop, coins: list[Coin]) -> None:
    """Put everything together and keep it."""
    shop.main.spend(coins, [])


def deposit(shop: Shop, coins: list[Coin]) -> None:
    """Send a part to one or two exchange accounts."""
    parts = 1 + shop.dice.chance(0.3)
    pays = [Pay(shop.deposit_lock(), _share(shop, coins, 0.15, 0.45), "deposit") for _ in range(parts)]
    shop.main.spend(coins, pays)


def peel(shop: Shop, coins: list[Coin]) -> None:
    """Set the larger part on a peel chain."""
    chain = PeelChain(shop, hops=5 + shop.dice.below(26), returns=shop.dice.chance(PEEL_RETURNS))
    start = chain.wallet.fresh("peel")
    posted = shop.main.spend(coins, [Pay(start, _share(shop, coins, 0.5, 0.9), "peel_start")])
    if posted is not None:
        shop.chains.append(chain)
        chain.begin(next(coin for coin in posted.coins if coin.lock is start))


def pay_vendor(shop: Shop, coins: list[Coin]) -> None:
    """Pay somebody who delivers."""
    vendor = shop.dice.pick(shop.vendors)
    value = min(shop.scene.sat(shop.dice.lognormal(VENDOR_MEDIAN_USD, 0.5)), _share(shop, coins, 0.5, 0.5))
    shop.main.spend(coins, [Pay(vendor.wallet.address(), value, "vendor")])


def mix(shop: Shop, coins: list[Coin]) -> None:
    """Set a part aside, join it with other people's coins, deposit what comes out coin by coin."""
    lock = shop.apart.fresh("apart")
    posted = shop.main.spend(coins, [Pay(lock, _share(shop, coins, 0.1, 0.3), "set_apart")])
    if posted is not None:
        coin = next(coin for coin in posted.coins if coin.lock is lock)
        shop.scene.agenda.after(shop.dice.between(1, 30) * HOUR, partial(_join, shop, coin))


def _join(shop: Shop, coin: Coin) -> None:
    posted = shop.market.join_coin(shop.apart, coin)
    mine = [coin] if posted is None else [c for c in posted.coins if c.lock.home is shop.apart]
    for own in mine:
        shop.scene.agenda.after(shop.dice.between(1, 20) * DAY, partial(_deposit_apart, shop, own))


def _deposit_apart(shop: Shop, coin: Coin) -> None:
    shop.apart.sweep([coin], shop.deposit_lock(), "deposit")


def _share(shop: Shop, coins: list[Coin], low: float, high: float) -> int:
    return int(sum(coin.value for coin in coins) * shop.dice.between(low, high))


WAYS: tuple[tuple[Way, float], ...] = (
    (consolidate, 0.25),
    (deposit, 0.32),
    (peel, 0.22),
    (pay_vendor, 0.15),
    (mix, 0.06),
)
"""How often which."""
