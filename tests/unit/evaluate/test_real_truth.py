"""Exchanges that meet in a cluster, and change that transactions give away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cointrail.chain.address import encode_address
from cointrail.chain.network import get_network
from cointrail.chain.types import Outpoint
from cointrail.chain.view import TxView
from cointrail.clustering.rules import Link
from cointrail.evaluate.intervals import upper_bound
from cointrail.evaluate.real.chain import LinkTally
from cointrail.evaluate.real.detectors import Looked, look_at, tally_all, tally_gate
from cointrail.evaluate.real.exchanges import tally_exchanges
from cointrail.evaluate.real.rates import GATE, real_rates
from cointrail.evaluate.real.revealed import WAYS, tally_revealed
from cointrail.evaluate.real.sets import LabelledSet, round_of
from cointrail.heuristics.gate import Gate
from support.chains import tx

SIGNED = tx("a:9_000_000 b:8_000_000", "v:16_000_000")


def looked(*txs: TxView) -> list[Looked]:
    found = [look_at(LabelledSet("some", "some", txs))]
    assert {verdict.gate for verdict in found[0].verdicts} == {Gate.SAFE}
    return found


def published(tmp_path: Path, **holders: bytes) -> Path:
    """A data folder in which each exchange publishes the address of one script."""
    packs = tmp_path / "labels" / "tagpacks"
    packs.mkdir(parents=True)
    for name, script in holders.items():
        address = encode_address(script, get_network("mainnet"))
        (packs / f"exchange-wallets-{name}.yaml").write_text(
            f"title: {name}\ncreator: test\nlabel: {name}\nsource: https://example.org\ncurrency: BTC\n"
            f"category: exchange\nactor: {name}\ntags:\n- address: {address}\n"
        )
    return tmp_path


def script(place: int) -> bytes:
    found = SIGNED.inputs[place].script
    assert found is not None
    return found


def test_two_exchanges_that_sign_together_are_an_error_of_the_cluster(tmp_path: Path) -> None:
    folder = published(tmp_path, one=script(0), two=script(1))
    mine, _ = tally_exchanges(folder, looked(SIGNED))
    assert (mine.parties, mine.seen, mine.signed, mine.clusters, mine.with_two) == (2, 2, 2, 1, 1)
    assert (mine.pairs, mine.pairs_wrong, mine.conflicts) == (1, 1, ("one + two",))


def test_an_exchange_alone_in_its_cluster_is_none(tmp_path: Path) -> None:
    mine, _ = tally_exchanges(published(tmp_path, one=script(0)), looked(SIGNED))
    assert (mine.clusters, mine.scripts, mine.with_two) == (1, 2, 0)


def test_an_address_that_only_receives_is_seen_and_in_no_cluster(tmp_path: Path) -> None:
    mine, _ = tally_exchanges(published(tmp_path, one=SIGNED.outputs[0].script), looked(SIGNED))
    assert (mine.seen, mine.signed, mine.clusters) == (1, 0, 0)


def test_without_labels_there_is_nothing_to_count(tmp_path: Path) -> None:
    assert tally_exchanges(tmp_path, looked(SIGNED)) == ()


def test_an_output_back_to_a_spent_script_judges_the_rules_that_do_not_look_at_it() -> None:
    found = tally_revealed(looked(tx("a:9_000_000", "a:3_456_789 v:5_500_000")))
    rates = {(one.rule, one.revealed): one for one in found}
    rounded = rates["change.round_value@1", WAYS[0]]
    assert (rounded.n, rounded.right, rounded.wrong, rounded.hands) == (1, 1, 0, 1)


def test_an_output_that_is_later_signed_with_a_spent_script_is_revealed_too() -> None:
    first = tx("a:9_000_000", "c:3_456_789 v:5_500_000")
    spent = tx("c:3_456_789 a:1_000_000", "w:4_400_000")
    coin = replace(spent.inputs[0], outpoint=Outpoint(first.txid, 0))
    later = replace(spent, inputs=(coin, spent.inputs[1]))
    rates = {(one.rule, one.revealed): one for one in tally_revealed(looked(first, later))}
    rounded = rates["change.round_value@1", WAYS[1]]
    assert (rounded.n, rounded.right, rounded.wrong) == (1, 1, 0)


def test_all_that_has_a_truth_is_a_rate_in_one_form(tmp_path: Path) -> None:
    some = looked(SIGNED)
    joined = [replace(some[0], labelled=LabelledSet("rounds", "some", (SIGNED,), *round_of("wasabi2")))]
    rates = real_rates(
        joined,
        detectors=tuple(tally_all(joined)),
        gate=tuple(tally_gate(joined)),
        links=(LinkTally(rule="a@1", links=9, wrong=3, wallets=4, wrong_wallets=1, bound_ppm=0),),
        exchanges=tally_exchanges(published(tmp_path, one=script(0), two=script(1)), some),
        revealed=tally_revealed(some),
    )
    found = {(one.rule, one.source): (one.said, one.wrong, one.n, one.n_wrong) for one in rates}
    assert found[GATE, "rounds"] == (1, 1, 1, 1)
    assert found["a@1", "emulated chain"] == (9, 3, 4, 1)
    assert found[Link.COMMON_INPUT.rule.name, "addresses of exchanges, by exchanges"] == (1, 1, 1, 1)
    assert all(one.n and one.bound_ppm == upper_bound(one.n_wrong, one.n) for one in rates)
