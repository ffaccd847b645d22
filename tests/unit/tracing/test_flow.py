from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cointrail.errors import BadInput, NotConserved, StoreCorrupt
from cointrail.heuristics.base import Tier
from cointrail.kernel.flow_chain import Two
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.flow import FlowWalk
from cointrail.tracing.flow_columns import STOPS, FlowView, read_only
from cointrail.tracing.flow_result import FEE_OUTPUT, Flow, close
from cointrail.tracing.policy import Policy, parse_policy
from cointrail.tracing.sources import MOST_SOURCES, Source
from cointrail.tracing.stops import Stop
from support.flow_view import flow_view
from support.ledger import Fake, neighbourhood

WORKED = """
    t0: -> thief:30
    t1: -> thief:50
    t2: -> thief:20
    t3: t0:0 t1:0 t2:0 -> payee:60 thief2:35
"""
"""The worked example of the methods: 30 and 20 of interest, 50 not, paid to 60, 35 and a fee of 5."""


def follow(
    text: str, policy: Policy, *starts: str, changes: dict[str, Tier] | None = None, **how: int
) -> tuple[Fake, Flow]:
    ledger, near = neighbourhood(text, changes=changes)
    forward = bool(how.pop("forward", 1))
    sources = [Source(one, tuple(ledger.out(text) for text in one.split())) for one in starts]
    walk = FlowWalk(flow_view(ledger, near), policy, sources, forward=forward)
    return ledger, walk.go_on(Bounds(**how))


def told(ledger: Fake, flow: Flow) -> dict[tuple[str, str], int]:
    ends = flow.ends
    return {
        ("fee" if output == FEE_OUTPUT else ledger.name(int(output)), STOPS[stop].value): int(sat)
        for output, stop, sat in zip(ends.output, ends.stop, ends.sat, strict=True)
    }


@pytest.mark.parametrize(
    ("policy", "shares"),
    [
        (Policy.POISON, (60, 35, 5)),
        (Policy.HAIRCUT, (30, 18, 2)),
        (Policy.FIFO, (30, 15, 5)),
        (Policy.LIFO, (20, 25, 5)),
        (Policy.TIHO, (50, 0, 0)),
        (Policy.TILO, (15, 35, 0)),
        (Policy.PAYMENT_FIRST, (30, 15, 5)),
        (Policy.CHANGE_FIRST, (15, 30, 5)),
    ],
)
def test_a_flow_gives_the_worked_example_by_every_policy(
    policy: Policy, shares: tuple[int, int, int]
) -> None:
    ledger, flow = follow(WORKED, policy, "t0:0 t2:0", changes={"t3:1": Tier.T3})
    found = told(ledger, flow)
    ends = (("t3:0", "unspent"), ("t3:1", "unspent"), ("fee", "fee"))
    assert tuple(found.get(end, 0) for end in ends) == shares


def test_change_that_is_not_known_well_enough_changes_nothing() -> None:
    fifo = told(*follow(WORKED, Policy.FIFO, "t0:0 t2:0"))
    weak = told(*follow(WORKED, Policy.CHANGE_FIRST, "t0:0 t2:0", changes={"t3:1": Tier.T4}))
    assert weak == fifo


def test_an_output_at_which_a_service_is_said_to_be_is_nobodys_change() -> None:
    text = "t0: -> thief:30\n t1: -> thief:30\n t2: t0:0 t1:0 -> payee:30 exchange:30"
    fifo = told(*follow(text, Policy.FIFO, "t0:0"))
    assert told(*follow(text, Policy.CHANGE_FIRST, "t0:0", changes={"t2:1": Tier.T3})) == fifo


PEEL = """
    t0: -> thief:100
    t1: t0:0 -> exchange:30 thief:70
    t2: t1:1 -> middleman:70
    t3: t2:0 -> exchange:70
"""


def test_value_is_direct_until_it_passes_a_cluster_that_is_not_the_sources() -> None:
    ledger, flow = follow(PEEL, Policy.FIFO, "t0:0")
    ends = flow.ends
    far = dict(zip(map(ledger.name, ends.output.tolist()), ends.far_sat.tolist(), strict=True))
    assert far == {"t1:0": 0, "t3:0": 70}
    assert told(ledger, flow) == {("t1:0", "custodian"): 30, ("t3:0", "custodian"): 70}


def test_the_source_reported_first_has_what_two_claim() -> None:
    ledger, flow = follow(PEEL, Policy.FIFO, "t0:0", "t1:1")
    assert flow.sums(0) == {Stop.CUSTODIAN: 100}
    assert flow.sums(1) == {Stop.COLLISION: 70}
    (row,) = flow.collisions.row
    assert flow.winner(int(row)).label == "t0:0"
    assert ledger.name(int(flow.collisions.output[0])) == "t1:1"


