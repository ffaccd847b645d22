"""What look-ups say of clusters is what the ledger says when it is read plainly, reorganised or not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import pairwise
from typing import Any

import pytest

from cointrail.clustering.build import build
from cointrail.errors import BadInput
from cointrail.lookups import balance_series as held
from cointrail.lookups import neighbours as nearby
from cointrail.lookups.balance_series import Every
from cointrail.lookups.cluster import show_cluster
from cointrail.lookups.cluster_balance import cluster_balance
from cointrail.lookups.cluster_neighbours import cluster_neighbours
from cointrail.lookups.cluster_payments import cluster_payments
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.neighbours import Reach
from cointrail.lookups.views import Page
from support.plain_ledger import PlainTx
from support.query_stores import KINDS, Asked, asked

Row = tuple[Any, ...]
HEAVY = 6
"""Outputs from which a script has lists of its own here; with them and without are both asked for."""


@dataclass(frozen=True)
class There:
    """A store with its clusters, and the ledger read plainly."""

    asked: Asked
    desk: LookupDesk

    @cached_property
    def label_of(self) -> dict[bytes, int]:
        """The cluster of every script."""
        snapshot, clusters = self.asked.snapshot, self.desk.clusters
        return {snapshot.get_script(n): clusters.label(n) for n in range(snapshot.n_scripts)}

    @cached_property
    def labels(self) -> list[int]:
        """All clusters with more than one script, and some with one."""
        labels = Counter(self.label_of.values())
        single = [label for label, size in labels.items() if size == 1]
        return [*(label for label, size in labels.items() if size > 1), *single[:5]]

    def txs(self, label: int) -> list[PlainTx]:
        """The transactions that touch a cluster."""
        return [
            tx
            for tx in self.asked.plain.txs
            if any(self.label_of[coin.script] == label for coin in (*tx.ins, *tx.outs))
        ]


@pytest.fixture(name="there", scope="module", params=KINDS)
def opened(request: pytest.FixtureRequest) -> Iterator[There]:
    with asked(request.param) as found:
        yield There(found, LookupDesk(found.snapshot, build(found.snapshot, heavy_from=HEAVY)))


def paged(ask: Callable[[int, int], tuple[Page, Sequence[Row]]], size: int) -> list[Row]:
    """All items, asked for page by page."""
    found: list[Row] = []
    while True:
        page, items = ask(len(found), size)
        assert (page.start, page.shown) == (len(found), len(items))
        found += items
        if not items:
            assert page.total == len(found)
            return found


def plain_payments(there: There, label: int) -> list[Row]:
    return [
        (tx.txid, tx.height, way, place, coin.value, coin.script.hex())
        for tx in there.txs(label)
        for way, coins in (("out", tx.ins), ("in", tx.outs))
        for place, coin in enumerate(coins)
        if there.label_of[coin.script] == label
    ]


@pytest.mark.parametrize("newest", [False, True])
def test_pages_of_payments_are_all_that_members_received_and_spent(there: There, *, newest: bool) -> None:
    for size, label in enumerate(there.labels, 3):

        def ask(start: int, limit: int, label: int = label) -> tuple[Page, Sequence[Row]]:
            found = cluster_payments(there.desk, str(label), start=start, limit=limit, newest=newest)
            scripts = [there.asked.snapshot.get_script(line.script_num).hex() for line in found.payments]
            return found.page, [
                (str(line.txid), line.height, line.direction.value, line.place, line.value_sat, script)
                for line, script in zip(found.payments, scripts, strict=True)
            ]

        wanted = plain_payments(there, label)
        assert paged(ask, size * 5) == (wanted[::-1] if newest else wanted)


def test_totals_and_members_are_those_of_the_payments(there: There) -> None:
    for label in there.labels:
        rows = plain_payments(there, label)
        received, spent = (sum(row[4] for row in rows if row[2] == way) for way in ("in", "out"))
        whole = show_cluster(there.desk, str(label), limit=10**6)
        totals = whole.totals
        assert (totals.received_sat, totals.spent_sat, totals.balance_sat) == (
            received,
            spent,
            received - spent,
        )
        ways = Counter(row[2] for row in rows)
        assert (totals.outputs, totals.unspent_outputs) == (ways["in"], ways["in"] - ways["out"])
        assert (whole.first_seen.height, whole.last_seen.height) == (rows[0][1], rows[-1][1])
        members = [script for script, own in there.label_of.items() if own == label]
        assert [member.script for member in whole.members] == [script.hex() for script in members]
        for member in whole.members:
            own = [row for row in rows if row[5] == member.script]
            paid, gone = ([row[4] for row in own if row[2] == way] for way in ("in", "out"))
            assert (member.outputs, member.received_sat) == (len(paid), sum(paid))
            assert member.balance_sat == sum(paid) - sum(gone)


def test_pages_of_members_put_together_are_all_of_them(there: There) -> None:
    label = max(there.labels, key=there.desk.clusters.size)

    def ask(start: int, limit: int) -> tuple[Page, Sequence[Row]]:
        found = show_cluster(there.desk, str(label), start=start, limit=limit)
        return found.page, [(member.script_num,) for member in found.members]

    assert paged(ask, 4) == [(number,) for number in there.desk.clusters.members(label).tolist()]


@pytest.mark.parametrize("every", Every)
def test_balances_are_the_sums_of_all_payments_up_to_then(
    there: There, monkeypatch: pytest.MonkeyPatch, every: Every
) -> None:
    monkeypatch.setattr(held, "PIECE", 7)
    for label in there.labels:

        def ask(start: int, limit: int, label: int = label) -> tuple[Page, Sequence[Row]]:
            found = cluster_balance(there.desk, str(label), every=every, start=start, limit=limit)
            return found.page, [(line.height, line.balance_sat) for line in found.lines]

        rows = plain_payments(there, label)
        signed = [(row[1], row[4] if row[2] == "in" else -row[4]) for row in rows]
        heights = plain_heights(there, every, [height for height, _ in signed])
        assert paged(ask, 9) == [
            (until, sum(value for height, value in signed if height <= until)) for until in heights
        ]


def plain_heights(there: There, every: Every, moved: list[int]) -> list[int]:
    """Which blocks a balance is listed for."""
    if every is Every.BLOCK:
        return sorted(set(moved))
    tip = there.asked.snapshot.height
    dates = [
        datetime.fromtimestamp(there.asked.plain.median_time(height), UTC).date().isoformat()
        for height in range(tip + 1)
    ]
    periods = [date[:7] if every is Every.MONTH else date for date in dates]
    return [*(height for height in range(moved[0], tip) if periods[height] != periods[height + 1]), tip]


def plain_neighbours(there: There, label: int, txs: Sequence[PlainTx]) -> tuple[dict[int, Row], Row]:
    """(paid txs, paid, received txs, received) by cluster; and what no cluster has."""
    sums: defaultdict[int, list[int]] = defaultdict(lambda: [0] * 4)
    mined, coins, several = 0, 0, 0
    for tx in txs:
        signers = {there.label_of[coin.script] for coin in tx.ins}
        paid: defaultdict[int, int] = defaultdict(int)
        for coin in tx.outs:
            if coin.value:
                paid[there.label_of[coin.script]] += coin.value
        several += len(signers) > 1
        mined += not signers and label in paid
        coins += paid[label] if not signers else 0
        if signers == {label}:
            for other in paid.keys() - {label}:
                sums[other][0] += 1
                sums[other][1] += paid[other]
        elif len(signers) == 1 and paid.get(label):
            (payer,) = signers
            sums[payer][2] += 1
            sums[payer][3] += paid[label]
    return {other: tuple(row) for other, row in sums.items()}, (mined, coins, several)


@pytest.mark.parametrize("newest", [False, True])
@pytest.mark.parametrize("most", [1, 5, 10**6])
def test_neighbours_are_summed_over_the_transactions_that_were_looked_at(
    there: There, most: int, *, newest: bool
) -> None:
    for label in there.labels:
        every = there.txs(label)
        txs = every[-most:] if newest else every[:most]
        sums, rest = plain_neighbours(there, label, txs)
        found = cluster_neighbours(there.desk, str(label), limit=10**6, most_txs=most, newest=newest)
        assert (found.transactions, found.complete) == (len(txs), len(every) <= most)
        assert found.stop_reason == (Reach.COMPLETE if found.complete else Reach.TX_LIMIT)
        assert (found.coinbase_txs, found.coinbase_sat, found.several_signers_txs) == rest
        rows = [
            (one.cluster.label, (one.paid_txs, one.paid_sat, one.received_txs, one.received_sat))
            for one in found.neighbours
        ]
        assert dict(rows) == sums
        keys = [(-(row[1] + row[3]), label) for label, row in rows]
        assert all(one < other for one, other in pairwise(keys))
        page = cluster_neighbours(there.desk, str(label), start=1, limit=2, most_txs=most, newest=newest)
        assert page.neighbours == found.neighbours[1:3]
        assert (page.page.start, page.page.shown, page.page.total) == (1, len(page.neighbours), len(rows))


def test_the_chains_have_what_the_sums_must_tell_apart(there: There) -> None:
    """Clusters that were paid and that paid, coinbases, and transactions that several signed."""
    found = [cluster_neighbours(there.desk, str(label), limit=10**6) for label in there.labels]
    assert any(one.paid_sat for answer in found for one in answer.neighbours)
    assert any(one.received_sat for answer in found for one in answer.neighbours)
    assert any(answer.coinbase_txs for answer in found)
    assert any(answer.several_signers_txs for answer in found)
    assert len(there.desk.clusters.moves.arrays.heavy)


@pytest.mark.parametrize("newest", [False, True])
def test_too_many_rows_stop_the_look_at_neighbours(
    there: There, monkeypatch: pytest.MonkeyPatch, *, newest: bool
) -> None:
    monkeypatch.setattr(nearby, "MOST_ROWS", 30)
    label = max(there.labels, key=there.desk.clusters.size)
    found = cluster_neighbours(there.desk, str(label), limit=10**6, newest=newest)
    every = there.txs(label)
    txs = every[-found.transactions :] if newest else every[: found.transactions]
    assert (found.complete, found.stop_reason) == (False, Reach.ROW_LIMIT)
    assert 0 < sum(len(tx.ins) + len(tx.outs) for tx in txs) <= 30
    assert {one.cluster.label for one in found.neighbours} == set(plain_neighbours(there, label, txs)[0])


@pytest.mark.parametrize("text", ["999999999", "9" * 90, "1"])
@pytest.mark.parametrize("ask", [show_cluster, cluster_payments, cluster_balance, cluster_neighbours])
def test_a_number_that_is_no_label_is_refused(there: There, ask: Callable[..., object], text: str) -> None:
    if text == "1" and there.desk.clusters.label(1) == 1:
        text = str(there.desk.clusters.members(max(there.labels, key=there.desk.clusters.size))[1])
    with pytest.raises(BadInput, match="is no cluster label"):
        ask(there.desk, text)
