"""Single blocks with the outputs that they spend, as several programs write those down."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from cointrail.chain.decode import decode_block, read_compact_size
from cointrail.chain.prevouts import Prevouts, outputs_of, view_of
from cointrail.chain.types import COIN, Block, Outpoint, Sat, Txid, TxOut
from cointrail.chain.view import TxView
from cointrail.errors import BadInput
from cointrail.evaluate.real.files import read_packed

Spent = Sequence[TxOut]
"""In the order of the inputs, coinbase aside."""


def iter_block_views(folder: Path) -> Iterator[TxView]:
    """The payments of every block of the main network whose spent outputs are all on record.

    Raises:
        BadInput: a file that does not fit its block.
    """
    blocks = folder / "blocks" / "mainnet"
    by_height = {path.name.partition("_")[0]: path for path in sorted(blocks.glob("*_*.blk"))}
    for path in sorted((blocks / "prevouts").iterdir(), key=lambda one: int(one.name.partition(".")[0])):
        height, _, form = path.name.partition(".")
        if form not in READERS:
            continue
        block = decode_block(by_height[height].read_bytes())
        known = outputs_of(block.txs) | READERS[form](path, block)
        for tx in block.txs[1:]:
            view = view_of(tx, known, int(height))
            if view.fee is None or view.fee < 0:
                raise BadInput(f"`{path}` does not fit its block", hint="fetch it anew", path=str(path))
            yield view


def unread_prevouts(folder: Path) -> tuple[str, ...]:
    """Files of spent outputs in a form that is not read here, and partial ones."""
    found = (folder / "blocks" / "mainnet" / "prevouts").iterdir()
    return tuple(sorted(path.name for path in found if path.name.partition(".")[2] not in READERS))


def _raito(path: Path, _: Block) -> Prevouts:
    rows = json.loads(path.read_bytes())
    return {_outpoint(row): TxOut(Sat(row["value"]), bytes.fromhex(row["script"])) for row in rows}


def _outpoint(row: Mapping[str, Any]) -> Outpoint:
    return Outpoint(Txid.parse(row["txid"]), row["vout"])


def _floresta(path: Path, block: Block) -> Prevouts:
    rows = (row["txout"] for row in json.loads(read_packed(path)))
    return _in_order(block, [TxOut(Sat(r["value"]), bytes.fromhex(r["script_pubkey"])) for r in rows])


def _verbose(path: Path, _: Block) -> Prevouts:
    found = json.loads(read_packed(path), parse_float=Decimal)
    inputs = [i for tx in found["result"]["tx"] for i in tx["vin"] if "prevout" in i]
    return {_outpoint(i): _verbose_output(i["prevout"]) for i in inputs}


def _verbose_output(found: Mapping[str, Any]) -> TxOut:
    return TxOut(Sat(int(found["value"] * COIN)), bytes.fromhex(found["scriptPubKey"]["hex"]))


def _bcoin(path: Path, block: Block) -> Prevouts:
    data, at, spent = path.read_bytes(), 0, []
    while at < len(data):
        size, start = read_compact_size(data, at + 8)
        spent.append(TxOut(Sat(int.from_bytes(data[at : at + 8], "little")), data[start : start + size]))
        at = start + size
    return _in_order(block, spent)


def _in_order(block: Block, spent: Spent) -> Prevouts:
    outpoints = [i.outpoint for tx in block.txs[1:] for i in tx.inputs]
    return dict(zip(outpoints, spent, strict=True))


READERS: dict[str, Callable[[Path, Block], Prevouts]] = {
    "raito.json": _raito,
    "floresta_spent_utxos.json.zst": _floresta,
    "getblock_v3.json.zst": _verbose,
    "bcoin-undo.raw": _bcoin,
}
