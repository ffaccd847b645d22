from __future__ import annotations

import pytest

from cointrail.casework.case import Period
from cointrail.casework.run import run_case
from cointrail.errors import BadCase
from support.case_run import FakeRates, case_of, run
from support.ledger import DAY, START, Fake, FakeClusters, attribution, co_spenders

SHOP = """
    t0: -> exchange:100_000
    t1: t0:0 -> alice:40_000 exchange:59_000
    t2: t1:0 -> shop:15_000 rest:24_000
    t3: t2:0 -> exchange:14_000
"""


def test_the_summary_says_what_time_the_chain_covers() -> None:
    summary = run(SHOP)[1].summary
    assert (summary["period"]["chain_from"], summary["tip"]["time_utc"]) == (
        "2017-01-01T00:00:00Z",
        "2017-01-04T00:00:00Z",
    )
    assert summary["remarks"] == []


def test_a_period_that_outlasts_the_chain_is_remarked() -> None:
    ledger = Fake(SHOP)
    _, result = run(SHOP, case=case_of(ledger, period=Period(START, START + 4 * DAY)))
    assert result.summary["remarks"] == [
        "the chain ends at 2017-01-04T00:00:00Z, later payments are not in it"
    ]


@pytest.mark.parametrize(
    ("period", "says"),
    [
        (Period(START + 4 * DAY, None), r"begins at 2017-01-05.*ends at 2017-01-04"),
        (Period(None, START - 1), "ends at 2016-12-31T23:59:59Z, before the first block"),
    ],
)
def test_a_period_without_any_block_of_the_chain_is_refused(period: Period, says: str) -> None:
    with pytest.raises(BadCase, match=says):
        run(SHOP, case=case_of(Fake(SHOP), period=period))


@pytest.mark.parametrize(
    ("tagged", "verdicts", "says"),
    [
        ({"nobody": "exa"}, {"accepted": 1}, "no tag of this case lies on this chain: no lead can be found"),
        ({"nobody": "exa"}, {}, "the case has no tags: no lead can be found"),
        ({"nobody": "exa"}, {"wrong_network": 3}, "no row of the tag files is a tag that can be used"),
        ({"exchange": "exa exb"}, {"conflicting": 2}, "without contradiction"),
    ],
)
def test_tags_from_which_no_lead_can_come_are_remarked(
    tagged: dict[str, str], verdicts: dict[str, int], says: str
) -> None:
    ledger = Fake(SHOP)
    clusters = FakeClusters(ledger, co_spenders(ledger))
    tags = attribution(ledger, clusters, tagged)
    result = run_case(case_of(ledger), ledger, clusters, tags, FakeRates(), tag_verdicts=verdicts)
    (remark,) = result.summary["remarks"]
    assert says in remark
    assert result.summary["tags"] == {"counts": verdicts, "not_on_chain": tags.unseen}
