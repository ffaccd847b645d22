from __future__ import annotations

import pytest

from cointrail.clustering.rules import Link
from cointrail.heuristics.base import REGISTRY, SECTIONS, Rule, Tier, rule, sections
from cointrail.heuristics.gate import REASONS

RULES = sorted(REGISTRY.values(), key=lambda entry: entry.id)


@pytest.mark.parametrize("entry", RULES, ids=lambda entry: entry.id)
def test_every_rule_states_its_source_and_its_failures(entry: Rule) -> None:
    assert set(entry.docs) == set(SECTIONS)
    assert all(entry.docs.values())


@pytest.mark.parametrize("entry", RULES, ids=lambda entry: entry.id)
def test_a_rule_is_named_by_id_and_version(entry: Rule) -> None:
    assert entry.name == f"{entry.id}@{entry.version}"
    assert entry.version >= 1


def test_only_three_rules_join_headline_clusters_and_each_has_a_tier() -> None:
    joining = {"same_key": Tier.T1, "inner_script": Tier.T1, "common_input": Tier.T2}
    assert {link.rule.id: link.tier for link in Link if link.tier <= Tier.T2} == joining
    assert {rule_id: REGISTRY[rule_id].tier for rule_id in joining} == joining


def test_every_reason_of_the_gate_is_a_registered_detector() -> None:
    assert {reason.id for reason in REASONS} <= set(REGISTRY)
    assert all(REGISTRY[reason.id].function is reason.test for reason in REASONS)


def test_two_rules_cannot_share_an_id() -> None:
    with pytest.raises(AssertionError, match="share the id common_input"):
        rule("common_input", version=2)(lambda: None)


def test_a_section_runs_over_lines_to_the_next_heading() -> None:
    def documented() -> None:
        """Say something.

        Source: one
            and two.
        Needs: nothing.
        """

    assert sections(documented) == {"Source": "one and two.", "Needs": "nothing."}
