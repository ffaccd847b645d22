from __future__ import annotations

import pytest

from cointrail.errors import BadInput
from cointrail.heuristics.base import Tier
from cointrail.tracing.backward import trace_back
from cointrail.tracing.limits import Limits
from cointrail.tracing.policy import Policy
from cointrail.tracing.stops import Stop
from cointrail.tracing.trace import Hand
from support.ledger import neighbourhood

FAR = Limits(max_hops=20, max_outputs=1000)

WITHDRAWN = """
    t0: -> exchange:1000
    t1: t0:0 -> alice:400 exchange:590
    t2: t1:0 -> shop:150 change:240
"""


def test_a_payment_by_a_custodian_is_its_own_withdrawal_in_the_same_hand() -> None:
    ledger, near = neighbourhood("t0: -> exchange:100\n t1: t0:0 -> shop:90")
    trace = trace_back(near, ledger.out("t1:0"), FAR)
    (lead,) = trace.leads()
    assert (lead.reach.output_num, lead.reach.hops, trace.hand_of(lead)) == (
        ledger.out("t1:0"),
        0,
        Hand.SAME_HAND,
    )


def test_a_payer_who_spends_a_withdrawal_is_a_same_hand_lead_to_it() -> None:
    ledger, near = neighbourhood(WITHDRAWN)
    trace = trace_back(near, ledger.out("t2:0"), FAR)
    (lead,) = trace.leads()
    assert ledger.name(lead.reach.output_num) == "t1:0"
    assert trace.hand_of(lead) is Hand.SAME_HAND
    assert (lead.fifo_sat, lead.haircut_sat, lead.reach.hops) == (150, 150, 1)


def test_the_path_of_a_lead_runs_from_the_payment_back_to_the_withdrawal() -> None:
    ledger, near = neighbourhood(WITHDRAWN)
    (lead,) = trace_back(near, ledger.out("t2:0"), FAR).leads()
    assert [ledger.name(output) for output in lead.reach.path()] == ["t2:0", "t1:0"]


def test_the_hand_stays_the_same_over_transactions_that_one_cluster_signed() -> None:
    ledger, near = neighbourhood(
        """
        t0: -> exchange:1000
        t1: t0:0 -> alice:400 alice2:500
        t2: t1:0 t1:1 -> alice:890
        t3: t2:0 -> shop:880
        """
    )
    trace = trace_back(near, ledger.out("t3:0"), FAR)
    assert [(ledger.name(end.reach.output_num), trace.hand_of(end)) for end in trace.leads()] == [
        ("t1:0", Hand.SAME_HAND),
        ("t1:1", Hand.SAME_HAND),
    ]


CHANGED = """
    t0: -> exchange:1000
    t1: t0:0 -> alice:400 exchange:590
    t2: t1:0 -> merchant:100 alice2:290
    t3: t2:1 -> shop:150 alice3:130
"""


def test_the_hand_stays_the_same_over_change_of_tier_3() -> None:
    ledger, near = neighbourhood(CHANGED, changes={"t2:1": Tier.T3})
    (lead,) = (trace := trace_back(near, ledger.out("t3:0"), FAR)).leads()
    assert (trace.hand_of(lead), ledger.name(lead.reach.output_num)) == (Hand.SAME_HAND, "t1:0")


def test_over_change_of_tier_4_a_lead_is_upstream_and_dashed() -> None:
    ledger, near = neighbourhood(CHANGED, changes={"t2:1": Tier.T4})
    (lead,) = (trace := trace_back(near, ledger.out("t3:0"), FAR)).leads()
    assert (trace.hand_of(lead), lead.reach.dashed) == (Hand.UPSTREAM, True)


@pytest.mark.parametrize("changes", [{}, {"t2:0": Tier.T3}])
def test_an_output_that_is_not_said_to_be_change_leaves_the_hand(changes: dict[str, Tier]) -> None:
    ledger, near = neighbourhood(CHANGED, changes=changes)
    (lead,) = (trace := trace_back(near, ledger.out("t3:0"), FAR)).leads()
    assert (trace.hand_of(lead), lead.reach.dashed) == (Hand.UPSTREAM, False)


