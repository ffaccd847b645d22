"""Raw memory inside kernels: addresses, bytes, words.

An address is an int64, so that arithmetic on it stays integer in numba. Passing addresses and not
arrays between small kernels matters: an array argument costs two locked counter updates and 56
bytes of copying per call. An address is good while its memory lives: take it of an argument or of
`stack_block`, never of an array the same function made (numba frees that one once its name is no
longer read). Nothing here checks bounds; the caller has checked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.errors import TypingError
from numba.extending import intrinsic

Plan = tuple[Any, Callable[..., Any]]
"""What an intrinsic is made of: its numba signature and the function that emits its code."""

I8, I32, I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)
FOUR = ir.VectorType(I32, 4)


def pointer(builder: Any, address: Any, pointee: Any) -> Any:
    """LLVM pointer to `pointee` at an int64 `address`."""
    return builder.inttoptr(address, pointee.as_pointer())


def swapped(builder: Any, words: Any) -> Any:
    """Four words with the order of bytes reversed in each."""
    kind = ir.FunctionType(FOUR, [FOUR])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, "llvm.bswap.v4i32"), [words])


def _stack_block(_typing: Any, size: Any) -> Plan:
    if not isinstance(size, types.IntegerLiteral):
        raise TypingError("the size of a stack block is a constant")

    def code(_context: Any, builder: Any, _signature: Any, _args: Any) -> Any:
        with builder.goto_entry_block():
            block = builder.alloca(I8, size=I64(size.literal_value))
            block.align = 64
        return builder.ptrtoint(block, I64)

    return types.int64(size), code


def _address_of(array: Any, item: Any) -> Plan:
    if not isinstance(array, types.Array) or array.layout != "C" or array.dtype != item:
        raise TypingError(f"needs a C-contiguous array of {item}, got {array}")

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        view = context.make_array(signature.args[0])(context, builder, args[0])
        return builder.ptrtoint(view.data, I64)

    return types.int64(array), code


def _load(kind: Any, cell: Any) -> Plan:
    def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.load(pointer(builder, args[0], cell), align=1)

    return kind(types.int64), code


def _load_byte(_typing: Any, _address: Any) -> Plan:
    def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.zext(builder.load(pointer(builder, args[0], I8), align=1), I64)

    return types.int64(types.int64), code


def _store(kind: Any, cell: Any) -> Plan:
    def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        builder.store(args[1], pointer(builder, args[0], cell), align=1)
        return context.get_dummy_value()

    return types.void(types.int64, kind), code


def _swap_four(_typing: Any, _target: Any, _source: Any) -> Plan:
    def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        target, source = (pointer(builder, address, FOUR) for address in args)
        builder.store(swapped(builder, builder.load(source, align=1)), target, align=1)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), code


def _copy_bytes(_typing: Any, _target: Any, _source: Any, _count: Any) -> Plan:
    def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        target, source = (pointer(builder, address, I8) for address in args[:2])
        cgutils.raw_memcpy(builder, target, source, args[2], 1)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), code


def _clear_bytes(_typing: Any, _target: Any, _count: Any) -> Plan:
    def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        cgutils.memset(builder, pointer(builder, args[0], I8), args[1], 0)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), code


def _prefetch(_typing: Any, _address: Any) -> Plan:
    def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        kind = ir.FunctionType(ir.VoidType(), [I8.as_pointer(), I32, I32, I32])
        hint = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        to_read, keep, data = I32(0), I32(3), I32(1)
        builder.call(hint, [pointer(builder, args[0], I8), to_read, keep, data])
        return context.get_dummy_value()

    return types.void(types.int64), code


stack_block = cast("Callable[[int], int]", intrinsic(prefer_literal=True)(_stack_block))
"""`stack_block(64)`: address of that many bytes on the stack, not cleared, gone on return."""
address_of_bytes = cast(
    "Callable[[npt.NDArray[np.uint8]], int]",
    intrinsic(lambda _typing, array: _address_of(array, types.uint8)),
)
"""Address of the first item of a C-contiguous uint8 array."""
address_of = cast(
    "Callable[[npt.NDArray[Any]], int]", intrinsic(lambda _typing, array: _address_of(array, array.dtype))
)
"""Address of the first item of a C-contiguous array."""
address_of_counts = cast(
    "Callable[[npt.NDArray[np.int64]], int]",
    intrinsic(lambda _typing, array: _address_of(array, types.int64)),
)
"""Address of the first item of a C-contiguous int64 array."""
load_count = cast("Callable[[int], int]", intrinsic(lambda _typing, _address: _load(types.int64, I64)))
"""The int64 at an address."""
store_count = cast(
    "Callable[[int, int], None]", intrinsic(lambda _typing, _address, _value: _store(types.int64, I64))
)
"""Write an int64 at an address."""
load_word = cast("Callable[[int], np.uint32]", intrinsic(lambda _typing, _address: _load(types.uint32, I32)))
"""The uint32 at an address, in the order of bytes of this machine."""
store_word = cast(
    "Callable[[int, np.uint32], None]", intrinsic(lambda _typing, _address, _value: _store(types.uint32, I32))
)
"""Write a uint32 at an address, in the order of bytes of this machine."""
load_byte = cast("Callable[[int], int]", intrinsic(_load_byte))
"""The byte at an address, as an int64."""
store_byte = cast(
    "Callable[[int, int], None]", intrinsic(lambda _typing, _address, _value: _store(types.uint8, I8))
)
"""Write one byte at an address."""
swap_four = cast("Callable[[int, int], None]", intrinsic(_swap_four))
"""`swap_four(target, source)`: copy four uint32, reversing the bytes of each."""
copy_bytes = cast("Callable[[int, int, int], None]", intrinsic(_copy_bytes))
"""`copy_bytes(target, source, count)`; the two do not overlap."""
clear_bytes = cast("Callable[[int, int], None]", intrinsic(_clear_bytes))
"""`clear_bytes(target, count)` writes zeros."""
prefetch = cast("Callable[[int], None]", intrinsic(_prefetch))
"""Ask for the cache line at an address, which may be any: a wrong one does nothing."""
