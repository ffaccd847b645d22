from __future__ import annotations

import pytest

from cointrail.errors import BadInput
from cointrail.heuristics.base import Tier
from cointrail.heuristics.peel import HopKind, PeelStop
from cointrail.tracing.peel_limits import PeelLimits
from support.ledger import DAY, OTHER, USUAL
from support.peeling import LONG, LONG_CHANGE, peeler, told


def test_a_chain_follows_the_change_at_every_hop_and_lists_what_was_peeled_off() -> None:
    ledger, peel = peeler(LONG, changes=LONG_CHANGE)
    (chain,) = peel.forward(ledger.out("t1:0"))
    assert told(ledger, chain) == (["t2:1", "t3:0", "t4:1"], "unspent", "t4:1")
    assert [[(ledger.name(out), sat) for out, sat in hop.paid] for hop in chain.hops] == [
        [("t2:0", 100)],
        [("t3:1", 100)],
        [("t4:0", 100)],
    ]
    assert [hop.fee_sat for hop in chain.hops] == [10, 10, 10]


def test_a_chain_goes_back_to_what_the_change_was_made_of() -> None:
    ledger, peel = peeler(LONG, changes=LONG_CHANGE)
    (chain,) = peel.backward(ledger.out("t4:1"))
    assert [ledger.name(hop.spent) for hop in chain.hops] == ["t3:0", "t2:1", "t1:0", "t0:0"]
    assert chain.stop is PeelStop.COINBASE
    assert [hop.kind for hop in chain.hops] == [*[HopKind.PEEL] * 3, HopKind.SWEEP]


def test_every_chain_says_how_far_its_hops_may_be_wrong() -> None:
    ledger, peel = peeler(LONG, changes=LONG_CHANGE)
    (chain,) = peel.forward(ledger.out("t1:0"))
    assert (chain.bound.links, chain.bound.bound_ppm) == ({"T3": 3}, 30_000)
    assert chain.bound.measured


def test_change_at_tier_1_adds_nothing_to_the_bound() -> None:
    ledger, peel = peeler(LONG, changes=dict.fromkeys(LONG_CHANGE, Tier.T1))
    (chain,) = peel.forward(ledger.out("t1:0"))
    assert (len(chain.hops), chain.bound.bound_ppm) == (3, 0)


# -- stop reasons, each with the chain that goes on


def test_a_coin_that_nothing_spends_ends_unspent() -> None:
    ledger, peel = peeler("t0: -> a:100")
    assert told(ledger, peel.forward(ledger.out("t0:0"))[0]) == ([], "unspent", "t0:0")


def test_multiparty_where_the_gate_is_unsafe() -> None:
    ledger, peel = peeler(LONG, changes=LONG_CHANGE, unsafe=frozenset({"t3"}))
    (chain,) = peel.forward(ledger.out("t1:0"))
    assert told(ledger, chain) == (["t2:1"], "multiparty", "t2:1")
    assert chain.end_tx == ledger.txs["t3"]
    (back,) = peel.backward(ledger.out("t3:0"))
    assert back.stop is PeelStop.MULTIPARTY


def test_swap_where_a_secret_was_shown_and_nothing_else_is_unsafe() -> None:
    ledger, peel = peeler(LONG, changes=LONG_CHANGE, swaps=frozenset({"t3"}))
    (chain,) = peel.forward(ledger.out("t1:0"))
    assert told(ledger, chain) == (["t2:1"], "swap", "t2:1")
    (back,) = peel.backward(ledger.out("t3:0"))
    assert (back.stop, back.because) == (PeelStop.SWAP, "a secret was shown: the value changes hands")


def test_service_where_the_coin_reaches_a_tagged_cluster() -> None:
    ledger, peel = peeler(LONG, changes=LONG_CHANGE, tagged={"p3": "exa"})
    (chain,) = peel.forward(ledger.out("t1:0"))
    assert told(ledger, chain) == (["t2:1", "t3:0"], "service", "t3:0")
    assert chain.service == ledger.script("p3")


