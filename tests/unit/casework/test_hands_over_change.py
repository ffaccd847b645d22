from __future__ import annotations

from cointrail.attribution.confidence import find_confidence
from cointrail.casework.outputs import render_case
from cointrail.heuristics.base import Tier
from cointrail.tracing.trace import Hand
from support.case_run import run
from support.ledger import DAY

PAID_TWICE = """
    t0: -> exchange:100_000
    t1: t0:0 -> alice:40_000 exchange:59_000
    t2: t1:0 -> merchant:10_000 alice2:29_000
    t3: t2:1 -> shop:9_000 alice3:19_000
    t4: t3:1 -> shop:5_000 alice4:13_000
    t5: t3:0 t4:0 -> shop:13_000
"""
"""Alice withdraws, pays a merchant and then the shop twice, each time from fresh change."""

CHANGE = {"t2:1": Tier.T3, "t3:1": Tier.T3}


def test_change_at_tier_3_keeps_a_lead_in_the_payers_hand_and_its_row_says_so() -> None:
    _, result = run(PAID_TWICE, changes=CHANGE)
    assert [(row.hand, row.weakest_tier, row.change_hops, row.dashed_tier) for row in result.leads] == [
        (Hand.SAME_HAND, Tier.T3, 1, None),
        (Hand.SAME_HAND, Tier.T3, 2, None),
    ]
    assert "weakest link from withdrawal to payment T3" in result.leads[0].statement.says_inference
    assert result.summary["leads"]["payments_same_hand"] == 2


def test_without_verdicts_the_same_leads_are_upstream_and_claim_nothing() -> None:
    _, result = run(PAID_TWICE)
    assert [(row.hand, row.weakest_tier, row.change_hops, row.dashed_tier) for row in result.leads] == [
        (Hand.UPSTREAM, None, None, None),
        (Hand.UPSTREAM, None, None, None),
    ]


def test_a_weak_verdict_is_shown_dashed_and_counts_as_upstream() -> None:
    _, result = run(PAID_TWICE, changes=CHANGE | {"t2:1": Tier.T4})
    assert [(row.hand, row.weakest_tier, row.change_hops, row.dashed_tier) for row in result.leads] == [
        (Hand.UPSTREAM, None, 1, Tier.T4),
        (Hand.UPSTREAM, None, 2, Tier.T4),
    ]
    assert "Nothing is said about the payer" in result.leads[0].statement.says_inference
    assert (result.summary["leads"]["payments_same_hand"], result.summary["leads"]["payments_upstream"]) == (
        0,
        2,
    )


def test_a_lead_within_one_cluster_counts_no_change_hop() -> None:
    _, result = run("t0: -> exchange:100\n t1: t0:0 -> alice:90\n t2: t1:0 -> shop:80")
    (row,) = result.leads
    assert (row.hand, row.weakest_tier, row.change_hops) == (Hand.SAME_HAND, Tier.T1, 0)


CASHED_OUT = """
    t0: -> shop:100_000 hot:500
    t1: t0:0 -> vendor:10_000 kept:89_000
    t2: t1:1 -> exchange:50_000 kept2:38_000
"""


def test_a_deposit_out_of_the_services_own_change_is_its_own_at_tier_3() -> None:
    _, result = run(CASHED_OUT, changes={"t1:1": Tier.T3}, tagged={"exchange": "exa"})
    deposits = [row for row in result.proceeds if row.service is not None]
    assert [(row.hand, row.weakest_tier, row.change_hops) for row in deposits] == [
        (Hand.SAME_HAND, Tier.T3, 1)
    ]
    assert deposits[0].statement is not None
    assert "out of change" in deposits[0].statement.says_inference


def test_a_deposit_out_of_what_may_be_change_is_downstream_and_dashed() -> None:
    _, result = run(CASHED_OUT, changes={"t1:1": Tier.T4}, tagged={"exchange": "exa"})
    (row,) = [row for row in result.proceeds if row.service is not None]
    assert (row.hand, row.weakest_tier, row.dashed_tier) == (Hand.DOWNSTREAM, None, Tier.T4)


SWEPT = """
    t0: -> shop:100_000 hot:500
    t1: t0:0 -> box:30_000 shop2:69_000
    t2: t1:0 -> hot:29_000
    t3: t1:1 -> box:20_000 shop3:48_000
    t4: t3:0 -> hot:19_000
    t5: t2:0 -> carol:10_000 hot:18_000
"""


def test_proceeds_end_at_a_recognised_deposit_address_whose_tier_is_named() -> None:
    known = find_confidence("manual_transaction")
    assert known is not None
    ledger, result = run(SWEPT, tagged={"hot": "exa"}, confidence=known, block_seconds=DAY // 4)
    (row, later) = [row for row in result.proceeds if row.service is not None]
    assert row.end.address == later.end.address == ledger.address("box")
    assert row.outcome == "same_hand_lead"
    assert row.service is not None
    assert (row.service.exchange, row.service.tag_tier) == ("Exa", Tier.T3)
    assert row.statement is not None
    assert "a deposit address by inference at tier T3" in row.statement.says_attribution
    assert "service.deposit@2" in result.basis.rules


def test_new_columns_stand_at_the_end_and_the_basis_has_their_version() -> None:
    _, result = run(PAID_TWICE, changes=CHANGE)
    files = render_case(result)
    heads = {name: files[name].decode().splitlines()[0].split(",") for name in ("leads.csv", "proceeds.csv")}
    assert heads["leads.csv"][-9:-7] == ["change_hops", "dashed_tier"]
    assert heads["proceeds.csv"][-10:-7] == ["weakest_tier", "change_hops", "dashed_tier"]
    assert all(head.startswith("error_") for columns in heads.values() for head in columns[-7:])
    assert result.basis.result_version == 5
