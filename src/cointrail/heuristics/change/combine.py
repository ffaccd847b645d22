"""Rules made of rules. Named functions, never operators: `and` between two rules would keep one of them."""

from __future__ import annotations

from collections.abc import Callable

from cointrail.chain.view import TxView
from cointrail.heuristics.base import Abstained
from cointrail.heuristics.change.base import ChangeContext, ChangeRule, Remaining, Verdict


def all_of(*rules: ChangeRule) -> ChangeRule:
    """The outputs that every rule leaves standing; abstains where any of them does."""

    def combined(tx: TxView, context: ChangeContext) -> Verdict:
        answers = [rule(tx, context) for rule in rules]
        if quiet := [answer for answer in answers if isinstance(answer, Abstained)]:
            return quiet[0]
        return _joined(answers, frozenset.intersection)

    return combined


def any_of(*rules: ChangeRule) -> ChangeRule:
    """The outputs that some rule leaves standing; rules that abstain have no say, all together abstain."""

    def combined(tx: TxView, context: ChangeContext) -> Verdict:
        answers = [rule(tx, context) for rule in rules]
        spoken = [answer for answer in answers if isinstance(answer, Remaining)]
        return _joined(answers, frozenset.union) if spoken else answers[0]

    return combined


def without(rule: ChangeRule, other: ChangeRule) -> ChangeRule:
    """The outputs that `rule` leaves standing and `other` does not; abstains where either does."""

    def combined(tx: TxView, context: ChangeContext) -> Verdict:
        answers = [rule(tx, context), other(tx, context)]
        if quiet := [answer for answer in answers if isinstance(answer, Abstained)]:
            return quiet[0]
        return _joined(answers, frozenset.difference)

    return combined


def only_if_one(rule: ChangeRule) -> ChangeRule:
    """What `rule` leaves standing where that is one output; abstains elsewhere."""

    def combined(tx: TxView, context: ChangeContext) -> Verdict:
        answer = rule(tx, context)
        if isinstance(answer, Remaining) and answer.only is None:
            return Abstained(f"{len(answer.outputs)} outputs are left, not one")
        return answer

    return combined


def first_of(*rules: ChangeRule) -> ChangeRule:
    """The answer of the first rule that does not abstain; the last abstention where all do."""

    def combined(tx: TxView, context: ChangeContext) -> Verdict:
        answer: Verdict = Abstained("no rule was asked")
        for rule in rules:
            answer = rule(tx, context)
            if isinstance(answer, Remaining):
                return answer
        return answer

    return combined


def _joined(answers: list[Verdict], join: Callable[..., frozenset[int]]) -> Remaining:
    """One answer of several; the latest height that any of them was judged at."""
    spoken = [answer for answer in answers if isinstance(answer, Remaining)]
    heights = [answer.judged_at for answer in spoken if answer.judged_at is not None]
    return Remaining(join(*(answer.outputs for answer in spoken)), max(heights, default=None))
