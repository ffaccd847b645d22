"""Transactions for a drawing: the largest coins on either side, and how many more there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cointrail.chain.types import Outpoint, Txid
from cointrail.error_rates.combine import bound_of
from cointrail.heuristics.base import Tier
from cointrail.lookups.around import Around
from cointrail.lookups.cluster import headline_error
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.find import get_output_num, parse_outpoint
from cointrail.lookups.graph_views import GraphChange, GraphCluster, GraphCoin, GraphTx, GraphTxs, SideCoins
from cointrail.lookups.script_moves import first_and_last_tx
from cointrail.lookups.tx import GateView, get_tx
from cointrail.tracing.change_votes import ChainVotes, KeptChanges

MOST_ROWS = 50_000
"""Inputs and outputs that one answer looks at; the first transaction is looked at however large it is."""

MOST_CLAIMS = 3
"""Claims of a cluster that a drawing repeats; its page has them all."""


class Row(NamedTuple):
    """An input's or output's coin."""

    output_num: int
    script_num: int
    value: int


def graph_txs(
    desk: LookupDesk, txids: Sequence[str], *, keep: Sequence[str] = (), skip: int = 0, limit: int = 8
) -> GraphTxs:
    """Some transactions with their largest coins.

    Args:
        desk: the chain, its clusters and tags.
        txids: ids.
        keep: outpoints that are listed though they are not among the largest.
        skip: how many of the largest to pass over.
        limit: how many to list on a side.

    Raises:
        BadInput: not a transaction id, or not an outpoint.
        NotFound: the chain does not hold it.
    """
    numbers = list(dict.fromkeys(get_tx(desk, txid) for txid in txids))
    kept = frozenset(get_output_num(desk.snapshot, parse_outpoint(one.strip())) for one in keep)
    teller = _Teller(desk, kept, skip, limit)
    fit = _fitting(desk, numbers)
    lines = tuple(teller.tx(number) for number in numbers[:fit])
    return GraphTxs(
        transactions=lines,
        not_looked_at=tuple(desk.snapshot.txid(number) for number in numbers[fit:]),
        clusters=graph_clusters(desk, teller.labels),
        basis=desk.basis,
    )


def graph_clusters(desk: LookupDesk, labels: Iterable[int]) -> tuple[GraphCluster, ...]:
    """What a drawing says of some clusters, by label."""
    return tuple(_cluster(desk, label) for label in sorted(set(labels)))


def _cluster(desk: LookupDesk, label: int) -> GraphCluster:
    ref, claims = desk.cluster(label), desk.cluster_claims(label)
    first, last = first_and_last_tx(desk, desk.clusters.moves.of(label))
    proposals = () if claims is None else claims.proposals
    return GraphCluster(
        label=label,
        name=ref.name,
        size=ref.size,
        tier=Tier.T2,
        link_bound_ppm=headline_error(desk, ref.size, first, last).link_bound_ppm,
        actor=None if claims is None else claims.actor,
        parties=claims.parties if claims is not None and claims.conflict else (),
        claims=proposals[:MOST_CLAIMS],
        claims_total=len(proposals),
    )


def _fitting(desk: LookupDesk, numbers: Sequence[int]) -> int:
    """How many transactions the limit on rows allows."""
    rows = 0
    for place, number in enumerate(numbers):
        ranges = (desk.snapshot.tx_input_range(number), desk.snapshot.tx_output_range(number))
        rows += sum(last - first for first, last in ranges)
        if rows > MOST_ROWS and place:
            return place
    return len(numbers)


class _Teller:
    """Names what is drawn, and remembers the clusters that it named."""

    def __init__(self, desk: LookupDesk, kept: frozenset[int], skip: int, limit: int) -> None:
        self._desk = desk
        self._kept = kept
        self._part = slice(skip, skip + limit)
        self.labels: set[int] = set()
        votes = ChainVotes(desk.snapshot, desk.clusters, Around(desk).tags, desk.clusters.standing)
        self._changes = KeptChanges(desk.snapshot, desk.clusters, votes)

    def tx(self, number: int) -> GraphTx:
        """One transaction."""
        snapshot = self._desk.snapshot
        verdict = self._desk.clusters.gate(number)
        spent = [
            Row(row.output_num, row.script_num, row.value)
            for row in snapshot.tx_inputs(number)
            if row.output_num is not None and row.script_num is not None and row.value is not None
        ]
        made = [Row(row.output_num, row.script_num, row.value) for row in snapshot.tx_outputs(number)]
        change = self._change(number)
        kept = self._kept if change is None else self._kept | {change[0]}
        return GraphTx(
            txid=snapshot.txid(number),
            block=self._desk.block_of_tx(number),
            is_coinbase=not spent,
            fee_sat=snapshot.tx_fee(number),
            gate=GateView(verdict.gate.name.lower(), verdict.reasons),
            change=None if change is None else change[1],
            tags=self._desk.tx_tags(number),
            inputs=self._side(spent, self._kept),
            outputs=self._side(made, kept),
        )

    def _side(self, rows: Sequence[Row], kept: frozenset[int]) -> SideCoins:
        order = sorted(rows, key=lambda row: (-row.value, row.output_num))
        listed = dict.fromkeys((*order[self._part], *(row for row in order if row.output_num in kept)))
        total = sum(row.value for row in rows)
        return SideCoins(
            coins=tuple(self._coin(row) for row in listed),
            total=len(rows),
            total_sat=total,
            left_out=len(rows) - len(listed),
            left_out_sat=total - sum(row.value for row in listed),
        )

    def _coin(self, row: Row) -> GraphCoin:
        desk, label = self._desk, self._desk.clusters.label(row.script_num)
        self.labels.add(label)
        return GraphCoin(
            outpoint=self._outpoint(row.output_num),
            address=desk.name(row.script_num),
            value_sat=row.value,
            cluster=label,
            spent_by=self._spender(row.output_num),
            tags=desk.script_tags(row.script_num),
        )

    def _outpoint(self, output_num: int) -> Outpoint:
        return self._desk.snapshot.outpoint(output_num)

    def _spender(self, output_num: int) -> Txid | None:
        snapshot = self._desk.snapshot
        spender = snapshot.spent_by(output_num)
        return None if spender is None else snapshot.txid(snapshot.input_tx(spender))

    def _change(self, number: int) -> tuple[int, GraphChange] | None:
        found = self._changes.change(number)
        if found is None:
            return None
        rates = self._desk.link_rates
        charges = rates.change(number, found.tier)
        bound = bound_of(charges)
        time = self._desk.snapshot.block_time(self._desk.snapshot.tx_height(number))
        return found.output_num, GraphChange(
            outpoint=self._outpoint(found.output_num),
            tier=found.tier,
            rules=tuple(dict.fromkeys(charge.rule for charge in charges)),
            bound_ppm=bound.bound_ppm,
            says_error=rates.say(bound, time),
        )
