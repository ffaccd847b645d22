from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from cointrail.chain.view import ScriptType
from cointrail.heuristics.base import Tier
from cointrail.heuristics.peel import HopKind, PeelStop
from cointrail.tracing.peel import PeelChain, Peeler
from cointrail.tracing.peel_limits import PeelLimits
from support.economies import Economy, economies
from support.ledger import Fake
from support.peeling import peeler

TIERS = [Tier.T1, Tier.T3, Tier.T4]

limits = st.builds(
    PeelLimits,
    max_hops=st.sampled_from([0, 1, 2, 50]),
    min_value_sat=st.sampled_from([0, 0, 50]),
    max_gap_s=st.sampled_from([None, None, 200_000]),
    weakest=st.sampled_from(TIERS),
    through_joins=st.booleans(),
    through_sweeps=st.booleans(),
    max_chains=st.integers(1, 5),
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Fake, Peeler, PeelLimits]:
    """An economy with any verdicts on change, some of them wrong, and how far to follow."""
    economy: Economy = draw(economies())
    outputs = Fake(economy.text)
    changes: dict[str, Tier] = {}
    for name, tx_num in outputs.txs.items():
        scripts = [row.script_num for row in outputs.tx_outputs(tx_num)]
        places = [k for k, n in enumerate(scripts) if outputs.script_type(n) is not ScriptType.OP_RETURN]
        said: bool = draw(st.booleans())
        if places and said:
            changes[f"{name}:{draw(st.sampled_from(places))}"] = draw(st.sampled_from(TIERS))
    given_limits = draw(limits)
    ledger, peel = peeler(
        economy.text,
        changes=changes,
        tagged={"exchange": "exa"},
        unsafe=economy.unsafe,
        apart=economy.apart,
        limits=given_limits,
    )
    return ledger, peel, given_limits


def _chains(ledger: Fake, peel: Peeler) -> Iterator[tuple[str, PeelChain]]:
    for tx_num in ledger.txs.values():
        for row in ledger.tx_outputs(tx_num):
            yield from (("forward", chain) for chain in peel.forward(row.output_num))
            yield from (("backward", chain) for chain in peel.backward(row.output_num))


def _value(ledger: Fake, output_num: int) -> int:
    rows = ledger.tx_outputs(ledger.output_tx(output_num))
    return rows[output_num - rows[0].output_num].value


@given(world=worlds())
def test_the_hops_of_a_chain_add_up_to_the_satoshi(world: tuple[Fake, Peeler, PeelLimits]) -> None:
    ledger, peel, _ = world
    for way, chain in _chains(ledger, peel):
        for hop in chain.hops:
            out = hop.kept_sat + sum(sat for _, sat in hop.paid) + hop.burned_sat + hop.fee_sat
            assert hop.spent_sat + hop.beside_sat == out
        came_in = _value(ledger, chain.start if way == "forward" else chain.end)
        went_on = _value(ledger, chain.end if way == "forward" else chain.start)
        beside = sum(hop.beside_sat for hop in chain.hops)
        lost = sum(sum(sat for _, sat in hop.paid) + hop.burned_sat + hop.fee_sat for hop in chain.hops)
        assert came_in + beside == went_on + lost


@given(world=worlds())
def test_a_chain_is_unbroken_and_within_its_limits(world: tuple[Fake, Peeler, PeelLimits]) -> None:
    ledger, peel, limits = world
    for way, chain in _chains(ledger, peel):
        at = chain.start
        for hop in chain.hops:
            near, far = (hop.spent, hop.kept) if way == "forward" else (hop.kept, hop.spent)
            assert near == at
            assert hop.tier <= limits.weakest
            assert hop.kind is not HopKind.JOIN or limits.through_joins
            assert hop.kind is not HopKind.SWEEP or limits.through_sweeps
            at = far
        assert at == chain.end
        assert len(chain.hops) <= limits.max_hops
        assert chain.end not in chain.branches or way == "backward"


