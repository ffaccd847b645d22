"""The ends of several flows from the same seeds side by side, as columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cointrail.store.columns import Column
from cointrail.store.reader import Snapshot
from cointrail.tracing.flow_columns import STOPS
from cointrail.tracing.flow_result import Ends, Flow
from cointrail.tracing.policy import Policy
from cointrail.tracing.stops import LEADS, Stop

I64 = npt.NDArray[np.int64]

NOWHERE = -1
"""In place of a flow's row, a cluster or a script: none."""

ACTOR_STOPS = (Stop.CUSTODIAN, Stop.DEPOSIT, Stop.CONFLICTING_TAGS, Stop.TAGGED_ADDRESS)
"""Stops at which somebody is claimed to be."""

APART = (Stop.FEE, Stop.COLLISION)
"""Stops that are told in sums: a fee ends at no output, and a collision counts elsewhere."""


@dataclass(frozen=True, slots=True)
class EndTable:
    """One row for each (seed, output, stop) at which any of the flows ended; fees and collisions apart.

    Attributes:
        source: number of the seed.
        output: output number.
        stop: place in `STOPS`.
        sat: per policy and row, satoshi that ended there.
        far_sat: per policy and row, those of them that passed other clusters.
        flow_row: per policy and row, the flow's row with the fewest hops, `NOWHERE` where it did not come.
        hops: by the first policy that came there.
    """

    policies: tuple[Policy, ...]
    source: I64
    output: I64
    stop: I64
    sat: I64
    far_sat: I64
    flow_row: I64
    hops: I64

    def __len__(self) -> int:
        return len(self.output)

    def order(self) -> I64:
        """Rows as people read them: services first, then the largest by the first policy that tells."""
        by_policy = [-self.sat[place] for place in reversed(range(len(self.policies)))]
        service = np.isin(self.stop, [STOPS.index(stop) for stop in LEADS])
        found: I64 = np.lexsort([self.output, *by_policy, ~service])
        return found


def table_of_ends(flows: Mapping[Policy, Flow]) -> EndTable:
    """Lay the ends of flows from the same seeds side by side."""
    policies = tuple(flows)
    listed = [_listed(flow.ends) for flow in flows.values()]
    top = max((int(ends.output.max(initial=0)) for ends in listed), default=0) + 1
    keys = [(ends.source * len(STOPS) + ends.stop) * top + ends.output for ends in listed]
    every = np.unique(np.concatenate(keys))
    shape = (len(policies), len(every))
    sat, far = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    flow_row = np.full(shape, NOWHERE, np.int64)
    hops = np.full(len(every), NOWHERE, np.int64)
    for place, (ends, key) in enumerate(zip(listed, keys, strict=True)):
        at = np.searchsorted(every, key)
        np.add.at(sat[place], at, ends.sat)
        np.add.at(far[place], at, ends.far_sat)
        nearest_last = np.lexsort([-ends.row, -ends.hops])
        flow_row[place][at[nearest_last]] = ends.row[nearest_last]
        here = np.full(len(every), NOWHERE, np.int64)
        here[at[nearest_last]] = ends.hops[nearest_last]
        hops = np.where(hops == NOWHERE, here, hops)
    output = every % top
    rest = every // top
    return EndTable(policies, rest // len(STOPS), output, rest % len(STOPS), sat, far, flow_row, hops)


def _listed(ends: Ends) -> Ends:
    kept = ~np.isin(ends.stop, [STOPS.index(stop) for stop in APART])
    return Ends(*(getattr(ends, name)[kept] for name in Ends.__slots__))


def holders(snapshot: Snapshot, labels: npt.NDArray[np.uint32], outputs: I64, *, forward: bool) -> I64:
    """The cluster that has each output or, going backward, that made it; `NOWHERE` for a coinbase.

    Going backward, where several clusters signed, it is that of the first input.
    """
    if forward:
        return labels[snapshot.column("outputs.script").take(outputs)].astype(np.int64)
    makers = rows_holding(snapshot.column("txs.first_output"), outputs)
    first = snapshot.column("txs.first_input").take(makers).astype(np.int64)
    after = np.minimum(makers + 1, snapshot.n_txs - 1)
    last = snapshot.column("txs.first_input").take(after).astype(np.int64)
    last = np.where(makers + 1 < snapshot.n_txs, last, snapshot.n_inputs)
    found = np.full(len(outputs), NOWHERE, np.int64)
    spends = first < last
    spent = snapshot.column("inputs.output").take(first[spends])
    found[spends] = labels[snapshot.column("outputs.script").take(spent)]
    return found


def rows_holding(column: Column, values: I64) -> I64:
    """`Column.search` for many values."""
    wanted = values.astype(column.settled.dtype)
    found = column.settled.searchsorted(wanted, side="right").astype(np.int64) - 1
    if len(column.recent):
        late = wanted >= column.recent[0]
        found[late] = column.border + column.recent.searchsorted(wanted[late], side="right") - 1
    return found
