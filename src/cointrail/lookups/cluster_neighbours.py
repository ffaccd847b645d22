"""The clusters that one cluster paid, and those that paid it.

A transaction whose inputs all lie in one cluster is that cluster's payment to whom it pays: as far as the
clusters hold, which are an inference. Where several clusters sign together nothing says who paid what; such
transactions are counted and put to nobody's account. Neither is a coinbase: its coins are new.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.find_cluster import get_cluster
from cointrail.lookups.neighbours import Passed, Reach, looked_at
from cointrail.lookups.service_leads import Dealings, ServiceLead, service_leads
from cointrail.lookups.views import ClusterClaims, ClusterRef, LookupBasis, Page
from cointrail.store.chain_places import SIDES, edges_of_txs, rows_between

I64 = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MOST_TXS = 10_000
"""Transactions looked at when nobody says how many."""

NEW_COINS, SEVERAL = -1, -2
"""In place of the cluster that signed a transaction: a coinbase; more than one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterNeighbour:
    """Another cluster.

    Attributes:
        cluster: which.
        claims: what tags propose for it; None when nothing is.
        paid_txs: transactions that the cluster asked for signed alone and that pay this one.
        paid_sat: what they pay it.
        received_txs: transactions that this one signed alone and that pay the cluster asked for.
        received_sat: what they pay that.
    """

    cluster: ClusterRef
    claims: ClusterClaims | None
    paid_txs: int
    paid_sat: int
    received_txs: int
    received_sat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterNeighbours:
    """The clusters that one paid or was paid by.

    Attributes:
        cluster: the one asked for.
        transactions: how many of its transactions were looked at.
        complete: whether these are all; if not, every sum here is of those alone.
        stop_reason: why no more were looked at.
        coinbase_txs: of these, coinbases that pay it.
        coinbase_sat: what they pay it.
        several_signers_txs: of these, transactions that several clusters signed; nobody's account has them.
        page: which neighbours are listed.
        neighbours: those, by both sums together, the largest first; equal ones by label.
        service_leads: what kind of service it behaves like, leads only; empty where no rule says so, and
            where not all of its transactions were looked at.
        basis: what this rests on.
    """

    cluster: ClusterRef
    transactions: int
    complete: bool
    stop_reason: Reach
    coinbase_txs: int
    coinbase_sat: int
    several_signers_txs: int
    page: Page
    neighbours: tuple[ClusterNeighbour, ...]
    service_leads: tuple[ServiceLead, ...]
    basis: LookupBasis


def cluster_neighbours(
    desk: LookupDesk,
    text: str,
    *,
    start: int = 0,
    limit: int = 25,
    most_txs: int = MOST_TXS,
    newest: bool = False,
) -> ClusterNeighbours:
    """The clusters that a cluster paid or was paid by, with sums over its own transactions.

    Args:
        desk: the chain and its clusters.
        text: a label, an address, a script in hex, or an outpoint.
        start: neighbours to skip.
        limit: neighbours to list.
        most_txs: transactions to look at, at most.
        newest: look at its last transactions, not at its first.

    Raises:
        BadInput: it cannot be read, or is a number that is no label.
        NotFound: the chain does not hold it.
    """
    ref = get_cluster(desk, text)
    txs, reach = looked_at(desk.snapshot, desk.clusters.moves.of(ref.label), most_txs, newest=newest)
    sums = sums_of(desk, ref.label, txs)
    listed = range(*slice(start, start + limit).indices(len(sums.others)))
    return ClusterNeighbours(
        cluster=ref,
        transactions=len(txs),
        complete=reach is Reach.COMPLETE,
        stop_reason=reach,
        coinbase_txs=sums.coinbase_txs,
        coinbase_sat=sums.coinbase_sat,
        several_signers_txs=sums.several_signers_txs,
        page=Page(start, len(listed), len(sums.others)),
        neighbours=tuple(_neighbour(desk, sums, row) for row in listed),
        service_leads=service_leads(desk, _dealings(ref.label, txs, sums)) if reach is Reach.COMPLETE else (),
        basis=desk.basis,
    )


class NeighbourSums(NamedTuple):
    """Per neighbour, the largest first; and what belongs to none."""

    others: I64
    paid_txs: I64
    paid_sat: I64
    received_txs: I64
    received_sat: I64
    coinbase_txs: int
    coinbase_sat: int
    several_signers_txs: int
    signed: I64
    """Transactions that the cluster alone signed."""
    first_tx: I64
    last_tx: I64
    """Per neighbour, the transactions between which all of these lie."""


class _Paid(NamedTuple):
    """Outputs of some value: the place of the transaction, the cluster they pay, satoshi."""

    tx: I64
    payee: I64
    value: I64

    def of(self, rows: Flags) -> _Paid:
        return _Paid(self.tx[rows], self.payee[rows], self.value[rows])


