"""All agents, by the name that a plan calls them. People come first: others need somebody to deal with."""

from __future__ import annotations

from collections.abc import Callable

from cointrail.simulate.composed.agents.casino import Casino
from cointrail.simulate.composed.agents.chores import Consolidators, Duster
from cointrail.simulate.composed.agents.coinswap import CoinSwap
from cointrail.simulate.composed.agents.custody import Custody
from cointrail.simulate.composed.agents.exchange import Exchanges
from cointrail.simulate.composed.agents.joinmarket import JoinMarket
from cointrail.simulate.composed.agents.lightning import Lightning
from cointrail.simulate.composed.agents.market import Market
from cointrail.simulate.composed.agents.merchants import Merchants
from cointrail.simulate.composed.agents.mixer import Mixer
from cointrail.simulate.composed.agents.nested import Nested
from cointrail.simulate.composed.agents.ordinals import Ordinals
from cointrail.simulate.composed.agents.pools import Pools
from cointrail.simulate.composed.agents.ransom import Ransom
from cointrail.simulate.composed.agents.thief import Thief
from cointrail.simulate.composed.agents.wasabi1 import Wasabi1
from cointrail.simulate.composed.agents.wasabi2 import Wasabi2
from cointrail.simulate.composed.agents.whirlpool import Whirlpool
from cointrail.simulate.composed.town import Agent, Town
from cointrail.simulate.dice import Dice

BUILDERS: dict[str, Callable[[Town, Dice], Agent]] = {
    "exchange": Exchanges,
    "merchant": Merchants,
    "pool": Pools,
    "custody": Custody,
    "casino": Casino,
    "mixer": Mixer,
    "market": Market,
    "ransom": Ransom,
    "thief": Thief,
    "consolidator": Consolidators,
    "duster": Duster,
    "nested": Nested,
    "joinmarket": JoinMarket,
    "wasabi1": Wasabi1,
    "whirlpool": Whirlpool,
    "wasabi2": Wasabi2,
    "lightning": Lightning,
    "ordinals": Ordinals,
    "coinswap": CoinSwap,
}
"""`exchange`, `merchant` and `pool` are always there, as people need them; the others by their rate."""

ALWAYS = ("exchange", "merchant", "pool")
