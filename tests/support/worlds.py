"""Small simulated worlds for tests: a scene with a few coins, and a whole world made once per run."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from cointrail.chain.decode import decode_block
from cointrail.chain.network import get_network
from cointrail.chain.types import Block
from cointrail.simulate import simulate_world
from cointrail.simulate.clock import Agenda, Time, date
from cointrail.simulate.dice import Dice
from cointrail.simulate.keys import StandInKeys
from cointrail.simulate.ledger import Coin, Ledger, Origin
from cointrail.simulate.locks import Kind
from cointrail.simulate.prices import Prices
from cointrail.simulate.scene import Scene
from cointrail.simulate.truth import Truth
from cointrail.simulate.wallet import Habits, Wallet
from support.once import build_once

SEED = 5
SCALE = 0.02
PAYMENTS = 146

PLAIN_HABITS = Habits("plain", ((0, Kind.P2PKH),))


def scene(day: str = "2016-01-01") -> Scene:
    """A scene with nobody in it, at midnight of `day`."""
    made = Scene(Agenda(), Ledger(StandInKeys("test")), Prices(Dice("test/prices")), Truth())
    made.agenda.now = Time(date(day))
    return made


def wallet(where: Scene, owner: str, *values: int, habits: Habits = PLAIN_HABITS) -> Wallet:
    """A wallet with a coin of each of `values` satoshi, each at an address of its own."""
    made = Wallet(where, owner, habits, Dice(f"test/{owner}"))
    for number, value in enumerate(values):
        lock = made.fresh("receive")
        made.receive(Coin(bytes([number + 1]) * 32, 0, value, lock, Origin(height=1)))
    return made


def small_world(factory: pytest.TempPathFactory) -> Path:
    """The folder of a small signed world; tests must not write into it."""
    return build_once(factory, "small-world", _make)


def _make(folder: Path) -> None:
    simulate_world(SEED, folder, scale=SCALE)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """A truth file."""
    with (folder / "truth" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def plain_bytes(blocks: Path, name: str) -> bytes:
    """A file of a blocks directory without its XOR key."""
    data, key = (blocks / name).read_bytes(), (blocks / "xor.dat").read_bytes()
    mixed = int.from_bytes(data, "big") ^ int.from_bytes((key * (len(data) // 8 + 1))[: len(data)], "big")
    return mixed.to_bytes(len(data), "big")


def read_blocks(folder: Path) -> Iterator[Block]:
    """Every block of a world's first file, in the order of the file."""
    data, at = plain_bytes(folder / "blocks", "blk00000.dat"), 0
    while data[at : at + 4] == get_network("regtest").magic:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield decode_block(data[at + 8 : at + 8 + size])
        at += 8 + size
