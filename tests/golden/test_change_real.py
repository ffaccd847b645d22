"""Static change rules against self-change in real transactions of 2024: `kept/change_real.txt`.

Where one output goes back to a script that was spent from, that output is the change, and the other rules
can be measured by it. Wallets of one address are not all wallets: the figures are for them.
UPDATE_KEPT=1 writes the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from cointrail.chain.view import TxView
from cointrail.heuristics.base import Abstained
from cointrail.heuristics.change import Remaining, matching_wallets, spendable
from cointrail.heuristics.change.base import StaticRule
from cointrail.heuristics.change.model import SHIPPED, read_model
from cointrail.heuristics.change.published_rules import below_inputs
from cointrail.heuristics.change.static_rules import (
    no_change,
    round_value,
    script_type,
    self_change,
    unnecessary_input,
)
from cointrail.heuristics.gate import Gate, judge
from support.change import Told
from support.coinjoin_files import iter_mempool_views
from support.kept import assert_kept

RULES: dict[str, StaticRule] = {
    "change.script_type": script_type,
    "change.unnecessary_input": unnecessary_input,
    "change.round_value": round_value,
    "change.below_inputs": below_inputs,
    "change.none": no_change,
}


@pytest.fixture(scope="module", name="sample")
def mempool(real_data: Path) -> list[TxView]:
    return [tx for tx in iter_mempool_views(real_data) if not tx.is_coinbase]


def revealing(sample: list[TxView]) -> Iterator[tuple[TxView, int]]:
    """Payments that the gate passes, of two or three outputs, with the place of their one self-change."""
    for tx in sample:
        back = self_change(tx)
        if isinstance(back, Abstained) or back.only is None or not 2 <= len(spendable(tx)) <= 3:
            continue
        if judge(tx, dated=False).gate == Gate.SAFE:
            yield tx, back.only


def test_static_rules_find_the_self_change_of_real_transactions_as_is_kept(sample: list[TxView]) -> None:
    counts = {rule_id: Counter[str]() for rule_id in RULES}
    for tx, place in revealing(sample):
        for rule_id, rule in RULES.items():
            counts[rule_id][_said(rule, tx, place)] += 1
    columns = ("right", "wrong", "left none", "left several", "abstained")
    lines = [f"{'rule':26}" + "".join(f"{column:>14}" for column in columns)]
    lines += [f"{rule_id:26}" + "".join(f"{n[c]:14}" for c in columns) for rule_id, n in counts.items()]
    assert_kept("change_real.txt", "\n".join(lines) + "\n")


def _said(rule: StaticRule, tx: TxView, place: int) -> str:
    answer = rule(tx)
    if isinstance(answer, Abstained):
        return "abstained"
    if answer.only is None:
        return "left several" if answer.outputs else "left none"
    return "right" if answer.only == place else "wrong"


def test_the_shipped_model_is_seldom_wrong_about_real_self_change(sample: list[TxView]) -> None:
    """Taking every script for new, so that only what the transactions themselves show can help."""
    model, counts = read_model(SHIPPED), Counter[str]()
    for tx, place in revealing(sample):
        answer = model.judge(tx, Told(new=frozenset(spendable(tx))))
        counts["abstained" if isinstance(answer, Abstained) else str(answer.only == place)] += 1
    assert counts["True"] > 200
    assert counts["False"] * 100 <= counts["True"] + counts["False"]


def test_two_static_signals_that_agree_are_never_wrong_about_real_self_change(sample: list[TxView]) -> None:
    agreed = 0
    for tx, place in revealing(sample):
        answers = [rule(tx) for rule in (script_type, unnecessary_input, round_value)]
        votes = Counter(answer.only for answer in answers if isinstance(answer, Remaining))
        for voted, n in votes.items():
            if voted is not None and n > 1:
                agreed += 1
                assert voted == place
    assert agreed > 100


def test_a_profile_fits_two_of_three_real_transactions(sample: list[TxView]) -> None:
    named = sum(bool(matching_wallets(tx, dated=False)) for tx in sample)
    assert 60 < 100 * named // len(sample) < 75
