"""A composed world from its plan and a seed: opened, run block by block, written down."""

from __future__ import annotations

import gc
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib import metadata
from itertools import cycle
from pathlib import Path

from cointrail.errors import BadInput
from cointrail.simulate.clock import DAY
from cointrail.simulate.composed.agents import ALWAYS, BUILDERS
from cointrail.simulate.composed.agents.people import People
from cointrail.simulate.composed.calendar import Calendar
from cointrail.simulate.composed.ledger import Ledger, Out, tell_genesis
from cointrail.simulate.composed.plan import Plan
from cointrail.simulate.composed.quick_keys import QuickKeys
from cointrail.simulate.composed.ranges import AGENT_NAMES
from cointrail.simulate.composed.record import Record
from cointrail.simulate.composed.town import OPENING_PAYMENTS, SUPPLY, Agent, Town, exchange_weight
from cointrail.simulate.dice import Dice
from cointrail.simulate.outputs import open_outputs, require_empty
from cointrail.simulate.sinks import AheadSink

VERSION = 3
"""Of composed worlds: another number, another world from the same plan and seed."""

PREMINE = 220
"""Blocks before people begin. The first 120 are ripe by then: 6,000 BTC."""
_OPENING_AT_ONCE = 60
_FIRST_COINS = 5
_HOT_COINS = 30
"""That an exchange begins with, from each pool."""
_MOST_IDLE = 500
"""Blocks in a row without a transaction: a world that does no more."""
_TRIES = 30
"""How often in a row people may do nothing before a block is closed as it is."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ComposedSummary:
    """What was made."""

    seed: int
    era: int
    signed: bool
    """Whether signatures are real and Bitcoin Core accepted every block."""
    height: int
    tip_hash: str
    transactions: int
    outputs: int
    hands: int
    kinds: dict[str, int] = field(default_factory=dict)
    """Transactions by kind."""


def compose_world(
    plan: Plan, seed: int, out: Path, *, signed: bool | None = None, progress: Progress | None = None
) -> ComposedSummary:
    """Make the world of `plan` and `seed` in the empty or missing folder `out`.

    `signed` None means signed where the libraries for it are installed; `progress` is told blocks done and
    blocks to do. The same plan and seed give the same bytes, signed or not each for itself.

    Raises:
        BadInput: `out` is not empty, `signed` is asked for and a library is missing, or people of this plan
            run out of coins and of ways to get them.
        BadBlocks: Bitcoin Core does not accept the world's blocks.
    """
    require_empty(out)
    root = Dice(f"cointrail composed world {VERSION}/{seed}")
    name = f"composed {VERSION}/{seed}"
    keys, sink = open_outputs(name, out, root, signed=signed)
    if not keys.signed:
        keys = QuickKeys(name)
    (out / "world.toml").write_text(plan.to_toml(), encoding="utf-8")
    with Record(out / "truth", plan.year) as record:
        ledger = Ledger(keys, AheadSink(sink), record)
        with _no_collector():
            world = _World(plan, root, ledger)
            world.run(progress)
    summary = ComposedSummary(
        seed=seed,
        era=plan.year,
        signed=keys.signed,
        height=ledger.height,
        tip_hash=ledger.tip[::-1].hex(),
        transactions=ledger.tx_count,
        outputs=ledger.output_count,
        hands=len(record.kinds) - 1,
        kinds=dict(sorted(world.kinds.items())),
    )
    _write_summary(summary, out / "world.json")
    return summary


@contextmanager
def _no_collector() -> Iterator[None]:
    """Leave out Python's search for cycles, a third of the time: coins are let go of without one."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _World:
    """The town, its agents and the blocks that they fill."""

    def __init__(self, plan: Plan, root: Dice, ledger: Ledger) -> None:
        self.plan = plan
        self.ledger = ledger
        self.town = town = Town(plan, root.child("town"), ledger)
        self.kinds: Counter[str] = Counter()
        self.dice = root.child("order")
        # Services first: people choose their exchange when they come.
        self.agents: dict[str, Agent] = {name: BUILDERS[name](town, root.child(name)) for name in ALWAYS[:1]}
        self.people = People(town, root.child("people"))
        for name in AGENT_NAMES:
            if name not in self.agents and (name in ALWAYS or plan.rates.get(name, 0)):
                self.agents[name] = BUILDERS[name](town, root.child(name))
        self.miners = cycle(town.pools)

    def run(self, progress: Progress | None) -> None:
        """Mine the first coins, give them out, then let everybody act, block by block."""
        per_block, wanted = self.plan.whole("per_block"), self.plan.whole("transactions")
        blocks = -(-wanted // per_block)
        start = self.plan.era.start
        calendar = Calendar(
            start, self.plan.whole("days") * DAY, blocks, self.plan.whole("in_a_row"), self.dice
        )
        tell_genesis(self.ledger)
        for n in range(PREMINE):
            self._close(start - (PREMINE + 20 - n) * 600)
        time = self._open(start - 20 * 600)
        owed = dict.fromkeys(self.agents, 1.0)
        made, done, idle = 0, 0, 0
        while made < wanted:
            self.town.wander()
            more = self._fill(per_block, owed)
            made += more
            idle = 0 if more else idle + 1
            if idle > _MOST_IDLE:
                raise BadInput(
                    f"this world comes to a standstill after {made:,} transactions",
                    hint="raise the rate of `exchange`: people cannot get coins",
                )
            # A block that took less than its share makes the world a few blocks longer.
            time = max(time + 1, calendar.time_of(done))
            self._close(time)
            done += 1
            if progress is not None:
                progress(min(made, wanted), wanted)
        self.ledger.sink.finish(self.ledger.height, self.ledger.tip)

    def _fill(self, room: int, owed: dict[str, float]) -> int:
        """Let agents act by what they are owed, and people for the rest; the number of transactions made."""
        ledger = self.ledger
        turns: list[str] = []
        for name in self.agents:
            owed[name] = min(owed[name] + room * self.plan.rates.get(name, 0.0) / 1_000, 2.0 * room)
            turns += [name] * int(owed[name])
        before, idle = len(ledger.waiting), 0
        places = iter(self.dice.sample(turns, len(turns)))
        steps = max(1, room // (len(turns) + 1))
        while len(ledger.waiting) - before < room and not ledger.is_full and idle < _TRIES:
            at = len(ledger.waiting)
            name = next(places, "")
            if name and owed[name] >= 1:
                self.agents[name].act()
                owed[name] -= max(0.25, len(ledger.waiting) - at)
            for _ in range(steps):
                if len(ledger.waiting) - before >= room:
                    break
                self.people.act()
            idle = idle + 1 if len(ledger.waiting) == at else 0
        return len(ledger.waiting) - before

    def _open(self, time: int) -> int:
        """Pools fill the exchanges, and exchanges give everybody first coins; the time when that is done."""
        town = self.town
        weights = [exchange_weight(n) for n in range(len(town.exchanges))]
        for pool in town.pools:
            pool.wallet.ripen()
            total = int(pool.wallet.balance * 0.95)
            outs = [
                Out(exchange.hot.fresh("hot"), int(total * weight / sum(weights)) // _HOT_COINS, "payment")
                for exchange, weight in zip(town.exchanges, weights, strict=True)
                for _ in range(_HOT_COINS)
            ]
            pool.wallet.pay(outs, "opening", first=pool.wallet.usable())
        self._close(time)
        left = SUPPLY // 2
        for person in town.persons:
            value = min(left, int(town.usual * person.means * OPENING_PAYMENTS * self.dice.between(0.4, 2.0)))
            left -= value
            wallet = person.wallet
            for _ in range(_FIRST_COINS):
                part = town.asked(value // _FIRST_COINS, self.dice)
                person.bank.queue.append((person.name, wallet.address(), part))
        for name, lock, value in town.stakes:
            self.dice.pick(town.exchanges[:2]).queue.append((name, lock, value))
        while any(exchange.queue for exchange in town.exchanges):
            for exchange in town.exchanges:
                for _ in range(min(20, -(-len(exchange.queue) // _OPENING_AT_ONCE))):
                    some = min(_OPENING_AT_ONCE, len(exchange.queue))
                    exchange.pay_out([exchange.queue.popleft() for _ in range(some)], "opening")
            time += 60
            self._close(time)
        return time

    def _close(self, time: int) -> None:
        self.ledger.close(time, next(self.miners), self.kinds)


def _write_summary(summary: ComposedSummary, path: Path) -> None:
    versions = {"composed_world": VERSION, "cointrail": metadata.version("cointrail")}
    note = (
        "every transaction is signed and every block was accepted by libbitcoinkernel"
        if summary.signed
        else "UNSIGNED: signatures are stand-ins, nobody has validated the blocks"
    )
    text = json.dumps({**asdict(summary), "note": note, "versions": versions}, indent=2)
    path.write_text(text + "\n", encoding="utf-8")
