from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cointrail.casework.case import Period
from cointrail.casework.money_flows import InflowClass, OutflowClass
from cointrail.casework.result import CaseResult
from cointrail.casework.run import run_case
from cointrail.errors import BadCase, NotFound
from cointrail.heuristics.base import Tier
from cointrail.tracing.limits import Limits
from cointrail.tracing.policy import Policy
from cointrail.tracing.trace import Hand
from support.case_run import FakeRates, case_of, run
from support.ledger import DAY, START, Fake, FakeClusters, attribution, co_spenders

SHOP = """
    t0: -> exchange:100_000 miner:500 carol:7_000
    t1: t0:0 -> alice:40_000 bob:30_000 exchange:29_000
    t2: t1:0 -> shop:15_000 rest:24_000              # alice pays: same hand
    t3: t1:1 -> dave:29_000
    t4: t3:0 -> shop:9_000 rest2:19_000              # dave pays with what bob gave him: upstream
    t5: t0:1 -> shop:400                             # mined value
    t6: t2:0 t4:0 -> exchange:20_000 shop:3_000      # cash-out and change
    t7: t6:1 -> hop:2_900
    t8: t7:0 -> exchange:2_000 shop:800              # further on; some comes home
"""


def _classes(result: CaseResult) -> list[InflowClass]:
    return [row.class_ for row in result.payments]


def test_every_payment_has_one_row_and_one_outcome() -> None:
    ledger, result = run(SHOP)
    assert [(ledger.name(_num(ledger, row.payment.outpoint)), row.outcome) for row in result.payments] == [
        ("t2:0", "same_hand_lead"),
        ("t4:0", "upstream_lead"),
        ("t5:0", "coinbase"),
        ("t8:1", "own_service"),
    ]


def _num(ledger: Fake, outpoint: object) -> int:
    return next(n for n in range(len(ledger._made_by)) if ledger.outpoint(n) == outpoint)


def test_outcomes_add_up_to_all_payments() -> None:
    _, result = run(SHOP)
    payments = result.summary["payments"]
    assert payments["count"] == 3
    assert sum(one["count"] for one in payments["outcomes"].values()) == 3
    assert sum(int(one["value_sat"]) for one in payments["outcomes"].values()) == int(payments["value_sat"])


def test_own_money_coming_home_is_a_return_and_no_payment() -> None:
    _, result = run(SHOP)
    assert _classes(result) == [InflowClass.PAYMENT] * 3 + [InflowClass.RETURN]
    assert result.summary["not_payments"]["return"]["count"] == 1


def test_value_that_is_the_services_own_in_part_stays_a_payment_with_a_note() -> None:
    _, result = run(
        """
        t0: -> shop:100 bob:100
        t1: t0:0 -> bob:90
        t2: t1:0 t0:1 -> shop:180
        """
    )
    row = result.payments[-1]
    assert (row.class_, row.note) == (InflowClass.PAYMENT, "partly the service's own value")


def test_a_lead_names_the_withdrawal_the_exchange_and_the_country() -> None:
    ledger, result = run(SHOP)
    lead = result.leads[0]
    assert ledger.name(_num(ledger, lead.withdrawal.outpoint)) == "t1:0"
    assert (lead.service.exchange, lead.service.legal_entity, lead.service.jurisdiction) == (
        "Exa",
        "Exa Ltd",
        "ZZ",
    )
    assert (lead.hand, lead.hops, lead.weakest_tier) == (Hand.SAME_HAND, 1, Tier.T1)
    assert (lead.fifo_sat, lead.haircut_sat, lead.withdrawal.value_sat) == (15_000, 15_000, 40_000)
    assert lead.path == f"{lead.payment}<-{lead.withdrawal.outpoint}"


def test_a_lead_keeps_fact_inference_and_claim_apart() -> None:
    _, result = run(SHOP)
    same, upstream = (row.statement for row in result.leads)
    assert "0.00015000 BTC by FIFO and 0.00015000 BTC by haircut came out of" in same.says_ledger
    assert "hand" not in same.says_ledger
    assert same.says_inference.startswith("Same hand, weakest link from withdrawal to payment T1")
    assert "Exa" not in same.says_ledger + same.says_inference
    assert "by a test" in same.says_attribution
    assert "other hands or unlinked change" in upstream.says_inference


def test_a_lead_calls_its_far_end_an_output_and_assumes_that_it_is_no_change() -> None:
    _, result = run(SHOP + "\n t9: t1:2 -> shop:28_000\n")
    statements = [row.statement for row in result.leads]
    assert len(statements) == 3
    for one in statements:
        assert "an output of a transaction signed by the tagged service" in one.says_ledger
        assert "withdrawal" not in one.says_ledger
        assert "not the service's own change, is assumed" in one.says_inference


