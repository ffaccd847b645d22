"""Flows that end at deposit addresses of tagged services.

A deposit address is emptied into its service, so a flow that goes through one ends in the service a
transaction later. Where it did, the scripts that it left are judged, and the flow is followed anew with
those that are recognised as ends, until no more are found.
"""

from __future__ import annotations

import itertools
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
    """Knows the deposit addresses at which flows end.

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

    @property
    def any(self) -> bool:
        """Whether there can be any: without tags nobody is known to take deposits."""
        return self._around is not None

    def until(self, scripts: frozenset[int]) -> FlowView:
        """What a flow looks at that ends at these scripts."""
        return FlowView(self._view.chain, self._view.claims._replace(deposit_script=numbers(scripts)))

    def recognised(self, script: int) -> bool:
        """Whether a script takes deposits for a tagged service."""
        found = None if self._around is None else self._around.near.recognised(script)
        if found is not None:
            self.found[script] = found
        return found is not None

    def emptied(self, flow: Flow) -> npt.NDArray[np.int64]:
        """Scripts whose value the flow carried over a transaction that pays a custodian."""
        rows, column = flow.rows, self._snapshot.column
        paid = rows.output[(rows.stop == CODES.custodian) & (rows.parent >= 0)]
        makers = np.unique(rows_holding(column("txs.first_output"), paid))
        crossed = np.flatnonzero((rows.stop == CROSSED) & (rows.runs > 0))
        spenders = rows_holding(column("txs.first_input"), rows.key[crossed])
        outputs = rows.output[crossed[np.isin(spenders, makers)]]
        return np.unique(column("outputs.script").take(outputs)).astype(np.int64)


class DepositWalk:
    """One flow, and how far it has come; forward and with tags it ends at deposit addresses.

    Where it may go on, every round is kept: a wider bound takes each of them on from where it was, as long as
    the rounds before it recognise what they did. Elsewhere a round lets the one before it go.

    Args:
        stops: knows deposit addresses.
        policy: how value divides.
        sources: where it starts.
        forward: along the chain.
        keeps: whether rounds may still be kept; asked before each of them.
    """

    def __init__(
        self,
        stops: DepositStops,
        policy: Policy,
        sources: Sequence[Source],
        *,
        forward: bool,
        keeps: Callable[[], bool],
    ) -> None:
        self._stops = stops
        self._policy = policy
        self._sources = tuple(sources)
        self._forward = forward
        self._keeps = keeps
        self._rounds: list[tuple[frozenset[int], FlowWalk]] = []
        self.not_judged = 0
        """Scripts that were left beyond `MOST_JUDGED`."""

    @property
    def nbytes(self) -> int:
        """Memory of all rounds."""
        return sum(walk.nbytes for _, walk in self._rounds)

    def let_go(self) -> None:
        """Let all rounds but the last go; what follows begins anew."""
        del self._rounds[:-1]

    def go_on(self, bounds: Bounds, told: Callable[[int, int], None]) -> Flow:
        """Follow what waits; see `FlowWalk.go_on`.

        A bound on time is for all rounds together; the last round then has what is left of it.
        """
        until = None if bounds.seconds is None else time.monotonic() + bounds.seconds
        judged: set[int] = set()
        ends: frozenset[int] = frozenset()
        self.not_judged = 0
        for place in itertools.count():
            if until is not None:
                bounds = replace(bounds, seconds=max(until - time.monotonic(), LEAST_SECONDS))
            flow = self._round(place, ends).go_on(bounds, told)
            new = self._recognised(flow, judged) if self._forward and self._stops.any else frozenset()
            if not new:
                break
            ends |= new
        del self._rounds[place + 1 :]
        return flow

    def _round(self, place: int, ends: frozenset[int]) -> FlowWalk:
        """The flow of a round: the one that is there, where it ends at the same scripts."""
        keeps = self._keeps()
        if keeps and place < len(self._rounds) and self._rounds[place][0] == ends:
            return self._rounds[place][1]
        del self._rounds[place if keeps else 0 :]
        walk = FlowWalk(self._stops.until(ends), self._policy, self._sources, forward=self._forward)
        self._rounds.append((ends, walk))
        return walk

    def _recognised(self, flow: Flow, judged: set[int]) -> frozenset[int]:
        """Of the scripts that a flow went through, those at which the next round is to end."""
        fresh = [script for script in self._stops.emptied(flow).tolist() if script not in judged]
        room = MOST_JUDGED - len(judged)
        self.not_judged = max(self.not_judged, len(fresh) - room)
        judged.update(fresh[:room])
        return frozenset(script for script in fresh[:room] if self._stops.recognised(script))
