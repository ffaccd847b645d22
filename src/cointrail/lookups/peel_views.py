"""What `cointrail trace peel` answers with. Satoshi are integers, times are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from cointrail.chain.types import Outpoint
from cointrail.error_rates.combine import ErrorBound
from cointrail.heuristics.base import Tier
from cointrail.heuristics.peel import HopKind, PeelStop
from cointrail.lookups.views import LookupBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class PeelPayment:
    """An output that was peeled off: a payment, where the chain's verdicts on change hold.

    Attributes:
        outpoint: the output.
        time_utc: of its block.
        value_sat: its value.
        address: who can spend it; `script:` and hex where no address form exists.
        actor: name of the tagged service that received it; None: nobody says so.
        actor_tier: T2 where it lies in the service's cluster, T3 where it is recognised as a deposit address.
        value: in the currency asked for, at its block's time; empty without a rate.
        currency: of that.
        rate: a bitcoin in that currency.
        rate_source: who published it.
        rate_time: when that price was struck.
    """

    outpoint: Outpoint
    time_utc: datetime
    value_sat: int
    address: str
    actor: str | None
    actor_tier: Tier | None
    value: str
    currency: str | None
    rate: Decimal | None
    rate_source: str | None
    rate_time: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeelHopLine:
    """A transaction of a chain.

    Attributes:
        hop: its number in the direction of the walk, from 1.
        txid: the transaction.
        height: of its block.
        time_utc: of its block.
        kind: `peel`, `sweep` or `join`.
        tier: of the verdict on change; T0 for a sweep, where nothing is inferred.
        rules: that voted for it.
        spent: the coin that the chain brings in, worth `spent_sat`.
        beside: other inputs, worth `beside_sat`; of the coin's cluster, but at a join also of others. With
            `spent_sat` they are what is paid, burned, kept and the fee.
        kept: the coin that the chain goes on with, worth `kept_sat`.
        paid_sat: value of the outputs peeled off.
        burned_sat: value that nobody can spend.
        fee_sat: to the miner.
        payments: the outputs peeled off.
    """

    hop: int
    txid: str
    height: int
    time_utc: datetime
    kind: HopKind
    tier: Tier
    rules: tuple[str, ...]
    spent: Outpoint
    spent_sat: int
    beside: int
    beside_sat: int
    kept: Outpoint
    kept_sat: int
    paid_sat: int
    burned_sat: int
    fee_sat: int
    payments: tuple[PeelPayment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeelBranch:
    """An output that may go on where a chain ends; `followed_as` is the number of its own chain, if any."""

    outpoint: Outpoint
    address: str
    value_sat: int
    spent_by: str | None
    followed_as: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeelChainView:
    """A chain.

    Attributes:
        chain: its number, from 1.
        branches_off: number of the chain that it is a branch of; None for the first.
        start: the output it begins with, worth `start_sat`.
        end: its last output, worth `end_sat`, at `end_address`.
        hops: how many.
        stop: why it ends; `because` says it more closely.
        end_txid: the transaction that it does not pass; None where there is none.
        service: the tagged service that it ends in, and at which tier the end belongs to it.
        paid_sat: all that was peeled off.
        fees_sat: all fees.
        beside_sat: value that came in beside the coin.
        bound: what its links may be wrong together.
        says_error: the same in sentences, with the weakest link and what is missed.
        lines: the hops.
        branches: what may go on at its end; claimed by nobody.
    """

    chain: int
    branches_off: int | None
    start: Outpoint
    start_sat: int
    end: Outpoint
    end_sat: int
    end_address: str
    hops: int
    stop: PeelStop
    because: str
    end_txid: str | None
    service: str | None
    service_tier: Tier | None
    paid_sat: int
    fees_sat: int
    beside_sat: int
    bound: ErrorBound
    says_error: str
    lines: tuple[PeelHopLine, ...]
    branches: tuple[PeelBranch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeelView:
    """Peel chains from one output.

    Attributes:
        output: where they begin.
        backward: whether they go back to where it came from.
        chains: the first, then those of its branches, as many as were asked for.
        branches_left: branches that none of these chains follows; with more chains they are followed too.
        settings: the investigator's limits.
        basis: what all this rests on; its rules include those of the walk.
    """

    output: Outpoint
    backward: bool
    chains: tuple[PeelChainView, ...]
    branches_left: int
    settings: dict[str, object]
    basis: LookupBasis
