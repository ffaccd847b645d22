"""A block of the store's chain, and some of its transactions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from cointrail.chain.types import BlockHash, Txid
from cointrail.errors import BadInput, NotFound
from cointrail.lookups.ledger import LedgerDesk
from cointrail.lookups.views import LookupBasis, Page
from cointrail.store.reader import Snapshot

_LONGEST_HEIGHT = 10
_HEX_ID = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class BlockTxLine:
    """A transaction in a block's listing."""

    place: int
    txid: Txid
    inputs: int
    outputs: int
    outputs_sat: int
    fee_sat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockView:
    """A block.

    Attributes:
        height: its place in the chain.
        hash: names it.
        previous_hash: of the block below; None for the first.
        time_utc: what its miner wrote; may be off by hours.
        confirmations: blocks from it to the tip, itself included.
        transactions: how many, its coinbase included.
        page: which of them are listed.
        listed: those, in the order of the block.
        basis: what this rests on.
    """

    height: int
    hash: BlockHash
    previous_hash: BlockHash | None
    time_utc: datetime
    confirmations: int
    transactions: int
    page: Page
    listed: tuple[BlockTxLine, ...]
    basis: LookupBasis


def show_block(desk: LedgerDesk, text: str, *, start: int = 0, limit: int = 25) -> BlockView:
    """A block by its height or hash.

    Raises:
        BadInput: neither of these.
        NotFound: the chain does not hold it.
    """
    snapshot = desk.snapshot
    height = get_height(snapshot, text)
    block = desk.block(height)
    numbers = snapshot.block_txs(height)
    listed = numbers[start : start + limit]
    return BlockView(
        height=height,
        hash=block.hash,
        previous_hash=snapshot.block_hash(height - 1) if height else None,
        time_utc=block.time_utc,
        confirmations=snapshot.height - height + 1,
        transactions=len(numbers),
        page=Page(start, len(listed), len(numbers)),
        listed=tuple(_line(snapshot, number, number - numbers.start) for number in listed),
        basis=desk.basis,
    )


def get_height(snapshot: Snapshot, text: str) -> int:
    """The height that a number or a block's hash names.

    Raises:
        BadInput: neither of these.
        NotFound: the chain does not hold it.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        found = int(text) if len(text) <= _LONGEST_HEIGHT else None
        found = found if found is not None and found <= snapshot.height else None
    elif _HEX_ID.fullmatch(text):
        found = snapshot.find_block(BlockHash.parse(text))
    else:
        raise BadInput(
            f"`{text[:80]}` is no block",
            hint="name it by its height or its hash of 64 hex digits",
            value=text,
        )
    if found is None:
        raise NotFound(
            f"there is no block `{text[:80]}` on {snapshot.network.name} up to height {snapshot.height}",
            hint="check it; `cointrail status` says how far the store reaches",
            value=text,
            tip_height=snapshot.height,
        )
    return found


def _line(snapshot: Snapshot, number: int, place: int) -> BlockTxLine:
    outputs = snapshot.tx_outputs(number)
    return BlockTxLine(
        place=place,
        txid=snapshot.txid(number),
        inputs=0 if place == 0 else len(snapshot.tx_inputs(number)),
        outputs=len(outputs),
        outputs_sat=sum(output.value for output in outputs),
        fee_sat=snapshot.tx_fee(number),
    )
