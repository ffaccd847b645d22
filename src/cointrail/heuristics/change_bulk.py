"""Change over a batch of columns: static rules, fingerprints and the vote, equal to their definitions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cointrail.store.batch import TxBatch

NO_OUTPUT = np.uint8(0xFF)
"""The change output of a transaction whose vote abstains."""

NO_TIER = np.uint8(0xFF)
"""The tier of a transaction whose vote abstains."""

NO_PRINT = np.uint64(0)
"""The fingerprint of a coinbase, and of the spender of an output that nothing spends."""


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """What a batch's context says, as columns: a bulk `ChangeContext`.

    Attributes:
        fresh: per output, whether no output before it had its script.
        in_input_cluster: per output, whether its script is in a C1-2 cluster of the inputs.
        spender_print: per output, the fingerprint of its spender; 0: not spent up to the height.
        held_apart: per output, whether tags or judgements hold it apart from the sender; None: none.
        service: per transaction, whether the sender is a tagged service; None: none is.
        profile: per transaction, the merged marks of the sender's cluster; 0, or None for all: none.
    """

    fresh: npt.NDArray[np.bool_]
    in_input_cluster: npt.NDArray[np.bool_]
    spender_print: npt.NDArray[np.uint64]
    held_apart: npt.NDArray[np.bool_] | None = None
    service: npt.NDArray[np.bool_] | None = None
    profile: npt.NDArray[np.uint64] | None = None


@dataclass(frozen=True, slots=True)
class BatchChange:
    """The vote's verdict on every transaction of a batch.

    Attributes:
        output: the change output's place in its transaction (uint8); `NO_OUTPUT` where it abstains.
        tier: `Tier` (uint8); `NO_TIER` where it abstains.
        rules: bit set of the rules that voted for it (uint32; bit k is `VOTERS[k]`); 0 where it abstains.
        quiet: why it abstains (uint8; place in `Quiet` + 1); 0 where it does not.
    """

    output: npt.NDArray[np.uint8]
    tier: npt.NDArray[np.uint8]
    rules: npt.NDArray[np.uint32]
    quiet: npt.NDArray[np.uint8]


def fingerprint_batch(batch: TxBatch) -> npt.NDArray[np.uint64]:
    """The fingerprint word of every transaction; equal to `fingerprint_of(tx).word` on each."""


def static_change_batch(batch: TxBatch) -> npt.NDArray[np.uint8]:
    """Per output a bit for each static rule that leaves it, bit k for `STATIC_RULES[k]`; one pass.

    Bit k of no output is set where rule k abstains, or leaves none.
    """


def vote_batch(
    batch: TxBatch, gate: npt.NDArray[np.uint8], facts: ChangeFacts, *, dated: bool = True
) -> BatchChange:
    """The vote on every transaction; equal to `vote` on each.

    Args:
        batch: columns in chain order.
        gate: per transaction its `Gate`, from `judge_batch`.
        facts: what the chain says of its outputs and senders.
        dated: whether its heights are those of the main network.
    """
