"""The vote of a learned change model: one voter among the others, off unless it is switched on."""

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


@rule("change.learned", version=2, tier=Tier.T4)
def learned(tx: TxView, context: ChangeContext, model: ChangeModel | None = None) -> Verdict:
    """The one output that a trained model takes for the sender's. Off unless it is switched on.

    The model adds up many small trees over what the other rules look at, and picks an output where at most
    one in a thousand of the payees' outputs would be picked: that was measured in worlds that it was not
    trained on.

    Source: Möser and Narayanan, FC 2022, with a random forest on change that was revealed later; boosted
        trees on simulated worlds are our choice.
    Wrong when: people and programs behave otherwise than in the worlds that it was trained on, or the era
        has moved. It looks at what other rules look at too, so they can be wrong together.
    Abstains on: everything while no model is in force; coinbase; a kind of transaction with too few hands in
        training; no output, or several, of which it is sure enough.
    Needs: a model, and the outputs' spenders at a height; later blocks can change the answer.
    """
    if model is None:
        return Abstained("no model is in force")
    return model.judge(tx, context)
