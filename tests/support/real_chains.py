"""Whole chains of the real data folder as blocks directories that can be opened."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import zstandard

from support.once import build_once

WASABI2 = "2024-04-05_15-19_10-5utxo"
MAINNET_TIP = 4312


def _unpack(packed: Path, folder: Path) -> None:
    for path in packed.iterdir():
        if path.suffix == ".zst":
            with path.open("rb") as source, (folder / path.stem).open("wb") as target:
                zstandard.ZstdDecompressor().copy_stream(source, target)
        else:
            (folder / path.name).write_bytes(path.read_bytes())


def mainnet(factory: pytest.TempPathFactory, real_data: Path) -> Path:
    """Heights 0 to 4,312 as Bitcoin Core wrote them: blk, rev and xor.dat."""
    packed = real_data / "blocks" / "mainnet" / "core-datadir"
    return build_once(factory, "real-mainnet", lambda folder: _unpack(packed, folder))


def mainnet_plain(factory: pytest.TempPathFactory, real_data: Path) -> Path:
    """The same blocks in one plain file, without undo data."""

    def link(folder: Path) -> None:
        (folder / "blk00000.dat").symlink_to(real_data / "blocks" / "mainnet" / "blk00000_h0-4312.dat")

    return build_once(factory, "real-mainnet-plain", link)


def wasabi2(factory: pytest.TempPathFactory, real_data: Path) -> Path:
    """A regtest chain of emulated Wasabi 2 clients."""
    packed = real_data / "coinjoin" / "emulated_wasabi2" / f"{WASABI2}.core-datadir"
    return build_once(factory, "real-wasabi2", lambda folder: _unpack(packed, folder))


def wasabi2_coins(real_data: Path) -> list[dict[str, str]]:
    """What the emulated wallets said of their coins: txid, vout, amount, address, spentBy."""
    path = real_data / "coinjoin" / "emulated_wasabi2" / f"{WASABI2}.truth_coins.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
