"""The slot of a learned change model: one voter among the others, off until one is trained and measured."""

from __future__ import annotations

from typing import Protocol

from cointrail.chain.view import TxView
from cointrail.heuristics.base import Abstained, Tier, rule
from cointrail.heuristics.change.base import ChangeContext, Verdict


class ChangeModel(Protocol):
    """A model that picks change; it votes at a measured false positive rate of 0.1 % or below."""

    @property
    def name(self) -> str:
        """Id and version, as results quote it."""

    def judge(self, tx: TxView, context: ChangeContext) -> Verdict:
        """The outputs that the model does not rule out."""


@rule("change.learned", version=1, tier=Tier.T4)
def learned(tx: TxView, context: ChangeContext, model: ChangeModel | None = None) -> Verdict:
    """The output that a trained model takes for change. Off: no model is shipped.

    Source: Möser and Narayanan, FC 2022.
    Wrong when: the truth it was trained on is biased to wallets that reveal themselves; the era has moved.
    Abstains on: everything while no model is given.
    Needs: a model; what it asks of the chain moves with the height.
    """
    if model is None:
        return Abstained("no model is in force")
    return model.judge(tx, context)
