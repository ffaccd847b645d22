"""A card for each rule of the register: what a page, a table or a program can know of it."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from importlib import import_module

from cointrail.error_rates.combine import NOT_MEASURED, percent
from cointrail.error_rates.strata import ERAS
from cointrail.error_rates.table import Row, in_words, shipped
from cointrail.error_rates.tiers import measured_tiers
from cointrail.errors import NotFound
from cointrail.heuristics.base import REGISTRY, Rule
from cointrail.heuristics.gate import REASONS
from cointrail.rulebook.counted import counted_elsewhere
from cointrail.rulebook.examples import Example, examples_of

HOMES = ("cointrail.heuristics", "cointrail.heuristics.change")
"""Packages that fill the register when they are imported."""

DYNAMIC = (
    *("later blocks can change the answer", "it can change as the chain grows", "later blocks may"),
    *("moves with the height", "a later block can show"),
)
"""What the Needs of a rule say when its answer is only good for the height that it was given at."""

DYNAMIC_TOO = frozenset(
    {
        *("common_input.unknown", "lightning.open", "whirlpool.tx0_confirmed"),
        *("service.cold_wallet", "service.deposit", "service.hot_wallet"),
    }
)
"""Rules that later blocks can change, and whose Needs say it in other words."""

WALKS = ("walk.", "service.")
"""Begin the ids of rules that lead a trail on or end it."""


class Kind(StrEnum):
    """What a rule says."""

    DETECTOR = "detector"
    """Yes or no, of the shape of a transaction; makes no link."""
    LINK = "link"
    """Which scripts one hand holds."""
    CHANGE = "change"
    """Which outputs may be change."""
    WALK = "walk"
    """Which way a trail goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCard:
    """A rule as `cointrail rules show` gives it.

    Attributes:
        id: stable; never used for another rule.
        version: of its answers; a change of them raises it.
        name: id and version as results quote them.
        kind: what it says.
        tier: of its links, as it declares it; None where it makes none.
        measured_tier: the tier that its links stand at by the table of measured error; by era where they
            differ.
        error: how often they were wrong, at most, all together, and what a single one is charged; None where
            it makes none.
        counted_with: ids of the rules whose measured error has that of this one in it.
        uncounted: why it has no measured error of its own; None where it has.
        dynamic: whether later blocks can change its answer, so that results name the height.
        gate: what the gate says when it fires: `safe`, `unknown`, `unsafe`; None where it is not in the gate.
        summary: what it says, in a sentence.
        about: the rest of what is to be known before the sections; may be empty.
        source: where it comes from.
        wrong_when: how it fails.
        abstains_on: where it gives no opinion.
        needs: what it looks at.
    """

    id: str
    version: int
    name: str
    kind: Kind
    tier: str | None
    measured_tier: str | None
    error: str | None
    counted_with: tuple[str, ...]
    uncounted: str | None
    dynamic: bool
    gate: str | None
    summary: str
    about: str
    source: str
    wrong_when: str
    abstains_on: str
    needs: str


def rule_cards() -> tuple[RuleCard, ...]:
    """The card of every rule, by id."""
    return tuple(_card(rule) for _, rule in sorted(_register().items()))


