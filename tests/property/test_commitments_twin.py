from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chain.commitments import COMMITMENT_PREFIX, check_merkle_root, check_witness_commitment, wtxid
from cointrail.chain.decode import encode_block, encode_header, merkle_root, tx_of
from cointrail.chain.types import Block, Sat, Tx, TxIn, TxOut, sha256d
from cointrail.errors import BadBlocks
from cointrail.kernel import commitments as kernel
from cointrail.kernel.decode import OK
from support import wire
from support.decoding import count, fill


def _sealed(coinbase: Tx, rest: list[Tx], reserved: bytes, places: int) -> list[Tx]:
    """The same transactions, the coinbase committing to the witnesses in its last of `places` outputs."""
    root = merkle_root([bytes(32), *map(wtxid, rest)])
    wrong = TxOut(Sat(0), COMMITMENT_PREFIX + bytes(32))
    right = TxOut(Sat(0), COMMITMENT_PREFIX + sha256d(root + reserved) + b"more")
    first = replace(coinbase.inputs[0], witness=(reserved,))
    outputs = [*coinbase.outputs, *[wrong] * (places - 1), right]
    return [tx_of(coinbase.version, [first], outputs, coinbase.locktime), *rest]


def _with_root(block: Block) -> Block:
    root = merkle_root([tx.txid.raw for tx in block.txs])
    h = block.header
    raw = encode_header(h.version, h.previous, root, h.time, h.bits, h.nonce)
    return replace(block, header=replace(h, merkle_root=root, raw=raw))


HOW = ["leave", "leave", "root", "witness", "reserved", "two reserved", "unseal", "swap", "double"]


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    """Blocks that keep their promises, and blocks that break one of them."""
    coinbase, rest = draw(wire.coinbases()), draw(st.lists(wire.txs(), max_size=4))
    txs = [coinbase, *rest]
    if draw(st.booleans()):
        txs = _sealed(coinbase, rest, draw(wire.hash32), draw(st.integers(1, 2)))
    block = wire.block_of(txs)
    how = draw(st.sampled_from(HOW))
    if how == "root":
        raw = bytearray(block.header.raw)
        raw[draw(st.integers(36, 67))] ^= 1 << draw(st.integers(0, 7))
        return replace(block, header=replace(block.header, merkle_root=bytes(raw[36:68]), raw=bytes(raw)))
    if how == "double":
        at = draw(st.integers(1, len(txs)))
        return replace(block, txs=(*block.txs, *block.txs[at:]))
    if how == "swap":
        return replace(block, txs=(block.txs[0], *reversed(block.txs[1:])))
    return _with_root(replace(block, txs=tuple(_tampered(draw, list(block.txs), how))))


def _tampered(draw: st.DrawFn, txs: list[Tx], how: str) -> list[Tx]:
    """Change a witness, the reserved value or the commitment; txids of others stay."""
    first = txs[0].inputs[0]
    if how == "reserved":
        txs[0] = _with_inputs(txs[0], [replace(first, witness=(draw(wire.hash32),))])
    if how == "two reserved":
        items = draw(st.sampled_from([(), (b"",), (bytes(31),), (bytes(32), bytes(32))]))
        txs[0] = _with_inputs(txs[0], [replace(first, witness=items)])
    if how == "unseal":
        outputs = [o for o in txs[0].outputs if not o.script.startswith(COMMITMENT_PREFIX)]
        txs[0] = tx_of(txs[0].version, txs[0].inputs, outputs, txs[0].locktime)
    if how == "witness" and len(txs) > 1:
        at = draw(st.integers(1, len(txs) - 1))
        changed = [replace(txs[at].inputs[0], witness=draw(wire.witnesses)), *txs[at].inputs[1:]]
        txs[at] = _with_inputs(txs[at], changed)
    return txs


def _with_inputs(tx: Tx, inputs: list[TxIn]) -> Tx:
    return tx_of(tx.version, inputs, tx.outputs, tx.locktime)


def _plain_fault(block: Block, *, segwit: bool) -> bool:
    try:
        check_merkle_root(block)
        if segwit:
            check_witness_commitment(block)
    except BadBlocks:
        return True
    return False


def _kernel_faults(some: list[Block], segwit_from: int) -> list[int]:
    counted = count([encode_block(b) for b in some])
    assert all(counted.sound)
    first, columns = fill(counted)
    txs = [tx for b in some for tx in b.txs]
    faults = np.zeros(len(some), np.int64)
    kernel.check_blocks(
        counted.data,
        counted.starts,
        first,
        columns,
        np.frombuffer(b"".join(tx.txid.raw for tx in txs), np.uint8),
        np.frombuffer(b"".join(map(wtxid, txs)), np.uint8),
        segwit_from,
        np.empty(32 * max(len(b.txs) for b in some), np.uint8),
        np.empty(64, np.uint8),
        faults,
    )
    return [int(f) for f in faults]


@given(st.lists(blocks(), min_size=1, max_size=3), st.integers(0, 3))
def test_the_kernel_refuses_the_blocks_that_the_plain_checks_refuse(
    some: list[Block], segwit_from: int
) -> None:
    faults = _kernel_faults(some, segwit_from)
    plain = [_plain_fault(b, segwit=k >= segwit_from) for k, b in enumerate(some)]
    assert [f != OK for f in faults] == plain
    assert all(f in kernel.FAULTS for f in faults if f != OK)


@given(wire.coinbases(), st.lists(wire.txs(), min_size=1, max_size=5))
def test_a_list_with_doubled_transactions_is_refused_though_its_root_fits(
    coinbase: Tx, rest: list[Tx]
) -> None:
    odd = [coinbase, *rest]
    if len(odd) % 2 == 0:
        odd.append(rest[0])
    block = wire.block_of(odd)
    doubled = replace(block, txs=(*block.txs, block.txs[-1]))
    assert _kernel_faults([doubled], 1) == [kernel.REPEATED_TRANSACTIONS]
