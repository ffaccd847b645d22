"""The gate over a chain says what its definition says, and later blocks change no static verdict."""

from __future__ import annotations

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from cointrail.chain.view import TxView
from cointrail.heuristics.channels import find_channels
from cointrail.heuristics.gate import DYNAMIC, Gate, verdict_of
from cointrail.heuristics.gate_chain import judge_all, judge_chain
from support.chains import FakeSnapshot
from support.round_chains import linked_chains


@settings(max_examples=150)
@given(
    chain=linked_chains(),
    network=st.sampled_from(["mainnet", "regtest"]),
    size=st.integers(1, 4),
    threads=st.integers(1, 3),
)
def test_a_chain_is_judged_as_defined(chain: list[TxView], network: str, size: int, threads: int) -> None:
    judged = list(judge_chain(FakeSnapshot(chain, network=network, batch_size=size), threads=threads))
    bits = [int(b) for batch in judged for b in batch.reasons]
    assert [verdict_of(b) for b in bits] == judge_all(chain, dated=network == "mainnet")
    assert [Gate(g) for batch in judged for g in batch.gate] == [verdict_of(b).gate for b in bits]


@given(chain=linked_chains(), data=st.data())
def test_later_blocks_change_no_static_verdict(chain: list[TxView], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(chain)))
    before, after = judge_all(chain[:cut]), judge_all(chain)[:cut]
    assert [set(v.reasons) - DYNAMIC for v in before] == [set(v.reasons) - DYNAMIC for v in after]
    assert all(set(old.reasons) <= set(new.reasons) for old, new in zip(before, after, strict=True))


@given(chain=linked_chains(), data=st.data())
def test_where_a_channel_was_spent_tells_the_verdict_of_every_height(
    chain: list[TxView], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(chain)))
    channels = find_channels(FakeSnapshot(chain))
    known = {
        int(tx) for tx, spent_in in zip(channels.funding, channels.spent_in, strict=True) if spent_in < cut
    }
    opened = {k for k, v in enumerate(judge_all(chain)) if "lightning.open" in v.reasons}
    assert {
        k for k, v in enumerate(judge_all(chain[:cut])) if "lightning.open" in v.reasons
    } == opened & known


@pytest.mark.parametrize("reason", ["coinjoin.wasabi2_remix", "lightning.open"])
def test_the_chains_drawn_reach_what_only_a_chain_shows(reason: str) -> None:
    generate = settings(max_examples=3_000, derandomize=True, database=None, phases=[Phase.generate])
    found = find(
        linked_chains(), lambda chain: any(reason in v.reasons for v in judge_all(chain)), settings=generate
    )
    assert found