def test_an_upstream_lead_claims_no_tier() -> None:
    _, result = run(SHOP)
    assert (result.leads[1].hand, result.leads[1].hops, result.leads[1].weakest_tier) == (
        Hand.UPSTREAM,
        2,
        None,
    )


def test_payer_clusters_are_named_by_label_size_and_first_address() -> None:
    ledger, result = run(SHOP)
    row = result.payments[0]
    assert (row.payer_cluster, row.payer_cluster_size, row.payer_cluster_address) == (
        ledger.script("alice"),
        1,
        ledger.address("alice"),
    )


def test_a_payment_out_of_a_coinjoin_has_no_payer_and_says_why() -> None:
    _, result = run("t0: -> alice:100 bob:100\n t1: t0:0 t0:1 -> shop:90 x:90", unsafe=frozenset({"t1"}))
    (row,) = result.payments
    assert (row.payer_cluster, row.outcome, row.stop_reason) == (None, "coinjoin", "coinjoin")
    assert row.note == "no payer cluster: gate UNSAFE by coinjoin.test"


def test_a_mined_reward_of_the_service_is_no_payment() -> None:
    _, result = run("t0: -> shop:100")
    assert _classes(result) == [InflowClass.MINED]
    assert result.summary["payments"]["count"] == 0


def test_an_output_of_a_shared_spend_is_unclear_and_what_the_service_put_in_is_mixed() -> None:
    _, result = run("t0: -> shop:100 bob:100\n t1: t0:0 t0:1 -> shop:95 x:95", unsafe=frozenset({"t1"}))
    assert _classes(result) == [InflowClass.MINED, InflowClass.UNCLEAR]
    mixed = [row for row in result.proceeds if row.class_ is OutflowClass.MIXED]
    assert [(row.outcome, row.fifo_sat, row.haircut_sat) for row in mixed] == [("coinjoin", 100, 100)]


def test_change_of_the_service_is_no_payment_and_stands_among_the_proceeds() -> None:
    ledger, result = run(SHOP)
    change = [row for row in result.proceeds if row.class_ is OutflowClass.CHANGE]
    assert [(ledger.name(_num(ledger, row.end.outpoint)), row.outcome) for row in change] == [
        ("t6:1", "own_service")
    ]


def test_change_that_was_spent_together_with_others_is_mixed_and_stands_there_once() -> None:
    _, result = run(
        """
        t0: -> shop:100
        t1: t0:0 -> bob:60 shop:30
        t2: t1:0 t1:1 -> x:90
        """,
        unsafe=frozenset({"t2"}),
    )
    rows = [(row.class_.value, row.outcome, row.fifo_sat) for row in result.proceeds]
    assert rows == [("outflow", "coinjoin", 60), ("mixed", "coinjoin", 30)]


def test_unspent_change_of_the_service_is_held_and_stands_there_once() -> None:
    _, result = run("t0: -> shop:100\n t1: t0:0 -> bob:60 shop:30")
    assert [(row.class_.value, row.fifo_sat) for row in result.proceeds] == [("outflow", 60), ("held", 30)]


def test_proceeds_lead_to_deposits_and_every_other_end_has_its_reason() -> None:
    ledger, result = run(SHOP)
    rows = [
        (row.class_.value, ledger.name(_num(ledger, row.end.outpoint)), row.outcome, row.hops, row.fifo_sat)
        for row in result.proceeds
    ]
    assert rows == [
        ("held", "t5:0", "unspent", 0, 400),
        ("outflow", "t6:0", "same_hand_lead", 0, 20_000),
        ("change", "t6:1", "own_service", 0, 3_000),
        ("outflow", "t8:0", "downstream_lead", 1, 2_000),
        ("outflow", "t7:0", "fee", 0, 100),
        ("outflow", "t8:1", "own_service", 1, 800),
        ("held", "t8:1", "unspent", 0, 800),
    ]


def test_rows_of_an_outflow_add_up_to_it_by_each_policy() -> None:
    _, result = run(SHOP)
    for outpoint in {row.outflow.outpoint for row in result.proceeds}:
        rows = [row for row in result.proceeds if row.outflow.outpoint == outpoint]
        assert sum(row.fifo_sat for row in rows) == rows[0].outflow.value_sat
        assert sum(row.haircut_sat for row in rows) == rows[0].outflow.value_sat