@given(world=worlds())
def test_no_hop_passes_a_custodian_or_what_several_hands_signed(
    world: tuple[Fake, Peeler, PeelLimits],
) -> None:
    ledger, peel, _ = world
    near = peel.near
    for _, chain in _chains(ledger, peel):
        for hop in chain.hops:
            facts = near.facts(hop.tx_num)
            assert facts.all_known
            assert all(near.tags.custodian(label) is None for label in facts.labels)
            assert near.clusters.gate(hop.tx_num).gate.name != "UNSAFE"
            assert near.recognised(near.output(hop.spent).script_num) is None


@given(world=worlds())
def test_chains_come_in_the_number_asked_for_and_each_names_its_fork(
    world: tuple[Fake, Peeler, PeelLimits],
) -> None:
    ledger, peel, limits = world
    for tx_num in ledger.txs.values():
        for row in ledger.tx_outputs(tx_num):
            chains = peel.forward(row.output_num)
            assert 1 <= len(chains) <= limits.max_chains
            assert chains[0].fork is None
            for chain in chains[1:]:
                assert chain.fork is not None
                assert chain.start in chains[chain.fork[0]].branches


@st.composite
def certain_chains(draw: st.DrawFn) -> tuple[str, dict[str, Tier], int]:
    """A coin that always goes back to its own script and pays somebody new: every hop is certain."""
    hops = draw(st.integers(1, 12))
    value = 10_000
    lines, changes = ["t0: -> miner:10000", "t1: t0:0 -> peeler:10000 note:0"], {}
    last = "t1:0"
    for number in range(2, hops + 2):
        paid, fee = draw(st.integers(1, 300)), draw(st.integers(0, 20))
        value -= paid + fee
        place = draw(st.integers(0, 1))
        outs = [f"payee{number}:{paid}"]
        outs.insert(place, f"peeler:{value}")
        lines.append(f"t{number}: {last} -> {' '.join(outs)}")
        last = f"t{number}:{place}"
        changes[last] = Tier.T1
    return "\n".join(lines), changes, hops


@given(world=certain_chains())
def test_back_from_the_end_of_a_certain_chain_is_its_start(world: tuple[str, dict[str, Tier], int]) -> None:
    text, changes, hops = world
    ledger, peel = peeler(text, changes=changes, limits=PeelLimits(through_sweeps=False))
    (there,) = peel.forward(ledger.out("t1:0"))
    assert (len(there.hops), there.stop) == (hops, PeelStop.UNSPENT)
    (back,) = peel.backward(there.end)
    assert back.hops == tuple(reversed(there.hops))
    assert back.end == there.start
    assert there.bound.bound_ppm == back.bound.bound_ppm == 0


@given(
    data=st.data(),
    hops=st.lists(st.integers(0, 4), min_size=2, max_size=4),
    chains=st.lists(st.integers(1, 4), min_size=4, max_size=4),
    forward=st.booleans(),
)
def test_chains_that_go_on_come_to_what_they_would_have_been(
    data: st.DataObject, hops: list[int], chains: list[int], *, forward: bool
) -> None:
    """Of the limits only those on hops and chains grow."""
    ledger, whole, given_limits = data.draw(worlds())
    resumed = Peeler(whole.near, whole._judge, whole._time, given_limits, whole.rates)
    wider = [
        replace(given_limits, max_hops=most, max_chains=many)
        for most, many in zip(accumulate(hops), accumulate(chains), strict=False)
    ]
    whole.widen(wider[-1])
    for tx_num in ledger.txs.values():
        for row in ledger.tx_outputs(tx_num):
            for limit in wider:
                resumed.widen(limit)
                found = resumed.forward(row.output_num) if forward else resumed.backward(row.output_num)
            assert found == (whole.forward(row.output_num) if forward else whole.backward(row.output_num))
