"""What a transaction does with coins as a whole: gathers them, spreads them, or only moves them about.

Shapes alone: they say nothing about whose coins they are, except where every output is known to return.
"""

from __future__ import annotations

from cointrail.heuristics.base import rule
from cointrail.heuristics.shape import Shape

CONSOLIDATION_MIN_INPUTS = 5
CONSOLIDATION_MAX_OUTPUTS = 2
"""methods.md 3.2; mempool.space asks for five inputs to each output."""

BATCH_MIN_RATIO = 5
"""Spendable outputs to each input. methods.md 3.2, mempool.space (common.ts)."""


@rule("shape.consolidation", version=1)
def consolidation(shape: Shape) -> bool:
    """Many coins become one or two.

    Source: mempool.space, common.ts (inputs to outputs of 5 and more); here at least five inputs and at
        most two spendable outputs.
    Wrong when: a payment happens to need many small coins; a sale of everything to a service looks the
        same. It says nothing about who owns what comes out.
    Abstains on: fewer than five inputs; no or more than two spendable outputs; a coinbase.
    Needs: the numbers of inputs and of outputs; the answer never changes as the chain grows.
    """
    return shape.n_inputs >= CONSOLIDATION_MIN_INPUTS and 1 <= shape.n_outputs <= CONSOLIDATION_MAX_OUTPUTS


@rule("shape.batch", version=1)
def batch(shape: Shape) -> bool:
    """Few coins become many: somebody pays many at once.

    Source: mempool.space, common.ts (outputs to inputs of 5 and more).
    Wrong when: a wallet splits its own coins; a join with few inputs a hand.
    Abstains on: fewer than five spendable outputs to each input; a coinbase.
    Needs: the numbers of inputs and of outputs; the answer never changes as the chain grows.
    """
    return 0 < shape.n_inputs * BATCH_MIN_RATIO <= shape.n_outputs


@rule("shape.self_transfer", version=1)
def self_transfer(shape: Shape, returns: tuple[bool, ...]) -> bool:
    """Every spendable output goes back to the cluster that signed: nobody was paid.

    Source: our choice. A single output makes no self-transfer by its shape alone: it may as well be
        a payment of everything.
    Wrong when: the cluster is a service's, whose customers it pays inside; the cluster holds several
        hands that no detector told apart.
    Abstains on: no spendable output, a coinbase, an output that lies outside the cluster or that nothing
        ties to it yet.
    Needs: `returns`, for each spendable output whether it lies in the inputs' cluster at T2 or better;
        later blocks may tie more outputs to it.
    """
    assert len(returns) == shape.n_outputs, "one answer for each spendable output"
    return shape.n_inputs > 0 and len(returns) > 0 and all(returns)
