"""Traces of value. They run compiled kernels, which are loaded with this module."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cointrail.lookups.account import AccountView, show_account
from cointrail.lookups.trace import trace
from cointrail.lookups.trace_views import TraceView
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.policy import Policy, parse_policy
from cointrail.workbench.lookup_bench import LookupBench


class TraceBench(LookupBench):
    """Look-ups, and traces from what they found."""

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
    ) -> TraceView:
        """Where value went, or where it came from, by each of some policies; see `cointrail.lookups.trace`.

        Args:
            seeds: outpoints, addresses or transaction ids, in the order in which they were reported.
            forward: along the chain, else back to where it came from.
            policies: how value divides; there is no default, as it decides the finding.
            tags: tag files to lay over the clusters.
            bounds: how far; None: as the defaults say.
            start: how many ends to skip.
            limit: how many to show.

        Raises:
            BadInput: no policy or no seed is named, or one cannot be read.
            NotFound: the chain does not hold a seed.
        """
        asked = [parse_policy(policy) for policy in policies]
        with self._desk(tags) as desk:
            return trace(
                desk,
                seeds,
                forward=forward,
                policies=asked,
                bounds=bounds or Bounds(),
                start=start,
                limit=limit,
                progress=self._progress,
            )

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
