from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cointrail.attribution.confidence import find_confidence
from cointrail.tracing.backward import trace_back
from cointrail.tracing.deposits import Deposits
from cointrail.tracing.forward import trace_forward
from cointrail.tracing.limits import Limits
from cointrail.tracing.neighbourhood import Neighbourhood
from cointrail.tracing.policy import CASE_POLICIES
from cointrail.tracing.stops import Stop
from cointrail.tracing.trace import Hand, Trace
from support.economies import Economy, economies
from support.ledger import Fake, neighbourhood


def _world(economy: Economy) -> tuple[Fake, Neighbourhood]:
    return neighbourhood(**economy._asdict())


worlds = economies().map(_world)

limits = st.builds(
    Limits,
    max_hops=st.integers(0, 8),
    max_outputs=st.integers(1, 30),
    min_value_sat=st.sampled_from([0, 0, 50]),
    upstream_min_percent=st.sampled_from([0, 1, 20]),
)


def _traces(world: tuple[Fake, Neighbourhood], limits: Limits) -> list[Trace]:
    ledger, near = world
    outputs = [row.output_num for tx_num in ledger.txs.values() for row in ledger.tx_outputs(tx_num)]
    return [
        trace(near, output_num, limits) for output_num in outputs for trace in (trace_back, trace_forward)
    ]


@given(world=worlds, limits=limits)
def test_the_ends_of_every_walk_add_up_to_its_start_by_each_policy(
    world: tuple[Fake, Neighbourhood], limits: Limits
) -> None:
    for trace in _traces(world, limits):
        assert sum(end.fifo_sat for end in trace.ends) == trace.value_sat
        assert sum(end.haircut_sat for end in trace.ends) == trace.value_sat
        for policy in CASE_POLICIES:
            assert sum(trace.sums(policy).values()) == trace.value_sat


def _fee_of_spender(ledger: Fake, output_num: int) -> int:
    """The fee of the transaction that spends an output."""
    for tx_num in ledger.txs.values():
        inputs = ledger.tx_inputs(tx_num)
        if output_num in {row.output_num for row in inputs}:
            return sum(row.value or 0 for row in inputs) - sum(row.value for row in ledger.tx_outputs(tx_num))
    raise AssertionError(f"nothing spends output {output_num}")


@given(world=worlds, limits=limits)
def test_no_output_ends_with_more_than_it_is_worth_and_no_path_is_longer_than_allowed(
    world: tuple[Fake, Neighbourhood], limits: Limits
) -> None:
    ledger, near = world
    for trace in _traces(world, limits):
        for end in trace.ends:
            value = near.output(end.reach.output_num).value
            if end.stop == Stop.FEE:  # what several outputs lost in one fee is told of the first of them
                value = _fee_of_spender(ledger, end.reach.output_num)
            assert 0 <= end.fifo_sat <= value
            assert 0 <= end.haircut_sat <= value
            assert len(end.reach.path()) == end.reach.hops + 1
            assert end.reach.hops <= limits.max_hops
        assert len({end.reach.output_num for end in trace.ends}) <= limits.max_outputs
    assert ledger.height + 1 == len(ledger.txs)


@given(world=worlds)
def test_no_path_runs_through_a_custodian_a_coinjoin_or_the_service(
    world: tuple[Fake, Neighbourhood],
) -> None:
    ledger, near = world
    for trace in _traces(world, Limits()):
        for end in trace.ends:
            path = end.reach.path()
            crossed = [max(ledger.output_tx(a), ledger.output_tx(b)) for a, b in pairwise(path)]
            assert all(near.signer_stop(near.facts(tx_num)) is None for tx_num in crossed)


@given(world=worlds)
def test_fifo_forward_from_every_output_covers_no_satoshi_twice(world: tuple[Fake, Neighbourhood]) -> None:
    ledger, near = world
    for tx_num in ledger.txs.values():
        got: defaultdict[int, int] = defaultdict(int)
        for row in ledger.tx_outputs(tx_num):
            for end in trace_forward(near, row.output_num, Limits()).ends:
                if end.stop is not Stop.FEE:
                    got[end.reach.output_num] += end.fifo_sat
        assert all(carried <= near.output(output_num).value for output_num, carried in got.items())


@given(world=worlds)
def test_fifo_forward_and_back_tell_the_same_story(world: tuple[Fake, Neighbourhood]) -> None:
    """What FIFO carries from an output to an unspent one is what it carries back, where both can look.

    Several paths may lead from one to the other: what counts is what they carry together.
    """
    ledger, near = world
    open_near = Neighbourhood(near.ledger, near.clusters, near.tags, frozenset())
    outputs = [row for tx_num in ledger.txs.values() for row in ledger.tx_outputs(tx_num)]
    forward: Counter[tuple[int, int]] = Counter()
    back: Counter[tuple[int, int]] = Counter()
    led: set[tuple[int, int]] = set()
    for row in outputs:
        if ledger.is_coinbase(ledger.output_tx(row.output_num)):
            for end in trace_forward(open_near, row.output_num, Limits()).ends:
                if end.stop is Stop.UNSPENT:
                    pair = (row.output_num, end.reach.output_num)
                    forward[pair] += end.fifo_sat
                    led.add(pair)
        for end in trace_back(open_near, row.output_num, Limits()).ends:
            if end.stop is Stop.COINBASE:
                back[end.reach.output_num, row.output_num] += end.fifo_sat
    assert {pair: back[pair] for pair in led if pair in back} == {
        pair: forward[pair] for pair in led if pair in back
    }


@given(economy=economies())
def test_no_path_runs_through_a_recognised_deposit_address(economy: Economy) -> None:
    known = find_confidence("service_data")
    assert known is not None
    ledger, near = neighbourhood(
        economy.text,
        unsafe=economy.unsafe,
        unclear=economy.unclear,
        apart=economy.apart,
        confidence=known,
        block_seconds=3_600,
    )
    near.deposits = Deposits(near, ledger, near.clusters, near.tags)  # type: ignore[arg-type]  # fakes
    for trace in _traces((ledger, near), Limits()):
        assert sum(end.fifo_sat for end in trace.ends) == trace.value_sat
        for end in trace.ends:
            if trace.apart is Hand.DOWNSTREAM:
                passed = end.reach.path()[:-1]
                assert all(near.recognised(near.output(num).script_num) is None for num in passed)
            if end.stop is Stop.DEPOSIT:
                found = near.recognised(near.output(end.reach.output_num).script_num)
                assert found is not None
                assert near.tags.custodian(found.service) is not None
