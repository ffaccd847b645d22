"""Change that real transactions give away: by it, rules that do not look at it can be measured.

Two ways: an output goes back to a script that was spent from, or it is later signed for together with such a
script. Senders who give their change away so are not all senders, and the figures are for them.
Source: methods.md 6.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cointrail.chain.types import Outpoint
from cointrail.chain.view import TxView
from cointrail.evaluate.intervals import upper_bound
from cointrail.evaluate.real.detectors import Looked
from cointrail.heuristics.base import REGISTRY, Abstained
from cointrail.heuristics.change import spendable
from cointrail.heuristics.change.base import StaticRule
from cointrail.heuristics.change.published_rules import below_inputs
from cointrail.heuristics.change.static_rules import round_value, script_type, self_change, unnecessary_input
from cointrail.heuristics.gate import Gate

RULES: dict[str, StaticRule] = {
    "change.script_type": script_type,
    "change.unnecessary_input": unnecessary_input,
    "change.round_value": round_value,
    "change.below_inputs": below_inputs,
}
"""Rules that need one transaction and do not look at what reveals its change."""

WAYS = ("back to a script spent from", "later signed with one")

_MOST_OUTPUTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealedTally:
    """One rule on transactions whose change is revealed in one way.

    Attributes:
        rule: with its version.
        revealed: how.
        n: transactions.
        right: the rule leaves the change alone.
        wrong: it leaves another output alone.
        silent: it leaves none or several, or abstains.
        hands: senders, by their first script, for whom it leaves one output alone.
        wrong_hands: of these, those for whom the first such verdict is wrong.
        bound_ppm: upper bound of the wrong share, from these, one-sided, 95 %.
    """

    rule: str
    revealed: str
    n: int
    right: int
    wrong: int
    silent: int
    hands: int
    wrong_hands: int
    bound_ppm: int


def tally_revealed(looked: Sequence[Looked]) -> tuple[RevealedTally, ...]:
    """Every rule on what real transactions reveal."""
    found = list(_revealing(looked))
    return tuple(
        _tally(rule_id, way, [(tx, place) for said, tx, place in found if said == way])
        for way in WAYS
        for rule_id in RULES
    )


def _revealing(looked: Sequence[Looked]) -> Iterator[tuple[str, TxView, int]]:
    """Payments of one hand, of two or three outputs, with the place of the one that is revealed."""
    txs = {
        tx.txid: tx
        for one in looked
        if one.labelled.dated
        for tx, verdict in zip(one.labelled.txs, one.verdicts, strict=True)
        if verdict.gate is Gate.SAFE and not tx.is_coinbase
    }
    spenders: dict[Outpoint, TxView] = {i.outpoint: tx for tx in txs.values() for i in tx.inputs}
    for tx in txs.values():
        places = spendable(tx)
        if not 2 <= len(places) <= _MOST_OUTPUTS:
            continue
        back = self_change(tx)
        if isinstance(back, Abstained):
            later = [place for place in places if _signed_with(tx, spenders.get(Outpoint(tx.txid, place)))]
            if len(later) == 1:
                yield WAYS[1], tx, later[0]
        elif back.only is not None:
            yield WAYS[0], tx, back.only


def _signed_with(tx: TxView, spender: TxView | None) -> bool:
    """Whether who spends the output also signs for a script that the transaction spent from."""
    if spender is None:
        return False
    own = {i.script for i in tx.inputs} - {None}
    return any(i.script in own for i in spender.inputs)


def _tally(rule_id: str, way: str, sample: Sequence[tuple[TxView, int]]) -> RevealedTally:
    right = wrong = 0
    first: dict[bytes | None, bool] = {}
    for tx, place in sample:
        answer = RULES[rule_id](tx)
        if isinstance(answer, Abstained) or answer.only is None:
            continue
        right += answer.only == place
        wrong += answer.only != place
        first.setdefault(tx.inputs[0].script, answer.only != place)
    bad = sum(first.values())
    return RevealedTally(
        rule=REGISTRY[rule_id].name,
        revealed=way,
        n=len(sample),
        right=right,
        wrong=wrong,
        silent=len(sample) - right - wrong,
        hands=len(first),
        wrong_hands=bad,
        bound_ppm=upper_bound(bad, len(first)),
    )
