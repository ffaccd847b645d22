"""How inputs are dealt out. Imports no target, so that the program that starts the workers stays small."""

from __future__ import annotations

SHARES = {"block": 0.4, "undo": 0.24, "script": 0.24, "xor": 0.118, "headers": 0.002}
"""Of the inputs of a run over all targets. A directory is thousands of times slower than the others: it is
written to files, opened, and read whole."""
BATCH = {"block": 2000, "undo": 2000, "script": 2000, "xor": 2000, "headers": 50}
"""Inputs that are made and run at once."""
JUDGED_EVERY = {"block": 80, "undo": 80, "script": 40, "xor": 80, "headers": 10}
"""Every so manieth input is held against the plain definition too."""


def shares(target: str, inputs: int) -> dict[str, int]:
    """Inputs by target. At least a batch of each, when all are asked for."""
    if target != "all":
        return {target: inputs}
    return {name: max(round(inputs * share), BATCH["headers"]) for name, share in SHARES.items()}


def batches(target: str, inputs: int) -> list[int]:
    """Inputs of each batch."""
    size = BATCH[target]
    whole, rest = divmod(inputs, size)
    return [size] * whole + ([rest] if rest else [])
