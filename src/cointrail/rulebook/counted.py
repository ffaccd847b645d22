"""Where the error of a rule that has no line of its own was counted, or why nowhere."""

from __future__ import annotations

from cointrail.heuristics.base import Rule
from cointrail.heuristics.change.vote import FIAT, LEARNED, VOTERS
from cointrail.heuristics.gate import REASONS, Gate

VOTE = ("change.link", "change.lead")
"""The links that the vote on change makes."""

Counted = tuple[tuple[str, ...], str]
"""Ids of the rules whose measured error has that of a rule in it, and why it has none of its own."""

_GATE: dict[Gate, Counted] = {
    Gate.UNSAFE: (
        ("common_input",),
        "makes no link; the links of what it does not recognise are counted there",
    ),
    Gate.UNKNOWN: (
        ("common_input.unknown",),
        "makes no link; those of the inputs of what it fires on are counted there, as leads",
    ),
    Gate.SAFE: (
        ("common_input",),
        "makes no link; those of the inputs of what it fires on are counted there",
    ),
}
_SELF = "change.self"
_OPPOSES = "change.none"


def counted_elsewhere(rule: Rule) -> Counted:
    """Where to look for the error of a rule that the table of measured error has no line for."""
    if rule.id == _SELF:
        return (), "not measured: what it finds is a script that was spent from, so it links no two scripts"
    if rule.id == FIAT.id:
        return (), "not measured: the table was made without prices, which it needs"
    if rule.id == LEARNED:
        return (
            (),
            "not measured: the table was made with no model in force; its card says what other worlds showed",
        )
    if rule.id in {voter.id for voter in VOTERS}:
        return VOTE, "votes only; what the vote said is counted there"
    if rule.id == _OPPOSES:
        return VOTE, "can only keep the vote quiet; what the vote said is counted there"
    if rule.id.startswith("change."):
        return (), "not measured: a rule of other tools, without a vote, to compare with"
    if rule.id.startswith(("walk.", "service.")):
        return (
            (),
            "not measured: the table counts links of scripts, and this leads a trail on or names a service",
        )
    gate = next((reason.gate for reason in REASONS if reason.id == rule.id), None)
    return _GATE[gate] if gate is not None else ((), "makes no link that could be right or wrong")