def test_one_output_of_change_is_enough_for_all_that_meet_in_its_transaction() -> None:
    ledger, near = neighbourhood(
        """
        t0: -> exchange:1000
        t1: t0:0 -> alice:400
        t2: t1:0 -> bob:100 alice2:290
        t3: t2:0 t2:1 -> shop:380
        """,
        changes={"t2:1": Tier.T3},
    )
    (lead,) = (trace := trace_back(near, ledger.out("t3:0"), FAR)).leads()
    assert trace.hand_of(lead) is Hand.SAME_HAND
    assert [ledger.name(output) for output in lead.reach.path()] == ["t3:0", "t2:1", "t1:0"]
    assert lead.fifo_sat == 380


def test_a_hand_that_was_left_is_not_found_again_by_change_of_a_stranger() -> None:
    ledger, near = neighbourhood(
        """
        t0: -> exchange:1000
        t1: t0:0 -> bob:400
        t2: t1:0 -> x:10 bob2:380
        t3: t2:1 -> alice:370
        t4: t3:0 -> shop:360
        """,
        changes={"t2:1": Tier.T3},
    )
    trace = trace_back(near, ledger.out("t4:0"), FAR)
    assert [trace.hand_of(end) for end in trace.leads()] == [Hand.UPSTREAM]


def test_a_lead_through_another_cluster_is_upstream() -> None:
    ledger, near = neighbourhood(
        """
        t0: -> exchange:1000
        t1: t0:0 -> alice:400
        t2: t1:0 -> bob:390
        t3: t2:0 -> shop:380
        """
    )
    trace = trace_back(near, ledger.out("t3:0"), FAR)
    (lead,) = trace.leads()
    assert (trace.hand_of(lead), lead.reach.hops) == (Hand.UPSTREAM, 2)


def test_a_path_that_left_the_payers_hand_and_came_back_is_upstream() -> None:
    ledger, near = neighbourhood(
        """
        t0: -> exchange:1000
        t1: t0:0 -> alice:400
        t2: t1:0 -> bob:390
        t3: t2:0 -> alice:380
        t4: t3:0 -> shop:370
        """
    )
    trace = trace_back(near, ledger.out("t4:0"), FAR)
    assert [trace.hand_of(end) for end in trace.leads()] == [Hand.UPSTREAM]


def test_a_withdrawal_that_two_ways_lead_to_is_one_lead_with_their_sum() -> None:
    ledger, near = neighbourhood(
        """
        t0: -> exchange:1000
        t1: t0:0 -> bob:800
        t2: t1:0 -> alice:300 carol:400
        t3: t2:1 -> alice:390
        t4: t2:0 t3:0 -> shop:600
        """
    )
    (lead,) = trace_back(near, ledger.out("t4:0"), FAR).leads()
    assert (ledger.name(lead.reach.output_num), lead.fifo_sat, lead.haircut_sat) == ("t1:0", 600, 600)
    assert lead.reach.hops == 2


def test_value_divides_over_the_inputs_by_each_policy() -> None:
    ledger, near = neighbourhood(
        """
        t0: -> exchange:1000 miner:600
        t1: t0:0 -> alice:300
        t2: t1:0 t0:1 -> shop:600 alice:290
        """
    )
    trace = trace_back(near, ledger.out("t2:0"), FAR)
    assert trace.sums(Policy.FIFO) == {Stop.CUSTODIAN: 300, Stop.COINBASE: 300}
    assert trace.sums(Policy.HAIRCUT) == {Stop.COINBASE: 400, Stop.CUSTODIAN: 200}


def test_a_walk_never_goes_through_a_custodian() -> None:
    ledger, near = neighbourhood(
        """
        t0: -> miner:1000
        t1: t0:0 -> exchange:990
        t2: t1:0 -> alice:980
        t3: t2:0 -> shop:970
        """
    )
    ends = trace_back(near, ledger.out("t3:0"), FAR).ends
    assert [(end.stop, ledger.name(end.reach.output_num)) for end in ends] == [(Stop.CUSTODIAN, "t2:0")]


def test_a_custodian_that_pays_many_equal_amounts_is_no_coinjoin() -> None:
    ledger, near = neighbourhood(
        "t0: -> exchange:100\n t1: t0:0 -> shop:30 a:30 b:30", unsafe=frozenset({"t1"})
    )
    assert trace_back(near, ledger.out("t1:0"), FAR).main_stop(Policy.FIFO) is Stop.CUSTODIAN


