from __future__ import annotations

import pytest

from cointrail.heuristics.base import Tier
from cointrail.tracing.forward import trace_forward
from cointrail.tracing.limits import Limits
from cointrail.tracing.policy import Policy
from cointrail.tracing.stops import Stop
from cointrail.tracing.trace import Hand
from support.ledger import neighbourhood

FAR = Limits(max_hops=20, max_outputs=1000)


def test_an_outflow_to_a_custodian_is_itself_the_deposit_in_the_same_hand() -> None:
    ledger, near = neighbourhood("t0: -> shop:100\n t1: t0:0 -> exchange:90")
    trace = trace_forward(near, ledger.out("t1:0"), FAR)
    (lead,) = trace.leads()
    assert (lead.reach.hops, lead.fifo_sat, trace.hand_of(lead)) == (0, 90, Hand.SAME_HAND)


def test_a_deposit_beyond_the_services_own_transaction_is_downstream() -> None:
    ledger, near = neighbourhood(
        """
        t0: -> shop:100
        t1: t0:0 -> bob:90
        t2: t1:0 -> exchange:50 peel:35
        """
    )
    trace = trace_forward(near, ledger.out("t1:0"), FAR)
    (lead,) = trace.leads()
    assert [ledger.name(output) for output in lead.reach.path()] == ["t1:0", "t2:0"]
    assert (lead.reach.hops, trace.hand_of(lead)) == (1, Hand.DOWNSTREAM)
    assert trace.sums(Policy.FIFO) == {Stop.CUSTODIAN: 50, Stop.UNSPENT: 35, Stop.FEE: 5}


KEPT = """
    t0: -> shop:100
    t1: t0:0 -> vendor:10 kept:90
    t2: t1:1 -> exchange:50 kept2:35
"""


def test_a_deposit_out_of_the_services_own_change_is_in_the_same_hand() -> None:
    ledger, near = neighbourhood(KEPT, changes={"t1:1": Tier.T3})
    trace = trace_forward(near, ledger.out("t1:1"), FAR)
    assert [(end.reach.hops, trace.hand_of(end)) for end in trace.leads()] == [(1, Hand.SAME_HAND)]


@pytest.mark.parametrize("changes", [{}, {"t1:1": Tier.T4}])
def test_a_deposit_out_of_what_may_be_change_is_downstream(changes: dict[str, Tier]) -> None:
    ledger, near = neighbourhood(KEPT, changes=changes)
    trace = trace_forward(near, ledger.out("t1:1"), FAR)
    assert [(trace.hand_of(end), end.reach.dashed) for end in trace.leads()] == [
        (Hand.DOWNSTREAM, bool(changes))
    ]


def test_a_peel_chain_is_followed_to_every_deposit_that_it_peels_off() -> None:
    ledger, near = neighbourhood(
        """
        t0: -> shop:100
        t1: t0:0 -> p1:100
        t2: t1:0 -> exchange:10 p2:90
        t3: t2:1 -> exchange:10 p3:80
        t4: t3:1 -> exchange:10 p4:70
        """
    )
    trace = trace_forward(near, ledger.out("t1:0"), FAR)
    assert [(ledger.name(end.reach.output_num), end.reach.hops) for end in trace.leads()] == [
        ("t2:0", 1),
        ("t3:0", 2),
        ("t4:0", 3),
    ]


def test_a_walk_never_goes_through_a_custodian() -> None:
    ledger, near = neighbourhood(
        "t0: -> shop:100\n t1: t0:0 -> exchange:90\n t2: t1:0 -> bob:80", tagged={"exchange": "exa"}
    )
    assert [end.stop for end in trace_forward(near, ledger.out("t1:0"), FAR).ends] == [Stop.CUSTODIAN]


def test_value_divides_over_outputs_and_fee_by_each_policy() -> None:
    ledger, near = neighbourhood(
        """
        t0: -> shop:50 other:50
        t1: t0:0 -> bob:50
        t2: t0:1 t1:0 -> exchange:60 bob2:30
        """
    )
    trace = trace_forward(near, ledger.out("t1:0"), FAR)
    assert trace.sums(Policy.FIFO) == {Stop.UNSPENT: 30, Stop.CUSTODIAN: 10, Stop.FEE: 10}
    assert trace.sums(Policy.HAIRCUT) == {Stop.CUSTODIAN: 30, Stop.UNSPENT: 15, Stop.FEE: 5}


def test_branches_that_meet_in_one_transaction_cross_it_together() -> None:
    ledger, near = neighbourhood(
        """
        t0: -> shop:100
        t1: t0:0 -> a:100
        t2: t1:0 -> b:60 c:40
        t3: t2:0 t2:1 -> exchange:100
        """
    )
    (lead,) = trace_forward(near, ledger.out("t1:0"), FAR).leads()
    assert (lead.fifo_sat, lead.haircut_sat) == (100, 100)


def test_an_unspent_outflow_ends_as_unspent() -> None:
    ledger, near = neighbourhood("t0: -> shop:100\n t1: t0:0 -> bob:90")
    assert [end.stop for end in trace_forward(near, ledger.out("t1:0"), FAR).ends] == [Stop.UNSPENT]


def test_value_that_comes_back_ends_as_the_services_own() -> None:
    ledger, near = neighbourhood("t0: -> shop:100\n t1: t0:0 -> bob:90\n t2: t1:0 -> shop:90")
    assert [end.stop for end in trace_forward(near, ledger.out("t1:0"), FAR).ends] == [Stop.OWN_SERVICE]


def test_an_outflow_into_a_coinjoin_stops_there() -> None:
    ledger, near = neighbourhood(
        "t0: -> shop:100 carol:90\n t1: t0:0 -> bob:90\n t2: t1:0 t0:1 -> x:80 y:80", unsafe=frozenset({"t2"})
    )
    (end,) = trace_forward(near, ledger.out("t1:0"), FAR).ends
    assert (end.stop, ledger.name(end.reach.output_num)) == (Stop.COINJOIN, "t1:0")


def test_an_outflow_beside_an_unknown_input_stops_as_missing() -> None:
    ledger, near = neighbourhood("t0: -> shop:100\n t1: t0:0 -> bob:90\n t2: t1:0 ? -> x:80")
    assert [end.stop for end in trace_forward(near, ledger.out("t1:0"), FAR).ends] == [
        Stop.MISSING_PREDECESSOR
    ]


def test_value_that_nobody_can_spend_is_burned() -> None:
    ledger, near = neighbourhood("t0: -> shop:100\n t1: t0:0 -> note:90")
    assert [end.stop for end in trace_forward(near, ledger.out("t1:0"), FAR).ends] == [Stop.BURNED]


def test_sources_that_disagree_about_the_receiver_stop_a_walk() -> None:
    ledger, near = neighbourhood("t0: -> shop:100\n t1: t0:0 -> exchange:90", tagged={"exchange": "exa exb"})
    assert [end.stop for end in trace_forward(near, ledger.out("t1:0"), FAR).ends] == [Stop.CONFLICTING_TAGS]


def test_a_walk_never_goes_through_an_address_that_alone_is_tagged_as_a_custodians() -> None:
    ledger, near = neighbourhood(
        "t0: -> shop:100\n t1: t0:0 -> exchange:90\n t2: t1:0 -> bob:80", tagged={"exchange": "exa!"}
    )
    trace = trace_forward(near, ledger.out("t1:0"), FAR)
    assert [(end.stop, end.fifo_sat) for end in trace.ends] == [(Stop.TAGGED_ADDRESS, 90)]
