"""Flows that end at deposit addresses of tagged services.

A deposit address is emptied into its service, so a flow that goes through one ends in the service a
transaction later. Where it did, the scripts that it left are judged, and the flow is followed anew with
those that are recognised as ends, until no more are found.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from cointrail.kernel.flow_state import CROSSED
from cointrail.lookups.around import Around
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.trace_table import rows_holding
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.flow import FlowWalk
from cointrail.tracing.flow_columns import CODES, FlowView, numbers
from cointrail.tracing.flow_result import Flow
from cointrail.tracing.ledger import RecognisedDeposit
from cointrail.tracing.policy import Policy
from cointrail.tracing.sources import Source

MOST_JUDGED = 1_000
"""Scripts that are judged for one flow, in the order of their numbers; our choice, some seconds of work."""


LEAST_SECONDS = 0.001
"""What a round is given when no time is left: it looks at its first transactions, and ends by name."""


class DepositStops:
    """Follows flows, and knows the deposit addresses that they ended at.

    Args:
        desk: the chain, its clusters and tags.
        view: the same for flows.
    """

    def __init__(self, desk: LookupDesk, view: FlowView) -> None:
        self._snapshot = desk.snapshot
        self._around = Around(desk) if desk.attribution is not None else None
        self._view = view
        self.found: dict[int, RecognisedDeposit] = {}
        """By script number."""
        self.not_judged = 0
        """Scripts that were left beyond `MOST_JUDGED`, the most of any flow."""

    def follow(
        self,
        policy: Policy,
        sources: Sequence[Source],
        bounds: Bounds,
        told: Callable[[int, int], None],
        *,
        forward: bool,
    ) -> Flow:
        """One flow; forward and with tags it ends at deposit addresses.

        A bound on time is for all rounds together; the last round then has what is left of it.
        """
        began = time.monotonic()
        judged: set[int] = set()
        ends: set[int] = set()
        while True:
            if bounds.seconds is not None:
                left = max(bounds.seconds - (time.monotonic() - began), LEAST_SECONDS)
                bounds = replace(bounds, seconds=left)
                began = time.monotonic()
            claims = self._view.claims._replace(deposit_script=numbers(ends))
            view = FlowView(self._view.chain, claims)
            flow = FlowWalk(view, policy, sources, forward=forward).go_on(bounds, told)
            if not forward or self._around is None:
                return flow
            fresh = [script for script in self._emptied(flow).tolist() if script not in judged]
            room = MOST_JUDGED - len(judged)
            self.not_judged = max(self.not_judged, len(fresh) - room)
            judged.update(fresh[:room])
            new = {script for script in fresh[:room] if self._recognised(self._around, script)}
            if not new:
                return flow
            ends |= new

    def _recognised(self, around: Around, script: int) -> bool:
        found = around.near.recognised(script)
        if found is not None:
            self.found[script] = found
        return found is not None

    def _emptied(self, flow: Flow) -> npt.NDArray[np.int64]:
        """Scripts whose value the flow carried over a transaction that pays a custodian."""
        rows, column = flow.rows, self._snapshot.column
        paid = rows.output[(rows.stop == CODES.custodian) & (rows.parent >= 0)]
        makers = np.unique(rows_holding(column("txs.first_output"), paid))
        crossed = np.flatnonzero((rows.stop == CROSSED) & (rows.runs > 0))
        spenders = rows_holding(column("txs.first_input"), rows.key[crossed])
        outputs = rows.output[crossed[np.isin(spenders, makers)]]
        return np.unique(column("outputs.script").take(outputs)).astype(np.int64)
