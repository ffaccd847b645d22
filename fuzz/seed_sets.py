"""The seeds of each target: an invented chain with true signatures, and oddities that it has not.

Where COINTRAIL_REAL_DATA names a folder of real chain data, small real blocks are read there too.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from cointrail.chain import script as sc
from cointrail.chain.commitments import COMMITMENT_PREFIX, wtxid
from cointrail.chain.decode import (
    decode_block,
    encode_compact_size,
    encode_header,
    encode_tx,
    merkle_root,
    tx_of,
)
from cointrail.chain.network import get_network
from cointrail.chain.types import (
    NULL_VOUT,
    BlockHash,
    Height,
    Outpoint,
    Sat,
    Tx,
    Txid,
    TxIn,
    TxOut,
    sha256d,
)
from cointrail.chain.undo import SpentOutput, encode_undo
from seeds import Seed
from structure import block_seed, script_seed, stack_seed, stream_seed
from support import contract_scripts
from support.blocks_writer import REGTEST_MAGIC, read_records, record
from support.kernel_chain import Branch, random_branch

LARGEST_SEED = 1700
"""Bytes of a block. Small ones make many inputs a second, and nothing in a reader needs large ones."""
MOST_REAL_BLOCKS = 200
"""Of each file."""
ANNEX = b"\x50 annex"
MORE_KEYS = tuple(bytes((2 + n % 2,)) + n.to_bytes(32, "big") for n in range(1, 21))
"""Of the form of public keys; whether they are points is not asked by a script's type."""


@cache
def branch() -> Branch:
    """The chain that seeds come from."""
    return random_branch(3, 140, busy=40, txs=5)


def block_seeds() -> list[Seed]:
    """Blocks of the chain, and small real ones where there are any."""
    raws = [*(made.raw for made in branch().blocks), *_odd_blocks()]
    return [block_seed(raw) for raw in [*raws, *real_blocks()] if len(raw) <= LARGEST_SEED]


def _odd_blocks() -> Iterator[bytes]:
    """Sound blocks whose coinbases say odd things about witnesses."""
    txs = (tx for made in branch().blocks for tx in decode_block(made.raw).txs[1:] if tx.has_witness)
    spend = min(txs, key=lambda tx: tx.size)
    base = tx_of(spend.version, [replace(i, witness=()) for i in spend.inputs], spend.outputs, 0)
    root = merkle_root([bytes(32), wtxid(spend)])
    true = COMMITMENT_PREFIX + sha256d(root + bytes(32))
    for scripts in (
        [true, true[:37]],
        [true, true[:36]],
        [bytes(38), true + b"more"],
        [true[:37] + b"x", true],
    ):
        yield _block([_coinbase(scripts, (bytes(32),)), spend])
    for scripts in ([true[:37]], [COMMITMENT_PREFIX[:5] + bytes(33)], []):
        yield _block([_coinbase(scripts, ()), base])
        yield _block([_coinbase(scripts, ()), base, *(_with_version(base, n) for n in (8, 9))])


def _with_version(tx: Tx, version: int) -> Tx:
    return tx_of(version, tx.inputs, tx.outputs, tx.locktime)


def _coinbase(scripts: Sequence[bytes], witness: tuple[bytes, ...]) -> Tx:
    null = TxIn(Outpoint(Txid(bytes(32)), NULL_VOUT), b"\x01\x01", 0, witness)
    return tx_of(2, [null], [TxOut(Sat(0), script) for script in scripts], 0)


def _block(txs: Sequence[Tx]) -> bytes:
    root = merkle_root([tx.txid.raw for tx in txs])
    header = encode_header(1, BlockHash(bytes(32)), root, 0, 0, 0)
    raws = [encode_tx(tx.version, tx.inputs, tx.outputs, tx.locktime) for tx in txs]
    return header + encode_compact_size(len(raws)) + b"".join(raws)


def real_blocks() -> Iterator[bytes]:
    """Small blocks of the real data folder, where there is one."""
    folder = os.environ.get("COINTRAIL_REAL_DATA")
    if not folder:
        return
    for network in ("mainnet", "testnet3"):
        place = Path(folder) / "blocks" / network
        for path in sorted(place.glob("*.blk")):
            if path.stat().st_size <= LARGEST_SEED:
                yield path.read_bytes()
        for path in sorted(place.glob("*.dat")):
            yield from read_records(path, bytes(8), get_network(network).magic, 0)[:MOST_REAL_BLOCKS]


