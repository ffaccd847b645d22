"""What a trace answers with. Amounts are whole satoshi, by the name of the policy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cointrail.chain.types import Outpoint, Txid
from cointrail.error_rates.combine import ErrorBound
from cointrail.heuristics.base import Tier
from cointrail.lookups.views import BlockRef, LookupBasis, Page
from cointrail.tracing.policy import Policy
from cointrail.tracing.stops import Stop

BySat = dict[Policy, int]
"""Satoshi by policy; a policy that brings nothing there has 0."""


class Direction(StrEnum):
    """Along the chain or against it."""

    FORWARD = "forward"
    BACKWARD = "backward"


class SeedKind(StrEnum):
    """What a seed names."""

    OUTPOINT = "outpoint"
    TRANSACTION = "transaction"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedView:
    """A start of the trace, with how many outputs it has and their satoshi."""

    seed: str
    kind: SeedKind
    outputs: int
    value_sat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopLine:
    """Where value ended, by reason.

    Attributes:
        stop: the reason.
        ends: by policy, how many ends; fees count by transaction.
        sat: by policy.
    """

    stop: Stop
    ends: dict[Policy, int]
    sat: BySat


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyView:
    """How far the trace came by one policy.

    Attributes:
        outputs: outputs reached, the starts included.
        transactions: transactions crossed.
        cut: the bound that ended the whole; None: every branch came to its own end.
        followed_to: with `cut`, the transaction that would have come next: all before it, or, going
            backward, all after it, was followed.
        followed_to_block: its block.
        frontier: with `cut`, outputs that wait to be followed.
        frontier_sat: what they carry.
    """

    policy: Policy
    outputs: int
    transactions: int
    cut: Stop | None
    followed_to: Txid | None
    followed_to_block: BlockRef | None
    frontier: int
    frontier_sat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EndLine:
    """One end.

    Attributes:
        seed: whose value ended there.
        stop: why.
        outpoint: the output at which it ended.
        address: of that output, or `script:` and its hex.
        cluster: label of the cluster that has, or going backward that paid, the output; None where no
            single one did.
        actor: who is claimed to be behind that cluster; None: nobody, or sources disagree.
        block: of the transaction that made the output.
        value_sat: of the output, whoever's.
        sat: by policy, of the seed's value.
        policies: those by which anything ended there.
        hops: transactions between the seed and this output, on the shortest path by the first of them.
        weakest_tier: of all that the path, and the actor's claim to the cluster, rest on.
        path: from the seed to this output.
        bound: what the path's links, and those of the claim, may be wrong together.
        says_error: the same in sentences.
    """

    seed: str
    stop: Stop
    outpoint: Outpoint
    address: str
    cluster: int | None
    actor: str | None
    block: BlockRef
    value_sat: int
    sat: BySat
    policies: tuple[Policy, ...]
    hops: int
    weakest_tier: Tier
    path: tuple[Outpoint, ...]
    bound: ErrorBound
    says_error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What reached one actor, or came from it.

    Attributes:
        actor: who is claimed to be there; several names where sources disagree.
        stop: `custodian`, `deposit`, `conflicting_tags` or `tagged_address`.
        direct_sat: by policy, what passed no cluster between the seed's own and the actor's.
        indirect_sat: by policy, the rest.
        ends: outputs, by any policy.
        fewest_hops: to the nearest of them.
    """

    actor: str
    stop: Stop
    direct_sat: BySat
    indirect_sat: BySat
    ends: int
    fewest_hops: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """Something that one might say, and by which policies it holds. Poison is not asked.

    Attributes:
        claim: in a sentence.
        holds: whether it holds by every policy that was asked and conserves value.
        policies: those by which it holds.
        open: those by which it does not hold so far, but whose trace a bound ended.
    """

    claim: str
    holds: bool
    policies: tuple[Policy, ...]
    open: tuple[Policy, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollisionLine:
    """Satoshi of a seed at an output that a seed reported earlier has; they count under that one."""

    policy: Policy
    outpoint: Outpoint
    seed: str
    counts_under: str
    sat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceBounds:
    """How far it was to be followed."""

    max_hops: int
    max_outputs: int
    min_value_sat: int
    min_share_ppm: int
    seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceView:
    """A trace as `cointrail trace` gives it.

    Attributes:
        fees: what becomes of value paid in fees: it is reported under `fee` and not followed.
        deposits_not_judged: addresses that may take deposits for a service, and were too many to be judged.
        stops: where value ended; by every policy but poison the sums add up to what was traced.
        conclusions: empty where fewer than two policies that conserve value were asked.
        ends: a page of them, custodians first, then the largest; fees and collisions are in the sums only.
        collisions: the first of them.
        collisions_total: how many there are.
    """

    direction: Direction
    policies: tuple[Policy, ...]
    seeds: tuple[SeedView, ...]
    traced_sat: int
    bounds: TraceBounds
    fees: str
    deposits_not_judged: int
    runs: tuple[PolicyView, ...]
    stops: tuple[StopLine, ...]
    exposures: tuple[Exposure, ...]
    conclusions: tuple[Conclusion, ...]
    ends: tuple[EndLine, ...]
    page: Page
    collisions: tuple[CollisionLine, ...]
    collisions_total: int
    basis: LookupBasis
