"""Every value of a plan: its range, its default and what it does.

The one source for the reader of plans, the docs, and the random plans of a check.
"""

from __future__ import annotations

from typing import NamedTuple

from cointrail.simulate.composed.eras import ERAS


class Value(NamedTuple):
    """A number of a plan. `whole` numbers take no decimals; `by_size` ones are drawn by their logarithm."""

    table: str
    name: str
    low: float
    high: float
    default: float
    meaning: str
    whole: bool = False
    by_size: bool = False


YEARS = tuple(ERAS)

VALUES = (
    Value("world", "transactions", 300, 20_000_000, 5_000, "how many there are at least, without coinbases",
          whole=True, by_size=True),
    Value("world", "per_block", 10, 2_500, 100, "transactions of a block; fewer where they are large",
          whole=True, by_size=True),
    Value("world", "days", 7, 300, 90, "from the first to the last block", whole=True),
    Value("world", "in_a_row", 1, 100, 12, "blocks within an hour of each other, before the world skips to a "
          "later day; where blocks are as close anyway, it skips nothing", whole=True),
    Value("people", "persons", 60, 20_000, 300, "private hands", whole=True, by_size=True),
    Value("people", "merchants", 3, 500, 20, "sellers of goods", whole=True, by_size=True),
    Value("people", "exchanges", 1, 12, 4, "services that hold customers' coins", whole=True),
    Value("people", "reuse", 0.0, 0.6, 0.12, "part of persons who have one address for everything"),
    Value("people", "merchant_reuse", 0.0, 1.0, 0.3, "part of merchants who show everybody one address"),
    Value("people", "core_share", 0.0, 0.9, 0.12, "part of persons with Bitcoin Core's habits of the era"),
    Value("people", "payjoin", 0.0, 0.05, 0.002, "part of payments to persons and merchants made as PayJoin"),
    Value("people", "second_form", 0.0, 0.3, 0.05, "part of persons' addresses, but for change, that show a "
          "key which their wallet showed in another form before: P2PK, P2PKH, nested, P2WPKH, or a multisig "
          "bare and hashed"),
    Value("people", "two_payees", 0.0, 0.1, 0.02, "part of payments to persons and merchants that pay two of "
          "them at once"),
    Value("people", "whole_wallet", 0.0, 0.02, 0.005, "part of payments to persons and merchants in which "
          "all of a wallet goes to others, at one address or two"),
    Value("people", "swept_alone", 0.0, 1.0, 0.3, "part of exchanges that empty each deposit address by "
          "itself"),
    Value("people", "swept_both", 0.0, 1.0, 0.2, "part of exchanges that do so at times, and else gather "
          "deposits"),
)  # fmt: skip
"""Values other than the agents' rates."""

MAX_RATE = 400.0
"""Transactions of one agent among 1,000."""
MAX_RATES = 700.0
"""Transactions of all agents among 1,000; people's own payments are the rest."""


class AgentRange(NamedTuple):
    """An agent: the first year in which it exists, and what it does. Its rate may be 0 to 400 among 1,000."""

    name: str
    since: int
    drawn_to: float
    """Random plans go up to this rate."""
    meaning: str


AGENTS = (
    AgentRange("exchange", 2013, 200, "exchanges pay out, one by one and in batches, sweep deposits, fill "
               "hot from cold, and bump fees by spending their change"),
    AgentRange("custody", 2013, 3, "an exchange takes over customers' keys, or gives its store away"),
    AgentRange("merchant", 2013, 60, "merchants sell what they took in at an exchange"),
    AgentRange("pool", 2013, 30, "pools pay their members and sell"),
    AgentRange("casino", 2013, 120, "people bet at one reused address and are paid from it at once"),
    AgentRange("mixer", 2013, 20, "a custodial mixer takes coins and pays out others later"),
    AgentRange("market", 2013, 40, "a market holds purchases in two-of-three escrow"),
    AgentRange("ransom", 2013, 30, "extortioners are paid at fresh addresses and peel off to exchanges"),
    AgentRange("thief", 2013, 4, "a thief sweeps coins of many hands with their keys in one transaction"),
    AgentRange("joinmarket", 2016, 30, "makers and a taker join"),
    AgentRange("wasabi1", 2018, 10, "rounds of one denomination with ten participants and more"),
    AgentRange("whirlpool", 2021, 30, "coins cut for a pool, then mixed five by five"),
    AgentRange("wasabi2", 2025, 5, "rounds of many denominations with fifty inputs and more"),
    AgentRange("lightning", 2018, 60, "channels opened by one or two hands, spliced, closed, also by force"),
    AgentRange("ordinals", 2025, 80, "inscribed outputs sold with signatures that leave room (0x83)"),
    AgentRange("token", 2016, 150, "tokens sent or minted with data outputs"),
    AgentRange("consolidator", 2013, 30, "people put many coins into one"),
    AgentRange("duster", 2013, 5, "dust sent to used addresses"),
    AgentRange("nested", 2013, 30, "a service that lives on an account at an exchange"),
    AgentRange("coinswap", 2013, 0, "two hands swap coins in two transactions that nothing links; off unless "
               "asked for, also in random plans"),
)  # fmt: skip
"""All agents beside people. Random plans leave out those whose years have not come."""

AGENT_NAMES = tuple(agent.name for agent in AGENTS)
