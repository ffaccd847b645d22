"""A flow over columns is what its plain definition says, and what the walk of a case says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cointrail.heuristics.base import Tier
from cointrail.kernel.flow_shares import (
    HAIRCUT,
    HIGH_FIRST,
    LOW_FIRST,
    Amounts,
    Parts,
    Shared,
    share_amounts,
)
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.flow import FlowWalk
from cointrail.tracing.flow_columns import STOPS
from cointrail.tracing.flow_result import FEE_OUTPUT, Flow
from cointrail.tracing.ledger import RecognisedDeposit
from cointrail.tracing.limits import Limits
from cointrail.tracing.neighbourhood import Neighbourhood
from cointrail.tracing.plain_flow import PlainFlow, PlainRow
from cointrail.tracing.policy import CASE_POLICIES, Policy
from cointrail.tracing.shares import Amount, share_out
from cointrail.tracing.sources import Source
from cointrail.tracing.stops import Stop
from cointrail.tracing.walk import Direction, End, Reach, Walker
from support.economies import Economy, economies
from support.flow_view import flow_view
from support.ledger import Fake, neighbourhood

World = tuple[Fake, Neighbourhood]
Told = Counter[tuple[int | None, str, int, int, bool, tuple[int, ...], int | None]]


@dataclass
class Recognised:
    """Scripts that a test says are deposit addresses."""

    scripts: frozenset[int]

    def find(self, script_num: int) -> RecognisedDeposit | None:
        if script_num not in self.scripts:
            return None
        return RecognisedDeposit(script_num, 0, Tier.T3, "stated")


@st.composite
def worlds_with_more(draw: st.DrawFn) -> World:
    """Economies in which some change is known, and some people's addresses take deposits."""
    economy: Economy = draw(economies())
    changes: dict[str, Tier] = {}
    for line in economy.text.splitlines():
        name, _, rest = line.partition(":")
        place = draw(st.integers(0, len(rest.partition("->")[2].split()) - 1))
        tier = draw(st.sampled_from([Tier.T1, Tier.T3, Tier.T4, None]))
        if tier is not None:
            changes[f"{name}:{place}"] = tier
    ledger, near = neighbourhood(
        economy.text,
        unsafe=economy.unsafe,
        unclear=economy.unclear,
        apart=economy.apart,
        swaps=economy.swaps,
        changes=changes,
    )
    who = draw(st.lists(st.sampled_from(("bob", "dave", "nobody", "nobody")), max_size=1))
    near.deposits = Recognised(frozenset(ledger.script(one) for one in who if one in ledger.names))
    return ledger, near


worlds = worlds_with_more()

bounds = st.builds(
    Bounds,
    max_hops=st.sampled_from([0, 1, 2, 1000, 1000]),
    max_outputs=st.sampled_from([12, 20, 1000, 1000]),
    min_value_sat=st.sampled_from([0, 0, 0, 50]),
    min_share_ppm=st.sampled_from([0, 0, 0, 100_000]),
)


@st.composite
def asks(draw: st.DrawFn) -> tuple[World, list[Source], Bounds, Policy, bool]:
    """A world, some sources in it, and how they are to be followed."""
    ledger, near = draw(worlds)
    outputs = [row.output_num for tx_num in ledger.txs.values() for row in ledger.tx_outputs(tx_num)]
    one = st.lists(st.sampled_from(outputs), min_size=1, max_size=4).map(tuple)
    drawn = draw(st.lists(one, min_size=1, max_size=3))
    sources = [Source(f"source {place}", found) for place, found in enumerate(drawn)]
    return (ledger, near), sources, draw(bounds), draw(st.sampled_from(Policy)), draw(st.booleans())


def _plain(rows: list[PlainRow]) -> Told:
    told: Told = Counter()
    for row in rows:
        path: list[int] = []
        at: PlainRow | None = row
        while at is not None:
            path += [] if at.output_num is None else [at.output_num]
            at = at.parent
        assert row.stop is not None
        for run in row.runs:
            key = (
                row.output_num,
                row.stop.value,
                row.hops,
                run.source,
                run.far,
                tuple(path[::-1]),
                row.winner,
            )
            told[key] += run.size
    return told


def _fast(flow: Flow) -> Told:
    told: Told = Counter()
    ends = flow.ends
    for at in range(len(ends)):
        output, stop = int(ends.output[at]), STOPS[int(ends.stop[at])]
        winner = int(flow.rows.key[ends.row[at]]) if stop is Stop.COLLISION else None
        for far, sat in ((False, ends.sat[at] - ends.far_sat[at]), (True, ends.far_sat[at])):
            if sat:
                key = (
                    None if output == FEE_OUTPUT else output,
                    stop.value,
                    int(ends.hops[at]),
                    int(ends.source[at]),
                    far,
                    flow.path(int(ends.row[at])),
                    winner,
                )
                told[key] += int(sat)
    return told