def test_mined_value_ends_at_its_coinbase() -> None:
    ledger, near = neighbourhood("t0: -> alice:100\n t1: t0:0 -> shop:90")
    (end,) = trace_back(near, ledger.out("t1:0"), FAR).ends
    assert (end.stop, ledger.name(end.reach.output_num)) == (Stop.COINBASE, "t0:0")


JOINED = """
    t0: -> alice:100 bob:100
    t1: t0:0 t0:1 -> shop:90 x:90
"""


def test_a_payment_out_of_a_coinjoin_stops_there_and_names_no_payer() -> None:
    ledger, near = neighbourhood(JOINED, unsafe=frozenset({"t1"}))
    trace = trace_back(near, ledger.out("t1:0"), FAR)
    assert (trace.hand, [end.stop for end in trace.ends]) == (None, [Stop.COINJOIN])


def test_a_coinjoin_stops_a_walk_even_where_its_inputs_share_a_cluster() -> None:
    ledger, near = neighbourhood("t0: -> alice:100\n t1: t0:0 -> shop:90", unsafe=frozenset({"t1"}))
    trace = trace_back(near, ledger.out("t1:0"), FAR)
    assert (trace.hand, [end.stop for end in trace.ends]) == (None, [Stop.COINJOIN])


def test_a_payment_out_of_a_swap_stops_there_and_names_no_payer() -> None:
    ledger, near = neighbourhood("t0: -> alice:100\n t1: t0:0 -> shop:90", swaps=frozenset({"t1"}))
    trace = trace_back(near, ledger.out("t1:0"), FAR)
    assert (trace.hand, [end.stop for end in trace.ends]) == (None, [Stop.SWAP])


def test_a_warning_stops_a_walk_where_nothing_else_joins_the_inputs() -> None:
    ledger, near = neighbourhood(JOINED, unclear=frozenset({"t1"}))
    trace = trace_back(near, ledger.out("t1:0"), FAR)
    assert (trace.hand, [end.stop for end in trace.ends]) == (None, [Stop.UNCLEAR_TRANSACTION])


def test_a_warning_is_settled_when_other_transactions_join_the_inputs() -> None:
    ledger, near = neighbourhood(
        """
        t0: -> alice:100 bob:100 alice:50 bob:50
        t1: t0:2 t0:3 -> alice:90
        t2: t0:0 t0:1 -> shop:90 x:90
        """,
        unclear=frozenset({"t2"}),
    )
    trace = trace_back(near, ledger.out("t2:0"), FAR)
    assert {end.stop for end in trace.ends} == {Stop.COINBASE}


def test_inputs_in_several_clusters_stop_a_walk_although_the_gate_is_silent() -> None:
    ledger, near = neighbourhood(JOINED, apart=frozenset({"t1"}))
    assert [end.stop for end in trace_back(near, ledger.out("t1:0"), FAR).ends] == [Stop.MULTIPARTY]


def test_the_services_own_value_ends_as_its_own() -> None:
    ledger, near = neighbourhood(
        """
        t0: -> shop:100
        t1: t0:0 -> bob:90
        t2: t1:0 -> shop:80
        """
    )
    trace = trace_back(near, ledger.out("t2:0"), FAR)
    assert trace.all_own()
    assert [ledger.name(end.reach.output_num) for end in trace.ends] == ["t1:0"]


def test_sources_that_disagree_stop_a_walk_instead_of_naming_one() -> None:
    ledger, near = neighbourhood(WITHDRAWN, tagged={"exchange": "exa exb"})
    trace = trace_back(near, ledger.out("t2:0"), FAR)
    assert trace.leads() == []
    assert [end.stop for end in trace.ends] == [Stop.CONFLICTING_TAGS]


def test_an_unknown_prevout_stops_a_walk_as_missing() -> None:
    ledger, near = neighbourhood("t0: -> alice:100\n t1: t0:0 ? -> shop:150")
    trace = trace_back(near, ledger.out("t1:0"), FAR)
    assert [end.stop for end in trace.ends] == [Stop.MISSING_PREDECESSOR]


CHAIN = """
    t0: -> a:100
    t1: t0:0 -> b:99
    t2: t1:0 -> c:98
    t3: t2:0 -> shop:97
"""


