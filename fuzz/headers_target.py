"""Fuzzing whole directories: from files with something wrong to the best chain, through the public API."""

from __future__ import annotations

import random
import tempfile
import time
import tracemalloc
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np

from cointrail.chain.decode import decode_header
from cointrail.chain.proof_of_work import check_proof_of_work
from cointrail.chain.types import sha256d
from cointrail.errors import BadBlocks, CointrailError
from cointrail.sources.blocks_dir import BlocksDirectory
from directories import Files, chain, made, unharmed
from support.blocks_writer import xored
from target import Parts, Result

WHOLE, SHORTER, OTHER = 0, 1, 2
CODES = ("bad_blocks", "decode", "incomplete_blocks", "wrong_network")
VERDICTS = {WHOLE: "the whole chain", SHORTER: "a shorter chain", OTHER: "another chain"} | {
    10 + n: code.replace("_", " ") for n, code in enumerate(CODES)
}
MOST_SECONDS = 5.0
"""For one directory of a few kilobytes."""
MOST_MEMORY = 30
"""Bytes that may be held at once for each byte of the files, and..."""
LEAST_MEMORY = 4 << 20
"""...what may be held whatever they are: room for the records of each file, caches."""


class HeadersTarget:
    """Directories through `BlocksDirectory`."""

    name = "headers"
    verdicts: Mapping[int, str] = VERDICTS

    def __init__(self, dice_seed: int) -> None:
        """The chain is always the same; what is wrong with its files comes from the dice."""
        self._seed, self._number, self._inputs = dice_seed, 0, 0
        _run(unharmed())  # what compiling takes is not counted

    def make(self, number: int, inputs: int) -> None:
        """See `Target.make`. Files are made one by one, when they are needed."""
        self._number, self._inputs = number, inputs

    def run(self) -> Result:
        """See `Target.run`."""
        verdicts, broken = np.empty(self._inputs, np.int64), {}
        for k in range(self._inputs):
            verdicts[k], wrong = _run(self.parts(k))
            if wrong:
                broken[k] = wrong
        return Result(verdicts, broken)

    def parts(self, number: int) -> Parts:
        """See `Target.parts`."""
        return made(random.Random(f"{self._seed} {self._number} {number}"))

    def judge(self, parts: Parts) -> tuple[int, str | None]:
        """As `run`, and the memory is watched."""
        tracemalloc.start()
        try:
            verdict, wrong = _run(parts)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        allowed = LEAST_MEMORY + MOST_MEMORY * sum(map(len, parts.values()))
        if peak > allowed:
            wrong = wrong or f"{peak} bytes of memory were held at once, {allowed} would do"
        return verdict, wrong


def _run(files: Parts) -> tuple[int, str | None]:
    with tempfile.TemporaryDirectory(prefix="cointrail-fuzz-") as folder:
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        begin = time.perf_counter()
        verdict, wrong = _open(Path(folder), dict(files))
        seconds = time.perf_counter() - begin
    if seconds > MOST_SECONDS:
        wrong = wrong or f"it took {seconds:.1f} seconds"
    return verdict, wrong


def _open(folder: Path, files: Files) -> tuple[int, str | None]:
    try:
        with BlocksDirectory(folder) as source:
            return _kind_of_chain(source), _chain_law(source, files)
    except CointrailError as error:
        if error.code in CODES:
            return 10 + CODES.index(error.code), None if error.hint else f"`{error}` has no hint"
        return OTHER, f"an error of another kind: {error.code}"
    except Exception as error:  # noqa: BLE001 - that any other may come is the question
        return OTHER, f"{type(error).__name__}: {error}"


def _kind_of_chain(source: BlocksDirectory) -> int:
    main, _ = chain()
    mine = [source.chain.hash(h).raw for h in range(len(source.chain))]
    theirs = [stored.hash for stored in main]
    if mine == theirs:
        return WHOLE
    return SHORTER if mine == theirs[: len(mine)] else OTHER


def _chain_law(source: BlocksDirectory, files: Files) -> str | None:
    """What is wrong with a chain that was taken; None when it is good."""
    raws = [source.raw_block(height) for height in range(len(source.chain))]
    if not raws or raws[0][:80] != chain()[0][0].block[:80]:
        return "the chain does not begin with genesis"
    for height, (before, raw) in enumerate(pairwise(raws), start=1):
        if raw[4:36] != sha256d(before[:80]):
            return f"block {height} is not on the one before"
    plain = {name: xored(data, files.get("xor.dat", bytes(8))) for name, data in files.items()}
    for height, raw in enumerate(raws):
        check_proof_of_work(decode_header(raw[:80]), source.network)
        if sha256d(raw[:80]) != source.chain.hash(height).raw:
            return f"the hash of block {height} is not that of its header"
        if not any(raw in data for data in plain.values()):
            return f"block {height} does not stand in the files as it was read"
    buffer = np.empty(sum(map(len, raws)), np.uint8)
    source.read_blocks(0, len(raws), buffer)
    if buffer.tobytes() != b"".join(raws):
        return "blocks read together differ from blocks read alone"
    return _undo_law(source, raws, plain)


def _undo_law(source: BlocksDirectory, raws: list[bytes], plain: Files) -> str | None:
    for height, raw in enumerate(raws):
        try:
            payloads = source.undo(height)
        except BadBlocks:
            continue
        for payload in payloads:
            whole = payload + sha256d(raw[4:36] + payload)
            if not any(whole in data for data in plain.values()):
                return f"the undo record of block {height} does not stand in the files with its checksum"
    return None
