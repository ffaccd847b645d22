"""Worked examples: the rules say what the pages show."""

from __future__ import annotations

import pytest

from cointrail.errors import BadInput
from cointrail.rulebook.answers import answer_of
from cointrail.rulebook.examples import Example, all_examples, parse_examples
from rule_pages import missing_examples

EXAMPLES = [(f"{rule}-{k}", one) for rule, found in all_examples().items() for k, one in enumerate(found, 1)]


@pytest.mark.parametrize("example", [one for _, one in EXAMPLES], ids=[name for name, _ in EXAMPLES])
def test_the_rule_says_what_its_page_shows(example: Example) -> None:
    assert answer_of(example) == example.says


def test_every_rule_has_an_example_of_each_kind() -> None:
    assert list(missing_examples()) == []


@pytest.mark.parametrize("example", [one for _, one in EXAMPLES], ids=[name for name, _ in EXAMPLES])
def test_an_example_pays_a_fee_that_a_wallet_would_pay(example: Example) -> None:
    """A reader should not wonder where a tenth of the coins went."""
    view = example.view() if example.tx else None
    if view is not None and view.inputs and view.fee is not None:
        paid = sum(i.value or 0 for i in view.inputs)
        assert 0 <= view.fee <= paid // 20


def test_no_two_examples_of_a_rule_are_the_same() -> None:
    for rule, found in all_examples().items():
        assert len(
            {(one.text, one.height, str(one.facts), one.sequence, one.locktime) for one in found}
        ) == len(found), rule


def test_a_key_that_nobody_knows_is_refused_with_its_place() -> None:
    text = '[[example]]\nrule = "same_key"\nsays = "quiet"\nnote = ""\ntxx = "a:1 -> b:1"\n'
    with pytest.raises(BadInput, match=r"some\.toml, example 1: .*txx"):
        list(parse_examples(text, "some.toml"))


def test_a_file_that_is_not_toml_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match=r"some\.toml"):
        list(parse_examples("[[example", "some.toml"))