def test_a_later_report_upstream_loses_what_arrives_at_the_earlier_one() -> None:
    _, flow = follow(PEEL, Policy.FIFO, "t1:1", "t0:0")
    assert flow.sums(0) == {Stop.CUSTODIAN: 70}
    assert flow.sums(1) == {Stop.COLLISION: 70, Stop.CUSTODIAN: 30}


def test_a_bound_on_outputs_stops_the_whole_and_names_what_comes_next() -> None:
    ledger, flow = follow(PEEL, Policy.FIFO, "t0:0", max_outputs=3)
    assert (flow.cut, flow.next_tx) == (Stop.OUTPUT_LIMIT, ledger.txs["t2"])
    assert [ledger.name(output) for output in flow.frontier.output.tolist()] == ["t1:1"]
    assert flow.sums() == {Stop.OUTPUT_LIMIT: 70, Stop.CUSTODIAN: 30}


def test_the_path_of_an_end_leads_from_the_start_to_it() -> None:
    ledger, flow = follow(PEEL, Policy.HAIRCUT, "t0:0")
    last = int(flow.ends.row[flow.ends.hops.argmax()])
    assert [ledger.name(output) for output in flow.path(last)] == ["t0:0", "t1:1", "t2:0", "t3:0"]


@pytest.mark.parametrize("start", ["t1:0", "t0:0"])
def test_a_burned_output_and_a_coinbase_end_at_once(start: str) -> None:
    text = "t0: -> thief:10\n t1: t0:0 -> note:7"
    ledger, flow = follow(text, Policy.FIFO, start, forward=int(start == "t1:0"))
    assert told(ledger, flow) == {
        (start, "burned" if start == "t1:0" else "coinbase"): 7 if start == "t1:0" else 10
    }


def test_an_output_without_value_is_traced_to_nothing() -> None:
    _, flow = follow("t0: -> thief:0 thief:5", Policy.FIFO, "t0:0")
    assert flow.sums() == {}


def test_a_flow_that_does_not_close_is_an_error() -> None:
    _, flow = follow(PEEL, Policy.FIFO, "t0:0")
    with pytest.raises(NotConserved, match="100 sat ended of the 101 sat"):
        close(flow, [101])


def test_a_flow_has_a_start_and_a_bearable_number_of_sources() -> None:
    with pytest.raises(BadInput, match="no output to trace"):
        follow(PEEL, Policy.FIFO, "")
    with pytest.raises(BadInput, match="too many for one trace"):
        follow(PEEL, Policy.FIFO, *(["t0:0"] * (MOST_SOURCES + 1)))


def test_a_policy_is_named_as_it_is_written() -> None:
    assert parse_policy(" Payment_First ") is Policy.PAYMENT_FIRST
    with pytest.raises(BadInput, match="`none` is not a policy"):
        parse_policy("none")


@pytest.mark.parametrize(
    "wrong", [{"max_hops": -1}, {"max_outputs": 0}, {"min_value_sat": -1}, {"min_share_ppm": 1_000_001}]
)
def test_a_bound_that_makes_no_sense_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(BadInput, match=next(iter(wrong))):
        Bounds(**wrong)


def test_a_flow_ends_when_its_time_is_over() -> None:
    ledger, near = neighbourhood(PEEL)
    walk = FlowWalk(flow_view(ledger, near), Policy.FIFO, [Source("a", (0,))])
    assert walk.go_on(Bounds(seconds=60.0)).cut is None
    with pytest.raises(BadInput, match="must be more than 0"):
        Bounds(seconds=0.0)


@pytest.mark.parametrize(
    ("column", "row", "value"),
    [
        ("script", 0, 4_000_000_000),
        ("script", 3, 4_000_000_000),
        ("value", 3, 999),
        ("value", 3, -1),
        ("first_output", 3, 2**40),
        ("first_input", 3, 2**40),
    ],
)
def test_a_damaged_store_is_one_clear_error_and_nothing_is_read_beside_it(
    column: str, row: int, value: int
) -> None:
    ledger, near = neighbourhood(WORKED)
    view = flow_view(ledger, near)
    whole = np.concatenate(getattr(view.chain, column))
    whole[row] = value
    change: dict[str, Any] = {column: Two(read_only(whole[:1]), read_only(whole[1:]))}
    damaged = view.chain._replace(**change)
    with pytest.raises(StoreCorrupt, match="contradict themselves"):
        FlowWalk(FlowView(damaged, view.claims), Policy.FIFO, [Source("a", (0,))]).go_on(Bounds())
