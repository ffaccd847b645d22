"""The pages of rules: an index, and for each rule a page with drawn examples, from the register of rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from cointrail.rulebook.cards import RuleCard, rule_cards
from cointrail.rulebook.drawing import draw
from cointrail.rulebook.examples import Example, all_examples, examples_of

FOLDER = "rules"
WHERE = "src/cointrail/rulebook/examples"

SILENT = frozenset({"change.learned"})
"""Rules that do not speak in an example: none gives a model."""


def index_lines() -> Iterator[str]:
    """The page that lists the rules."""
    yield from ("# Rules", "")
    yield "A rule is a citable guess on one transaction. A result names the rules it rests on, with"
    yield "their versions; a rule whose answers change gets a new version. To abstain is an answer."
    yield from (
        "",
        "Each rule has a page with its source, how it fails, and examples that the rule itself has",
    )
    yield from ("answered. `cointrail rules list` and `rules show` say the same.", "")
    yield from ("| rule | kind | tier | gate | says |", "|---|---|---|---|---|")
    for card in rule_cards():
        kind = f"{card.kind.value}, dynamic" if card.dynamic else card.kind.value
        yield (
            f"| [`{card.name}`]({FOLDER}/{card.id}.md) | {kind} | {card.tier or ''} | {card.gate or ''} "
            f"| {card.summary.replace('|', chr(92) + '|')} |"
        )
    yield from (
        "",
        "- A **detector** answers yes or no and makes no links, so it has no tier. **Gate** is what",
    )
    yield "  the gate before common input says when it fires."
    yield "- A **dynamic** rule looks at later blocks too; its answers name the height they were given at."
    yield "- **Tiers**, strongest first: T1 same key or script, T2 inputs signed together, T3 change by"
    yield "  agreeing signals, T4 one weak signal, T5 no link at all. Headline clusters hold T1 and T2."


def rule_lines(card: RuleCard) -> Iterator[str]:
    """The page of one rule."""
    yield from (f"# `{card.name}`", "", card.summary, "")
    if card.about:
        yield from (card.about, "")
    yield f"- **Kind:** {card.kind.value}{', dynamic' if card.dynamic else ''}"
    yield f"- **Tier:** {card.tier or 'none: it makes no links'}"
    if card.gate:
        yield f"- **Gate:** {card.gate}"
    yield f"- **Source:** {card.source}"
    yield f"- **Wrong when:** {card.wrong_when}"
    yield f"- **Abstains on:** {card.abstains_on}"
    yield from (f"- **Needs:** {card.needs}", "")
    for place, example in enumerate(examples_of(card.id), 1):
        yield from (f"## {title_of(example, place)}", "", example.note, "")
        yield from (f"![{alt_of(example)}]({picture_name(card.id, place)})", "")
        yield from ("```text", example.text, "```", "")
    yield "[All rules](../rules.md)"


def title_of(example: Example, place: int) -> str:
    """The heading over an example; the place keeps two of one kind apart."""
    if example.wrong:
        return f"Example {place}: where it is wrong"
    return f"Example {place}: where it speaks" if example.speaks else f"Example {place}: where it abstains"


def alt_of(example: Example) -> str:
    """The picture in words."""
    height = "" if example.height is None else f", at height {example.height:,}"
    return f"{example.text}{height}: {example.says}".replace("[", "(").replace("]", ")")


def picture_name(rule_id: str, place: int) -> str:
    """The file of an example's picture."""
    return f"{rule_id}-{place}.svg"


def rule_pages() -> dict[str, Callable[[], Iterator[str]]]:
    """How the page of each rule is made, by its path below the reference."""
    return {f"{FOLDER}/{card.id}.md": partial(rule_lines, card) for card in rule_cards()}


def pictures() -> dict[str, Callable[[], str]]:
    """How each picture is made, by its path below the reference."""
    return {
        f"{FOLDER}/{picture_name(card.id, place)}": partial(draw, example, card.name)
        for card in rule_cards()
        for place, example in enumerate(examples_of(card.id), 1)
    }


def missing_examples() -> Iterator[str]:
    """What examples are missing or are nobody's, one sentence each."""
    known = {card.id for card in rule_cards()}
    for rule_id in sorted(known):
        found = examples_of(rule_id)
        if rule_id not in SILENT and not any(one.speaks and not one.wrong for one in found):
            yield f"`{rule_id}` has no example where it speaks: write one in {WHERE}"
        if not any(one.wrong or not one.speaks for one in found):
            yield f"`{rule_id}` has no example where it does not speak or is wrong: write one in {WHERE}"
        if rule_id not in SILENT and not any(one.wrong for one in found):
            yield f"`{rule_id}` has no example where it is wrong: write one in {WHERE}"
    for rule_id in sorted(all_examples().keys() - known):
        yield f"{WHERE} has an example of `{rule_id}`, which is no rule"
