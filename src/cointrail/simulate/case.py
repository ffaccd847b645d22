"""The case that a world comes with: a few addresses of the shop, as test purchases show them."""

from __future__ import annotations

from pathlib import Path

from cointrail.chain.address import encode_address
from cointrail.simulate.dice import Dice
from cointrail.simulate.regtest import REGTEST
from cointrail.simulate.shop import Shop

SEEDS = 4

_CASE = """\
# The case of the simulated world. Paths are relative to this file.
[case]
reference = "DEMO-{seed}"
legal_basis = "none: simulated world"
opened = "2018-03-31"

[seeds]
csv = ["seeds.csv"]

[period]
from = "2015-06-01"
to = "2018-03-31"

[valuation]
currency = "USD"
prices = ["prices/demo_usd.csv"]
report_date = "2018-03-31"

[attribution]
tags = ["tags/exchanges.tagpack.yaml", "tags/exchanges.actorpack.yaml"]

[limits]
max_hops = 40
max_outputs = 2000

[flow]
policies = ["fifo", "haircut"]
"""


def write_case(shop: Shop, seed: int, out: Path, dice: Dice) -> None:
    """Write `case.toml` and `seeds.csv`: payment addresses whose coins went into the main till."""
    till = shop.main
    unspent = set(till.wallet.coins)
    spent = [
        coin
        for coin in shop.sales
        if coin.lock.home is till.wallet and coin not in unspent and coin not in till.strays
    ]
    bought = [encode_address(coin.lock.script, REGTEST) for coin in dice.sample(spent, SEEDS)]
    rows = ["address,note", *(f"{address},test purchase" for address in bought)]
    (out / "seeds.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (out / "case.toml").write_text(_CASE.format(seed=seed), encoding="utf-8")
