"""Coins of a drawing: what is claimed of them is all there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from cointrail.clustering.build import build
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.graph_txs import MOST_CLAIMS, graph_txs
from cointrail.lookups.views import TagLine
from support.query_stores import KINDS, Asked, asked


@pytest.fixture(name="there", scope="module", params=KINDS[:1])
def opened(request: pytest.FixtureRequest) -> Iterator[Asked]:
    with asked(request.param) as found:
        yield found


class _MuchClaimed(LookupDesk):
    """Every script has one claim more than a drawing repeats of a cluster."""

    def script_tags(self, script_num: int) -> tuple[TagLine, ...]:
        return tuple(
            TagLine(
                label=f"claim {n}",
                actor=None,
                categories=(),
                source="a test",
                claimed_on=date(2020, 1, 1),
                confidence="a",
                confidence_level=1,
                via=str(script_num),
            )
            for n in range(MOST_CLAIMS + 1)
        )


def test_no_claim_on_a_drawn_script_is_left_out_unsaid(there: Asked) -> None:
    desk = _MuchClaimed(there.snapshot, build(there.snapshot))
    [told] = graph_txs(desk, [str(there.snapshot.txid(there.snapshot.n_txs - 1))]).transactions
    assert told.outputs.coins
    assert {len(coin.tags) for coin in told.outputs.coins} == {MOST_CLAIMS + 1}
