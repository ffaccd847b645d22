"""The rules that have a say in clusters, in the order of their say."""

from __future__ import annotations

from cointrail.heuristics import common_input, same_key
from cointrail.heuristics.base import REGISTRY
from cointrail.heuristics.gate import REASONS

LINK_RULES = tuple(
    rule.__name__ for rule in (same_key.same_key, same_key.inner_script, common_input.common_input)
)
"""Ids of the rules that make edges, by the number that stands for them in a proof."""


def rules_in_force() -> tuple[str, ...]:
    """Names of all rules that have a say: those that link, then the gate's in their order."""
    return tuple(REGISTRY[rule_id].name for rule_id in (*LINK_RULES, *(reason.id for reason in REASONS)))