def test_the_hop_limit_ends_a_path_at_the_output_that_many_transactions_away() -> None:
    ledger, near = neighbourhood(CHAIN)
    (end,) = trace_back(near, ledger.out("t3:0"), Limits(max_hops=2)).ends
    assert (end.stop, ledger.name(end.reach.output_num)) == (Stop.HOP_LIMIT, "t1:0")


def test_a_custodian_at_the_hop_limit_is_still_a_lead() -> None:
    ledger, near = neighbourhood(WITHDRAWN)
    assert len(trace_back(near, ledger.out("t2:0"), Limits(max_hops=1)).leads()) == 1


def test_the_output_limit_ends_what_it_does_not_let_in() -> None:
    ledger, near = neighbourhood(CHAIN)
    (end,) = trace_back(near, ledger.out("t3:0"), Limits(max_outputs=2)).ends
    assert (end.stop, ledger.name(end.reach.output_num)) == (Stop.OUTPUT_LIMIT, "t2:0")


def test_a_branch_below_the_least_value_ends_as_dust() -> None:
    ledger, near = neighbourhood(
        "t0: -> a:1000 b:10\n t1: t0:0 -> c:900\n t2: t1:0 t0:1 -> shop:905",
    )
    trace = trace_back(near, ledger.out("t2:0"), Limits(min_value_sat=11))
    assert {end.stop for end in trace.ends} == {Stop.COINBASE, Stop.DUST}


def test_the_payers_own_branches_are_walked_before_the_budget_goes_to_strangers() -> None:
    ledger, near = neighbourhood(
        """
        t0: -> exchange:1000 x:10 y:10 z:10
        t1: t0:0 -> alice:500
        t2: t0:1 t0:2 t0:3 -> bob:29
        t3: t2:0 -> alice2:28
        t4: t1:0 t3:0 -> shop:500
        """
    )
    trace = trace_back(near, ledger.out("t4:0"), Limits(max_outputs=4))
    assert [trace.hand_of(end) for end in trace.leads()] == [Hand.SAME_HAND]
    assert Stop.OUTPUT_LIMIT in {end.stop for end in trace.ends}


def test_a_trace_without_a_lead_is_counted_where_most_of_its_value_ended() -> None:
    ledger, near = neighbourhood(
        """
        t0: -> a:100 b:400
        t1: t0:0 ? -> alice:150
        t2: t1:0 t0:1 -> shop:540
        """
    )
    trace = trace_back(near, ledger.out("t2:0"), FAR)
    assert trace.main_stop(Policy.FIFO) is Stop.COINBASE


MANY = """
    t0: -> exchange:1000 x:995 y:5
    t1: t0:1 t0:2 -> bob:1000
    t2: t0:0 -> alice:5 exchange:995
    t3: t2:0 t1:0 -> shop:1005
"""


def test_a_small_share_is_left_alone_outside_the_payers_hand_only() -> None:
    ledger, near = neighbourhood(MANY)
    trace = trace_back(near, ledger.out("t3:0"), Limits(upstream_min_percent=1))
    assert [(ledger.name(end.reach.output_num), end.stop) for end in trace.ends] == [
        ("t2:0", Stop.CUSTODIAN),
        ("t0:2", Stop.SMALL_SHARE),
        ("t0:1", Stop.COINBASE),
    ]


def test_no_share_is_too_small_when_the_investigator_asks_for_all() -> None:
    ledger, near = neighbourhood(MANY)
    trace = trace_back(near, ledger.out("t3:0"), Limits(upstream_min_percent=0))
    assert Stop.SMALL_SHARE not in {end.stop for end in trace.ends}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_hops", -1),
        ("max_outputs", 0),
        ("min_value_sat", -1),
        ("upstream_min_percent", -1),
        ("upstream_min_percent", 101),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(name: str, value: int) -> None:
    with pytest.raises(BadInput, match=name):
        Limits(**{name: value})


def test_an_address_that_alone_is_tagged_as_a_custodians_ends_the_walk_without_a_lead() -> None:
    ledger, near = neighbourhood(WITHDRAWN, tagged={"exchange": "exa!"})
    trace = trace_back(near, ledger.out("t2:0"), FAR)
    assert trace.leads() == []
    assert trace.sums(Policy.FIFO) == {Stop.TAGGED_ADDRESS: 150}
