"""Fuzzing the script readers: types and addresses of locking scripts, marks of scriptSigs and witnesses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from batches import Batch, gathered, mutated
from block_laws import MARK_BITS, TYPES
from cointrail.chain.address import encode_address
from cointrail.chain.decode import read_compact_size
from cointrail.chain.marks import input_marks
from cointrail.chain.network import get_network
from cointrail.chain.script import OP_1, classify
from cointrail.chain.view import InputMarks, ScriptType
from cointrail.errors import DecodeError
from cointrail.kernel.address_text import AddressForm, ScriptSlices, address_text_room, write_address_text
from cointrail.kernel.marks import script_sig_marks, witness_marks
from cointrail.kernel.scripts import classify_script
from cointrail.kernel.wire import read_size
from compiled import compiled
from mutate import new_bench
from seeds import Seed, pack
from support.decoding import last_push
from target import Parts, Result

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

FIRST_OF_STACKS = 16
"""Verdicts of inputs that are a witness too are numbered from here, those of other bytes are their type."""
BY_SCRIPT, SIGNED = int(InputMarks.SCRIPT_PATH), int(InputMarks.SIGNED)
SIGNATURE_MARKS = int(InputMarks.MULTISIG) - 1
"""Those that a scriptSig beside a witness cannot add to; which script is shown depends on it."""
VERDICTS = {int(kind): kind.name.lower().replace("_", " ") for kind in ScriptType} | {
    FIRST_OF_STACKS: "witness without a signature",
    FIRST_OF_STACKS + 1: "witness with a signature",
    FIRST_OF_STACKS + 2: "script path without a signature",
    FIRST_OF_STACKS + 3: "script path with a signature",
}
LAWS = {
    1: "its type is unknown",
    2: "its marks are unknown",
    3: "its last push lies outside",
    4: "its witness ends elsewhere",
    5: "a witness beside a scriptSig has taproot marks",
    6: "reading it again gives something else",
}
NETWORK = get_network("mainnet")
FORM = AddressForm.of(NETWORK)
MOST_TEXT = 90
"""Characters that an address has at most. Source: BIP 173."""


@compiled
def _is_stack(data: U8, begin: int, end: int) -> bool:
    """Whether the bytes are one input's witness with an item in it, as `count_blocks` would take it."""
    items, at = read_size(data, begin, end)
    if items <= 0 or items > end - at:
        return False
    for _ in range(items):
        length, at = read_size(data, at, end)
        if length < 0 or length > end - at:
            return False
        at += length
    return at == end


@compiled
def _read_each(data: U8, starts: I64, sizes: I64, found: I64) -> None:
    """Every input, each as an array of its own, through the three readers.

    found: out, int64[n, 7]: law broken (0: none), type, marks as a scriptSig, start and length of the last
    push, marks as a witness with and without a scriptSig (-1 where it is no witness).
    """
    for k in range(len(starts)):
        one = data[starts[k] : starts[k] + sizes[k]]
        end = len(one)
        kind = classify_script(one, 0, end)
        marks, push, length = script_sig_marks(one, 0, end)
        found[k, :] = 0
        found[k, 1], found[k, 2], found[k, 3], found[k, 4] = kind, marks, push, length
        found[k, 5], found[k, 6] = -1, -1
        if not 0 <= kind < TYPES:
            found[k, 0] = 1
        if not 0 <= marks < MARK_BITS:
            found[k, 0] = 2
        if length < -1 or (length >= 0 and (push < 1 or push + length > end)):
            found[k, 0] = 3
        if _is_stack(one, 0, end):
            beside, after = witness_marks(one, 0, end, False)  # noqa: FBT003
            bare, other_after = witness_marks(one, 0, end, True)  # noqa: FBT003
            found[k, 5], found[k, 6] = beside, bare
            if after != end or other_after != end:
                found[k, 0] = 4
            if beside & 128 or beside & SIGNATURE_MARKS & ~bare:
                found[k, 0] = 5
        again = classify_script(data, starts[k], end)
        marks_again, push_again, length_again = script_sig_marks(data, starts[k], starts[k] + end)
        if again != kind or marks_again != marks or length_again != length:
            found[k, 0] = 6
        if length >= 0 and push_again != push + starts[k]:
            found[k, 0] = 6