def rule_card(rule_id: str) -> RuleCard:
    """The card of one rule.

    Args:
        rule_id: its id, or its name with the version in force: `common_input@1`.

    Raises:
        NotFound: there is no such rule, or it is in force with another version.
    """
    wanted, at, version = rule_id.strip().partition("@")
    rule = _register().get(wanted)
    if rule is None:
        raise _unknown(wanted, list(_register()))
    if at and version != str(rule.version):
        raise NotFound(
            f"`{rule_id}` is not in force: this program has `{rule.name}`",
            hint=f"ask for `{rule.id}`, or use the program that made the result",
            rule=rule.id,
            version=rule.version,
        )
    return _card(rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCheck:
    """How the table of measured error did in worlds that it was not made from.

    Attributes:
        table: its name, as a basis quotes it.
        worlds: that were held back.
        strata: bounds that were checked in them, each in each world.
        outside: of these, with so many wrong links that it would be a surprise if the bound were true there.
        allowed: how many may be so by chance.
    """

    table: str
    worlds: int
    strata: int
    outside: int
    allowed: int


def table_check() -> TableCheck:
    """How the table in force did in worlds that were held back."""
    table = shipped()
    found = table.validation
    return TableCheck(
        table=table.name,
        worlds=found.worlds,
        strata=found.strata,
        outside=found.outside,
        allowed=found.allowed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredLine:
    """What was counted of a rule in one stratum of the table of measured error.

    Attributes:
        stratum: the era and further marks; `all` for every link of the rule.
        links: that were asserted, in all worlds.
        wrong_links: of these.
        hands_links: links of different hands, one of each hand and world: what the bound is made of.
        hands_wrong: of these.
        worlds: in how many worlds.
        bound_ppm: at most so many of a million are wrong.
        own: whether the bound was measured in this very stratum; else in a wider one, with more hands.
        stress_ppm: the greatest share that was wrong in one world.
        real_links: the same count in real data with known owners; 0: there is none.
        real_wrong: of these.
    """

    stratum: str
    links: int
    wrong_links: int
    hands_links: int
    hands_wrong: int
    worlds: int
    bound_ppm: int
    own: bool
    stress_ppm: int
    real_links: int
    real_wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePage(RuleCard):
    """A rule with its worked examples, and what was measured of it, stratum by stratum."""

    examples: tuple[Example, ...]
    measured: tuple[MeasuredLine, ...]


def rule_page(rule_id: str) -> RulePage:
    """A rule with its worked examples; see `rule_card`.

    Raises:
        NotFound: as `rule_card`.
    """
    card = rule_card(rule_id)
    known = {one.name: getattr(card, one.name) for one in fields(card)}
    rows = [row for stratum, row in sorted(shipped().rows.items()) if stratum[0] == card.name]
    return RulePage(**known, examples=examples_of(card.id), measured=tuple(map(_measured, rows)))


def _measured(row: Row) -> MeasuredLine:
    return MeasuredLine(
        stratum=in_words(row.stratum),
        links=row.links,
        wrong_links=row.wrong_links,
        hands_links=row.n,
        hands_wrong=row.wrong,
        worlds=row.worlds,
        bound_ppm=row.bound_ppm,
        own=row.own,
        stress_ppm=row.stress_ppm,
        real_links=row.real_links,
        real_wrong=row.real_wrong,
    )


def _register() -> dict[str, Rule]:
    for home in HOMES:
        import_module(home)
    return REGISTRY


def _unknown(wanted: str, known: Sequence[str]) -> NotFound:
    near = get_close_matches(wanted, known, n=1, cutoff=0.5)
    hint = f"did you mean `{near[0]}`? " if near else ""
    return NotFound(
        f"there is no rule `{wanted}`", hint=f"{hint}`cointrail rules list` has all of them", rule=wanted
    )


@cache
def _card(rule: Rule) -> RuleCard:
    head = (inspect.getdoc(rule.function) or "").partition("\nSource:")[0]
    summary, _, about = head.strip().partition("\n\n")
    docs = rule.docs
    measured = (rule.name,) in shipped().rows
    counted_with, uncounted = ((), None) if measured else counted_elsewhere(rule)
    return RuleCard(
        id=rule.id,
        version=rule.version,
        name=rule.name,
        kind=_kind(rule),
        tier=None if rule.tier is None else rule.tier.name,
        measured_tier=_measured_tier(rule),
        error=_error(rule),
        counted_with=counted_with,
        uncounted=uncounted,
        dynamic=_dynamic(rule),
        gate=next((one.gate.name.lower() for one in REASONS if one.id == rule.id), None),
        summary=" ".join(summary.split()),
        about=" ".join(about.split()),
        source=docs["Source"],
        wrong_when=docs["Wrong when"],
        abstains_on=docs["Abstains on"],
        needs=docs["Needs"],
    )


def _measured_tier(rule: Rule) -> str | None:
    """One tier, or `T3, T4 in 2023 on` where an era differs."""
    tiers = measured_tiers(rule.id)
    if tiers is None:
        return None
    usual = max(tiers, key=tiers.count)
    other = [f"{tier.name} in {era}" for era, tier in zip(ERAS, tiers, strict=True) if tier is not usual]
    return ", ".join((usual.name, *other))


def _error(rule: Rule) -> str | None:
    if rule.tier is None:
        return None
    rows = shipped().rows
    if (rule.name,) not in rows:
        return NOT_MEASURED
    charged = [row.rest_ppm for stratum, row in rows.items() if stratum[0] == rule.name]
    least, most = min(charged), max(charged)
    one = percent(most) if least == most else f"by its stratum {percent(least)} to {percent(most)}"
    return f"at most {percent(rows[rule.name,].bound_ppm)} of its links; a single one is charged {one}"


def _kind(rule: Rule) -> Kind:
    """By what the rule answers with."""
    answers = str(inspect.signature(rule.function).return_annotation)
    if "Linked" in answers:
        return Kind.LINK
    if answers in {"Verdict", "Remaining", "Remaining | Abstained"}:
        return Kind.CHANGE
    return Kind.WALK if rule.id.startswith(WALKS) else Kind.DETECTOR


def _dynamic(rule: Rule) -> bool:
    return rule.id in DYNAMIC_TOO or any(phrase in rule.docs["Needs"] for phrase in DYNAMIC)