def sums_of(desk: LookupDesk, own: int, txs: I64) -> NeighbourSums:
    """What each other cluster paid a cluster and was paid by it, in some of its transactions, ascending."""
    signer, paid = _signers(desk, txs), _paid(desk, txs)
    given, taken = _both_ways(own, signer, paid)
    by = signer[paid.tx]
    mined = paid.of((by == NEW_COINS) & (paid.payee == own))
    others = np.union1d(given.payee, signer[taken.tx])
    paid_txs, paid_sat = _by_other(others, given.payee, given)
    received_txs, received_sat = _by_other(others, signer[taken.tx], taken)
    order = np.lexsort((others, -(paid_sat + received_sat)))
    first_tx, last_tx = _span(others, (given.payee, signer[taken.tx]), (txs[given.tx], txs[taken.tx]))
    return NeighbourSums(
        others=others[order],
        paid_txs=paid_txs[order],
        paid_sat=paid_sat[order],
        received_txs=received_txs[order],
        received_sat=received_sat[order],
        coinbase_txs=len(np.unique(mined.tx)),
        coinbase_sat=int(mined.value.sum()),
        several_signers_txs=int((signer == SEVERAL).sum()),
        signed=txs[signer == own],
        first_tx=first_tx[order],
        last_tx=last_tx[order],
    )


def passed(desk: LookupDesk, own: int, txs: I64) -> tuple[Passed, Passed]:
    """What a cluster paid others and what they paid it, payment by payment; `txs` ascend."""
    signer, paid = _signers(desk, txs), _paid(desk, txs)
    given, taken = _both_ways(own, signer, paid)
    return (
        Passed(given.payee, txs[given.tx], given.value.astype(np.int64)),
        Passed(signer[taken.tx], txs[taken.tx], taken.value.astype(np.int64)),
    )


def _both_ways(own: int, signer: I64, paid: _Paid) -> tuple[_Paid, _Paid]:
    """Of all payments, those to others that the cluster signed alone, and those of one other to it."""
    by = signer[paid.tx]
    return (
        paid.of((by == own) & (paid.payee != own)),
        paid.of((by >= 0) & (by != own) & (paid.payee == own)),
    )


def _dealings(own: int, txs: I64, sums: NeighbourSums) -> Dealings:
    """Everything that the cluster did, where all of its transactions were looked at."""
    return Dealings(
        label=own,
        signed=sums.signed,
        txs=len(txs),
        payers=sums.others[sums.received_txs > 0],
        payees=sums.others[sums.paid_txs > 0],
        others=bool(sums.coinbase_txs or sums.several_signers_txs),
    )


def _signers(desk: LookupDesk, txs: I64) -> I64:
    """The cluster that all inputs of each transaction lie in, `NEW_COINS` or `SEVERAL`."""
    snapshot = desk.snapshot
    owner, inputs = rows_between(*edges_of_txs(snapshot, SIDES[0], txs))
    labels = _labels(desk, snapshot.column("inputs.output").take(inputs))
    lowest = np.full(len(txs), np.iinfo(np.int64).max)
    highest = np.full(len(txs), NEW_COINS, np.int64)
    np.minimum.at(lowest, owner, labels)
    np.maximum.at(highest, owner, labels)
    return np.where((highest == lowest) | (highest == NEW_COINS), highest, SEVERAL)


def _paid(desk: LookupDesk, txs: I64) -> _Paid:
    """The outputs of some transactions; one of no value pays nobody."""
    owner, outputs = rows_between(*edges_of_txs(desk.snapshot, SIDES[1], txs))
    values = desk.snapshot.column("outputs.value").take(outputs)
    return _Paid(owner, _labels(desk, outputs), values).of(values > 0)


def _labels(desk: LookupDesk, outputs: npt.NDArray[np.integer]) -> I64:
    """The clusters that outputs pay."""
    scripts = desk.snapshot.column("outputs.script").take(outputs)
    return desk.clusters.labels_of(scripts).astype(np.int64)


def _by_other(others: I64, other: I64, paid: _Paid) -> tuple[I64, I64]:
    """In how many transactions each of the others has a part, and the value of it; `others` ascend."""
    txs, sat = np.zeros((2, len(others)), np.int64)
    place = np.searchsorted(others, other)
    np.add.at(sat, place, paid.value)
    pairs = np.unique(np.stack([place, paid.tx]), axis=1)
    np.add.at(txs, pairs[0], 1)
    return txs, sat


def _span(others: I64, who: tuple[I64, I64], txs: tuple[I64, I64]) -> tuple[I64, I64]:
    """The first and the last transaction of each of the others; each has one at least."""
    first, last = np.full(len(others), np.iinfo(np.int64).max), np.full(len(others), -1, np.int64)
    for other, tx in zip(who, txs, strict=True):
        place = np.searchsorted(others, other)
        np.minimum.at(first, place, tx)
        np.maximum.at(last, place, tx)
    return first, last


def _neighbour(desk: LookupDesk, sums: NeighbourSums, row: int) -> ClusterNeighbour:
    label = int(sums.others[row])
    return ClusterNeighbour(
        cluster=desk.cluster(label),
        claims=desk.cluster_claims(label),
        paid_txs=int(sums.paid_txs[row]),
        paid_sat=int(sums.paid_sat[row]),
        received_txs=int(sums.received_txs[row]),
        received_sat=int(sums.received_sat[row]),
    )
