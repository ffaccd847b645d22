"""What look-ups say must agree with the ledger read plainly, and with each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from cointrail.chain.types import Outpoint
from cointrail.clustering.load import load_or_build
from cointrail.errors import BadInput, NotFound
from cointrail.lookups.address import show_address
from cointrail.lookups.cluster import show_cluster
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.explain import explain
from cointrail.lookups.find import get_script_num
from cointrail.lookups.status import store_status
from cointrail.lookups.tx import show_tx
from cointrail.store.reader import Snapshot, open_snapshot
from cointrail.workbench import LookupBench
from support.demo_world import DemoFolder

SOME = 60


@pytest.fixture(name="desk")
def open_desk(demo: DemoFolder) -> Iterator[LookupDesk]:
    with open_snapshot(demo.store) as snapshot:
        yield LookupDesk(snapshot, load_or_build(snapshot))


def some(total: int) -> range:
    """Numbers spread over all, the last one included."""
    return range(total - 1, -1, -max(1, total // SOME))


def plain_totals(snapshot: Snapshot, script: int) -> tuple[int, int, int]:
    """Outputs, received and balance of a script, one output after another."""
    outputs = [int(number) for number in snapshot.script_outputs(script)]
    values = [snapshot.output_value(number) for number in outputs]
    left = [value for number, value in zip(outputs, values, strict=True) if snapshot.spent_by(number) is None]
    return len(outputs), sum(values), sum(left)


def test_sums_of_an_address_are_those_of_its_outputs(desk: LookupDesk) -> None:
    for script in some(desk.snapshot.n_scripts):
        found = show_address(desk, desk.name(script), limit=10**6)
        totals = found.totals
        assert (totals.outputs, totals.received_sat, totals.balance_sat) == plain_totals(
            desk.snapshot, script
        )
        assert totals.received_sat - totals.spent_sat == totals.balance_sat
        assert sum(line.value_sat for line in found.outputs) == totals.received_sat
        assert sum(line.spent_by is None for line in found.outputs) == totals.unspent_outputs


def test_first_and_last_seen_enclose_every_payment_and_spend(desk: LookupDesk) -> None:
    for script in some(desk.snapshot.n_scripts):
        found = show_address(desk, desk.name(script), limit=10**6)
        heights = {line.height for line in found.outputs}
        for line in found.outputs:
            if line.spent_by:
                heights.add(show_tx(desk, line.spent_by.partition(":")[0]).block.height)
        assert (found.first_seen.height, found.last_seen.height) == (min(heights), max(heights))


def test_pages_put_together_are_the_whole_list(desk: LookupDesk) -> None:
    busiest = max(range(desk.snapshot.n_scripts), key=desk.snapshot.count_script_outputs)
    name = desk.name(busiest)
    whole = show_address(desk, name, limit=10**6)
    pages = [show_address(desk, name, start=at, limit=7) for at in range(0, whole.page.total, 7)]
    assert tuple(line for page in pages for line in page.outputs) == whole.outputs
    assert sum(page.page.shown for page in pages) == whole.page.total
    assert show_address(desk, name, start=10**6).outputs == ()


def test_a_transaction_balances_and_its_links_lead_back_to_it(desk: LookupDesk) -> None:
    snapshot = desk.snapshot
    for number in some(snapshot.n_txs):
        found = show_tx(desk, str(snapshot.txid(number)))
        if not found.is_coinbase:
            assert found.inputs_sat - found.outputs_sat == found.fee_sat >= 0
        for entry in found.inputs:
            made = show_tx(desk, str(entry.spends.txid)).outputs[entry.spends.vout]
            assert made.spent_by == f"{found.txid}:{entry.vin}"
            assert (made.value_sat, made.script, made.cluster) == (
                entry.value_sat,
                entry.script,
                entry.cluster,
            )


def test_a_transaction_says_whose_its_clusters_are_claimed_to_be(demo: DemoFolder) -> None:
    bench = LookupBench(demo.store)
    txid = demo.rows("leads")[0]["withdrawal_outpoint"][:64]
    found = bench.show_tx(txid, tags=(demo.tags,))
    clusters = dict.fromkeys(
        [coin.cluster for coin in found.inputs] + [coin.cluster for coin in found.outputs]
    )
    claims = {label: bench.show_cluster(str(label), tags=(demo.tags,)).claims for label in clusters}
    assert [(one.cluster, one.actor, one.parties) for one in found.claimed] == [
        (label, told.actor, told.parties) for label, told in claims.items() if told is not None
    ]
    assert found.inputs[0].cluster == found.claimed[0].cluster
    assert bench.show_tx(txid).claimed == ()


def test_sums_of_a_cluster_are_those_of_its_members(desk: LookupDesk) -> None:
    for label in desk.clusters.labels()[:: max(1, desk.snapshot.n_scripts // SOME)].tolist():
        found = show_cluster(desk, str(label), limit=10**6)
        assert found.cluster.size == len(found.members) == found.page.total
        assert sum(member.received_sat for member in found.members) == found.totals.received_sat
        assert sum(member.balance_sat for member in found.members) == found.totals.balance_sat
        assert found.members[0].script_num == label


def test_a_member_leads_to_its_cluster_however_it_is_named(demo: DemoFolder, desk: LookupDesk) -> None:
    found = show_cluster(desk, demo.seeds()[0], limit=5)
    for member in found.members:
        output = int(desk.snapshot.script_outputs(member.script_num)[0])
        for text in (desk.name(member.script_num), member.script, str(desk.snapshot.outpoint(output))):
            assert show_cluster(desk, text).cluster == found.cluster


def test_a_number_that_is_no_label_names_the_label(demo: DemoFolder, desk: LookupDesk) -> None:
    members = show_cluster(desk, demo.seeds()[0]).members
    with pytest.raises(BadInput, match=f"cluster {members[0].script_num}"):
        show_cluster(desk, str(members[1].script_num))


def test_an_explanation_is_an_unbroken_chain_of_transactions(demo: DemoFolder, desk: LookupDesk) -> None:
    members = show_cluster(desk, demo.seeds()[0], limit=40).members
    first = desk.name(members[0].script_num)
    for member in members[1:]:
        found = explain(desk, first, member.script)
        assert found.joined
        assert found.steps[0].from_name == found.a == first
        assert found.steps[-1].to_name == found.b
        assert all(one.to_name == after.from_name for one, after in pairwise(found.steps))
        assert found.weakest_tier == max(step.tier or 9 for step in found.steps)
        for step in found.steps:
            if step.rule.startswith("common_input"):
                spent = show_tx(desk, str(step.txid)).inputs
                names = {entry.address or f"script:{entry.script}" for entry in spent}
                assert {step.from_name, step.to_name} <= names


def test_the_same_script_needs_no_explanation(demo: DemoFolder, desk: LookupDesk) -> None:
    found = explain(desk, demo.seeds()[0], demo.seeds()[0])
    assert (found.joined, found.steps, found.weakest_tier) == (True, (), None)


def test_scripts_of_two_clusters_are_not_joined(demo: DemoFolder, desk: LookupDesk) -> None:
    other = next(
        script
        for script in range(desk.snapshot.n_scripts)
        if desk.clusters.label(script) != desk.clusters.label(get_script_num(desk.snapshot, demo.seeds()[0]))
    )
    found = explain(desk, demo.seeds()[0], desk.name(other))
    assert (found.joined, found.steps, found.cluster) == (False, (), None)


def test_an_outpoint_of_no_output_is_not_found(desk: LookupDesk) -> None:
    txid = desk.snapshot.txid(1)
    with pytest.raises(NotFound):
        get_script_num(desk.snapshot, str(Outpoint(txid, 9_999)))


def test_every_answer_names_the_state_it_rests_on(demo: DemoFolder, desk: LookupDesk) -> None:
    basis = show_address(desk, demo.seeds()[0]).basis
    assert (basis.tip_hash, basis.store_digest) == (desk.snapshot.tip_hash, desk.snapshot.digest)
    assert basis.rules == desk.clusters.rules
    assert show_cluster(desk, demo.seeds()[0]).basis == basis
    assert store_status(desk.snapshot).basis.store_digest == basis.store_digest


def test_a_script_without_an_address_is_found_by_the_name_that_listings_print(desk: LookupDesk) -> None:
    """Payments to a bare public key, and whatever else has no address."""
    kinds = set()
    for script in range(desk.snapshot.n_scripts):
        name = desk.name(script)
        if not name.startswith("script:") or desk.snapshot.script_type(script).label in kinds:
            continue
        kinds.add(desk.snapshot.script_type(script).label)
        found = show_address(desk, name)
        assert (found.address, f"script:{found.script}") == (None, name)
        assert explain(desk, name, name).a == name
        assert show_cluster(desk, found.cluster.name).cluster == found.cluster
    assert kinds >= {"p2pk"}
