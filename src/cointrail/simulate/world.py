"""A whole world from one seed: made, mined, written down."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

from cointrail.errors import BadInput
from cointrail.simulate.blocks import BlockMaker, BlockSink
from cointrail.simulate.business import MarketMaker, Pool
from cointrail.simulate.case import write_case
from cointrail.simulate.clock import END, SALES, START, Agenda, block_times
from cointrail.simulate.crowd import Crowd
from cointrail.simulate.customers import Customers
from cointrail.simulate.dice import Dice
from cointrail.simulate.exchange import Exchange
from cointrail.simulate.keys import Keys
from cointrail.simulate.ledger import Ledger
from cointrail.simulate.locks import Kind
from cointrail.simulate.mixing import Mixing
from cointrail.simulate.orders import draw_orders
from cointrail.simulate.outputs import open_outputs, require_empty
from cointrail.simulate.prices import Prices
from cointrail.simulate.records import write_truth
from cointrail.simulate.roster import FIRMS
from cointrail.simulate.scene import Scene
from cointrail.simulate.shop import Shop
from cointrail.simulate.tags import write_tags
from cointrail.simulate.truth import Truth

PAYMENTS = 7_300
"""What the shop of a full world receives."""
VERSION = 1
"""Of the worlds: another number, another world from the same seed."""

_POOLS = (
    ("pool-amber", 5.0, Kind.P2PKH),
    ("pool-birch", 4.0, Kind.P2PK),
    ("pool-cedar", 3.0, Kind.P2SH_MULTISIG),
    ("pool-delta", 2.0, Kind.P2PKH_UNCOMPRESSED),
    ("pool-ember", 1.0, Kind.P2PK_UNCOMPRESSED),
)

SCALES = (0.01, 1.0)
"""The smallest and the full world."""

ABOUT = (
    "All of it is invented: names, companies, sites, people and prices. Any likeness is chance.",
    "It runs on regtest: 3.5 blocks a day instead of 144, about 15,000 bitcoin in all.",
    "CoinJoins like the first Wasabi's run from September 2017, like Whirlpool's from January 2018.",
    "The real programs came up later, in 2018 and 2019.",
)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class WorldSummary:
    """What was made."""

    seed: int
    scale: float
    signed: bool
    """Whether signatures are real and Bitcoin Core accepted every block."""
    height: int
    tip_hash: str
    transactions: int
    outputs: int
    payments: int
    withdrawals: int
    deposits: int
    exchanges: int


def simulate_world(
    seed: int, out: Path, *, signed: bool | None = None, scale: float = 1.0, progress: Progress | None = None
) -> WorldSummary:
    """Make the world of `seed` in the empty or missing folder `out`.

    `signed` None means signed where the libraries for it are installed; `scale` 1 is the full world of
    7,300 payments, 0.02 a small one for tests; `progress` is told blocks done and blocks to do.

    Raises:
        BadInput: `out` is not empty, `scale` is out of range, or `signed` is asked for and a library
            is missing.
        BadBlocks: Bitcoin Core does not accept the world's blocks.
    """
    if not SCALES[0] <= scale <= SCALES[1]:
        raise BadInput(f"a world has a scale of {SCALES[0]} to {SCALES[1]}, got {scale}", value=scale)
    require_empty(out)
    root = Dice(f"cointrail world {VERSION}/{seed}")
    keys, sink = open_outputs(f"{VERSION}/{seed}", out, root, signed=signed)
    world = World(root, keys, sink, scale)
    world.run(progress)
    return world.write(seed, out)


class World:
    """All actors of one world and the chain that they write."""

    def __init__(self, root: Dice, keys: Keys, sink: BlockSink, scale: float) -> None:
        self.root = root
        self.scale = scale
        self.sink = sink
        self.scene = Scene(Agenda(), Ledger(keys), Prices(root.child("prices")), Truth())
        self.maker = BlockMaker(self.scene.ledger, sink)
        self.exchanges = [Exchange(self.scene, firm, root.child(f"exchange/{firm.id}")) for firm in FIRMS]
        self.pools = [Pool(self.scene, name, weight, kind, root.child(name)) for name, weight, kind in _POOLS]
        self.crowd = Crowd(self.scene, self.exchanges, root.child("crowd"), scale)
        least = max(3, round(26 * min(1.0, 2 * scale)))
        self.shop = Shop(
            self.scene, self.exchanges[1:12:2], self.crowd.market, root.child("shop"), least=least
        )
        self._plan()

    def _plan(self) -> None:
        scene, crowd, root = self.scene, self.crowd, self.root
        for pool in self.pools:
            scene.agenda.at(SALES, partial(pool.open, self.exchanges))
        MarketMaker(scene, self.exchanges, root.child("market-maker"))
        crowd.settle_in()
        crowd.enrol_members(self.pools)
        crowd.populate()
        crowd.join_now_and_then(crowd.number(330))
        crowd.notarise(crowd.number(120))
        Mixing(crowd, root.child("mixing"))
        self.shop.vendors = [crowd.vendor(f"vendor-{n}") for n in range(crowd.number(7, 2))]
        orders = draw_orders(root.child("orders"), max(1, round(PAYMENTS * self.scale)))
        Customers(self.shop, crowd, root.child("customers")).expect(orders)
        scene.agenda.at(START, self.shop.open)
        scene.agenda.at(END - 36 * 3_600, self.shop.close)

    def run(self, progress: Progress | None) -> None:
        """Let time pass, block by block, and hand over the chain."""
        times = block_times(self.root.child("clock"), min(1.0, max(0.1, 3 * self.scale)))
        mining = self.root.child("mining")
        weights = [pool.weight for pool in self.pools]
        for done, time in enumerate(times):
            self.scene.agenda.run_until(time)
            self.maker.close(time, mining.weigh(self.pools, weights))
            if progress is not None:
                progress(done + 1, len(times))
        self.sink.finish(self.scene.ledger.height, self.maker.tip)

    def write(self, seed: int, out: Path) -> WorldSummary:
        """Write everything that goes beside the blocks."""
        scene = self.scene
        write_truth(scene, out / "truth")
        write_tags(scene, self.exchanges, out / "tags", self.root.child("tags"))
        (out / "prices").mkdir()
        scene.prices.write(out / "prices" / "demo_usd.csv")
        write_case(self.shop, seed, out, self.root.child("case"))
        summary = WorldSummary(
            seed=seed,
            scale=self.scale,
            signed=scene.ledger.keys.signed,
            height=scene.ledger.height,
            tip_hash=self.maker.tip[::-1].hex(),
            transactions=scene.ledger.tx_count,
            outputs=len(scene.ledger.outputs),
            payments=sum(receipt.kind == "payment" for receipt in scene.truth.receipts),
            withdrawals=len(scene.truth.withdrawals),
            deposits=len(scene.truth.deposits),
            exchanges=len(self.exchanges),
        )
        _write_summary(summary, out / "world.json")
        return summary


def _write_summary(summary: WorldSummary, path: Path) -> None:
    versions = {"world": VERSION, "cointrail": metadata.version("cointrail")}
    if summary.signed:
        versions |= {name: metadata.version(name) for name in ("coincurve", "py-bitcoinkernel")}
    note = (
        "every transaction is signed and every block was accepted by libbitcoinkernel"
        if summary.signed
        else "UNSIGNED: signatures are stand-ins, nobody has validated the blocks"
    )
    text = json.dumps({**asdict(summary), "note": note, "about": ABOUT, "versions": versions}, indent=2)
    path.write_text(text + "\n", encoding="utf-8")