def test_service_going_back_where_a_tagged_cluster_signed() -> None:
    ledger, peel = peeler(LONG, changes=LONG_CHANGE, tagged={"p1": "exa"})
    (chain,) = peel.backward(ledger.out("t4:1"))
    assert [ledger.name(hop.spent) for hop in chain.hops] == ["t3:0", "t2:1"]
    assert (chain.stop, chain.service) == (PeelStop.SERVICE, ledger.script("p1"))


def test_no_service_where_sources_disagree() -> None:
    ledger, peel = peeler(LONG, changes=LONG_CHANGE, tagged={"p3": "exa exb"})
    (chain,) = peel.forward(ledger.out("t1:0"))
    assert (chain.stop, chain.service) == (PeelStop.CONFLICTING_TAGS, None)
    (back,) = peel.backward(ledger.out("t4:1"))
    assert back.stop is PeelStop.CONFLICTING_TAGS


BESIDE = """
    t0: -> a:100 b:50
    t1: t0:0 t0:1 -> shop:30 c:110
"""


def test_join_where_coins_of_others_are_spent_beside() -> None:
    ledger, peel = peeler(BESIDE, changes={"t1:1": Tier.T3}, apart=frozenset({"t1"}))
    (chain,) = peel.forward(ledger.out("t0:0"))
    assert (chain.stop, chain.because) == (PeelStop.JOIN, "1 inputs lie outside the cluster of the coin")


def test_no_join_where_the_cluster_holds_all_that_is_spent() -> None:
    ledger, peel = peeler(BESIDE, changes={"t1:1": Tier.T3})
    (chain,) = peel.forward(ledger.out("t0:0"))
    assert told(ledger, chain) == (["t1:1"], "unspent", "t1:1")
    (hop,) = chain.hops
    assert (hop.beside, hop.beside_sat, hop.kind) == (1, 50, HopKind.PEEL)
    assert (chain.bound.links, chain.bound.payjoin_links) == ({"T2": 1, "T3": 1}, 1)
    assert dict(chain.bound.payjoin_ppm) == {0: 11_000, 1_000: 12_000, 10_000: 21_000, 50_000: 61_000}


def test_a_join_is_passed_when_the_investigator_asks_and_claims_nothing() -> None:
    ledger, peel = peeler(
        BESIDE,
        changes={"t1:1": Tier.T3},
        apart=frozenset({"t1"}),
        limits=PeelLimits(through_joins=True),
    )
    (chain,) = peel.forward(ledger.out("t0:0"))
    assert [hop.kind for hop in chain.hops] == [HopKind.JOIN]
    assert (chain.bound.links, chain.bound.uncounted) == ({}, 1)


def test_join_going_back_names_all_parents() -> None:
    ledger, peel = peeler(BESIDE, changes={"t1:1": Tier.T3})
    (chain,) = peel.backward(ledger.out("t1:1"))
    assert chain.stop is PeelStop.JOIN
    assert [ledger.name(branch) for branch in chain.branches] == ["t0:0", "t0:1"]


def test_join_going_back_over_inputs_of_several_clusters_names_all_parents_too() -> None:
    ledger, peel = peeler(BESIDE, changes={"t1:1": Tier.T3}, apart=frozenset({"t1"}))
    (chain,) = peel.backward(ledger.out("t1:1"))
    assert (chain.stop, len(chain.branches)) == (PeelStop.JOIN, 2)


SWEPT = """
    t0: -> a:100
    t1: t0:0 -> b:90
    t2: t1:0 -> shop:10 c:70
"""


def test_a_sweep_is_passed_flagged_and_not_counted() -> None:
    ledger, peel = peeler(SWEPT, changes={"t2:1": Tier.T3})
    (chain,) = peel.forward(ledger.out("t0:0"))
    assert told(ledger, chain) == (["t1:0", "t2:1"], "unspent", "t2:1")
    assert [(hop.kind, hop.tier) for hop in chain.hops] == [
        (HopKind.SWEEP, Tier.T0),
        (HopKind.PEEL, Tier.T3),
    ]
    assert chain.bound.uncounted == 1


def test_sweep_where_the_investigator_asks_to_stop_there() -> None:
    ledger, peel = peeler(SWEPT, limits=PeelLimits(through_sweeps=False))
    (chain,) = peel.forward(ledger.out("t0:0"))
    assert (chain.stop, [ledger.name(branch) for branch in chain.branches]) == (PeelStop.SWEEP, ["t1:0"])
    (back,) = peel.backward(ledger.out("t1:0"))
    assert back.stop is PeelStop.SWEEP