def test_ends_of_a_payment_add_up_to_it_by_each_policy() -> None:
    _, result = run(SHOP)
    for row in result.payments:
        for text in (row.ends_fifo_sat, row.ends_haircut_sat):
            assert sum(int(one.partition("=")[2]) for one in text.split()) == row.payment.value_sat


def test_fiat_is_given_at_the_time_and_at_the_report_date_with_its_source() -> None:
    _, result = run(SHOP)
    worth, report = result.payments[0].worth, result.payments[0].report
    assert (worth.exact, worth.value, worth.currency) == (Decimal("0.150015"), "0.15", "USD")
    assert (worth.rate_source, worth.rate_convention) == ("a test", "daily close")
    assert report.rate_time is not None
    assert report.rate_time.date() == date(2018, 3, 31)


def test_no_rate_is_an_empty_cell_and_is_counted_beside_the_total() -> None:
    _, result = run(SHOP, rates=FakeRates(first=date(2017, 1, 4)))
    assert result.payments[0].worth.value == ""
    total = result.summary["payments"]["fiat_at_payment_time"]
    assert (total["valued"], total["without_rate"]) == (2, 1)


def _fiat_blocks(result: CaseResult) -> set[str]:
    blocks = [result.summary["payments"], *result.summary["not_payments"].values()]
    blocks += result.summary["proceeds"].values()
    return {key for block in blocks for key in block if key.startswith("fiat")}


def test_fiat_that_the_case_does_not_ask_for_is_left_out_of_the_summary() -> None:
    ledger = Fake(SHOP)
    assert _fiat_blocks(run(SHOP, case=case_of(ledger, currency=None))[1]) == set()
    assert _fiat_blocks(run(SHOP, case=case_of(ledger, report_date=None))[1]) == {
        "fiat_at_payment_time",
        "fiat_at_outflow_time",
    }


def test_the_two_totals_are_labelled_with_their_convention() -> None:
    _, result = run(SHOP)
    payments = result.summary["payments"]
    labels = {payments[key]["convention"] for key in ("fiat_at_payment_time", "fiat_at_report_date")}
    assert len(labels) == 2


def test_the_period_counts_payments_by_block_time_with_both_ends_included() -> None:
    ledger = Fake(SHOP)
    period = Period(START + 4 * DAY, START + 5 * DAY)
    _, result = run(SHOP, case=case_of(ledger, period=period))
    assert [ledger.name(_num(ledger, row.payment.outpoint)) for row in result.payments] == ["t4:0", "t5:0"]
    assert result.summary["skipped"]["inflow_outside_period"] == 2


def test_outflows_count_from_the_start_of_the_period_on_without_an_end() -> None:
    ledger = Fake(SHOP)
    early = run(SHOP, case=case_of(ledger, period=Period(None, START)))[1]
    late = run(SHOP, case=case_of(ledger, period=Period(START + 7 * DAY, None)))[1]
    assert early.summary["proceeds"]["outflow"]["count"] == 2
    assert late.summary["proceeds"]["outflow"]["count"] == 1
    assert late.summary["skipped"]["outflow_transactions_before_period"] == 1


def test_seeds_in_several_clusters_make_one_service_and_each_is_listed() -> None:
    text = "t0: -> shop:10 other:20 alice:30\n t1: t0:1 -> shop:19\n t2: t0:2 -> other:29"
    ledger = Fake(text)
    _, result = run(text, case=case_of(ledger, "shop", "other", "t0:1"))
    assert [(one["scripts"], one["seeds"]) for one in result.summary["clusters"]] == [(1, 1), (1, 2)]
    assert [row.class_ for row in result.payments if row.class_ is InflowClass.PAYMENT] == [
        InflowClass.PAYMENT
    ]


def test_a_seed_that_is_not_on_the_chain_is_reported() -> None:
    ledger = Fake(SHOP)
    _, result = run(SHOP, case=case_of(ledger, "shop", "nobody"))
    seeds = result.summary["seeds"]
    assert (seeds["found"], seeds["missing"]) == (
        1,
        [{"seed": ledger.address("nobody"), "file": "case.toml", "line": 2}],
    )


def test_a_case_of_which_no_seed_is_on_the_chain_is_refused() -> None:
    ledger = Fake(SHOP)
    with pytest.raises(NotFound, match="none of the 2 seeds"):
        run(SHOP, case=case_of(ledger, "nobody", "no one"))


def test_a_seed_in_a_tagged_custodial_service_is_refused() -> None:
    with pytest.raises(BadCase, match=r"case.toml, line 2: seed .* tagged custodial service: Exa"):
        run(SHOP, case=case_of(Fake(SHOP), "shop", "exchange"))


