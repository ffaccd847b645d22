"""The rules that have a say in clusters, in the order of their say."""

from __future__ import annotations

from enum import IntEnum

from cointrail.error_rates.table import ErrorTable, shipped
from cointrail.heuristics.base import REGISTRY, Rule, Tier
from cointrail.heuristics.change.model import ForestModel
from cointrail.heuristics.change.vote import LEARNED, VOTERS
from cointrail.heuristics.gate import REASONS


class Link(IntEnum):
    """The rule that makes an edge. The numbers are stored; they never change."""

    SAME_KEY = 0
    INNER_SCRIPT = 1
    COMMON_INPUT = 2
    CHANGE = 3
    COMMON_INPUT_LEAD = 4
    CHANGE_LEAD = 5

    @property
    def rule(self) -> Rule:
        """The rule itself, with id, version and tier."""
        return REGISTRY[_LINK_RULES[self]]

    @property
    def tier(self) -> Tier:
        """What the edge is worth."""
        tier = self.rule.tier
        assert tier is not None
        return tier


_LINK_RULES = (
    "same_key",
    "inner_script",
    "common_input",
    "change.link",
    "common_input.unknown",
    "change.lead",
)

_APART = ("joinmarket.slots",)
"""Rules that only say which scripts are two hands'."""

TIERS = (Tier.T1, Tier.T2, Tier.T3, Tier.T4)
"""Of the nested clusterings: each holds the links of its tier and all stronger ones."""


def rules_in_force(table: ErrorTable | None = None, model: ForestModel | None = None) -> tuple[str, ...]:
    """Names of all that has a say: rules that link, the gate's in their order, the rest, the error table.

    The rest vote on change, or keep scripts apart. A learned model that has a say is named in place of its
    rule, by the digest of its file.

    Args:
        table: that says at which tier a rule stands; None: the one of this package.
        model: a learned change model that has a say; None: none.
    """
    ids = (*_LINK_RULES, *(reason.id for reason in REASONS), *(voter.id for voter in VOTERS), *_APART)
    names = (
        model.name if model is not None and rule_id == LEARNED else REGISTRY[rule_id].name
        for rule_id in ids
        if rule_id in REGISTRY
    )
    return *names, (table or shipped()).name
