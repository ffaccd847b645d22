"""A raw block: its header, what vouches for it, its transactions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from cointrail.chain.commitments import check_merkle_root, check_witness_commitment, coinbase_height
from cointrail.chain.decode import decode_block
from cointrail.chain.network import Network
from cointrail.chain.prevouts import Prevouts, outputs_of
from cointrail.chain.proof_of_work import check_proof_of_work
from cointrail.chain.script import classify
from cointrail.chain.types import Block, BlockHash, Tx, Txid
from cointrail.errors import BadBlocks
from cointrail.inspection.tx import RawGate, gate_of, gate_rules, script_type_counts

OK = "ok"
NO_WITNESSES = "no witnesses"

BIP34_VERSION = 2
"""Blocks of this version and later start their coinbase with their height."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockTx:
    """A transaction of a block in one line.

    `unknown_prevouts` counts the outputs that it spends and that neither the block nor the given
    transactions hold.
    """

    place: int
    txid: Txid
    inputs: int
    outputs: int
    outputs_sat: int
    vsize: int
    has_witness: bool
    unknown_prevouts: int
    gate: RawGate


@dataclass(frozen=True, slots=True, kw_only=True)
class RawBlock:
    """A block as `cointrail inspect block` gives it.

    Attributes:
        height: what the coinbase says (BIP 34, from block version 2 on); None where it says nothing.
        inputs: inputs that spend something; the coinbase's does not count.
        script_types: outputs by script type, every type named.
        proof_of_work: `ok`, or what is wrong. Only that the hash meets the header's own target.
        merkle_root: the same for the transactions.
        witness_commitment: the same for the witnesses.
        rules: rules of the gate, with versions.
    """

    hash: BlockHash
    previous: BlockHash
    network: str
    height: int | None
    time_utc: datetime
    version: int
    bits: str
    nonce: int
    size: int
    transactions: int
    inputs: int
    outputs: int
    segwit_transactions: int
    outputs_sat: int
    script_types: dict[str, int]
    proof_of_work: str
    merkle_root: str
    witness_commitment: str
    txs: tuple[BlockTx, ...]
    rules: tuple[str, ...]

    @property
    def checks(self) -> dict[str, str]:
        """What each check says, by its name."""
        return {
            "proof of work": self.proof_of_work,
            "merkle root": self.merkle_root,
            "witness commitment": self.witness_commitment,
        }

    @property
    def failed_checks(self) -> dict[str, str]:
        """The checks that found something."""
        return {name: said for name, said in self.checks.items() if said not in {OK, NO_WITNESSES}}


def inspect_block(data: bytes, network: Network, prevouts: Prevouts | None = None) -> RawBlock:
    """Decode a block, check what vouches for it, judge its transactions.

    Args:
        data: wire bytes, header first.
        network: of the addresses and the limit of work.
        prevouts: outputs that it may spend, beside those of its own transactions.

    Raises:
        DecodeError: not one whole block.
    """
    block = decode_block(data)
    known = {**outputs_of(block.txs), **(prevouts or {})}
    height = coinbase_height(block.txs[0]) if block.header.version >= BIP34_VERSION else None
    dated = network.name == "mainnet" and height is not None
    types = [classify(output.script) for tx in block.txs for output in tx.outputs]
    return RawBlock(
        hash=block.header.hash,
        previous=block.header.previous,
        network=network.name,
        height=height,
        time_utc=datetime.fromtimestamp(block.header.time, UTC),
        version=block.header.version,
        bits=f"{block.header.bits:08x}",
        nonce=block.header.nonce,
        size=block.size,
        transactions=len(block.txs),
        inputs=sum(len(tx.inputs) for tx in block.txs if not tx.is_coinbase),
        outputs=len(types),
        segwit_transactions=sum(tx.has_witness for tx in block.txs),
        outputs_sat=sum(output.value for tx in block.txs for output in tx.outputs),
        script_types=script_type_counts(types),
        proof_of_work=_verdict(lambda: check_proof_of_work(block.header, network)),
        merkle_root=_verdict(lambda: check_merkle_root(block)),
        witness_commitment=_witness_verdict(block),
        txs=tuple(
            _line(place, tx, known, height if dated else None, dated=dated)
            for place, tx in enumerate(block.txs)
        ),
        rules=gate_rules(),
    )


def _verdict(check: Callable[[], None]) -> str:
    try:
        check()
    except BadBlocks as error:
        return str(error)
    return OK


def _witness_verdict(block: Block) -> str:
    if not any(tx.has_witness for tx in block.txs):
        return NO_WITNESSES
    return _verdict(lambda: check_witness_commitment(block))


def _line(place: int, tx: Tx, known: Prevouts, height: int | None, *, dated: bool) -> BlockTx:
    spent = () if tx.is_coinbase else tx.inputs
    return BlockTx(
        place=place,
        txid=tx.txid,
        inputs=len(spent),
        outputs=len(tx.outputs),
        outputs_sat=sum(output.value for output in tx.outputs),
        vsize=tx.vsize,
        has_witness=tx.has_witness,
        unknown_prevouts=sum(one.outpoint not in known for one in spent),
        gate=gate_of(tx, known, height, dated=dated),
    )