@given(ask=asks())
def test_a_flow_over_columns_is_what_its_definition_says(
    ask: tuple[World, list[Source], Bounds, Policy, bool],
) -> None:
    (ledger, near), sources, bounds, policy, forward = ask
    open_near = Neighbourhood(near.ledger, near.clusters, near.tags, frozenset(), near.changes)
    for seen in (near, open_near):
        plain = PlainFlow(seen, policy, bounds, forward).run(sources)
        fast = FlowWalk(flow_view(ledger, seen), policy, sources, forward=forward).go_on(bounds)
        assert _fast(fast) == _plain(plain)


def _carried(ends: Iterable[End], policy: Policy) -> Counter[tuple[int, Stop]]:
    told: Counter[tuple[int, Stop]] = Counter()
    for end in ends:
        at = FEE_OUTPUT if end.stop is Stop.FEE else end.reach.output_num
        told[at, end.stop] += end.fifo_sat if policy is Policy.FIFO else end.haircut_sat
    return +told


@given(world=worlds, policy=st.sampled_from(CASE_POLICIES), forward=st.booleans())
def test_a_flow_from_one_output_ends_where_the_walk_of_a_case_ends(
    world: World, policy: Policy, *, forward: bool
) -> None:
    ledger, near = world
    view = flow_view(ledger, near)
    for tx_num in ledger.txs.values():
        for row in ledger.tx_outputs(tx_num):
            flow = FlowWalk(view, policy, [Source("one", (row.output_num,))], forward=forward).go_on(Bounds())
            told: Counter[tuple[int, Stop]] = Counter()
            for output, stop, sat in zip(flow.ends.output, flow.ends.stop, flow.ends.sat, strict=True):
                told[int(output), STOPS[stop]] += int(sat)
            assert told == _carried(_walked(near, row.output_num, forward=forward), policy)


def _walked(near: Neighbourhood, output_num: int, *, forward: bool) -> tuple[End, ...]:
    """From outside any hand, so that it comes to each transaction once."""
    row = near.output(output_num)
    start = Reach(output_num, 0, in_hand=False, spans=[(0, row.value)], haircut_sat=row.value)
    stop = near.receiver_stop(row.script_num) if forward else None
    next_tx = row.spent_by_tx if forward else near.maker(output_num)
    if stop is not None or next_tx is None:
        return (End(stop or Stop.UNSPENT, start, row.value, row.value),)
    cross = near.forth if forward else near.back
    direction = Direction(1 if forward else -1, cross, lambda _: None)
    return Walker(direction, Limits(max_hops=1000, max_outputs=1000)).walk(start, next_tx)


@given(ask=asks(), least=st.integers(12, 30))
def test_a_flow_that_a_bound_stopped_goes_on_to_what_wider_bounds_give_at_once(
    ask: tuple[World, list[Source], Bounds, Policy, bool], least: int
) -> None:
    (ledger, near), sources, bounds, policy, forward = ask
    view = flow_view(ledger, near)
    wide = replace(bounds, max_outputs=1000)
    walk = FlowWalk(view, policy, sources, forward=forward)
    first = walk.go_on(replace(bounds, max_outputs=least))
    assert (first.cut is None) == (len(first.frontier) == 0)
    assert _fast(walk.go_on(wide)) == _fast(FlowWalk(view, policy, sources, forward=forward).go_on(wide))


@given(
    parts=st.lists(st.integers(0, 2_100_000_000_000_000 // 8), min_size=1, max_size=8),
    how=st.sampled_from([(Policy.HAIRCUT, HAIRCUT), (Policy.TIHO, HIGH_FIRST), (Policy.TILO, LOW_FIRST)]),
    fee=st.integers(0, 2_100_000_000_000_000 // 8),
    data=st.data(),
)
def test_amounts_are_shared_out_as_their_definition_says(
    parts: list[int], how: tuple[Policy, int], fee: int, data: st.DataObject
) -> None:
    left, amounts = sum(parts) + fee, {}
    for source in range(data.draw(st.integers(1, 3))):
        total = data.draw(st.integers(0, left))
        amounts[source] = Amount(total, data.draw(st.integers(0, total)))
        left -= total
    sizes = [*parts, fee]
    n = len(sizes)
    room = Parts(*(np.zeros(n, np.int64) for _ in Parts._fields))
    room.size[:] = sizes
    shared = Shared(np.zeros(n * len(amounts), np.int64), np.zeros(n * len(amounts), np.int64))
    given = Amounts(*(np.array(column, np.int64) for column in zip(*amounts.values(), strict=True)))
    share_amounts(how[1], given, n, 1, room, shared)
    for source, wanted in share_out(how[0], amounts, parts, fee).items():
        got = zip(shared.total[source * n :][:n].tolist(), shared.far[source * n :][:n].tolist(), strict=True)
        assert [Amount(*one) for one in got] == wanted