class ScriptTarget:
    """Scripts and witnesses through the readers of types, addresses and marks."""

    name = "script"
    verdicts: Mapping[int, str] = VERDICTS

    def __init__(self, seeds: Sequence[Seed], dice_seed: int) -> None:
        """`seeds`: scripts, and witnesses as they stand in a transaction."""
        self._pool, self._seed, self._bench = pack(seeds), dice_seed, new_bench()
        self._last = gathered([])

    def make(self, number: int, inputs: int) -> None:
        """See `Target.make`."""
        self._last = mutated(self._pool, self._bench, self._seed, number, inputs)

    def run(self) -> Result:
        """See `Target.run`."""
        found = _read(self._last)
        result = _result(found)
        lengths = np.diff(_addresses(self._last, found)[1])
        long = np.flatnonzero((lengths < 0) | (lengths > MOST_TEXT)).tolist()
        return Result(result.verdicts, result.broken | dict.fromkeys(long, "its address has a wrong length"))

    def parts(self, number: int) -> Parts:
        """See `Target.parts`."""
        return {"script": self._last.raw(number)}

    def judge(self, parts: Parts) -> tuple[int, str | None]:
        """See `Target.judge`."""
        raw = parts["script"]
        batch = gathered([raw])
        found = _read(batch)
        result = _result(found)
        wrong = result.broken.get(0) or _disagreement(raw, found[0].tolist())
        address = _addresses(batch, found)[0].tobytes().decode()
        if address != (encode_address(raw, NETWORK) or ""):
            wrong = wrong or f"its address is {encode_address(raw, NETWORK)}, the kernel writes `{address}`"
        return int(result.verdicts[0]), wrong


def _read(batch: Batch) -> I64:
    found = np.empty((len(batch), 7), np.int64)
    _read_each(batch.data, batch.starts, batch.sizes, found)
    return found


def _addresses(batch: Batch, found: I64) -> tuple[U8, I64]:
    """The addresses of all inputs as text, and where each ends."""
    types = np.clip(found[:, 1], 0, TYPES - 1).astype(np.uint8)
    scripts = ScriptSlices(batch.data, batch.starts, batch.sizes, types)
    text, ends = np.empty(address_text_room(scripts, FORM), np.uint8), np.empty(len(batch) + 1, np.int64)
    write_address_text(scripts, FORM, text, ends)
    return text[: int(ends[-1])], ends


def _result(found: I64) -> Result:
    bare = found[:, 6]
    stacks = FIRST_OF_STACKS + 2 * ((bare & BY_SCRIPT) > 0) + ((bare & SIGNED) > 0)
    broken = {int(k): LAWS[int(found[k, 0])] for k in np.flatnonzero(found[:, 0])}
    return Result(np.where(bare < 0, found[:, 1], stacks), broken)


def _disagreement(raw: bytes, found: Sequence[int]) -> str | None:
    _, kind, marks, push, length, beside, bare = found
    if kind != int(classify(raw)):
        return f"defined as {classify(raw).name}, the kernel says {VERDICTS.get(kind, kind)}"
    if marks != int(input_marks(raw, ())):
        return f"its marks as a scriptSig are {int(input_marks(raw, ()))}, the kernel says {marks}"
    if (raw[push : push + length] if length >= 0 else None) != last_push(raw):
        return "its last push is another"
    items = witness_items(raw)
    if (items is None) != (bare < 0):
        return "it is a witness to one of two readers"
    if items is not None and (bare, beside) != (
        int(input_marks(b"", items)),
        int(input_marks(bytes((OP_1,)), items)),
    ):
        return f"its marks as a witness are not {bare} and {beside}"
    return None


def witness_items(raw: bytes) -> tuple[bytes, ...] | None:
    """The items of a witness as it stands in a transaction; None when the bytes are none, or it is empty."""
    items = []
    try:
        count, at = read_compact_size(raw)
        if count == 0 or count > len(raw):
            return None
        for _ in range(count):
            length, at = read_compact_size(raw, at)
            items.append(raw[at : at + length])
            at += length
    except DecodeError:
        return None
    return tuple(items) if at == len(raw) else None
