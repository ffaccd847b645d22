"""The learned change model over a batch of columns, equal to `ForestModel.judge` on each transaction."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.chain.view import ScriptType
from cointrail.heuristics.change import features
from cointrail.heuristics.change.model import ForestModel
from cointrail.heuristics.change.vote import MAX_OUTPUTS
from cointrail.heuristics.change_bulk import POSTAGE, VOTE_LIMITS, ChangeFacts, StaticChange, columns_of
from cointrail.kernel.change_model import ModelLimits, Trees, ask_model, write_samples
from cointrail.store.batch import TxBatch

_LIMITS = ModelLimits(
    most_inputs=features.MOST_INPUTS,
    most_zeros=features.MOST_ZEROS,
    most_doublings=features.MOST_DOUBLINGS,
    unspent=features.UNSPENT,
    cannot_tell=features.CANNOT_TELL,
    most_outputs=MAX_OUTPUTS,
)

_FAMILY = np.array([features.family_of(kind) for kind in ScriptType], np.uint8)


class Samples(NamedTuple):
    """The features of all spendable outputs of some transactions of a batch."""

    rows: npt.NDArray[np.int16]
    place: npt.NDArray[np.int64]
    """Of each row's output in the batch."""


def ask_batch(
    model: ForestModel, batch: TxBatch, found: StaticChange, facts: ChangeFacts
) -> npt.NDArray[np.uint8]:
    """The model's answer on every transaction as four bits; 0 where it abstains.

    Args:
        model: that has a say.
        batch: columns in chain order.
        found: what `static_batch` found of it.
        facts: what the chain says of its outputs.
    """
    answers = np.empty(batch.count, np.uint8)
    of_chain = found.prints, facts.fresh, facts.spender_print
    limits = POSTAGE, _LIMITS, VOTE_LIMITS
    ask_model(columns_of(batch), *of_chain, *limits, _trees(model), _room(), answers)
    return answers


def sample_batch(
    batch: TxBatch, found: StaticChange, facts: ChangeFacts, asked: npt.NDArray[np.bool_]
) -> Samples:
    """The features of the transactions that are asked for, and have two or three spendable outputs.

    Args:
        batch: columns in chain order.
        found: what `static_batch` found of it.
        facts: what the chain says of its outputs.
        asked: per transaction.
    """
    most = MAX_OUTPUTS * int(asked.sum())
    rows = np.empty((most, len(features.FEATURES)), np.int16)
    place = np.empty(most, np.int64)
    of_chain = found.prints, facts.fresh, facts.spender_print
    limits = POSTAGE, _LIMITS, VOTE_LIMITS
    count = write_samples(columns_of(batch), *of_chain, *limits, asked, _room(), rows, place)
    return Samples(rows[:count], place[:count])


def _room() -> npt.NDArray[np.int64]:
    return np.zeros((MAX_OUTPUTS, len(features.FEATURES)), np.int64)


def _trees(model: ForestModel) -> Trees:
    return Trees(
        model.start,
        model.feature,
        model.most,
        model.right,
        model.leaf,
        model.base,
        model.cut,
        _FAMILY,
        np.array(model.known, np.bool_),
    )


def strata_of_rows(rows: npt.NDArray[np.int16]) -> npt.NDArray[np.int64]:
    """The place in `STRATA` of the transaction that each row is of."""
    family = np.full(features.UNKNOWN_TYPE + 1, _FAMILY[ScriptType.NONSTANDARD], np.int64)
    family[: len(_FAMILY)] = _FAMILY
    kind, inputs, outputs = (rows[:, features.FEATURES.index(name)] for name in _OF_STRATUM)
    return family[kind] * 4 + (inputs > 1) * 2 + (outputs > 2)


_OF_STRATUM = ("input_type", "inputs", "outputs")