MANY = "t0: -> a:100\n t1: t0:0 -> b:10 c:10 d:10 e:60"


def test_batch_where_more_than_three_outputs_are_paid() -> None:
    ledger, peel = peeler(MANY, changes={"t1:3": Tier.T1})
    (chain,) = peel.forward(ledger.out("t0:0"))
    assert chain.stop is PeelStop.BATCH
    (back,) = peel.backward(ledger.out("t1:3"))
    assert back.stop is PeelStop.BATCH


def test_no_batch_of_three_outputs_and_a_note() -> None:
    ledger, peel = peeler(MANY.replace("b:10", "note:10"), changes={"t1:3": Tier.T3})
    (chain,) = peel.forward(ledger.out("t0:0"))
    assert told(ledger, chain) == (["t1:3"], "unspent", "t1:3")
    assert (chain.hops[0].burned_sat, len(chain.hops[0].paid)) == (10, 2)


def test_burned_where_nobody_can_spend_what_is_paid() -> None:
    ledger, peel = peeler("t0: -> a:100\n t1: t0:0 -> note:90")
    assert peel.forward(ledger.out("t0:0"))[0].stop is PeelStop.BURNED
    assert peel.backward(ledger.out("t1:0"))[0].stop is PeelStop.BURNED


FORKED = """
    t0: -> a:100
    t1: t0:0 -> b:40 c:50
    t2: t1:0 -> d:10 e:20
    t3: t1:1 -> f:45
"""


def test_ambiguous_where_the_vote_abstains_and_both_candidates_are_kept() -> None:
    ledger, peel = peeler(FORKED)
    (chain,) = peel.forward(ledger.out("t0:0"))
    assert chain.stop is PeelStop.AMBIGUOUS
    assert [ledger.name(branch) for branch in chain.branches] == ["t1:0", "t1:1"]


def test_ambiguous_where_the_only_verdict_is_weaker_than_asked_for() -> None:
    ledger, peel = peeler(FORKED, changes={"t1:1": Tier.T4})
    (chain,) = peel.forward(ledger.out("t0:0"))
    assert (chain.stop, chain.because) == (PeelStop.AMBIGUOUS, "output 1 is change at T4 only")
    assert len(chain.branches) == 2


def test_a_weaker_verdict_is_followed_when_the_investigator_asks_and_raises_the_bound() -> None:
    ledger, peel = peeler(FORKED, changes={"t1:1": Tier.T4}, limits=PeelLimits(weakest=Tier.T4))
    (chain,) = peel.forward(ledger.out("t0:0"))
    assert told(ledger, chain)[0] == ["t1:1", "t3:0"]
    assert chain.bound.bound_ppm == 100_000


def test_branches_are_followed_as_chains_of_their_own_up_to_a_limit() -> None:
    ledger, peel = peeler(FORKED, changes={"t2:1": Tier.T3}, limits=PeelLimits(max_chains=3))
    chains = peel.forward(ledger.out("t0:0"))
    assert [told(ledger, chain) for chain in chains] == [
        ([], "ambiguous", "t0:0"),
        (["t2:1"], "unspent", "t2:1"),
        (["t3:0"], "unspent", "t3:0"),
    ]
    assert [chain.fork for chain in chains] == [None, (0, ledger.out("t0:0")), (0, ledger.out("t0:0"))]
    _, peel = peeler(FORKED, limits=PeelLimits(max_chains=2))
    assert len(peel.forward(ledger.out("t0:0"))) == 2


def test_ambiguous_going_back_keeps_what_it_may_be_made_of() -> None:
    ledger, peel = peeler(FORKED)
    (chain,) = peel.backward(ledger.out("t2:0"))
    assert chain.stop is PeelStop.AMBIGUOUS
    assert [ledger.name(branch) for branch in chain.branches] == ["t1:0"]


