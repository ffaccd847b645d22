"""A trace while it is followed: one flow for each policy from the same seeds, which can go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cointrail.errors import BadInput
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.trace_deposits import DepositStops, DepositWalk
from cointrail.lookups.trace_seeds import find_seeds
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.flow_columns import view_of
from cointrail.tracing.flow_result import Flow
from cointrail.tracing.policy import Policy

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
        keeps: whether it may go on, and keeps what that takes.

    Attributes:
        seen: each seed with how many outputs it has.
        bounds: how far it was followed last; None: not yet.
        flows: by policy, how far they came. Going on overwrites them.

    Raises:
        BadInput: no policy or no seed is named, or one cannot be read.
        NotFound: the chain does not hold a seed.
    """

    def __init__(self, desk: LookupDesk, question: TraceQuestion, most: int, *, keeps: bool = False) -> None:
        if not question.policies:
            raise BadInput("no policy is named", hint=f"name one of: {', '.join(Policy)}")
        if not question.seeds:
            raise BadInput("no seed is named", hint="name an outpoint, an address or a transaction id")
        sources, self.seen = find_seeds(desk.snapshot, question.seeds, most)
        self.desk = desk
        self.question = question
        self.stops = DepositStops(desk, view_of(desk.snapshot, desk.clusters, desk.attribution))
        self._walks = {
            policy: DepositWalk(self.stops, policy, sources, forward=question.forward, keeps=keeps)
            for policy in question.policies
        }
        self.bounds: Bounds | None = None
        self.flows: dict[Policy, Flow] = {}

    def may_go_on_to(self, bounds: Bounds) -> bool:
        """Whether bounds are as wide as those that it was followed to, so that it can go on to them."""
        return self.bounds is None or bounds.max_outputs >= self.bounds.max_outputs

    def go_on(self, bounds: Bounds, progress: Progress | None = None) -> None:
        """Follow what waits, as far as the bounds allow, for each policy by itself.

        It comes to what it would have been with these bounds from the start, unless time ended it.
        """
        for policy, walk in self._walks.items():

            def told(done: int, most: int, name: str = policy.value) -> None:
                if progress is not None:
                    progress(name, done, most)

            self.flows[policy] = walk.go_on(bounds, told)
        self.bounds = bounds

    @property
    def not_judged(self) -> int:
        """Addresses that may take deposits and were too many to be judged, the most of any policy."""
        return max(walk.not_judged for walk in self._walks.values())

    @property
    def nbytes(self) -> int:
        """Memory of what was come to."""
        return sum(walk.nbytes for walk in self._walks.values())


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
