"""The gate's answers read from many bit sets of reasons at once. Compiles nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.heuristics.gate import DOUBTFUL, REASONS, Gate


def mask_of(gate: Gate) -> np.uint32:
    """The bits of the reasons that stand for a verdict."""
    return np.uint32(sum(1 << k for k, reason in enumerate(REASONS) if reason.gate == gate))


def gates_of(reasons: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    """The `Gate` of each transaction, from the bit set of its reasons."""
    gate = np.where((reasons & mask_of(Gate.UNKNOWN)) != 0, np.uint8(Gate.UNKNOWN), np.uint8(Gate.SAFE))
    gate[(reasons & mask_of(Gate.UNSAFE)) != 0] = Gate.UNSAFE
    return gate


def leave_leads(reasons: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """Twin of `GateVerdict.leaves_lead`, from the bit set of each transaction's reasons."""
    doubtful = np.uint32(sum(1 << k for k, reason in enumerate(REASONS) if reason.id in DOUBTFUL))
    leave: npt.NDArray[np.bool_] = (gates_of(reasons) == Gate.UNKNOWN) & ((reasons & doubtful) == 0)
    return leave
