"""Cards of rules."""

from __future__ import annotations

import pytest

from cointrail.error_rates.table import shipped
from cointrail.errors import NotFound
from cointrail.heuristics.base import REGISTRY
from cointrail.heuristics.gate import REASONS
from cointrail.rulebook.cards import DYNAMIC_TOO, Kind, rule_card, rule_cards, rule_page, table_check


def test_every_rule_of_the_register_has_a_card_in_order_of_ids() -> None:
    assert [card.id for card in rule_cards()] == sorted(REGISTRY)
    assert all(card.name == REGISTRY[card.id].name for card in rule_cards())


def test_a_card_says_what_the_docstring_says() -> None:
    card = rule_card("common_input")
    assert (card.kind, card.tier, card.gate, card.dynamic) == (Kind.LINK, "T2", None, True)
    assert card.summary.startswith("Link the scripts that `tx` spends from")
    assert card.about.startswith("Control of keys, not ownership")
    assert card.source == REGISTRY["common_input"].docs["Source"]


def test_a_dynamic_rule_is_one_whose_answer_later_blocks_can_change() -> None:
    dynamic = {card.id for card in rule_cards() if card.dynamic}
    assert {"change.revealed", "change.fingerprint", "lightning.open", "service.deposit"} <= dynamic
    assert dynamic.isdisjoint({"change.fresh", "change.self", "coinjoin.wasabi2_remix", "same_key"})
    assert all("never changes" not in rule_card(rule).needs for rule in dynamic)
    assert dynamic >= DYNAMIC_TOO


def test_no_card_leaves_a_section_or_its_summary_empty() -> None:
    for card in rule_cards():
        assert all((card.summary, card.source, card.wrong_when, card.abstains_on, card.needs)), card.id
        assert "Source:" not in card.summary + card.about


def test_a_detector_says_what_the_gate_makes_of_it() -> None:
    gates = {card.id: card.gate for card in rule_cards() if card.gate}
    assert gates == {reason.id: reason.gate.name.lower() for reason in REASONS}


def test_a_rule_without_an_error_of_its_own_says_why_and_where_it_was_counted() -> None:
    rows = {stratum[0].partition("@")[0] for stratum in shipped().rows}
    for card in rule_cards():
        assert (card.uncounted is None) == (card.id in rows), card.id
        assert set(card.counted_with) <= rows
    assert rule_card("change.fresh").counted_with == ("change.link", "change.lead")
    assert rule_card("coinjoin.wasabi1").counted_with == ("common_input",)


def test_a_rule_is_found_by_its_name_with_the_version_in_force() -> None:
    assert rule_card(REGISTRY["same_key"].name) == rule_card("same_key")


def test_a_version_that_is_not_in_force_is_refused() -> None:
    with pytest.raises(NotFound, match="is not in force"):
        rule_card("same_key@99")


def test_a_misspelt_rule_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(NotFound, match=r"there is no rule `coinjoin\.joinmarkt`") as told:
        rule_card("coinjoin.joinmarkt")
    assert "coinjoin.joinmarket" in (told.value.hint or "")


def test_a_page_is_the_card_with_its_examples() -> None:
    page = rule_page("coinjoin.stonewall")
    assert page.id == "coinjoin.stonewall"
    assert page.source == rule_card("coinjoin.stonewall").source
    assert {one.rule for one in page.examples} == {"coinjoin.stonewall"}


def test_a_page_has_what_was_measured_of_its_rule_and_nothing_of_others() -> None:
    lines = rule_page("common_input").measured
    assert lines[0].stratum == "all"
    assert lines[0].links >= max(line.links for line in lines[1:])
    row = shipped().rows[(rule_card("common_input").name,)]
    assert (lines[0].bound_ppm, lines[0].hands_links, lines[0].hands_wrong) == (
        row.bound_ppm,
        row.n,
        row.wrong,
    )
    assert rule_page("coinjoin.equal_outputs").measured == ()


def test_the_table_in_force_says_how_it_did_in_worlds_it_was_not_made_from() -> None:
    check = table_check()
    assert check.table == shipped().name
    assert check.outside <= check.allowed
    assert check.worlds > 0
