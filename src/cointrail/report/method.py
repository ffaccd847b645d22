"""The method in full: steps, tiers, policies and every rule, in words that a court can put questions to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cointrail.error_rates.table import NAMED
from cointrail.heuristics.base import Tier
from cointrail.report.blocks import (
    INFERENCE,
    Block,
    column,
    heading,
    meanings,
    pairs,
    source,
    steps,
    table,
    text,
)
from cointrail.report.case_tables import CaseTables
from cointrail.rulebook.cards import RuleCard, rule_cards
from cointrail.tracing.policy import Policy

TIER_USE = {
    "T0": ("always", "none but of software"),
    "T1": ("clusters", "about none"),
    "T2": ("clusters", "0.1 % and the share of payjoins"),
    "T3": ("hops of a trail, never clusters", "1 %"),
    "T4": ("hints, drawn dashed", "10 %"),
    "T5": ("nothing is concluded from it", "not a link"),
}
"""Use of each tier, and the error of one link that it aims to stay below."""

BASIS = "basis.json"


def method_part(case: CaseTables) -> Iterator[Block]:
    """How the figures came about."""
    yield heading("How it was done")
    yield text(
        "Three kinds of statement are kept apart in this report, by words and by the line beside them. A "
        "ledger fact follows from the blocks alone: two people with the same blocks must agree on it. An "
        "inference follows from a named rule, which can be wrong. A claim is what somebody says about an "
        "address or a price, with its source. A sentence that rests on several of them is as strong as "
        "the weakest."
    )
    yield steps(
        "The seeds are looked up on the chain. Addresses are joined to clusters by rules of tier T1 and "
        "T2 only. A gate keeps transactions out in which several people may have signed.",
        "Every output to the service in the period is listed and sorted: a payment is value from others.",
        "Each payment is walked back, transaction by transaction, with every satoshi accounted for, until "
        "each branch ends at a tagged exchange or for another named reason. No trail goes through an "
        "exchange: what it pays out is its own choice.",
        "A trail is in the same hand as long as every transaction on it was signed by one cluster, or "
        "passes on change that at least two signals agree on. Otherwise it is upstream, and nothing is "
        "said about the payer.",
        "What left the service is walked forward in the same way.",
        "Each amount is valued with the rate of its own hour or day, and again at the report date where "
        "one is set.",
    )
    yield from _tiers()
    yield from _policies(case)
    yield from _rules(case)


def _tiers() -> Iterator[Block]:
    said = meanings(Tier)
    rows = ((tier.name, said[str(tier.value)], *TIER_USE[tier.name]) for tier in Tier)
    columns = (
        column("tier"),
        column("what the link rests on", width="2fr"),
        column("used for", width="1fr"),
        column("target error of one link", width="1fr"),
    )
    yield table(
        "Tiers of links, the strongest first",
        columns,
        rows,
        "the program's own definition",
        "Targets, not measurements. Section 5 says what was measured.",
    )


def _policies(case: CaseTables) -> Iterator[Block]:
    yield heading("How value divides inside a transaction", 2)
    yield text(
        "The ledger says which outputs a transaction spends and which it makes. It does not say which "
        "paid which. A policy fills that gap. It is a convention of law, not a discovery; under a named "
        "policy the amounts are facts, as anybody gets the same. This case carries these side by side:"
    )
    said = meanings(Policy)
    names: list[str] = case.summary["policies"]
    yield pairs([(name, said[name]) for name in names], "Policies of this case", source(BASIS, "settings"))


def _rules(case: CaseTables) -> Iterator[Block]:
    yield heading("The rules", 2)
    yield text(
        "Every rule is published with its source and its known failures; Annex A has them in full. A rule "
        "that has no opinion says so: to abstain is a result."
    )
    rows = (
        (name, card.tier or "detector", _plain(card.summary)) if card else (name, "", OTHER)
        for name, card in named_cards(case)
    )
    columns = (
        column("rule and version", INFERENCE, form="id"),
        column("tier"),
        column("what it says", width="1fr"),
    )
    yield table("Rules of this case", columns, rows, source(BASIS, "rules"))
    for name in case.basis["rules"]:
        if name.startswith(NAMED):
            yield text(
                f"How often each rule was wrong, and whether it keeps its tier, stands in the table of "
                f"measured error {name}. Section 5 says what it comes to in this case."
            )


OTHER = "This version of the program has another version of the rule; see the program of the basis."


def named_cards(case: CaseTables) -> list[tuple[str, RuleCard | None]]:
    """The rules of the basis in order, each with its card unless the program has another version of it.

    A learned model is named by its rule and the digest of its file; the table of measured error is no rule.
    """
    cards = {card.name: card for card in rule_cards()}
    rules = [name for name in case.basis["rules"] if not name.startswith(NAMED)]
    return [(name, cards.get(name.partition("+")[0])) for name in rules]


def rules_annex(case: CaseTables) -> Iterator[Block]:
    """Each rule in full."""
    yield {"kind": "annex", "letter": "A", "text": "The rules in full"}
    for name, card in named_cards(case):
        if card is None:
            yield {"kind": "rule", "name": name, "tier": "", "text": OTHER, "parts": []}
            continue
        tier = f"links of tier {card.tier}" if card.tier else "a detector, which makes no link"
        yield {
            "kind": "rule",
            "name": name,
            "tier": tier,
            "text": _plain(card.summary),
            "parts": _sections(card),
        }


def _sections(card: RuleCard) -> list[list[Any]]:
    named = (
        ("Source", card.source),
        ("Wrong when", card.wrong_when),
        ("Abstains on", card.abstains_on),
        ("Needs", card.needs),
    )
    return [[name, _plain(words)] for name, words in named if words]


def _plain(words: str) -> str:
    """The words of a rule without the marks that set names of code apart."""
    return words.replace("`", "")