def test_ambiguous_where_another_program_spends_the_change_than_made_the_chain() -> None:
    ledger, peel = peeler(LONG, changes=LONG_CHANGE, programs={"t4": OTHER})
    (chain,) = peel.forward(ledger.out("t1:0"))
    assert told(ledger, chain) == (["t2:1"], "ambiguous", "t2:1")
    assert "another program" in chain.because


def test_the_program_is_judged_against_the_whole_chain_not_the_last_hop() -> None:
    ledger, peel = peeler(LONG, changes=LONG_CHANGE, programs={"t2": OTHER, "t3": USUAL, "t4": OTHER})
    (chain,) = peel.forward(ledger.out("t2:1"))
    assert chain.stop is PeelStop.AMBIGUOUS
    ledger, peel = peeler(LONG, changes=LONG_CHANGE | {"t2:1": Tier.T1}, programs={"t2": OTHER, "t4": OTHER})
    (chain,) = peel.forward(ledger.out("t1:0"))
    assert told(ledger, chain)[0] == ["t2:1", "t3:0", "t4:1"]


def test_paid_by_where_the_coin_is_what_was_paid() -> None:
    ledger, peel = peeler(LONG, changes=LONG_CHANGE)
    (chain,) = peel.backward(ledger.out("t3:1"))
    assert (chain.stop, chain.hops) == (PeelStop.PAID_BY, ())
    assert chain.end_tx == ledger.txs["t3"]


def test_coinbase_going_back() -> None:
    ledger, peel = peeler(LONG)
    assert peel.backward(ledger.out("t0:0"))[0].stop is PeelStop.COINBASE


def test_missing_predecessor_where_the_store_does_not_hold_what_is_spent() -> None:
    ledger, peel = peeler("t0: -> a:100\n t1: t0:0 ? -> b:100 c:50", changes={"t1:1": Tier.T3})
    assert peel.forward(ledger.out("t0:0"))[0].stop is PeelStop.MISSING_PREDECESSOR
    assert peel.backward(ledger.out("t1:1"))[0].stop is PeelStop.MISSING_PREDECESSOR


def test_min_value_ends_a_chain_at_the_first_smaller_coin() -> None:
    ledger, peel = peeler(LONG, changes=LONG_CHANGE, limits=PeelLimits(min_value_sat=800))
    (chain,) = peel.forward(ledger.out("t1:0"))
    assert told(ledger, chain) == (["t2:1", "t3:0"], "min_value", "t3:0")


def test_the_hop_limit_ends_a_chain_in_either_direction() -> None:
    ledger, peel = peeler(LONG, changes=LONG_CHANGE, limits=PeelLimits(max_hops=2))
    assert told(ledger, peel.forward(ledger.out("t1:0"))[0]) == (["t2:1", "t3:0"], "hop_limit", "t3:0")
    (back,) = peel.backward(ledger.out("t4:1"))
    assert (len(back.hops), back.stop) == (2, PeelStop.HOP_LIMIT)


def test_a_coin_that_lay_too_long_ends_a_chain() -> None:
    text = LONG.replace("t3: t2:1", "w1: -> x:1\n w2: -> x:1\n t3: t2:1")
    ledger, peel = peeler(text, changes=LONG_CHANGE, limits=PeelLimits(max_gap_s=2 * DAY))
    (chain,) = peel.forward(ledger.out("t1:0"))
    assert told(ledger, chain) == (["t2:1"], "gap", "t2:1")
    (back,) = peel.backward(ledger.out("t4:1"))
    assert ([ledger.name(hop.spent) for hop in back.hops], back.stop) == (["t3:0", "t2:1"], PeelStop.GAP)


def test_a_coin_that_lay_as_long_as_allowed_goes_on() -> None:
    ledger, peel = peeler(LONG, changes=LONG_CHANGE, limits=PeelLimits(max_gap_s=DAY))
    assert len(peel.forward(ledger.out("t1:0"))[0].hops) == 3


@pytest.mark.parametrize(
    "bad",
    [{"max_hops": -1}, {"min_value_sat": -1}, {"max_gap_s": -1}, {"max_chains": 0}, {"weakest": Tier.T2}],
)
def test_limits_that_make_no_sense_are_refused(bad: dict[str, int]) -> None:
    with pytest.raises(BadInput):
        PeelLimits(**bad)  # type: ignore[arg-type]  # the test's point
