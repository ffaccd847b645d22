"""SHA-256 compression with the x86 SHA instructions, one stream or two at once.

One stream leaves the unit idle: `sha256rnds2` takes 4 cycles and needs the result of the last one.
Two messages side by side fill the gaps (1.8 times the speed of one).
Source: Gulley et al., Intel SHA Extensions, 2013, for the register layout (ABEF and CDGH).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any, cast

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from cointrail.kernel.cpu import target_has_sha
from cointrail.kernel.memory import FOUR, I32, I64, pointer, swapped
from cointrail.kernel.sha256_constants import ROUNDS
from cointrail.kernel.sha256_lane import BODY, BODY_BLOCKS, ENDING, NEXT, STATE


def _four(*numbers: int) -> Any:
    """Constant vector, used as a shuffle mask or as round constants."""
    return ir.Constant(FOUR, [I32(int(n)) for n in numbers])


class _Stream:
    """Emits the code that works the message of one lane; `abef` and `cdgh` are its registers."""

    def __init__(self, builder: Any, lane: Any) -> None:
        self.builder, self.lane = builder, lane
        fields = (self.place(offset, I64) for offset in (BODY, ENDING, BODY_BLOCKS, NEXT))
        self.body, self.ending, self.body_blocks, self.first = (builder.load(field) for field in fields)

    def place(self, offset: int, kind: Any) -> Any:
        """Pointer to an item of the lane."""
        return pointer(self.builder, self.builder.add(self.lane, I64(offset)), kind)

    def call(self, name: str, *values: Any) -> Any:
        """Emit a call of the LLVM intrinsic `name` on vectors."""
        kind = ir.FunctionType(FOUR, [FOUR] * len(values))
        function = cgutils.get_or_insert_function(self.builder.module, kind, f"llvm.{name}")
        return self.builder.call(function, values)

    def load_state(self) -> tuple[Any, Any]:
        """State words a..h in the order the instructions want."""
        low, high = (self.builder.load(self.place(STATE + at, FOUR), align=16) for at in (0, 16))
        return (
            self.builder.shuffle_vector(low, high, _four(5, 4, 1, 0)),
            self.builder.shuffle_vector(low, high, _four(7, 6, 3, 2)),
        )

    def open_block(self, abef: Any, cdgh: Any, done: Any) -> None:
        """Load the 16 message words of the block that comes `done` blocks after the first."""
        self.before = self.abef, self.cdgh = abef, cdgh
        number = self.builder.add(self.first, done)
        in_body = self.builder.icmp_signed("<", number, self.body_blocks)
        base = self.builder.select(in_body, self.body, self.ending)
        block = pointer(self.builder, self.builder.add(base, self.builder.shl(number, I64(6))), FOUR)
        places = [self.builder.gep(block, [I64(i)]) for i in range(4)]
        self.words = [swapped(self.builder, self.builder.load(place, align=1)) for place in places]

    def four_rounds(self, group: int) -> None:
        """Rounds 4 * group to 4 * group + 3, and the message words of 16 rounds later."""
        first, *others = self.words
        low = self.builder.add(first, _four(*ROUNDS[4 * group : 4 * group + 4]))
        high = self.builder.shuffle_vector(low, low, _four(2, 3, 2, 3))
        self.cdgh = self.call("x86.sha256rnds2", self.cdgh, self.abef, low)
        self.abef = self.call("x86.sha256rnds2", self.abef, self.cdgh, high)
        if group < 12:
            part = self.call("x86.sha256msg1", first, others[0])
            middle = self.builder.shuffle_vector(others[1], others[2], _four(1, 2, 3, 4))
            first = self.call("x86.sha256msg2", self.builder.add(part, middle), others[2])
        self.words = [*others, first]

    def close_block(self) -> tuple[Any, Any]:
        """Add the state from before the block."""
        return self.builder.add(self.abef, self.before[0]), self.builder.add(self.cdgh, self.before[1])

    def store_state(self, abef: Any, cdgh: Any, done: Any) -> None:
        """Write state and position back to the lane."""
        for at, mask in ((0, _four(3, 2, 7, 6)), (16, _four(1, 0, 5, 4))):
            words = self.builder.shuffle_vector(abef, cdgh, mask)
            self.builder.store(words, self.place(STATE + at, FOUR), align=16)
        self.builder.store(self.builder.add(self.first, done), self.place(NEXT, I64))


def _emit_body(function: Any) -> None:
    """Fill `function(lane, ..., blocks)`: a loop over blocks, all streams side by side."""
    entry, loop, end = (function.append_basic_block(name) for name in ("entry", "loop", "end"))
    builder = ir.IRBuilder(entry)
    *lanes, blocks = function.args
    streams = [_Stream(builder, lane) for lane in lanes]
    starts = [stream.load_state() for stream in streams]
    builder.branch(loop)

    builder.position_at_end(loop)
    done = builder.phi(I64)
    states = [(builder.phi(FOUR), builder.phi(FOUR)) for _ in streams]
    for stream, state in zip(streams, states, strict=True):
        stream.open_block(*state, done)
    for group in range(16):
        for stream in streams:
            stream.four_rounds(group)
    ends = [stream.close_block() for stream in streams]
    now_done = builder.add(done, I64(1))
    for phi, first, later in [(done, I64(0), now_done), *_flat(states, starts, ends)]:
        phi.add_incoming(first, entry)
        phi.add_incoming(later, loop)
    builder.cbranch(builder.icmp_signed("<", now_done, blocks), loop, end)

    builder.position_at_end(end)
    for stream, state in zip(streams, ends, strict=True):
        stream.store_state(*state, blocks)
    builder.ret_void()


def _flat(*lists: list[tuple[Any, Any]]) -> Iterable[tuple[Any, ...]]:
    """Lists of register pairs, as rows of one register from each."""
    return zip(*(chain.from_iterable(pairs) for pairs in lists), strict=True)


def _code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
    """Call the compression function of this module, writing it there first if need be."""
    if not target_has_sha(context):
        return context.get_dummy_value()
    kind = ir.FunctionType(ir.VoidType(), [I64] * len(args))
    function = cgutils.get_or_insert_function(builder.module, kind, f"cointrail_sha256_ni_{len(args) - 1}")
    if not function.blocks:
        function.linkage = "linkonce_odr"
        function.attributes.add("noinline")
        function.attributes.add("nounwind")
        _emit_body(function)
    builder.call(function, args)
    return context.get_dummy_value()


compress_ni = cast(
    "Callable[[int, int], None]",
    intrinsic(lambda _typing, _lane, _blocks: (types.void(*[types.int64] * 2), _code)),
)
"""`compress_ni(lane, blocks)`: work the next blocks, at least one, into the state."""
compress_two_ni = cast(
    "Callable[[int, int, int], None]",
    intrinsic(lambda _typing, _lane, _other, _blocks: (types.void(*[types.int64] * 3), _code)),
)
"""`compress_two_ni(lane, other, blocks)`: as many blocks in each of two lanes, side by side."""