def undo_seeds() -> list[bytes]:
    """Records of the chain, and one with every compressed form, large heights and long scripts."""
    records = [made.stored.undo or b"" for made in branch().blocks if made.spent]
    return [record for record in [*records, *map(encode_undo, _odd_rows())] if len(record) <= LARGEST_SEED]


def _odd_rows() -> Iterator[list[list[SpentOutput]]]:
    dice = random.Random(5)
    for _ in range(12):
        scripts = dice.sample(locking_scripts(), 6)
        values = [dice.choice([0, 1, 10**9, 2_100_000_000_000_000, dice.randrange(10**15)]) for _ in scripts]
        spent = [
            SpentOutput(TxOut(Sat(value), script), Height(dice.choice([0, 1, 900_000])), dice.random() < 0.5)
            for value, script in zip(values, scripts, strict=True)
        ]
        cut = dice.randint(1, 5)
        yield [spent[:cut], spent[cut:]]


@cache
def locking_scripts() -> Sequence[bytes]:
    """Of every type, the chain's own among them."""
    outputs = [o for made in branch().blocks for tx in decode_block(made.raw).txs for o in tx.outputs]
    keys = (MORE_KEYS[0], b"\x04" + bytes(range(64)), b"\x06" + bytes(64), MORE_KEYS[1])
    odd = [
        b"",
        *(sc.p2pk(key) for key in keys),
        *(sc.multisig(m, keys[:n]) for m, n in ((1, 1), (1, 2), (2, 3), (4, 4))),
        sc.multisig(17, MORE_KEYS[:18]),
        *(sc.witness_program(version, bytes(size)) for version, size in ((0, 3), (1, 32), (1, 2), (16, 40))),
        sc.PAY_TO_ANCHOR,
        sc.op_return(b""),
        sc.op_return(b"x" * 300),
        b"\x6a\x50\x60\x00",
        b"\x6a\x4c",
        b"\x4d\x10\x00" + b"y" * 16,
        b"\x4e\x10\x00\x00\x00" + b"z" * 16,
    ]
    return sorted({bytes(o.script) for o in outputs} | set(odd))


def script_seeds() -> list[Seed]:
    """Locking scripts, scriptSigs and witnesses."""
    inputs = [i for made in branch().blocks for tx in decode_block(made.raw).txs for i in tx.inputs]
    scripts = {*locking_scripts(), *(i.script_sig for i in inputs)}
    stacks = {_stack(w) for w in [*(i.witness for i in inputs if i.witness), *_odd_witnesses(inputs)]}
    return [*map(script_seed, sorted(scripts)), *map(stack_seed, sorted(stacks))]


def _odd_witnesses(inputs: Sequence[TxIn]) -> Iterator[tuple[bytes, ...]]:
    some = next(i.witness for i in inputs if len(i.witness) == 2)
    for last in (b"", b"\x01", b"\x83", b"\x04"):
        yield (bytes(64) + last,)
        yield (bytes(64) + last, ANNEX)
    for control in (b"\xc0" + bytes(32), b"\xc1" + bytes(64), b"\xc2" + bytes(32), b"\xc0" + bytes(33)):
        yield (bytes(64), some[0], b"\x51", control)
        yield (bytes(65), b"\x51", control, ANNEX)
        yield (control,)
    for script in (make() for make in contract_scripts.EVERY):
        yield (some[0], contract_scripts.PREIMAGE, script)
        yield (bytes(64), contract_scripts.PREIMAGE, script, b"\xc0" + bytes(32))
    yield (ANNEX,)
    yield (b"", b"")
    yield (*some, ANNEX)


def _stack(items: Sequence[bytes]) -> bytes:
    return encode_compact_size(len(items)) + b"".join(encode_compact_size(len(i)) + i for i in items)


def stream_seeds() -> list[Seed]:
    """Files of a few records: with and without a key, with and without checksums, with and without a tail."""
    dice = random.Random(9)
    payloads = [made.raw for made in branch().blocks] + undo_seeds() + [b"", b"\x00", b"\xfd\x00\x01"]
    seeds = []
    for n in range(60):
        key = dice.choice([bytes(8), dice.randbytes(8), dice.randbytes(7) + b"\x00"])
        trailer = dice.randbytes(32) if n % 2 else b""
        chosen = [dice.choice(payloads)[: dice.choice([20, 90, 700])] for _ in range(dice.randint(1, 5))]
        tail = dice.choice([b"", bytes(30), key * 3, REGTEST_MAGIC, REGTEST_MAGIC + b"\xff\x00\x00\x00"])
        records = [record(payload, len(payload)) + trailer for payload in chosen]
        seeds.append(stream_seed(key + bytes((n % 2,)), records, tail))
    return seeds
