"""Traces of value. They run compiled kernels, which are loaded with this module."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cointrail.errors import WalkGone
from cointrail.lookups.account import AccountView, show_account
from cointrail.lookups.trace import trace_view
from cointrail.lookups.trace_views import TraceView
from cointrail.lookups.trace_walk import TraceQuestion, TraceWalk, question_of
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.policy import Policy, parse_policy
from cointrail.tracing.stops import Stop
from cointrail.workbench.going_on import Before
from cointrail.workbench.lookup_bench import LookupBench
from cointrail.workbench.walk_shelf import WalkShelf


class TraceBench(LookupBench):
    """Look-ups, and traces from what they found."""

    _traces: WalkShelf[TraceQuestion, TraceWalk] = WalkShelf(most_walks=0)
    """Traces that may go on. Only a bench that keeps its store open keeps any."""

    def trace(
        self,
        seeds: Sequence[str],
        *,
        forward: bool,
        policies: Sequence[Policy | str],
        tags: Sequence[Path] = (),
        bounds: Bounds | None = None,
        start: int = 0,
        limit: int = 25,
        before: Before | None = None,
    ) -> TraceView:
        """Where value went, or where it came from, by each of some policies; see `cointrail.lookups.trace`.

        Asked again with wider bounds on outputs or time, it goes on from where it was, as long as an open
        bench keeps it; either way it comes to what it would have been with these from the start.

        Args:
            seeds: outpoints, addresses or transaction ids, in the order in which they were reported.
            forward: along the chain, else back to where it came from.
            policies: how value divides; there is no default, as it decides the finding.
            tags: tag files to lay over the clusters.
            bounds: how far; None: as the defaults say.
            start: how many ends to skip.
            limit: how many to show.
            before: what it goes on from; None: nothing.

        Raises:
            BadInput: no policy or no seed is named, or one cannot be read.
            NotFound: the chain does not hold a seed.
            ChainMoved: the store has another tip than what it goes on from.
            WalkGone: time ended it before it was as far again.
        """
        bounds = bounds or Bounds()
        question = question_of(
            seeds, forward=forward, policies=[parse_policy(policy) for policy in policies], bounds=bounds
        )
        with self._desk(tags) as desk:
            desk.require_tip(None if before is None else before.tip)

            def is_same(kept: TraceWalk) -> bool:  # what follows on a page is of the same trace
                return start > 0 and kept.bounds == bounds

            walk = self._traces.take(
                question, lambda kept: kept.desk is desk and (is_same(kept) or kept.may_go_on_to(bounds))
            ) or TraceWalk(desk, question, bounds.max_outputs, most_bytes=self._traces.room)
            if not is_same(walk):
                behind = before is not None and not before.is_reached(walk.reached())
                walk.go_on(bounds, self._progress, seconds=before.seconds if before and behind else None)
            if before is not None:
                self._require_traced(before, walk)
            found = trace_view(walk, start=start, limit=limit)
            self._traces.put(question, walk)
            return found

    def _require_traced(self, before: Before, walk: TraceWalk) -> None:
        """Refuse to answer with less than before; the walk is kept, so that it can be asked for again."""
        try:
            before.require_reached(walk.reached(cut=Stop.TIME_LIMIT), "{count:,} outputs by {name}")
        except WalkGone:
            self._traces.put(walk.question, walk)
            raise

    def account(
        self,
        cluster: str,
        *,
        claims: Sequence[str],
        tags: Sequence[Path] = (),
        start: int = 0,
        limit: int = 25,
    ) -> AccountView:
        """What is left of claims on a cluster's balance, by four methods; see `cointrail.lookups.account`."""
        with self._desk(tags) as desk:
            return show_account(desk, cluster, claims, start=start, limit=limit)
