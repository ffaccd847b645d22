"""Chains that `benchmarks/chain.py` makes, read plainly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cointrail.chain.decode import decode_block
from cointrail.chain.types import Block, Height, Outpoint, Tx
from cointrail.chain.undo import SpentOutput, decode_undo, undo_checksum
from support.blocks_writer import REGTEST_MAGIC, read_records

CHECKSUM = 32


@dataclass(frozen=True)
class ReadBlock:
    """A block, what its undo record says it spends, and where it stands."""

    block: Block
    undo: tuple[tuple[SpentOutput, ...], ...]
    """a row for each transaction but the coinbase"""
    checksum_fits: bool


def iter_blocks(folder: Path) -> Iterator[ReadBlock]:
    """The blocks in the order of the files; undo records stand in the same order, genesis has none."""
    key = (folder / "xor.dat").read_bytes()
    for path in sorted(folder.glob("blk*.dat")):
        raws = read_records(path, key, REGTEST_MAGIC, 0)
        records = read_records(folder / path.name.replace("blk", "rev"), key, REGTEST_MAGIC, CHECKSUM)
        if path.name == "blk00000.dat":
            yield ReadBlock(decode_block(raws.pop(0)), (), checksum_fits=True)
        for raw, record in zip(raws, records, strict=True):
            block, payload = decode_block(raw), record[:-CHECKSUM]
            fits = undo_checksum(block.header.previous, payload) == record[-CHECKSUM:]
            yield ReadBlock(block, decode_undo(payload), fits)


@dataclass
class Holdings:
    """Who holds what after some blocks, told from the blocks alone."""

    unspent: dict[Outpoint, SpentOutput] = field(default_factory=dict)
    ages: Counter[int] = field(default_factory=Counter)
    """of spent outputs, in blocks"""
    paid: Counter[bytes] = field(default_factory=Counter)
    """outputs of each script"""
    joined: dict[bytes, bytes] = field(default_factory=dict)
    """for each script that was spent another one spent with it, or itself"""

    def spend(self, tx: Tx, height: Height) -> tuple[SpentOutput, ...]:
        """Take what `tx` spends; KeyError when it is not there."""
        taken = tuple(self.unspent.pop(one.outpoint) for one in tx.inputs)
        self.ages.update(height - one.height for one in taken)
        first = self.cluster(taken[0].output.script)
        for one in taken[1:]:
            self.joined[self.cluster(one.output.script)] = first
        return taken

    def add(self, tx: Tx, height: Height) -> None:
        """Give what `tx` creates."""
        for number, output in enumerate(tx.outputs):
            self.paid[output.script] += 1
            if not output.script.startswith(b"\x6a"):
                created = SpentOutput(output, height, tx.is_coinbase)
                self.unspent[Outpoint(tx.txid, number)] = created

    def cluster(self, script: bytes) -> bytes:
        """The script that stands for all those that were spent together with this one."""
        while (other := self.joined.setdefault(script, script)) != script:
            self.joined[script] = self.joined.setdefault(other, other)
            script = other
        return script
