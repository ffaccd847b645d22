"""Laws of plans and of worlds drawn at random within the documented ranges."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.simulate import compose_world, draw_plan, plan_from_toml
from cointrail.simulate.composed.plan import Plan
from cointrail.simulate.composed.ranges import AGENTS, MAX_RATES, VALUES
from cointrail.simulate.composed.selection import Selection, select
from cointrail.simulate.dice import Dice
from support.composed_worlds import Composed, check_truth

seeds = st.integers(0, 2**32)


@given(seeds)
def test_a_drawn_plan_is_within_its_ranges_and_reads_back_from_its_file(seed: int) -> None:
    plan = draw_plan(Dice(f"draw/{seed}"))
    for value in VALUES:
        assert value.low <= plan.number(value.name) <= value.high
    assert sum(plan.rates.values()) <= MAX_RATES
    assert "coinswap" not in plan.rates
    assert all(agent.since <= plan.year for agent in AGENTS if agent.name in plan.rates)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plan.toml"
        file.write_text(plan.to_toml(), encoding="utf-8")
        again = plan_from_toml(file)
    assert again.to_toml() == plan.to_toml()


@settings(max_examples=4, deadline=None)
@given(seeds)
def test_a_world_of_any_plan_is_made_and_tells_the_truth(seed: int) -> None:
    plan = draw_plan(Dice(f"world/{seed}"), transactions=400)
    _make_and_check(plan, seed)


@settings(max_examples=3, deadline=None)
@given(seeds, st.sampled_from((10, 11)), st.sampled_from((7, 300)), st.sampled_from((0.0, 1.0)))
def test_the_ends_of_the_ranges_make_worlds_too(seed: int, room: int, days: int, share: float) -> None:
    numbers = {
        "transactions": 300, "per_block": room, "days": days, "persons": 60, "merchants": 3, "exchanges": 1,
        "reuse": 0.6 * share, "merchant_reuse": share, "core_share": 0.9 * share, "payjoin": 0.05 * share,
    }  # fmt: skip
    rates = {agent.name: MAX_RATES / len(AGENTS) for agent in AGENTS}
    _make_and_check(Plan(2025, numbers, rates), seed)


def _make_and_check(plan: Plan, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        compose_world(plan, seed, Path(folder) / "world", signed=False)
        world = Composed(Path(folder) / "world")
        assert sum(world.kinds.values()) >= plan.whole("transactions")
        check_truth(world)


@given(
    st.sampled_from(list(Selection)),
    st.lists(st.tuples(st.integers(1, 10**6), st.integers(50, 300)), min_size=1, max_size=12),
    st.integers(1, 3 * 10**6),
    st.floats(1, 100),
    seeds,
)
def test_a_selection_reaches_its_target_with_different_coins(
    how: Selection, coins: list[tuple[int, int]], target: int, rate: float, seed: int
) -> None:
    values, weights = [value for value, _ in coins], [weight for _, weight in coins]
    taken = select(how, values, weights, target, 500, 1_000, rate, Dice(str(seed)))
    if taken is None:
        assert sum(values) < target
    else:
        assert len(set(taken)) == len(taken)
        assert sum(values[place] for place in taken) >= target
