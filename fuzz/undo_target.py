"""Fuzzing the undo reader: records against the outputs that their block is known to spend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from batches import Batch, gathered, mutated
from cointrail.chain.decode import MAX_MONEY, read_compact_size
from cointrail.chain.types import TxOut
from cointrail.chain.undo import decode_undo, decompress_amount, read_script, read_varint
from cointrail.errors import DecodeError
from cointrail.kernel import undo as kernel
from compiled import compiled
from mutate import new_bench
from seeds import pack
from structure import undo_seed
from target import Parts, Result

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]

VERDICTS = {
    kernel.SAME: "same",
    kernel.MALFORMED: "malformed",
    kernel.OTHER_COUNT: "other count",
    kernel.OTHER_VALUE: "other value",
    kernel.OTHER_SCRIPT: "other script",
}
EITHER = -1
"""The plain decoder stops at an x that belongs to no point; the kernel compares it as it stands."""


@dataclass(frozen=True)
class Spent:
    """What the blocks of several records spend, as a store has it."""

    rows: I64
    """int64[records, 2]: row of the coinbase, and the row after the last transaction"""
    first_input: I64
    spends: U64
    known: kernel.KnownOutputs
    new: kernel.NewOutputs


def spent_by(records: Sequence[bytes]) -> Spent:
    """The outputs of sound records, the first half of them settled, the others of the blocks at hand."""
    decoded = [[[spent.output for spent in row] for row in decode_undo(record)] for record in records]
    outputs = [output for rows in decoded for row in rows for output in row]
    border = len(outputs) // 2
    sizes = [n for rows in decoded for n in (0, *map(len, rows))]
    ends = np.cumsum([1 + len(rows) for rows in decoded])
    begins = ends - [1 + len(rows) for rows in decoded]
    return Spent(
        np.stack([begins, ends], axis=1).astype(np.int64),
        np.cumsum([0, *sizes]).astype(np.int64),
        np.arange(len(outputs), dtype=np.uint64),
        _known(outputs[:border]),
        _new(outputs[border:]),
    )


def _known(outputs: Sequence[TxOut]) -> kernel.KnownOutputs:
    return kernel.KnownOutputs(
        np.array([o.value for o in outputs], np.int64),
        np.arange(len(outputs), dtype=np.uint32),
        np.cumsum([len(o.script) for o in outputs]).astype(np.uint64),
        np.frombuffer(b"".join(o.script for o in outputs), np.uint8),
    )


def _new(outputs: Sequence[TxOut]) -> kernel.NewOutputs:
    sizes = np.array([len(o.script) for o in outputs], np.int64)
    return kernel.NewOutputs(
        np.array([o.value for o in outputs], np.int64),
        np.cumsum(sizes) - sizes,
        np.stack([sizes, sizes], axis=1),
        np.frombuffer(b"".join(o.script for o in outputs), np.uint8),
    )


@compiled
def _compare_each(
    data: U8,
    starts: I64,
    sizes: I64,
    origins: I64,
    rows: I64,
    first_input: I64,
    spends: U64,
    known: kernel.KnownOutputs,
    new: kernel.NewOutputs,
    found: I64,
) -> None:
    """`compare_undo` for every record; each is an array of its own. found: out, int64[n, 2]."""
    for k in range(len(starts)):
        record = data[starts[k] : starts[k] + sizes[k]]
        first, last = rows[origins[k]]
        found[k, 0], found[k, 1] = kernel.compare_undo(record, first, last, first_input, spends, known, new)


class UndoTarget:
    """Undo records through `compare_undo`."""

    name = "undo"
    verdicts: Mapping[int, str] = VERDICTS

    def __init__(self, records: Sequence[bytes], dice_seed: int) -> None:
        """`records`: sound undo records."""
        self._pool, self._seed, self._bench = pack([*map(undo_seed, records)]), dice_seed, new_bench()
        self._spent = spent_by(records)
        self._last = gathered([])

    def make(self, number: int, inputs: int) -> None:
        """See `Target.make`."""
        self._last = mutated(self._pool, self._bench, self._seed, number, inputs)

    def run(self) -> Result:
        """See `Target.run`."""
        result = _compare(self._last, self._spent)
        other = ~self._last.touched & (result.verdicts != kernel.SAME)
        spoilt = dict.fromkeys(np.flatnonzero(other).tolist(), "an unchanged record differs")
        return Result(result.verdicts, result.broken | spoilt)

    def parts(self, number: int) -> Parts:
        """See `Target.parts`."""
        return {"undo": self._last.raw(number), "true": self._pool.raw(int(self._last.origins[number]))}

    def judge(self, parts: Parts) -> tuple[int, str | None]:
        """See `Target.judge`."""
        spent = spent_by([parts["true"]])
        batch = gathered([parts["undo"]])
        result = _compare(batch, spent)
        verdict = int(result.verdicts[0])
        return verdict, result.broken.get(0) or _disagreement(parts["undo"], parts["true"], verdict)


def _compare(batch: Batch, spent: Spent) -> Result:
    found = np.full((len(batch), 2), -9, np.int64)
    where = batch.data, batch.starts, batch.sizes, batch.origins
    _compare_each(*where, spent.rows, spent.first_input, spent.spends, spent.known, spent.new, found)
    first, last = spent.first_input[spent.rows[batch.origins]].T
    same = found[:, 0] == kernel.SAME
    inside = (first <= found[:, 1]) & (found[:, 1] <= last) | (first == last) & (found[:, 1] == first - 1)
    broken = np.flatnonzero(np.where(same, found[:, 1] != -1, ~inside)).tolist()
    unnamed = np.flatnonzero(~np.isin(found[:, 0], list(VERDICTS))).tolist()
    return Result(
        found[:, 0],
        dict.fromkeys(broken, "the input that differs is not the block's")
        | dict.fromkeys(unnamed, "its difference has no name"),
    )


def _disagreement(undo: bytes, true: bytes, verdict: int) -> str | None:
    wanted = [[spent.output for spent in row] for row in decode_undo(true)]
    plain = first_difference(undo, wanted)
    if plain == verdict or (plain == EITHER and verdict in (kernel.MALFORMED, kernel.OTHER_SCRIPT)):
        return None
    return f"read plainly it is `{VERDICTS.get(plain)}`, the kernel says `{VERDICTS.get(verdict)}`"


def first_difference(undo: bytes, wanted: Sequence[Sequence[TxOut]]) -> int:
    """What a plain reader finds first when it holds a record against the outputs that it should name."""
    try:
        count, at = read_compact_size(undo)
    except DecodeError:
        return kernel.OTHER_COUNT
    if count != len(wanted):
        return kernel.OTHER_COUNT
    for row in wanted:
        try:
            count, at = read_compact_size(undo, at)
        except DecodeError:
            return kernel.OTHER_COUNT
        if count != len(row):
            return kernel.OTHER_COUNT
        for output in row:
            difference, at = _spent_difference(undo, at, output)
            if difference != kernel.SAME:
                return difference
    return kernel.SAME if at == len(undo) else kernel.MALFORMED


def _spent_difference(undo: bytes, at: int, output: TxOut) -> tuple[int, int]:
    try:
        code, at = read_varint(undo, at)
        if code > 1:
            _, at = read_varint(undo, at)
        amount, at = read_varint(undo, at)
        read_varint(undo, at)
    except DecodeError:
        return kernel.MALFORMED, at
    value = decompress_amount(amount)
    if value > MAX_MONEY or value != output.value:
        return kernel.OTHER_VALUE, at
    try:
        script, at = read_script(undo, at)
    except DecodeError as error:
        is_no_point = error.facts["expected"] == "the x of a point of the curve"
        return EITHER if is_no_point else kernel.MALFORMED, at
    return kernel.SAME if script == output.script else kernel.OTHER_SCRIPT, at
