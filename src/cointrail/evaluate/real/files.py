"""The formats that labelled transactions come in, read as views."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import zstandard

from cointrail.chain.address import decode_address
from cointrail.chain.decode import decode_tx
from cointrail.chain.marks import input_marks
from cointrail.chain.network import get_network
from cointrail.chain.prevouts import view_of
from cointrail.chain.script import classify
from cointrail.chain.types import Outpoint, Sat, Txid, TxOut
from cointrail.chain.view import InputMarks, InputView, OutputView, TxView

SEQUENCE = 0xFFFFFFFF
"""Of inputs whose own is not on record."""


def _input(outpoint: Outpoint, value: int, script: bytes, marks: InputMarks, sequence: int) -> InputView:
    return InputView(outpoint, Sat(value), script, classify(script), sequence, marks)


def _output(value: int, script: bytes) -> OutputView:
    return OutputView(Sat(value), script, classify(script))


def read_dumplings(zipped: Path, name: str) -> list[TxView]:
    """Transactions of Dumplings' scanner, one a line; they carry no height and no signatures.

    txid:::block:::position:::time:::in}{in:::out}{out, in = txid-vout-value+script+type.
    """
    with zipfile.ZipFile(zipped) as archive:
        lines = archive.read(f"Scanner/{name}.txt").decode("utf-8").splitlines()
    return [_dumplings_tx(line) for line in lines]


def _dumplings_tx(line: str) -> TxView:
    txid, _, _, _, ins, outs = line.split(":::")
    inputs = []
    for text in ins.split("}{"):
        spent, script, _ = text.split("+")
        spent_txid, vout, value = spent.split("-")
        outpoint = Outpoint(Txid.parse(spent_txid), int(vout))
        inputs.append(_input(outpoint, int(value), bytes.fromhex(script), InputMarks.NONE, SEQUENCE))
    outputs = []
    for text in outs.split("}{"):
        value, script, _ = text.split("+")
        outputs.append(_output(int(value), bytes.fromhex(script)))
    return TxView(Txid.parse(txid), 1, 0, tuple(inputs), tuple(outputs), is_coinbase=False)


def read_esplora(path: Path) -> list[TxView]:
    """One transaction, or a list of cases, as block explorers give them."""
    found = read_json(path)
    return [_esplora_tx(case["tx"]) for case in found] if isinstance(found, list) else [_esplora_tx(found)]


def _esplora_tx(found: Mapping[str, Any]) -> TxView:
    inputs = tuple(
        _input(
            Outpoint(Txid.parse(i["txid"]), i["vout"]),
            i["prevout"]["value"],
            bytes.fromhex(i["prevout"]["scriptpubkey"]),
            input_marks(bytes.fromhex(i["scriptsig"]), tuple(bytes.fromhex(w) for w in i.get("witness", []))),
            i["sequence"],
        )
        for i in found["vin"]
    )
    outputs = tuple(_output(o["value"], bytes.fromhex(o["scriptpubkey"])) for o in found["vout"])
    height = (found.get("status") or {}).get("block_height")
    txid = Txid.parse(found["txid"])
    return TxView(
        txid, found["version"], found["locktime"], inputs, outputs, is_coinbase=False, height=height
    )


def read_mappings(found: Mapping[str, Any], network: str) -> list[TxView]:
    """Rounds as coinjoin-analysis writes them: addresses and values, no signatures, no heights."""
    return [_mapped_tx(round_, network) for round_ in found["coinjoins"].values()]


def _mapped_tx(found: Mapping[str, Any], network: str) -> TxView:
    chain = get_network(network)
    inputs = tuple(
        _input(
            Outpoint(Txid.parse(i["txid"]), 0),
            i["value"],
            decode_address(i["address"], chain),
            InputMarks.NONE,
            SEQUENCE,
        )
        for i in found["inputs"].values()
    )
    outputs = tuple(
        _output(o["value"], decode_address(o["address"], chain)) for o in found["outputs"].values()
    )
    return TxView(Txid.parse(found["txid"]), 1, 0, inputs, outputs, is_coinbase=False)


def read_json(path: Path) -> Any:
    """The values of a JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def read_packed(path: Path) -> bytes:
    """What a zstandard file holds."""
    with path.open("rb") as packed, zstandard.ZstdDecompressor().stream_reader(packed) as stream:
        return bytes(stream.read())


def read_zst_json(path: Path) -> Any:
    """The values of a packed JSON file."""
    return json.loads(read_packed(path))


def read_zst_lines(path: Path) -> list[str]:
    """The lines of a packed text."""
    return read_packed(path).decode("ascii").split()


def iter_mempool_txs(folder: Path) -> Iterator[dict[str, Any]]:
    """Mempool transactions of 2024: txid, raw, prevouts (value, script, address), out_addr, fee."""
    with (folder / "transactions" / "mempool2024.ndjson.zst").open("rb") as packed:
        stream = zstandard.ZstdDecompressor().stream_reader(packed)
        for line in io.TextIOWrapper(stream, encoding="utf-8"):
            yield json.loads(line)


def iter_mempool_views(folder: Path) -> Iterator[TxView]:
    """The same as views, signatures and all."""
    for found in iter_mempool_txs(folder):
        tx = decode_tx(bytes.fromhex(found["raw"]))
        spent = [TxOut(Sat(one["value"]), bytes.fromhex(one["script"])) for one in found["prevouts"]]
        yield view_of(tx, dict(zip((i.outpoint for i in tx.inputs), spent, strict=True)))
