"""What holds for a flow by any policy, at every transaction and at the end."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cointrail.chain.types import Sat
from cointrail.tracing.account import Entry, Method, account_flow
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.change_aware import change_first, change_interval, payment_first
from cointrail.tracing.flow import FlowWalk
from cointrail.tracing.flow_columns import STOPS
from cointrail.tracing.flow_result import FEE_OUTPUT, Flow
from cointrail.tracing.neighbourhood import Neighbourhood
from cointrail.tracing.policy import Policy
from cointrail.tracing.shares import Amount, share_out
from cointrail.tracing.sources import Source
from cointrail.tracing.stops import Stop
from cointrail.tracing.taint import (
    Segment,
    fifo_forward,
    haircut,
    lifo_backward,
    lifo_forward,
    poison,
    tiho,
    tilo,
)
from support.economies import Economy, economies
from support.flow_view import flow_view
from support.ledger import Fake, neighbourhood

World = tuple[Fake, Neighbourhood]
AMOUNTS = (Policy.HAIRCUT, Policy.TIHO, Policy.TILO)
sats = st.integers(0, 2_100_000_000_000_000 // 16)


def _world(economy: Economy) -> World:
    return neighbourhood(**economy._asdict())


worlds = economies().map(_world)


# -- one transaction


@given(outputs=st.lists(sats, min_size=1, max_size=8), fee=sats, data=st.data())
def test_every_policy_of_amounts_keeps_each_satoshi_and_overfills_nothing(
    outputs: list[int], fee: int, data: st.DataObject
) -> None:
    tainted = data.draw(st.integers(0, sum(outputs) + fee))
    parts = [*outputs, fee]
    for shares in (haircut(tainted, parts), tiho(tainted, outputs, fee), tilo(tainted, outputs, fee)):
        assert sum(shares) == tainted
        assert all(
            0 <= share <= bound <= part
            for share, bound, part in zip(shares, poison(tainted, parts), parts, strict=True)
        )


@given(outputs=st.lists(sats, min_size=1, max_size=8, unique=True), fee=sats, data=st.data())
def test_the_order_of_outputs_does_not_matter_to_haircut_tiho_and_tilo(
    outputs: list[int], fee: int, data: st.DataObject
) -> None:
    """But for the satoshi that rounding leaves, which go to the earlier of equal remainders."""
    tainted = data.draw(st.integers(0, sum(outputs) + fee))
    turned = data.draw(st.permutations(outputs))
    for policy in (tiho, tilo):
        straight = dict(zip(outputs, policy(tainted, outputs, fee), strict=False))
        assert dict(zip(turned, policy(tainted, turned, fee), strict=False)) == straight
    straight = dict(zip(outputs, haircut(tainted, [*outputs, fee]), strict=False))
    for value, share in zip(turned, haircut(tainted, [*turned, fee]), strict=False):
        assert abs(share - straight[value]) <= 1


@given(
    policy=st.sampled_from(AMOUNTS),
    outputs=st.lists(st.integers(0, 30), min_size=1, max_size=6),
    fee=st.integers(0, 30),
    data=st.data(),
)
def test_several_sources_together_never_overfill_an_output(
    policy: Policy, outputs: list[int], fee: int, data: st.DataObject
) -> None:
    left, amounts = sum(outputs) + fee, {}
    for source in range(3):
        total = data.draw(st.integers(0, left))
        amounts[source] = Amount(total, data.draw(st.integers(0, total)))
        left -= total
    shared = share_out(policy, amounts, outputs, fee)
    for source, amount in amounts.items():
        assert sum(share.total for share in shared[source]) == amount.total
        assert sum(share.far for share in shared[source]) == amount.far
        assert all(0 <= share.far <= share.total for share in shared[source])
    for place, part in enumerate([*outputs, fee]):
        assert sum(shares[place].total for shares in shared.values()) <= part


@given(policy=st.sampled_from(AMOUNTS), outputs=st.lists(sats, min_size=1, max_size=6), data=st.data())
def test_the_source_reported_first_divides_as_if_it_were_alone(
    policy: Policy, outputs: list[int], data: st.DataObject
) -> None:
    total = data.draw(st.integers(0, sum(outputs)))
    other = data.draw(st.integers(0, sum(outputs) - total))
    alone = share_out(policy, {0: Amount(total, 0)}, outputs, 0)
    both = share_out(policy, {0: Amount(total, 0), 1: Amount(other, 0)}, outputs, 0)
    assert both[0] == alone[0]


@st.composite
def transactions(draw: st.DrawFn) -> tuple[list[list[Segment]], list[Sat]]:
    """Labelled runs for each input, and the satoshi of outputs and fee that they pay for."""
    run = st.tuples(st.sampled_from("ab"), st.integers(1, 20))
    inputs = [
        [Segment(label, Sat(length)) for label, length in runs]
        for runs in draw(st.lists(st.lists(run, min_size=1, max_size=3), min_size=1, max_size=5))
    ]
    total = sum(length for runs in inputs for _, length in runs)
    edges = [0, *sorted(draw(st.lists(st.integers(0, total), max_size=4))), total]
    return inputs, [Sat(hi - lo) for lo, hi in pairwise(edges)]


def _tainted(part: tuple[Segment, ...]) -> int:
    return sum(run.length for run in part if run.label == "a")


@given(tx=transactions())
def test_lifo_back_of_lifo_forward_is_the_identity(tx: tuple[list[list[Segment]], list[Sat]]) -> None:
    inputs, parts = tx
    sizes = [Sat(sum(length for _, length in runs)) for runs in inputs]
    there = lifo_forward(inputs, parts)
    assert sum(map(_tainted, there)) == sum(
        length for runs in inputs for label, length in runs if label == "a"
    )
    back = lifo_backward(there, sizes)
    assert [list(part) for part in back] == [
        list(fifo_forward([runs], [size])[0]) for runs, size in zip(inputs, sizes, strict=True)
    ]


# -- a whole flow


def _flow(world: World, policy: Policy, outputs: tuple[int, ...], *, forward: bool = True) -> Flow:
    ledger, near = world
    return FlowWalk(flow_view(ledger, near), policy, [Source("a", outputs)], forward=forward).go_on(Bounds())


def _outputs(world: World) -> list[int]:
    ledger, _ = world
    return [row.output_num for tx_num in ledger.txs.values() for row in ledger.tx_outputs(tx_num)]


@given(world=worlds, forward=st.booleans(), data=st.data())
def test_what_ends_is_what_was_claimed_and_no_output_ends_with_more_than_it_is_worth(
    world: World, data: st.DataObject, *, forward: bool
) -> None:
    _, near = world
    outputs = tuple(
        data.draw(st.lists(st.sampled_from(_outputs(world)), min_size=1, max_size=4, unique=True))
    )
    for policy in Policy:
        flow = _flow(world, policy, outputs, forward=forward)
        got: defaultdict[int, int] = defaultdict(int)
        for output, stop, sat in zip(flow.ends.output, flow.ends.stop, flow.ends.sat, strict=True):
            if output != FEE_OUTPUT and STOPS[stop] is not Stop.COLLISION:
                got[int(output)] += int(sat)
        assert all(sat <= near.output(output).value for output, sat in got.items())
        if policy.conserves:
            assert sum(flow.sums().values()) == sum(near.output(output).value for output in outputs)


@given(world=worlds, forward=st.booleans())
def test_poison_reaches_every_end_that_another_policy_reaches(world: World, *, forward: bool) -> None:
    for output in _outputs(world):
        ends = {policy: _flow(world, policy, (output,), forward=forward).ends for policy in Policy}
        bound = dict(
            zip(zip(*_places(ends[Policy.POISON]), strict=True), ends[Policy.POISON].sat, strict=True)
        )
        for found in ends.values():
            for place, sat in zip(zip(*_places(found), strict=True), found.sat, strict=True):
                if place[0] != FEE_OUTPUT:
                    assert sat <= bound[place]


def _places(ends: object) -> tuple[list[int], list[int]]:
    return ends.output.tolist(), ends.stop.tolist()  # type: ignore[attr-defined]


@given(world=worlds)
def test_fifo_there_and_back_is_the_identity(world: World) -> None:
    """What FIFO and LIFO carry from a mined output to an unspent one is what they carry back."""
    ledger, near = world
    bare = ledger, Neighbourhood(near.ledger, near.clusters, near.tags, frozenset())
    mined = [out for out in _outputs(world) if ledger.is_coinbase(ledger.output_tx(out))]
    for policy in (Policy.FIFO, Policy.LIFO, Policy.PAYMENT_FIRST, Policy.CHANGE_FIRST):
        there = {
            (start, int(output)): int(sat)
            for start in mined
            for flow in [_flow(bare, policy, (start,))]
            for output, stop, sat in zip(flow.ends.output, flow.ends.stop, flow.ends.sat, strict=True)
            if STOPS[stop] is Stop.UNSPENT
        }
        for end in {end for _, end in there}:
            flow = _flow(bare, policy, (end,), forward=False)
            back = {
                (int(output), end): int(sat)
                for output, stop, sat in zip(flow.ends.output, flow.ends.stop, flow.ends.sat, strict=True)
                if STOPS[stop] is Stop.COINBASE
            }
            assert {pair: sat for pair, sat in there.items() if pair[1] == end} == back


@given(world=worlds, data=st.data())
def test_a_source_reported_first_is_traced_as_if_it_were_alone(world: World, data: st.DataObject) -> None:
    """Collisions take from the later source only."""
    ledger, near = world
    one, other = data.draw(st.lists(st.sampled_from(_outputs(world)), min_size=2, max_size=2))
    for policy in Policy:
        sources = [Source("first", (one,)), Source("later", (other,))]
        both = FlowWalk(flow_view(ledger, near), policy, sources).go_on(Bounds())
        assert both.sums(0) == _flow(world, policy, (one,)).sums()


# -- accounts, change


@st.composite
def accounts(draw: st.DrawFn) -> list[Entry]:
    """An account that never pays out more than it has."""
    entries: list[Entry] = []
    balance = 0
    for _ in range(draw(st.integers(1, 12))):
        if balance and draw(st.booleans()):
            entries.append(Entry(-draw(st.integers(1, balance))))
        else:
            entries.append(Entry(draw(st.integers(0, 50)), draw(st.sampled_from([None, "a", "b"]))))
        balance += entries[-1].sat
    return entries


@given(entries=accounts(), method=st.sampled_from(Method))
def test_what_a_label_paid_into_an_account_left_it_or_is_there(entries: list[Entry], method: Method) -> None:
    flow = account_flow(method, entries)
    out = [-entry.sat for entry in entries if entry.sat < 0]
    for label in "ab":
        paid_in = sum(entry.sat for entry in entries if entry.label == label)
        assert sum(shares.get(label, 0) for shares in flow.paid) + flow.left.get(label, 0) == paid_in
    assert all(sum(shares.values()) <= sat for shares, sat in zip(flow.paid, out, strict=True))
    assert sum(flow.left.values()) <= sum(entry.sat for entry in entries)


@given(entries=accounts())
def test_the_lowest_balance_leaves_a_claim_at_least_what_every_other_method_does(
    entries: list[Entry],
) -> None:
    """Own money leaves first, so all claims together keep the most that any method can leave them."""
    most = sum(account_flow(Method.LOWEST_BALANCE, entries).left.values())
    assert all(sum(account_flow(method, entries).left.values()) <= most for method in Method)


@given(tx=transactions(), data=st.data())
def test_with_two_outputs_fifo_lies_between_payment_first_and_change_first(
    tx: tuple[list[list[Segment]], list[Sat]], data: st.DataObject
) -> None:
    inputs, _ = tx
    total = sum(length for runs in inputs for _, length in runs)
    first = data.draw(st.integers(0, total))
    second = data.draw(st.integers(0, total - first))
    outputs, fee = [Sat(first), Sat(second)], Sat(total - first - second)
    change = data.draw(st.integers(0, 1))
    fifo = [_tainted(part) for part in fifo_forward(inputs, [*outputs, fee])]
    bounds = change_interval(inputs, outputs, fee, change, "a")
    assert all(low <= share <= high for share, (low, high) in zip(fifo, bounds, strict=True))
    for way in (payment_first, change_first):
        filled = way(inputs, outputs, fee, change)
        assert sum(map(_tainted, filled)) == sum(fifo)
        assert [sum(run.length for run in part) for part in filled] == [*outputs, fee]
