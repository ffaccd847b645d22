"""What analysts decided about clusters, as a list of entries; nothing in it is ever changed or removed.

A judgement holds for one case. It says that two scripts are one hand's, that the links of a transaction
are wrong, or that two scripts are different hands'. To undo one, a later entry withdraws it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cointrail.chain.types import Txid
from cointrail.errors import BadInput


class JudgementKind(StrEnum):
    """What a judgement says."""

    SAME_HAND = "same_hand"
    """Two scripts belong together."""
    APART = "apart"
    """Two scripts do not belong together: the weakest link that would join them, in the order of tiers and
    then of the chain, is left out."""
    NO_LINK = "no_link"
    """A transaction links nothing: its inputs were several hands'."""
    WITHDRAW = "withdraw"
    """An earlier judgement no longer counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One entry: who decided what, when, and why.

    Attributes:
        id: names the entry in its case.
        kind: what it says.
        who: the analyst.
        when: the day of the decision.
        why: the reason, in words.
        names: what the two scripts were named by, for `SAME_HAND` and `APART`.
        scripts: those two locking scripts.
        txid: the transaction, for `NO_LINK`.
        withdraws: the id of the entry that no longer counts, for `WITHDRAW`.
    """

    id: str
    kind: JudgementKind
    who: str
    when: date
    why: str
    names: tuple[str, ...] = ()
    scripts: tuple[bytes, ...] = ()
    txid: Txid | None = None
    withdraws: str | None = None


def standing(judgements: Iterable[Judgement]) -> tuple[Judgement, ...]:
    """The judgements that count after all entries, in their order.

    Raises:
        BadInput: an id is used twice, or what is withdrawn does not stand.
    """
    found: dict[str, Judgement] = {}
    seen: set[str] = set()
    for one in judgements:
        if one.id in seen:
            raise BadInput(f"two judgements have the id `{one.id}`", hint="give each its own", id=one.id)
        seen.add(one.id)
        if one.kind is not JudgementKind.WITHDRAW:
            found[one.id] = one
        elif one.withdraws not in found:
            raise BadInput(
                f"judgement `{one.id}` withdraws `{one.withdraws}`, and no such judgement stands before it",
                hint="name the id of an earlier judgement that was not withdrawn yet",
                id=one.id,
            )
        else:
            del found[one.withdraws]
    return tuple(found.values())
