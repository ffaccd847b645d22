"""All agents, by the name that a plan calls them. People come first: others need somebody to deal with."""

from __future__ import annotations

from collections.abc import Callable

from cointrail.simulate.composed.agents.exchange import Exchanges
from cointrail.simulate.composed.agents.merchants import Merchants
from cointrail.simulate.composed.agents.pools import Pools
from cointrail.simulate.composed.town import Agent, Town
from cointrail.simulate.dice import Dice

BUILDERS: dict[str, Callable[[Town, Dice], Agent]] = {
    "exchange": Exchanges,
    "merchant": Merchants,
    "pool": Pools,
}
"""`exchange`, `merchant` and `pool` are always there, as people need them; the others by their rate."""

ALWAYS = ("exchange", "merchant", "pool")
