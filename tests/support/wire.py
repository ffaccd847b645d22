"""Generated scripts, transactions and blocks, small ones, every shape."""

from __future__ import annotations

from hypothesis import strategies as st

from cointrail.chain import script as sc
from cointrail.chain.decode import MAX_MONEY, encode_header, merkle_root, tx_of
from cointrail.chain.types import (
    NULL_VOUT,
    Block,
    BlockHash,
    BlockHeader,
    Outpoint,
    Sat,
    Tx,
    Txid,
    TxIn,
    TxOut,
)
from support import contract_scripts as contracts

UINT32 = st.integers(0, 0xFFFFFFFF)
INT32 = st.integers(-0x80000000, 0x7FFFFFFF)

hash20 = st.binary(min_size=20, max_size=20)
hash32 = st.binary(min_size=32, max_size=32)
keys = st.one_of(
    st.tuples(st.sampled_from([b"\x02", b"\x03"]), hash32).map(b"".join),
    st.tuples(st.sampled_from([b"\x04", b"\x06", b"\x07"]), hash32, hash32).map(b"".join),
)


@st.composite
def multisigs(draw: st.DrawFn) -> bytes:
    chosen = draw(st.lists(keys, min_size=1, max_size=20))
    return sc.multisig(draw(st.integers(1, len(chosen))), chosen)


@st.composite
def witness_programs(draw: st.DrawFn) -> bytes:
    version = draw(st.integers(0, 16))
    size = draw(st.sampled_from([20, 32]) if version == 0 else st.integers(2, 40))
    return sc.witness_program(version, draw(st.binary(min_size=size, max_size=size)))


standard_scripts: st.SearchStrategy[bytes] = st.one_of(
    hash20.map(sc.p2pkh),
    hash20.map(sc.p2sh),
    hash20.map(sc.p2wpkh),
    hash32.map(sc.p2wsh),
    hash32.map(sc.p2tr),
    keys.map(sc.p2pk),
    st.binary(max_size=80).map(sc.op_return),
    multisigs(),
    witness_programs(),
    st.just(sc.PAY_TO_ANCHOR),
)


@st.composite
def near_misses(draw: st.DrawFn) -> bytes:
    """A standard script with one byte changed, cut off or added."""
    script = draw(standard_scripts)
    place = draw(st.integers(0, len(script) - 1))
    middle = draw(st.sampled_from([b"", script[place : place + 1] * 2, None]))
    if middle is None:
        middle = draw(st.binary(min_size=1, max_size=1))
    return script[:place] + middle + script[place + 1 :]


scripts = st.one_of(standard_scripts, near_misses(), st.binary(max_size=60))


@st.composite
def der_signatures(draw: st.DrawFn) -> bytes:
    """Something of the shape of an ECDSA signature with its sighash byte."""
    r = draw(st.sampled_from([1, 31, 32, 33]).flatmap(lambda n: st.binary(min_size=n, max_size=n)))
    s = draw(st.sampled_from([1, 31, 32]).flatmap(lambda n: st.binary(min_size=n, max_size=n)))
    body = bytes((2, len(r))) + r + bytes((2, len(s))) + s
    return bytes((0x30, len(body))) + body + bytes((draw(st.integers(0, 255)),))


@st.composite
def contract_scripts(draw: st.DrawFn) -> bytes:
    """A script of a contract, sometimes with a byte changed, cut off or added."""
    script = draw(st.sampled_from(contracts.EVERY))()
    place = draw(st.integers(0, len(script) - 1))
    how = draw(st.sampled_from(["whole", "whole", "change", "cut", "add", "shorten"]))
    byte = draw(st.binary(min_size=1, max_size=1))
    match how:
        case "change":
            return script[:place] + byte + script[place + 1 :]
        case "cut":
            return script[:place]
        case "add":
            return script[:place] + byte + script[place:]
        case "shorten":
            return script[:place] + script[place + 1 :]
    return script


_control_blocks = st.tuples(
    st.sampled_from([b"\xc0", b"\xc1", b"\xc2", b"\x50"]), hash32, st.sampled_from([b"", bytes(32), b"x"])
).map(b"".join)

witness_items = st.one_of(
    st.binary(max_size=40),
    der_signatures(),
    keys,
    st.binary(min_size=64, max_size=64),
    st.tuples(st.binary(min_size=64, max_size=64), st.sampled_from([b"\x01", b"\x03", b"\x83", b"\x04"])).map(
        b"".join
    ),
    _control_blocks,
    st.just(b"\x50annex"),
    st.just(contracts.PREIMAGE),
    contract_scripts(),
)
_contract_spends = st.tuples(
    st.lists(witness_items, max_size=3), contract_scripts(), st.lists(_control_blocks, max_size=1)
).map(lambda parts: (*parts[0], parts[1], *parts[2]))
witnesses = st.one_of(st.lists(witness_items, max_size=4).map(tuple), _contract_spends)
script_sigs = st.one_of(
    st.just(b""),
    st.binary(max_size=30),
    st.lists(
        st.one_of(der_signatures(), keys, contract_scripts(), st.just(contracts.PREIMAGE)).map(sc.push),
        max_size=3,
    ).map(b"".join),
)

inputs = st.builds(
    TxIn,
    st.builds(Outpoint, hash32.map(Txid), st.integers(0, NULL_VOUT - 1)),
    script_sigs,
    UINT32,
    witnesses,
)
outputs = st.builds(TxOut, st.integers(0, MAX_MONEY).map(Sat), scripts)


@st.composite
def txs(draw: st.DrawFn) -> Tx:
    ins = draw(st.lists(inputs, min_size=1, max_size=3))
    outs = draw(st.lists(outputs, max_size=3))
    return tx_of(draw(INT32), ins, outs, draw(UINT32))


@st.composite
def coinbases(draw: st.DrawFn) -> Tx:
    null = Outpoint(Txid(bytes(32)), NULL_VOUT)
    witness = draw(st.sampled_from([(), (bytes(32),)]))
    tag = draw(st.binary(min_size=2, max_size=20))
    outs = draw(st.lists(outputs, min_size=1, max_size=3))
    return tx_of(1, [TxIn(null, tag, draw(UINT32), witness)], outs, 0)


def block_of(transactions: list[Tx], time: int = 1_300_000_000) -> Block:
    """A block of these transactions whose header has no work in it."""
    root = merkle_root([tx.txid.raw for tx in transactions])
    raw = encode_header(1, BlockHash(bytes(32)), root, time, 0x207FFFFF, 0)
    header = BlockHeader(1, BlockHash(bytes(32)), root, time, 0x207FFFFF, 0, raw)
    size = 80 + 1 + sum(tx.size for tx in transactions)
    return Block(header, tuple(transactions), size)


blocks = st.builds(lambda first, rest: block_of([first, *rest]), coinbases(), st.lists(txs(), max_size=3))
