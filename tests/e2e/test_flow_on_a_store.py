"""A flow over the columns of a store, settled and recent, is what its definition says of that store."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from cointrail.attribution.load import load_tags
from cointrail.attribution.resolve import resolve
from cointrail.clustering.load import load_or_build
from cointrail.heuristics.base import Abstained
from cointrail.lookups.desk import LookupDesk
from cointrail.store.reader import open_snapshot
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.flow import FlowWalk
from cointrail.tracing.flow_columns import STOPS, FlowView, view_of
from cointrail.tracing.ledger import ChangeHop
from cointrail.tracing.neighbourhood import Neighbourhood
from cointrail.tracing.plain_flow import PlainFlow
from cointrail.tracing.policy import Policy
from cointrail.tracing.sources import Source
from support.demo_world import DemoFolder, demo_folder

BOUNDS = Bounds(max_hops=12, max_outputs=400, min_value_sat=1_000)


class Kept:
    """The verdicts on change as they are kept, whatever tags say."""

    def __init__(self, desk: LookupDesk) -> None:
        self._desk = desk

    def change(self, tx_num: int) -> ChangeHop | None:
        found = self._desk.clusters.change(tx_num)
        if isinstance(found, Abstained):
            return None
        return ChangeHop(self._desk.snapshot.tx_output_range(tx_num)[0] + found.output, found.tier)


@pytest.fixture(name="demo", scope="module")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> DemoFolder:
    return demo_folder(tmp_path_factory)


@pytest.fixture(name="desk", scope="module")
def tagged_desk(demo: DemoFolder) -> Iterator[LookupDesk]:
    with open_snapshot(demo.store) as snapshot:
        clusters = load_or_build(snapshot)
        tags = load_tags(sorted(demo.tags.parent.iterdir()), snapshot.network)
        yield LookupDesk(snapshot, clusters, resolve(tags, snapshot.find_script, clusters.label))


@pytest.fixture(name="view", scope="module")
def flow_view_of(desk: LookupDesk) -> FlowView:
    return view_of(desk.snapshot, desk.clusters, desk.attribution)


def _sources(desk: LookupDesk) -> list[list[Source]]:
    """Some transactions' outputs from the whole chain, alone and two at a time."""
    step = max(desk.snapshot.n_txs // 40, 1)
    numbers = range(step, desk.snapshot.n_txs, step)
    some = [Source(str(tx), tuple(range(*desk.snapshot.tx_output_range(tx)))) for tx in numbers]
    return [[one] for one in some] + [list(pair) for pair in itertools.pairwise(some)]


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize("forward", [True, False])
def test_a_flow_over_a_store_is_what_its_definition_says(
    policy: Policy, desk: LookupDesk, view: FlowView, *, forward: bool
) -> None:
    assert desk.snapshot.column("outputs.value").border
    assert len(desk.snapshot.column("outputs.value").recent)
    assert desk.attribution is not None
    crossed = 0
    for sources in _sources(desk):
        near = Neighbourhood(desk.snapshot, desk.clusters, desk.attribution, frozenset(), Kept(desk))
        plain = [
            (-1 if row.output_num is None else row.output_num, str(row.stop), row.hops, row.sat)
            for row in PlainFlow(near, policy, BOUNDS, forward).run(sources)
        ]
        flow = FlowWalk(view, policy, sources, forward=forward).go_on(BOUNDS)
        ends = flow.ends
        sums: dict[tuple[int, int, str, int], int] = {}
        for row, output, stop, hops, sat in zip(
            ends.row, ends.output, ends.stop, ends.hops, ends.sat, strict=True
        ):
            key = (int(row), int(output), str(STOPS[stop]), int(hops))
            sums[key] = sums.get(key, 0) + int(sat)
        assert sorted((*key[1:], sat) for key, sat in sums.items()) == sorted(plain)
        crossed += flow.txs
    assert crossed > 50