def test_a_seed_that_alone_is_tagged_custodial_is_refused() -> None:
    with pytest.raises(BadCase, match=r"line 1: seed .* is itself tagged as an address of a custodial"):
        run(SHOP, tagged={"shop": "exa!"})


def test_a_seed_in_a_cluster_that_one_source_calls_custodial_is_refused() -> None:
    with pytest.raises(BadCase, match=r"line 1: seed .* different parties, one custodial: exa, exb"):
        run(SHOP, tagged={"shop": "exa exb"})


def test_a_trail_ends_at_a_cluster_that_one_source_calls_custodial() -> None:
    _, result = run(SHOP, tagged={"exchange": "exa exb"})
    assert result.payments[0].outcome == "conflicting_tags"


def test_leads_are_counted_by_exchange_and_by_country_in_distinct_outputs() -> None:
    _, result = run(SHOP)
    (exchange,) = result.summary["by_exchange"]
    (country,) = result.summary["by_jurisdiction"]
    for entry in (exchange, country):
        assert entry["payments_same_hand"] == 1
        assert entry["payments_upstream"] == 1
        assert entry["withdrawals"] == 2
        assert (entry["paid_same_hand_fifo_sat"], entry["paid_upstream_fifo_sat"]) == ("15000", "9000")
        assert entry["paid_fifo_sat"] == "24000"
        assert (entry["deposits_same_hand"], entry["deposits_downstream"]) == (1, 1)
        assert entry["deposited_same_hand_fifo_sat"] == "20000"
        assert entry["deposited_downstream_fifo_sat"] == "2000"
        assert entry["deposited_fifo_sat"] == "22000"


BY_HAIRCUT_ALONE = """
    t0: -> exchange:1_000 alice:1_000
    t1: t0:0 -> alice:900
    t2: t0:1 t1:0 -> shop:800 rest:1_000
"""


def test_a_lead_without_value_by_the_first_policy_keeps_its_row_and_decides_nothing() -> None:
    _, result = run(BY_HAIRCUT_ALONE)
    (row,) = result.payments
    (lead,) = result.leads
    assert (lead.fifo_sat, lead.haircut_sat > 0) == (0, True)
    assert (row.outcome, row.stop_reason, row.leads) == ("coinbase", "coinbase", 1)
    assert result.summary["leads"]["rows"] == 1
    assert result.summary["leads"]["payments_same_hand"] == 0
    assert result.summary["by_exchange"] == []


def test_the_policy_that_is_named_first_decides_which_leads_count() -> None:
    ledger = Fake(BY_HAIRCUT_ALONE)
    _, result = run(BY_HAIRCUT_ALONE, case=case_of(ledger, policies=(Policy.HAIRCUT, Policy.FIFO)))
    assert (result.payments[0].outcome, result.payments[0].stop_reason) == ("same_hand_lead", "")
    assert result.summary["leads"]["payments_same_hand"] == 1


def test_the_summary_says_that_entries_by_exchange_overlap() -> None:
    assert "do not add up" in run(SHOP)[1].summary["leads"]["note"]


def test_clusters_with_conflicting_tags_are_shown() -> None:
    _, result = run(SHOP, tagged={"exchange": "exa exb"})
    (conflict,) = result.summary["conflicting_clusters"]
    assert conflict["parties"] == ["exa", "exb"]
    assert result.leads == ()


def test_the_basis_names_everything_and_its_digest_follows_the_settings() -> None:
    ledger, result = run(SHOP)
    _, other = run(SHOP, case=case_of(ledger, limits=Limits(max_hops=3)))
    basis = result.basis
    assert (basis.tip_hash, basis.tip_height) == (str(ledger.tip_hash), ledger.height)
    assert (basis.store_digest, basis.clusters_digest) == ("00" * 32, "11" * 32)
    assert (basis.tags_digest, basis.prices_digest) == ("22" * 32, "33" * 32)
    assert basis.digest() != other.basis.digest()
    assert basis.digest() == run(SHOP)[1].basis.digest() == result.summary["basis_digest"]


def test_progress_is_told_until_all_flows_are_done() -> None:
    told: list[tuple[int, int]] = []
    ledger = Fake(SHOP)
    clusters = FakeClusters(ledger, co_spenders(ledger))
    tags = attribution(ledger, clusters, {})
    run_case(
        case_of(ledger),
        ledger,
        clusters,
        tags,
        FakeRates(),
        progress=lambda done, all_of_them: told.append((done, all_of_them)),
    )
    assert told[-1][0] == told[-1][1] == len(told)
