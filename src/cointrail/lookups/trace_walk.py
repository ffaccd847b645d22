"""A trace while it is followed: one flow for each policy from the same seeds, which can go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cointrail.errors import BadInput
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.trace_deposits import DepositStops, DepositWalk
from cointrail.lookups.trace_seeds import find_seeds
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.flow_columns import view_of
from cointrail.tracing.flow_result import Flow
from cointrail.tracing.policy import Policy
from cointrail.tracing.stops import Stop

Progress = Callable[[str, int, int], None]
"""Told the policy, outputs reached, and how many they may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceQuestion:
    """What is asked of a trace, but for its bounds on outputs and time.

    Attributes:
        seeds: outpoints, addresses, scripts or transaction ids, in the order in which they were reported:
            where two meet, the earlier has the value.
        forward: along the chain, else back to where it came from.
        policies: how value divides, each once; there is no default.
        bounds: those that stay the same while a trace goes on, `Bounds.lasting`.
    """

    seeds: tuple[str, ...]
    forward: bool
    policies: tuple[Policy, ...]
    bounds: Bounds


class TraceWalk:
    """A trace and how far it has come.

    Args:
        desk: the chain, its clusters and tags.
        question: what is asked.
        most: outputs that all seeds may have together.
        most_bytes: of all its rounds, which it keeps so that it may go on; 0: it keeps none.

    Attributes:
        seen: each seed with how many outputs it has.
        bounds: how far it was followed last; None: not yet.
        flows: by policy, how far they came. Going on overwrites them.

    Raises:
        BadInput: no policy or no seed is named, or one cannot be read.
        NotFound: the chain does not hold a seed.
    """

    def __init__(self, desk: LookupDesk, question: TraceQuestion, most: int, *, most_bytes: int = 0) -> None:
        if not question.policies:
            raise BadInput("no policy is named", hint=f"name one of: {', '.join(Policy)}")
        if not question.seeds:
            raise BadInput("no seed is named", hint="name an outpoint, an address or a transaction id")
        sources, self.seen = find_seeds(desk.snapshot, question.seeds, most)
        self.desk = desk
        self.question = question
        self.stops = DepositStops(desk, view_of(desk.snapshot, desk.clusters, desk.attribution))
        self._most_bytes = most_bytes
        self._keeps = most_bytes > 0
        self._walks = {
            policy: DepositWalk(self.stops, policy, sources, forward=question.forward, keeps=self._may_keep)
            for policy in question.policies
        }
        self.bounds: Bounds | None = None
        self.flows: dict[Policy, Flow] = {}

    def may_go_on_to(self, bounds: Bounds) -> bool:
        """Whether it can go on to bounds: it has what that takes, and they are as wide as those before."""
        if self.bounds is None:
            return True
        return self._keeps and bounds.max_outputs >= self.bounds.max_outputs

    def go_on(
        self, bounds: Bounds, progress: Progress | None = None, *, seconds: float | None = None
    ) -> None:
        """Follow what waits, as far as the bounds allow, for each policy by itself.

        It comes to what it would have been with these bounds from the start, unless time ended it.

        Args:
            bounds: how far.
            progress: told now and then how far it is.
            seconds: that it may take this time; None: as the bounds say.
        """
        timed = bounds if seconds is None else replace(bounds, seconds=seconds)
        for policy, walk in self._walks.items():

            def told(done: int, most: int, name: str = policy.value) -> None:
                if progress is not None:
                    progress(name, done, most)

            self.flows[policy] = walk.go_on(timed, told)
            self._may_keep()
        self.bounds = bounds

    def _may_keep(self) -> bool:
        """Whether rounds are kept: all of them, or none once they are too large together."""
        if self._keeps and self.nbytes > self._most_bytes:
            self._keeps = False
            for walk in self._walks.values():
                walk.let_go()
        return self._keeps

    def reached(self, cut: Stop | None = None) -> dict[str, int]:
        """Outputs that were come to, by policy; with a bound, by those policies alone that it ended."""
        return {
            policy.value: flow.outputs
            for policy, flow in self.flows.items()
            if cut is None or flow.cut is cut
        }

    @property
    def not_judged(self) -> int:
        """Addresses that may take deposits and were too many to be judged, the most of any policy."""
        return max(walk.not_judged for walk in self._walks.values())

    @property
    def nbytes(self) -> int:
        """Memory of what was come to."""
        rounds = sum(walk.nbytes for walk in self._walks.values())
        return rounds + sum(flow.nbytes_of_ends for flow in self.flows.values())


def follow(
    desk: LookupDesk,
    seeds: Sequence[str],
    *,
    forward: bool,
    policies: Sequence[Policy],
    bounds: Bounds,
    progress: Progress | None = None,
) -> TraceWalk:
    """Follow a trace from its start."""
    walk = TraceWalk(
        desk, question_of(seeds, forward=forward, policies=policies, bounds=bounds), bounds.max_outputs
    )
    walk.go_on(bounds, progress)
    return walk


def question_of(
    seeds: Sequence[str], *, forward: bool, policies: Sequence[Policy], bounds: Bounds
) -> TraceQuestion:
    """What is asked, apart from the bounds on outputs and time."""
    return TraceQuestion(
        seeds=tuple(seeds),
        forward=forward,
        policies=tuple(dict.fromkeys(policies)),
        bounds=bounds.lasting(),
    )
