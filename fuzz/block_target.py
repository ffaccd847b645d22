"""Fuzzing the block reader: decoding, merkle roots and witness commitments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

import block_reader
from batches import Batch, gathered, mutated
from block_reader import FIRST_OF_COMMITMENTS
from cointrail.chain.commitments import check_merkle_root, check_witness_commitment
from cointrail.chain.decode import decode_block
from cointrail.errors import BadBlocks, DecodeError
from cointrail.kernel import commitments
from cointrail.kernel import decode as kernel
from cointrail.kernel.wire import NOT_CANONICAL, TOO_MANY, TRUNCATED
from mutate import new_bench
from seeds import Seed, pack
from support.decoding import kernel_facts, plain_facts
from target import Parts, Result

VERDICTS = {
    kernel.OK: "sound",
    TRUNCATED: "truncated",
    TOO_MANY: "too many",
    NOT_CANONICAL: "not canonical",
    kernel.TRAILING: "trailing bytes",
    kernel.BAD_FLAG: "bad flag",
    kernel.NO_TRANSACTIONS: "no transactions",
    kernel.NOT_COINBASE: "not coinbase",
    kernel.EMPTY_WITNESS: "empty witness",
    kernel.BAD_VALUE: "bad value",
    FIRST_OF_COMMITMENTS + commitments.OTHER_TRANSACTIONS: "other transactions",
    FIRST_OF_COMMITMENTS + commitments.REPEATED_TRANSACTIONS: "repeated transactions",
    FIRST_OF_COMMITMENTS + commitments.OTHER_WITNESSES: "other witnesses",
    FIRST_OF_COMMITMENTS + commitments.UNCOMMITTED_WITNESSES: "uncommitted witnesses",
}

PLAIN_FAULTS = {
    " transactions, ": set(kernel.FAULTS),
    "cannot hold them": {TOO_MANY},
    "in its shortest form": {NOT_CANONICAL},
    " left": {TRUNCATED, TOO_MANY},
    "expected a value of": {kernel.BAD_VALUE},
    "at least one transaction": {kernel.NO_TRANSACTIONS},
    "as transaction ": {kernel.NOT_COINBASE},
    "marker and flag": {kernel.BAD_FLAG},
    "at least one input": {kernel.BAD_FLAG},
    "a witness after the segwit marker": {kernel.EMPTY_WITNESS},
    "the end of the block": {kernel.TRAILING},
}
"""What the plain decoder says, and the faults that fit it. A length of nine bytes is a count too many to
the kernel, which need not know what it is of; and it takes a transaction to have 10 bytes at least, so that
of a few counts that are too high it sees only what follows from them."""

LEAST_LEFT = 10
"""The kernel looks at no transaction of which fewer bytes are left; the plain decoder reads on."""


class BlockTarget:
    """Blocks through `count_blocks`, `fill_blocks`, the hashes and `check_blocks`."""

    name = "block"
    verdicts: Mapping[int, str] = VERDICTS

    def __init__(self, seeds: Sequence[Seed], dice_seed: int) -> None:
        """`seeds`: sound blocks whose commitments hold."""
        self._pool, self._seed, self._bench = pack(seeds), dice_seed, new_bench()
        self._last = gathered([])

    def make(self, number: int, inputs: int) -> None:
        """See `Target.make`."""
        self._last = mutated(self._pool, self._bench, self._seed, number, inputs)

    def run(self) -> Result:
        """See `Target.run`."""
        result = read(self._last)
        spoilt = np.flatnonzero(~self._last.touched & (result.verdicts != kernel.OK)).tolist()
        return Result(result.verdicts, result.broken | dict.fromkeys(spoilt, "an unchanged block is refused"))

    def parts(self, number: int) -> Parts:
        """See `Target.parts`."""
        return {"block": self._last.raw(number)}

    def judge(self, parts: Parts) -> tuple[int, str | None]:
        """See `Target.judge`."""
        raw = parts["block"]
        result = read(gathered([raw]), heals=False)
        verdict = int(result.verdicts[0])
        return verdict, result.broken.get(0) or _disagreement(raw, verdict)


def read(batch: Batch, *, heals: bool = True) -> Result:
    """Everything that a bulk build does with blocks; a verdict for each."""
    counts, faults = block_reader.count(batch)
    broken = block_reader.miscounted(batch, counts, faults)
    if broken:
        return Result(faults[:, 0], broken)
    rows = np.flatnonzero(faults[:, 0] == kernel.OK)
    filled = block_reader.fill(batch, counts, rows)
    broken = block_reader.broken_laws(batch, filled)
    if heals:
        block_reader.heal(batch, filled)
    verdicts = faults[:, 0].copy()
    verdicts[rows] = block_reader.commitment_verdicts(batch, filled)
    return Result(verdicts, broken)


def _disagreement(raw: bytes, verdict: int) -> str | None:
    try:
        block = decode_block(raw)
    except DecodeError as error:
        return _other_fault(raw, error, verdict)
    if 0 < verdict < FIRST_OF_COMMITMENTS:
        return f"the plain decoder takes it, the kernel says {VERDICTS[verdict]}"
    if kernel_facts([raw]) != plain_facts([raw]):
        return "the columns differ from what the plain decoder reads"
    try:
        check_merkle_root(block)
        check_witness_commitment(block)
    except BadBlocks as error:
        said = commitments.FAULTS.get(verdict - FIRST_OF_COMMITMENTS, "nothing")
        return None if said in str(error) else f"the plain check says `{error}`, the kernel: {said}"
    return f"the plain checks find nothing, the kernel {VERDICTS[verdict]}" if verdict else None


def _other_fault(raw: bytes, error: DecodeError, verdict: int) -> str | None:
    said = str(error)
    fitting = next(faults for text, faults in PLAIN_FAULTS.items() if text in said)
    if verdict in fitting:
        return None
    offset = error.facts["offset"]
    assert isinstance(offset, int)
    if verdict == TRUNCATED and len(raw) - offset < LEAST_LEFT:
        return None
    return f"the plain decoder says `{said}`, the kernel {VERDICTS.get(verdict, verdict)}"
