"""Counterparties of a drawing: when they first and last dealt, against the ledger read plainly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from cointrail.clustering.build import build
from cointrail.lookups.cluster import show_cluster
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.graph_relations import graph_relations
from support.plain_ledger import PlainTx
from support.query_stores import KINDS, Asked, asked

SOME = 12
EVERY = 10**6


@pytest.fixture(name="there", scope="module", params=KINDS[:1])
def opened(request: pytest.FixtureRequest) -> Iterator[Asked]:
    with asked(request.param) as found:
        yield found


@pytest.fixture(name="desk", scope="module")
def desk_of(there: Asked) -> LookupDesk:
    return LookupDesk(there.snapshot, build(there.snapshot))


def block_time(there: Asked, tx: PlainTx) -> datetime:
    return datetime.fromtimestamp(there.plain.times[tx.height], UTC)


def scripts(there: Asked) -> list[bytes]:
    every = there.plain.scripts()
    return every[:: max(1, len(every) // SOME)]


def test_addresses_dealt_first_and_last_when_the_ledger_has_it(there: Asked, desk: LookupDesk) -> None:
    for script in scripts(there):
        name = f"script:{script.hex()}"
        [told] = graph_relations(desk, [name], of_clusters=False, limit=EVERY, most_txs=EVERY).relations
        wanted: dict[str, list[datetime]] = {}
        for tx in there.plain.txs_of(script):
            for other in there.plain.neighbours(script, [tx]):
                number = there.snapshot.find_script(other)
                assert number is not None
                wanted.setdefault(desk.name(number), []).append(block_time(there, tx))
        assert {one.name: (one.first_utc, one.last_utc) for one in told.counterparties} == {
            other: (times[0], times[-1]) for other, times in wanted.items()
        }


def test_clusters_dealt_first_and_last_when_one_signed_alone(there: Asked, desk: LookupDesk) -> None:
    label_of = {
        there.snapshot.get_script(number): desk.clusters.label(number)
        for number in range(there.snapshot.n_scripts)
    }
    for label in sorted({label_of[script] for script in scripts(there)}):
        [told] = graph_relations(desk, [str(label)], of_clusters=True, limit=EVERY, most_txs=EVERY).relations
        wanted: dict[int, list[datetime]] = {}
        for tx in there.plain.txs:
            signers = {label_of[coin.script] for coin in tx.ins}
            paid = {label_of[coin.script] for coin in tx.outs if coin.value}
            others = paid - signers if signers == {label} else signers if label in paid else set()
            if len(signers) == 1:
                for other in others - {label}:
                    wanted.setdefault(other, []).append(block_time(there, tx))
        assert {one.cluster: (one.first_utc, one.last_utc) for one in told.counterparties} == {
            other: (times[0], times[-1]) for other, times in wanted.items()
        }
        fewer = graph_relations(desk, [str(label)], of_clusters=True, limit=1, most_txs=EVERY).relations[0]
        assert fewer.left_out + len(fewer.counterparties) == told.total
        assert fewer.left_out_paid_sat == sum(one.paid_sat for one in told.counterparties[1:])


def test_a_cluster_of_a_drawing_has_the_bound_that_its_own_page_states(
    there: Asked, desk: LookupDesk
) -> None:
    names = [f"script:{script.hex()}" for script in scripts(there)]
    drawn = graph_relations(desk, names, of_clusters=True, limit=EVERY, most_txs=EVERY).clusters
    assert any(one.size > 1 for one in drawn)
    for one in drawn:
        page = show_cluster(desk, str(one.label))
        assert (one.tier, one.link_bound_ppm) == (page.tier, page.error.link_bound_ppm)
