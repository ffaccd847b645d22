"""libbitcoinkernel: Bitcoin Core's own validation and block storage, to judge chains and be compared with."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cointrail.chain.types import Height, Sat, TxOut
from cointrail.chain.undo import SpentOutput
from support.kernel_chain import Made


class KernelNode:
    """Bitcoin Core's validation over a blocks directory on disk; its indexes stay in memory.

    Use it as a context manager: files are complete when it is left.
    """

    def __init__(self, blocks: Path, scratch: Path, key: bytes = bytes(8)) -> None:
        import pbk  # noqa: PLC0415 - an optional extra

        blocks.mkdir(parents=True)
        (blocks / "xor.dat").write_bytes(key)
        scratch.mkdir(parents=True)
        self._pbk = pbk
        self._verdicts: dict[bytes, str] = {}
        callbacks = pbk.ValidationInterfaceCallbacks(block_checked=self._note)
        context = pbk.make_context(pbk.ChainType.REGTEST, callbacks)
        options = pbk.ChainstateManagerOptions(context, str(scratch.absolute()), str(blocks.absolute()))
        options.update_block_tree_db_in_memory(True)  # noqa: FBT003 - their signature
        options.update_chainstate_db_in_memory(True)  # noqa: FBT003
        self._manager: Any = pbk.ChainstateManager(options)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the library go; it writes what it holds back."""
        self._manager = None
        gc.collect()

    def _note(self, _data: object, block: Any, state: Any) -> None:
        if state.validation_mode != self._pbk.ValidationMode.VALID:
            self._verdicts[bytes(block.block_hash)] = state.block_validation_result.name

    def announce(self, made: Made) -> None:
        """Give the node a header alone."""
        self._manager.process_block_header(self._pbk.BlockHeader(made.raw[:80]))

    def submit(self, made: Made) -> str:
        """Give the node a block. Why it is invalid, as Bitcoin Core names it; empty when it is not."""
        from pbk.capi import bindings  # noqa: PLC0415 - an optional extra

        buffer = (ctypes.c_ubyte * len(made.raw)).from_buffer_copy(made.raw)
        block = self._pbk.Block._from_handle(bindings.btck_block_create(buffer, len(made.raw)))
        self._manager.process_block(block)
        return self._verdicts.get(made.hash.raw, "")

    def submit_all(self, blocks: Sequence[Made]) -> None:
        """Give the node blocks that it must take."""
        for made in blocks:
            assert self.submit(made) == ""

    @property
    def height(self) -> int:
        """Height of the node's tip."""
        return int(self._manager.get_active_chain().height)

    def facts(self) -> list[BlockFacts]:
        """The active chain from genesis, in the node's own words."""
        entries = self._manager.get_active_chain().block_tree_entries
        return [self._facts(entry) for entry in entries]

    def _facts(self, entry: Any) -> BlockFacts:
        block = self._manager.blocks[entry]
        undo = self._manager.block_spent_outputs[entry].transactions if entry.height else ()
        txs = [_tx_facts(tx) for tx in block.transactions]
        coins = [[_coin_facts(coin) for coin in row.coins] for row in undo]
        return BlockFacts(entry.height, bytes(entry.block_hash), txs, coins)


@dataclass(frozen=True, slots=True)
class TxFacts:
    """A transaction as the node has it."""

    txid: bytes
    outpoints: list[tuple[bytes, int]]
    sequences: list[int]
    outputs: list[tuple[int, bytes]]
    locktime: int


@dataclass(frozen=True, slots=True)
class BlockFacts:
    """A block as the node has it, with the coins it spends: a row for each transaction but the first."""

    height: int
    hash: bytes
    txs: list[TxFacts]
    coins: list[list[SpentOutput]]


def _output_facts(output: Any) -> tuple[int, bytes]:
    return int(output.amount), bytes(output.script_pubkey)


def _tx_facts(tx: Any) -> TxFacts:
    return TxFacts(
        bytes(tx.txid),
        [(bytes(i.out_point.txid), int(i.out_point.index)) for i in tx.inputs],
        [int(i.sequence) for i in tx.inputs],
        [_output_facts(o) for o in tx.outputs],
        int(tx.locktime),
    )


def _coin_facts(coin: Any) -> SpentOutput:
    value, script = _output_facts(coin.output)
    return SpentOutput(TxOut(Sat(value), script), Height(coin.confirmation_height), coin.is_coinbase)
