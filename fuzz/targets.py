"""The targets by name, and how many inputs each gets."""

from __future__ import annotations

from collections.abc import Callable

import seed_sets
from block_target import BlockTarget
from headers_target import HeadersTarget
from script_target import ScriptTarget
from target import Target
from undo_target import UndoTarget
from xor_target import XorTarget

TARGETS: dict[str, Callable[[int], Target]] = {
    "block": lambda seed: BlockTarget(seed_sets.block_seeds(), seed),
    "undo": lambda seed: UndoTarget(seed_sets.undo_seeds(), seed),
    "script": lambda seed: ScriptTarget(seed_sets.script_seeds(), seed),
    "xor": lambda seed: XorTarget(seed_sets.stream_seeds(), seed),
    "headers": HeadersTarget,
}
"""Makes a target whose inputs come from a seed."""


def make_target(name: str, seed: int) -> Target:
    """The target of that name."""
    return TARGETS[name](seed)
