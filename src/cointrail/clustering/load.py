"""The clusters of a chain state: those built before, or built now."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.kept import find_kept
from cointrail.clustering.rules import rules_in_force
from cointrail.heuristics.change.model import ForestModel
from cointrail.heuristics.change.switch import BY_SWITCH, Switch, model_in_force


def load_or_build(
    chain: ChainView,
    *,
    progress: Callable[[int, int], None] | None = None,
    model: ForestModel | Switch | None = BY_SWITCH,
) -> Clusters:
    """The clusters of this chain state under the present rules.

    They are kept in the store's derived folder and read from there the next time. What builds them, and
    the compiler with it, is only loaded when they must be built.

    Args:
        chain: the chain.
        progress: of a build; told steps done and steps in all.
        model: a learned change model as one more voter; None: off; by default as the switch says.

    Raises:
        BadInput: the switch names a file that holds no model.
        StoreUnwritable: they must be built, the disk is full, and they are too large for memory.
    """
    model = model_in_force() if model is BY_SWITCH else model
    found = find_kept(chain, rules_in_force(model), model)
    if found is not None:
        return found
    built: Clusters = import_module("cointrail.clustering.build").build_and_keep(
        chain, progress=progress, model=model
    )
    return built
