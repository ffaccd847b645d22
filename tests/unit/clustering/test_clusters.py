"""What clusters answer on small chains."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from cointrail.chain.script import PAY_TO_ANCHOR, hash160, p2pkh, p2wpkh
from cointrail.chain.view import InputMarks
from cointrail.clustering.build import build
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.proof import ProofStep
from cointrail.clustering.rules import rules_in_force
from cointrail.errors import BadInput, NotFound
from cointrail.heuristics.base import Tier
from cointrail.heuristics.gate import Gate
from support.chains import FakeSnapshot, input_view, output_view, script_of, tx, view

PAID = "a:50 b:40 c:30 d:20 e:10"
JOIN = tx(ins="a:9 b:9 c:9 d:9 e:9", outs="v:7 w:7 x:7 y:7 z:7")


def clustered(*txs: tuple[str, str]) -> tuple[FakeSnapshot, Clusters]:
    chain = FakeSnapshot([tx(outs=PAID), *(tx(ins, outs) for ins, outs in txs)])
    return chain, build(chain)


def test_inputs_signed_together_share_a_label_the_smallest_script_number() -> None:
    chain, clusters = clustered(("c:30 b:40", "shop:69"))
    assert clusters.label(chain.number("b")) == clusters.label(chain.number("c")) == chain.number("b")
    assert clusters.label(chain.number("a")) == chain.number("a")
    assert clusters.members(chain.number("b")).tolist() == [chain.number("b"), chain.number("c")]
    assert clusters.size(chain.number("b")) == 2
    assert clusters.labels().dtype == np.uint32


def test_a_script_that_nothing_joined_is_its_own_cluster() -> None:
    chain, clusters = clustered()
    alone = chain.number("e")
    assert clusters.members(alone).tolist() == [alone]
    assert clusters.size(alone) == 1


def test_explain_gives_the_transactions_from_one_script_to_the_other() -> None:
    chain, clusters = clustered(("a:5 b:5", "s:9"), ("c:5 d:5", "s:9"), ("b:5 c:5", "s:9"))
    a, b, c, d = (chain.number(name) for name in "abcd")
    steps = clusters.explain(a, d)
    assert steps is not None
    assert [(s.from_script, s.to_script, s.tx_num) for s in steps] == [(a, b, 1), (b, c, 3), (c, d, 2)]
    assert {(s.rule, s.tier) for s in steps} == {("common_input@2", Tier.T2)}
    back = clusters.explain(d, a)
    assert back == tuple(
        s._replace(from_script=s.to_script, to_script=s.from_script) for s in reversed(steps)
    )


def test_explain_is_empty_for_the_same_script_and_none_where_nothing_joins() -> None:
    chain, clusters = clustered(("a:5 b:5", "s:9"))
    assert clusters.explain(chain.number("a"), chain.number("a")) == ()
    assert clusters.explain(chain.number("a"), chain.number("c")) is None


def test_a_coinjoin_joins_nothing_and_is_counted() -> None:
    chain = FakeSnapshot([tx(outs=PAID), JOIN])
    clusters = build(chain)
    assert clusters.labels().tolist() == list(range(chain.n_scripts))
    assert clusters.skipped == {"coinjoin.coordinator": 1}
    assert clusters.gate(1).gate == Gate.UNSAFE
    assert clusters.gate(0).gate == Gate.SAFE


def test_an_unknown_gate_joins_nothing_either() -> None:
    chain, clusters = clustered(("a:5 b:?", "s:9"), ("a:9000 b:9000 c:9000", "x:5001 y:5001 z:7"))
    assert clusters.label(chain.number("b")) == chain.number("b")
    assert clusters.skipped == {"coinjoin.equal_outputs": 1, "coinjoin.stonewall": 1}


def test_only_transactions_of_two_known_scripts_count_as_kept_apart() -> None:
    _, clusters = clustered(("a:5 b:?", "s:9"), ("a:9000 a:9000", "x:5001 y:5001 z:7"))
    assert clusters.skipped == {}


def test_a_shared_key_is_tier_1_and_needs_no_transaction() -> None:
    key = hash160(b"\x02" * 33)
    first = view((), (output_view(p2pkh(key), 5), output_view(p2wpkh(key), 5), output_view("bob", 5)))
    both = view((input_view(p2wpkh(key), 5), input_view("bob", 5, salt=1)), (output_view("shop", 9),))
    clusters = build(FakeSnapshot([first, both]))
    assert clusters.label(1, Tier.T1) == 0
    assert clusters.label(2, Tier.T1) == 2
    assert clusters.members(0, Tier.T2).tolist() == [0, 1, 2]
    assert clusters.members(0, Tier.T1).tolist() == [0, 1]
    assert clusters.explain(0, 2) == (
        ProofStep(0, 1, "same_key@1", Tier.T1, None),
        ProofStep(1, 2, "common_input@2", Tier.T2, 1),
    )


def test_the_network_decides_whether_heights_tell_a_date() -> None:
    ins = " ".join(f"i{k}:10_000_000" for k in range(20))
    outs = " ".join(f"o{k}:{9_990_000 if k < 4 else 17 * k}" for k in range(7))
    early = [tx(outs=ins), tx(ins, outs, height=150)]
    reasons = {
        name: build(FakeSnapshot(early, network=name)).gate(1).reasons for name in ("mainnet", "regtest")
    }
    assert "coinjoin.wasabi1" not in reasons["mainnet"]
    assert "coinjoin.wasabi1" in reasons["regtest"]


def test_results_name_every_rule_that_had_a_say() -> None:
    _, clusters = clustered()
    assert clusters.rules == rules_in_force()
    assert clusters.rules[:3] == ("same_key@1", "inner_script@1", "common_input@2")
    assert "coinjoin.whirlpool@1" in clusters.rules


def test_the_digest_names_the_labels() -> None:
    assert clustered(("a:5 b:5", "s:9"))[1].digest == clustered(("b:5 a:5", "s:9"))[1].digest
    assert clustered(("a:5 b:5", "s:9"))[1].digest != clustered(("a:5 c:5", "s:9"))[1].digest


def test_members_want_a_label() -> None:
    chain, clusters = clustered(("a:5 b:5", "s:9"))
    with pytest.raises(BadInput, match=f"{chain.number('b')} is no cluster label"):
        clusters.members(chain.number("b"))


@pytest.mark.parametrize("number", [-1, 999])
def test_numbers_that_do_not_exist_are_not_found(number: int) -> None:
    _, clusters = clustered()
    with pytest.raises(NotFound, match="there is no script"):
        clusters.label(number)
    with pytest.raises(NotFound, match="there is no transaction"):
        clusters.gate(number)


def test_there_are_clusters_of_four_tiers() -> None:
    _, clusters = clustered()
    with pytest.raises(BadInput, match="no clusters of tier T5"):
        clusters.label(0, Tier.T5)


def test_a_long_peeling_wallet_is_explained_in_one_walk() -> None:
    names = [f"p{k}" for k in range(300)]
    paid = tx(outs=" ".join(f"{name}:9" for name in names))
    chain = FakeSnapshot([paid, *(tx(f"{a}:9 {b}:9", "s:17") for a, b in pairwise(names))])
    steps = build(chain).explain(chain.numbers[script_of("p0")], chain.numbers[script_of("p299")])
    assert steps is not None
    assert len(steps) == 299
    assert [step.tx_num for step in steps] == list(range(1, 300))


def test_progress_is_told_in_scripts_and_twice_in_transactions() -> None:
    told: list[tuple[int, int]] = []
    chain = FakeSnapshot([tx(outs="a:5")] * 7, batch_size=3)
    build(chain, progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 15) for done in (1, 4, 7, 8, 11, 14, 15)]


def test_an_empty_chain_has_no_clusters() -> None:
    clusters = build(FakeSnapshot([]))
    assert clusters.labels().tolist() == []


def test_two_who_spend_the_anchor_of_all_are_not_joined_by_it() -> None:
    anchor = PAY_TO_ANCHOR
    ins = [
        (input_view(anchor, 240, marks=InputMarks.NONE, salt=k), input_view(name, 900, salt=k))
        for k, name in enumerate(("alice", "bob"))
    ]
    chain = FakeSnapshot([view(pair, (output_view("shop", 1_000),)) for pair in ins])
    assert build(chain).labels().tolist() == list(range(chain.n_scripts))
