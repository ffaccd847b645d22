"""Real transactions of an era: single blocks of the main network, and a mempool."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cointrail.chain.decode import decode_block, decode_tx
from cointrail.chain.types import Block
from cointrail.errors import BadInput
from cointrail.evaluate.fidelity.features import Near, Row, Spending, row_of, rows_of_block, shown_script
from cointrail.evaluate.fidelity.samples import Sample, join_samples, table_of, thin
from cointrail.evaluate.real.blocks import READERS
from cointrail.evaluate.real.files import iter_mempool_txs

BLOCK_SECONDS = 600
"""Between blocks, on average: real coins' ages are known in blocks."""

MEMPOOL = "mempool2024"

REAL = {
    2013: ((227_835, 227_836), (277_647, 279_671)),
    2016: ((403_200,), (413_567,)),
    2018: ((514_485,),),
    2021: ((702_861,),),
    2025: ((866_342,), (MEMPOOL,)),
}
"""By era, one or two groups of blocks by height. Where there are two, the first against the second shows how
much real ones differ. The first was mined in March 2013, the second in December 2013 and January 2014; March
and May 2016; March 2018; September 2021; October 2024, and a mempool of 2024."""


@dataclass(frozen=True, slots=True)
class RealEra:
    """What there is of an era.

    Attributes:
        sample: transactions that worlds are held against.
        halves: two samples of different days, where there are.
        sources: file names with the SHA-256 of the files.
        in_block: whether all of them stand in blocks, so that neighbours tell something.
    """

    sample: Sample
    halves: tuple[Sample, Sample] | None
    sources: Mapping[str, str]
    in_block: bool


def read_era(folder: Path, year: int) -> RealEra:
    """The real transactions of an era.

    Raises:
        BadInput: a block is missing.
    """
    sources: dict[str, str] = {}
    groups: list[Sample] = []
    for group in REAL[year]:
        rows: list[Row] = []
        for source in group:
            if isinstance(source, int):
                rows += _read_block(folder, source, sources)
            else:
                rows += _read_mempool(folder, sources)
        groups.append(Sample(" and ".join(map(str, group)), table_of(rows)))
    halves = (groups[0], groups[1]) if len(groups) > 1 else None
    in_block = all(one.name != MEMPOOL for one in groups)
    if not in_block:
        # A mempool's part must not be that of the one block.
        fewest = min(map(len, groups))
        groups = [thin(one, fewest) for one in groups]
    return RealEra(join_samples(str(year), groups), halves, sources, in_block)


def _read_block(folder: Path, height: int, sources: dict[str, str]) -> list[Row]:
    blocks = folder / "blocks" / "mainnet"
    paths = sorted(blocks.glob(f"{height}_*.blk")) if blocks.is_dir() else []
    if not paths:
        raise BadInput(
            f"there is no block {height} under `{blocks}`", hint="see `docs/how-to`", path=str(blocks)
        )
    raw = paths[0].read_bytes()
    sources[paths[0].name] = hashlib.sha256(raw).hexdigest()
    block = decode_block(raw)
    return list(rows_of_block(block.txs, height, _spending(blocks, height, block)))


def _spending(blocks: Path, height: int, block: Block) -> dict[bytes, Spending]:
    """Fees and ages of the transactions of a block, as far as somebody wrote down what it spends."""
    prevouts = blocks / "prevouts"
    found = sorted(prevouts.glob(f"{height}.*")) if prevouts.is_dir() else []
    form = found[0].name.partition(".")[2] if found else ""
    if form not in READERS:
        return {}
    known = READERS[form](found[0], block)
    heights = _heights(found[0]) if form == "raito.json" else {}
    told = {}
    own = {tx.txid: tx for tx in block.txs}
    for tx in block.txs[1:]:
        points = [i.outpoint for i in tx.inputs]
        made = [
            own[point.txid].outputs[point.vout] if point.txid in own else known.get(point) for point in points
        ]
        values = [output.value for output in made if output is not None]
        born = [height if p.txid in own else heights.get(str(p)) for p in points]
        ages = [height - one for one in born if one is not None]
        told[tx.txid.raw] = Spending(
            sum(values) - sum(o.value for o in tx.outputs) if len(values) == len(points) else None,
            BLOCK_SECONDS * min(ages) if ages and len(ages) == len(points) else None,
        )
    return told


def _heights(path: Path) -> dict[str, int]:
    return {f"{row['txid']}:{row['vout']}": row["height"] for row in json.loads(path.read_bytes())}


def _read_mempool(folder: Path, sources: dict[str, str]) -> list[Row]:
    path = folder / "transactions" / "mempool2024.ndjson.zst"
    if not path.is_file():
        raise BadInput(f"there is no `{path}`", hint="name the folder of real data", path=str(path))
    sources[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    rows = []
    for found in iter_mempool_txs(folder):
        tx = decode_tx(bytes.fromhex(found["raw"]))
        shown = [shown_script(i) for i in tx.inputs]
        fee = sum(one["value"] for one in found["prevouts"]) - sum(o.value for o in tx.outputs)
        rows.append(row_of(tx, None, shown, Near(0, chained=False), Spending(fee)))
    return rows
