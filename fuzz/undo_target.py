"""Fuzzing the undo reader: records against the outputs that their block is known to spend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from batches import Batch, gathered, mutated
from cointrail.chain.decode import MAX_MONEY, read_compact_size
from cointrail.chain.script import classify
from cointrail.chain.types import Sat, TxOut
from cointrail.chain.undo import decode_undo, decompress_amount, read_script, read_varint
from cointrail.chain.view import ScriptType
from cointrail.errors import DecodeError
from cointrail.kernel import undo as kernel
from compiled import compiled
from mutate import new_bench
from seeds import pack
from structure import undo_seed
from support.undo_reading import fingerprints_of, read_record
from target import Parts, Result

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]

VERDICTS = {
    kernel.SAME: "same",
    kernel.MALFORMED: "malformed",
    kernel.OTHER_COUNT: "other count",
    kernel.OTHER_OUTPUT: "other output",
}
SENTINEL = -77
"""Stands in the rows before and behind those of a record while it is read."""
LAWS = {
    1: "the input where it shows is not the block's",
    2: "a row of another block is written",
    3: "an output holds more than there is",
}


@dataclass(frozen=True)
class Spent:
    """What the blocks of several records spend, as they lie in a decoded span."""

    rows: I64
    """int64[records, 2]: row of the coinbase, and the row after the last transaction"""
    first_input: I64
    """a row between the inputs of two blocks belongs to none"""
    fingerprints: U64
    said: kernel.UndoColumns
    """room for what a record says"""


def spent_by(records: Sequence[bytes]) -> Spent:
    """The outputs of sound records."""
    rows: list[tuple[int, int]] = []
    first_input: list[int] = []
    fingerprints = [0]
    for record in records:
        decoded = decode_undo(record)
        begin = len(first_input)
        edges = np.cumsum([0, 0, *map(len, decoded)]) + len(fingerprints)
        first_input += edges.tolist()
        rows.append((begin, begin + 1 + len(decoded)))
        fingerprints += [*fingerprints_of([s.output for row in decoded for s in row]), 0]
    room = len(fingerprints)
    said = kernel.UndoColumns(np.zeros(room, np.int64), np.zeros(room, np.uint64), np.zeros(room, np.bool_))
    return Spent(np.array(rows), np.array(first_input), np.array(fingerprints, np.uint64), said)


@compiled
def _read_each(
    data: U8,
    starts: I64,
    sizes: I64,
    origins: I64,
    rows: I64,
    first_input: I64,
    fingerprints: U64,
    said: kernel.UndoColumns,
    found: I64,
) -> None:
    """Read every record, each an array of its own, and compare. found: out, int64[n, 2], law and verdict."""
    for k in range(len(starts)):
        record = data[starts[k] : starts[k] + sizes[k]]
        first, last = rows[origins[k]]
        begin, end = first_input[first], first_input[last]
        said.value[begin - 1], said.value[end] = SENTINEL, SENTINEL
        why, where = kernel.read_undo(record, first, last, first_input, said)
        law = 0
        if not (where == -1 if why == kernel.SAME else begin - (begin == end) <= where <= end):
            law = 1
        if said.value[begin - 1] != SENTINEL or said.value[end] != SENTINEL:
            law = 2
        if why == kernel.SAME:
            for i in range(begin, end):
                if not 0 <= said.value[i] <= MAX_MONEY:
                    law = 3
                if said.fingerprint[i] != fingerprints[i]:
                    why = kernel.OTHER_OUTPUT
        found[k, 0], found[k, 1] = law, why


class UndoTarget:
    """Undo records through `read_undo` and the fingerprints."""

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
        result = _read(self._last, self._spent)
        other = ~self._last.touched & (result.verdicts != kernel.SAME)
        spoilt = dict.fromkeys(np.flatnonzero(other).tolist(), "an unchanged record differs")
        return Result(result.verdicts, result.broken | spoilt)

    def parts(self, number: int) -> Parts:
        """See `Target.parts`."""
        return {"undo": self._last.raw(number), "true": self._pool.raw(int(self._last.origins[number]))}

    def judge(self, parts: Parts) -> tuple[int, str | None]:
        """See `Target.judge`."""
        result = _read(gathered([parts["undo"]]), spent_by([parts["true"]]))
        verdict = int(result.verdicts[0])
        return verdict, result.broken.get(0) or _disagreement(parts["undo"], parts["true"], verdict)


def _read(batch: Batch, spent: Spent) -> Result:
    found = np.empty((len(batch), 2), np.int64)
    where = batch.data, batch.starts, batch.sizes, batch.origins
    _read_each(*where, spent.rows, spent.first_input, spent.fingerprints, spent.said, found)
    broken = {int(k): LAWS[int(found[k, 0])] for k in np.flatnonzero(found[:, 0])}
    unnamed = np.flatnonzero(~np.isin(found[:, 1], list(VERDICTS))).tolist()
    return Result(found[:, 1], broken | dict.fromkeys(unnamed, "its fault has no name"))


def _disagreement(undo: bytes, true: bytes, verdict: int) -> str | None:
    wanted = [[spent.output for spent in row] for row in decode_undo(true)]
    plain = read_plainly(undo, [len(row) for row in wanted])
    outputs = [output for row in wanted for output in row]
    why = plain if isinstance(plain, int) else kernel.SAME if plain == outputs else kernel.OTHER_OUTPUT
    if why != verdict:
        return f"read plainly it is `{VERDICTS[why]}`, the kernel says `{VERDICTS.get(verdict)}`"
    known = [] if isinstance(plain, int) else [output for output in plain if output is not None]
    if isinstance(plain, int) or len(known) < len(plain):
        return None
    said = read_record(undo, [len(row) for row in wanted])
    if said.values != [output.value for output in known]:
        return "the kernel reads other values"
    if said.fingerprints != fingerprints_of(known):
        return "the fingerprints are not those of the outputs that the record names"
    if said.is_p2sh != [classify(output.script) == ScriptType.P2SH for output in known]:
        return "the kernel takes other scripts for P2SH"
    return None


def read_plainly(undo: bytes, counts: Sequence[int]) -> list[TxOut | None] | int:
    """The outputs that a record names for transactions with so many inputs, or what is wrong with it.

    None stands for a key whose x belongs to no point: the plain decoder refuses it, to the kernel it is
    another script than any that there is.
    """
    try:
        count, at = read_compact_size(undo)
    except DecodeError:
        return kernel.OTHER_COUNT
    outputs: list[TxOut | None] = []
    if count != len(counts):
        return kernel.OTHER_COUNT
    for wanted in counts:
        try:
            count, at = read_compact_size(undo, at)
        except DecodeError:
            return kernel.OTHER_COUNT
        if count != wanted:
            return kernel.OTHER_COUNT
        for _ in range(count):
            try:
                output, at = _read_output(undo, at)
            except DecodeError:
                return kernel.MALFORMED
            outputs.append(output)
    return outputs if at == len(undo) else kernel.MALFORMED


def _read_output(undo: bytes, at: int) -> tuple[TxOut | None, int]:
    code, at = read_varint(undo, at)
    if code > 1:
        _, at = read_varint(undo, at)
    amount, at = read_varint(undo, at)
    value = decompress_amount(amount)
    if value > MAX_MONEY:
        raise DecodeError("more than there is")
    try:
        script, end = read_script(undo, at)
    except DecodeError as error:
        if error.facts.get("expected") != "the x of a point of the curve":
            raise
        _, payload = read_varint(undo, at)
        return None, payload + 32
    return TxOut(Sat(value), script), end
