"""Which SHA-256 the machine code uses: the CPU's own instructions, or plain arithmetic.

The CPU decides when a kernel is compiled (numba's disk cache is keyed by CPU name and features,
so code for another CPU is never loaded). The environment variable `COINTRAIL_SHA` decides while
it runs: compiled code looks at one byte of this process, so a kernel that was cached under one
setting obeys the other. `COINTRAIL_SHA=scalar` turns the instructions off, for comparison and
for a machine whose instructions are in doubt; unset, empty or `auto` uses them where present.
The variable is read once, when this module is imported.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from typing import Any, cast

import llvmlite.binding
from llvmlite import ir
from numba.core import types
from numba.core.registry import cpu_target
from numba.extending import intrinsic

from cointrail.errors import BadInput

SETTING = "COINTRAIL_SHA"
_SYMBOL = "cointrail_sha_scalar"


def _wants_scalar(setting: str) -> bool:
    """Whether `setting` turns the SHA instructions off; BadInput on an unknown word."""
    if setting not in {"", "auto", "scalar"}:
        raise BadInput(
            f"{SETTING}={setting!r} names no way to hash",
            hint=f"set {SETTING} to auto or scalar, or leave it unset",
            value=setting,
        )
    return setting == "scalar"


_scalar_flag = ctypes.c_uint8(_wants_scalar(os.environ.get(SETTING, "")))
llvmlite.binding.add_symbol(_SYMBOL, ctypes.addressof(_scalar_flag))


def target_has_sha(context: Any) -> bool:
    """Whether numba compiles for a CPU with the x86 SHA instructions."""
    triple, _cpu, features = context.codegen().magic_tuple()
    return triple.startswith("x86_64") and {"+sha", "+sse4.1"} <= set(features.split(","))


def implementation() -> str:
    """The SHA-256 in use: `sha-ni` or `scalar`."""
    return "sha-ni" if target_has_sha(cpu_target.target_context) and not _scalar_flag.value else "scalar"


def _uses_sha_instructions(_typing: Any) -> tuple[Any, Any]:
    def code(context: Any, builder: Any, _signature: Any, _args: Any) -> Any:
        if not target_has_sha(context):
            return ir.IntType(1)(0)
        flag_type = ir.IntType(8)
        flag = builder.module.globals.get(_SYMBOL) or ir.GlobalVariable(builder.module, flag_type, _SYMBOL)
        return builder.icmp_unsigned("==", builder.load(flag), flag_type(0))

    return types.boolean(), code


uses_sha_instructions = cast("Callable[[], bool]", intrinsic(_uses_sha_instructions))
"""In a kernel: whether to take the SHA instructions. Known when compiled where the CPU has none."""
