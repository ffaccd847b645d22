"""What a drawing of the chain is made from. Satoshi are integers, times are aware UTC.

Every answer is bounded and says what it leaves out, with the sums of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cointrail.chain.types import Outpoint, Txid
from cointrail.heuristics.base import Tier
from cointrail.lookups.neighbours import Reach
from cointrail.lookups.trace_views import BySat, Direction, PolicyView
from cointrail.lookups.tx import GateView
from cointrail.lookups.views import BlockRef, LookupBasis, TagLine
from cointrail.tracing.policy import Policy
from cointrail.tracing.stops import Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphCoin:
    """An output, drawn between the transaction that makes it and the one that spends it.

    Attributes:
        outpoint: which.
        address: who can spend it; `script:` and hex where no address form exists.
        value_sat: its value.
        cluster: label of the cluster that it lies in, an inference.
        spent_by: the transaction that spends it; None while it is unspent at the tip.
        tags: claims on this very script.
    """

    outpoint: Outpoint
    address: str
    value_sat: int
    cluster: int
    spent_by: Txid | None
    tags: tuple[TagLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SideCoins:
    """The inputs or the outputs of a transaction: the largest, then those that were asked for by name.

    Attributes:
        coins: those, each once.
        total: how many the transaction has.
        total_sat: their value.
        left_out: how many of them are not in `coins`.
        left_out_sat: their value.
    """

    coins: tuple[GraphCoin, ...]
    total: int
    total_sat: int
    left_out: int
    left_out_sat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphChange:
    """The output that is said to stay with the sender: an inference.

    Attributes:
        outpoint: which.
        tier: T1 for self-change, T3 where signals agree, T4 for a single one, a lead.
        rules: the links that it rests on, with versions; empty for self-change, which is no link.
        bound_ppm: upper bound on how often such a verdict is wrong; None: not measured.
        says_error: the same in sentences.
    """

    outpoint: Outpoint
    tier: Tier
    rules: tuple[str, ...]
    bound_ppm: int | None
    says_error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphTx:
    """A transaction of a drawing; all but the gate and the change is ledger fact."""

    txid: Txid
    block: BlockRef
    is_coinbase: bool
    fee_sat: int
    gate: GateView
    change: GraphChange | None
    tags: tuple[TagLine, ...]
    inputs: SideCoins
    outputs: SideCoins


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphCluster:
    """A cluster that coins of the answer lie in.

    Attributes:
        label: of the cluster.
        name: its smallest member's address, or `script:` and its hex.
        size: how many scripts.
        tier: up to which its scripts are linked.
        link_bound_ppm: each of its links is wrong in at most this; None: not measured. 0: it has none.
        actor: who is claimed to be behind it; None: nobody, or sources disagree.
        parties: who, where sources disagree.
        claims: the first of the claims.
        claims_total: how many there are.
    """

    label: int
    name: str
    size: int
    tier: Tier
    link_bound_ppm: int | None
    actor: str | None
    parties: tuple[str, ...]
    claims: tuple[TagLine, ...]
    claims_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphTxs:
    """Transactions of a drawing.

    Attributes:
        transactions: in the order asked for.
        not_looked_at: those that the limit on rows left; ask for them again.
        clusters: of all coins.
        basis: what all this rests on.
    """

    transactions: tuple[GraphTx, ...]
    not_looked_at: tuple[Txid, ...]
    clusters: tuple[GraphCluster, ...]
    basis: LookupBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterparty:
    """Another cluster or address, and what passed between.

    Attributes:
        name: an address, or `script:` and its hex.
        cluster: its label.
        paid_txs: transactions by which the one asked for paid it, and `paid_sat` in them.
        received_txs: transactions by which it paid, and `received_sat` in them.
        first_utc: block time of the first of these.
        last_utc: block time of the last of these.
    """

    name: str
    cluster: int
    paid_txs: int
    paid_sat: int
    received_txs: int
    received_sat: int
    first_utc: datetime
    last_utc: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphRelation:
    """One address or cluster with its largest counterparties.

    Attributes:
        asked: as it was asked for.
        name: its address, of a cluster that of its smallest member.
        cluster: its label.
        is_cluster: whether all of the cluster is meant; else one script, and sums are ledger facts of whole
            transactions, where nobody says whose coins went to whom.
        transactions: how many of its transactions were looked at.
        stop_reason: why no more.
        counterparties: the largest by both sums together.
        total: how many there are in these transactions.
        left_out: how many of them are not listed.
        left_out_paid_sat: what it paid those.
        left_out_received_sat: what those paid.
        several_signers_txs: transactions that several clusters signed; nobody's account has them.
    """

    asked: str
    name: str
    cluster: int
    is_cluster: bool
    transactions: int
    stop_reason: Reach
    counterparties: tuple[Counterparty, ...]
    total: int
    left_out: int
    left_out_paid_sat: int
    left_out_received_sat: int
    several_signers_txs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphRelations:
    """Relations, in the order asked for, and the clusters on both of their ends."""

    relations: tuple[GraphRelation, ...]
    clusters: tuple[GraphCluster, ...]
    basis: LookupBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedLine:
    """An output that value of the seeds came to.

    Attributes:
        outpoint: which.
        made_in: the transaction that made it.
        value_sat: of the output, whoever's.
        sat: by policy, of the seeds' value; 0 where that policy brings nothing there.
        hops: transactions from the seeds, on the shortest way by any policy.
        stop: why it ended there, by the first policy by which it did; None: it went on.
    """

    outpoint: Outpoint
    made_in: Txid
    value_sat: int
    sat: BySat
    hops: int
    stop: Stop | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphFlow:
    """The outputs that a trace reaches, with what they carry by each policy.

    Attributes:
        carried: the largest, each with its way from the seeds.
        total: outputs that any policy reached.
        left_out: how many of them are not listed.
        runs: how far each policy came, and whether a bound ended it.
    """

    direction: Direction
    policies: tuple[Policy, ...]
    traced_sat: int
    carried: tuple[CarriedLine, ...]
    total: int
    left_out: int
    runs: tuple[PolicyView, ...]
    basis: LookupBasis
