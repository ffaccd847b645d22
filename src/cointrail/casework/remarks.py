"""What a reader must know before trusting a summary: a period past the chain's end, tags of no use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cointrail.casework.case import Case, Period
from cointrail.casework.columns import iso_utc
from cointrail.casework.sight import CaseLedger, CaseTags
from cointrail.errors import BadCase

_BLOCK_TIMES = 12
"""Block times need not rise. Each is above the median of the eleven before it (consensus), so the
latest is sought among the tip and those."""


def utc(when: int) -> str:
    """A block time as text."""
    return iso_utc(datetime.fromtimestamp(when, UTC))


def check_period(period: Period, ledger: CaseLedger) -> None:
    """Refuse a period in which the chain has no block.

    Raises:
        BadCase: it begins after the last block or ends before the first.
    """
    last = max(
        ledger.block_time(h) for h in range(max(0, ledger.height - _BLOCK_TIMES + 1), ledger.height + 1)
    )
    if period.first is not None and period.first > last:
        raise BadCase(
            f"the period begins at {utc(period.first)}, but the chain in this store ends at {utc(last)}",
            hint="ingest later blocks, or correct `from` in [period]",
            begins=utc(period.first),
            chain_ends=utc(last),
        )
    if period.last is not None and period.last < (genesis := ledger.block_time(0)):
        raise BadCase(
            f"the period ends at {utc(period.last)}, before the first block of the chain at {utc(genesis)}",
            hint="correct `to` in [period]",
            ends=utc(period.last),
            chain_begins=utc(genesis),
        )


def describe_tags(tags: CaseTags, verdicts: Mapping[str, int]) -> dict[str, Any]:
    """What became of the rows of the tag files, and how many tagged addresses the chain does not hold."""
    return {"tags": {"counts": dict(verdicts), "not_on_chain": tags.unseen}}


def describe_remarks(
    case: Case, ledger: CaseLedger, tags: CaseTags, verdicts: Mapping[str, int]
) -> dict[str, Any]:
    """Plain sentences, none when there is nothing to remark."""
    return {"remarks": [*_on_period(case.period, ledger), *_on_tags(tags, verdicts)]}


def _on_period(period: Period, ledger: CaseLedger) -> list[str]:
    tip = ledger.block_time(ledger.height)
    ends = f"the chain ends at {utc(tip)}"
    if period.first is not None and period.first > tip:
        return [f"{ends}, before the period begins"]
    if period.last is not None and period.last > tip:
        return [f"{ends}, later payments are not in it"]
    return []


def _on_tags(tags: CaseTags, verdicts: Mapping[str, int]) -> list[str]:
    if tags.custodian_labels():
        return []
    kept = verdicts.get("accepted", 0) + verdicts.get("conflicting", 0)
    if not any(verdicts.values()):
        why = "the case has no tags"
    elif not kept:
        why = "no row of the tag files is a tag that can be used"
    elif kept == tags.unseen:
        why = "no tag of this case lies on this chain"
    else:
        why = "no tag of this case names a custodial service on this chain without contradiction"
    return [f"{why}: no lead can be found"]
