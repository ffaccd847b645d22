"""What a flow looks at, as columns: a chain state with its clusters, and the claims laid over them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from cointrail.attribution.resolve import Attribution
from cointrail.chain.view import ScriptType
from cointrail.clustering.clusters import Clusters
from cointrail.heuristics.gate import REASONS, SWAP, Gate
from cointrail.kernel.flow_chain import FlowChain, FlowClaims, GateMasks, StopCodes, Two
from cointrail.store.columns import Column
from cointrail.store.reader import Snapshot
from cointrail.tracing.change_aware import WEAKEST_CHANGE
from cointrail.tracing.stops import Stop

T = TypeVar("T", bound=np.generic)

STOPS: tuple[Stop, ...] = tuple(Stop)
"""Stop k is code k + 1 of the kernel."""

CODES = StopCodes(**{name: STOPS.index(Stop[name.upper()]) + 1 for name in StopCodes._fields})


def _mask(gate: Gate) -> int:
    return sum(1 << k for k, reason in enumerate(REASONS) if reason.gate is gate)


MASKS = GateMasks(
    unsafe=_mask(Gate.UNSAFE),
    swap=1 << [reason.id for reason in REASONS].index(SWAP),
    unknown=_mask(Gate.UNKNOWN),
    op_return=int(ScriptType.OP_RETURN),
    weakest_change=int(WEAKEST_CHANGE),
)


@dataclass(frozen=True, slots=True)
class FlowView:
    """A chain with its clusters, and who is said to hold what."""

    chain: FlowChain
    claims: FlowClaims


def read_only(array: npt.NDArray[T]) -> npt.NDArray[T]:
    """The same array under a name that cannot be written through: kernels are compiled for such."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def two(column: Column) -> Two:
    """A column for a kernel."""
    return Two(read_only(column.settled), read_only(column.recent))


def numbers(found: Iterable[int]) -> npt.NDArray[np.uint32]:
    """Numbers, ascending, for a kernel."""
    return read_only(np.array(sorted(found), dtype=np.uint32))


def claims_of(attribution: Attribution | None, own: Iterable[int] = ()) -> FlowClaims:
    """Clusters and scripts at which a flow ends, by what is claimed of them.

    Args:
        attribution: a tag set laid over the clusters; None without tags.
        own: clusters of the service under investigation.
    """
    if attribution is None:
        return FlowClaims(numbers(own), *(numbers(()) for _ in range(4)))
    return FlowClaims(
        own=numbers(own),
        custodian=numbers(attribution.custodian_labels()),
        conflict=numbers(found.label for found in attribution.conflicts()),
        custodial_script=numbers(attribution.custodial_scripts),
        deposit_script=numbers(()),
    )


def view_of(
    snapshot: Snapshot, clusters: Clusters, attribution: Attribution | None, own: Iterable[int] = ()
) -> FlowView:
    """What a flow over a store looks at; nothing is copied."""
    spends = snapshot.spends
    column: Any = snapshot.column
    chain = FlowChain(
        txs=snapshot.n_txs,
        inputs=snapshot.n_inputs,
        outputs=snapshot.n_outputs,
        first_input=two(column("txs.first_input")),
        first_output=two(column("txs.first_output")),
        value=two(column("outputs.value")),
        script=two(column("outputs.script")),
        spent_by=two(spends.spent_by),
        spent=two(spends.spent),
        late_outputs=read_only(spends.late_outputs),
        late_inputs=read_only(spends.late_inputs),
        script_type=two(column("scripts.type")),
        label=read_only(clusters.labels()),
        reasons=read_only(clusters.reasons),
        change_output=read_only(clusters.change_columns.output),
        change_tier=read_only(clusters.change_columns.tier),
    )
    return FlowView(chain, claims_of(attribution, own))
