"""Composed worlds against Bitcoin Core's library, and their truth against their own chain."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from cointrail.simulate import PRESETS, Plan, compose_world, preset
from cointrail.simulate.composed.ranges import AGENT_NAMES, AGENTS, YEARS
from cointrail.simulate.composed.roles import OWNER_KINDS, ROLES, TX_KINDS
from support.composed_worlds import Composed, check_truth

pytest.importorskip("pbk")
pytest.importorskip("coincurve")

SHOWS = {
    "exchange": {"withdrawal", "batch", "sweep", "internal"},
    "custody": {"sweep"},
    "merchant": {"payment"},
    "pool": {"payout"},
    "casino": {"bet", "prize"},
    "mixer": {"mixer_in", "mixer_out"},
    "market": {"escrow_in", "escrow_out"},
    "ransom": {"ransom", "peel", "consolidation"},
    "thief": {"theft"},
    "joinmarket": {"joinmarket"},
    "wasabi1": {"wasabi1"},
    "whirlpool": {"tx0", "whirlpool"},
    "wasabi2": {"wasabi2"},
    "lightning": {"channel_open", "dual_open", "splice", "close", "force_close", "claim"},
    "ordinals": {"inscription", "asset_sale"},
    "consolidator": {"consolidation"},
    "duster": {"dusting"},
    "nested": {"payment", "withdrawal"},
    "coinswap": {"coinswap"},
}
"""Kinds of transactions by which an agent shows."""


@dataclass(frozen=True)
class _Made:
    world: Composed
    signed: bool


def _make(plan: Plan, seed: int, folder: Path) -> _Made:
    summary = compose_world(plan, seed, folder)
    return _Made(Composed(folder), summary.signed)


@pytest.mark.parametrize("name", PRESETS)
def test_core_accepts_every_preset_and_its_truth_is_whole(name: str, tmp_path: Path) -> None:
    plan = preset(name).with_size(700, 50)
    made = _make(plan, 3, tmp_path / "world")
    assert made.signed
    assert sum(made.world.kinds.values()) >= 700
    check_truth(made.world)


@pytest.mark.parametrize("name", AGENT_NAMES)
def test_every_agent_appears_is_accepted_and_tells_the_truth(name: str, tmp_path: Path) -> None:
    base = {"exchange": 140.0, "merchant": 20.0, "pool": 8.0}
    numbers = {"transactions": 600, "per_block": 30, "persons": 150}
    made = _make(Plan(2025, numbers, base | {name: 200.0}), 7, tmp_path / "world")
    assert made.signed
    assert SHOWS[name] <= made.world.kinds.keys()
    check_truth(made.world)
    if name in {"custody", "thief", "coinswap"}:
        assert made.world.custody


@pytest.mark.parametrize("year", YEARS)
def test_an_era_has_no_agents_and_no_scripts_of_later_years(year: int, tmp_path: Path) -> None:
    made = _make(preset(str(year)).with_size(500, 50), 1, tmp_path / "world")
    shapes = {_shape(row["script_hex"]) for row in made.world.rows("scripts")}
    assert ("segwit" in shapes) == (year >= 2018)
    assert ("taproot" in shapes) == (year >= 2025)
    later = {kind for agent in AGENTS if agent.since > year for kind in SHOWS[agent.name]}
    common = {kind for agent in AGENTS if agent.since <= year for kind in SHOWS[agent.name]}
    assert not (later - common) & made.world.kinds.keys()


def _shape(script: str) -> str:
    return "segwit" if script.startswith("0014") else "taproot" if script.startswith("5120") else "old"


def test_the_same_plan_and_seed_give_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    plan = preset("2021").with_size(400, 50)
    for name, seed in (("one", 5), ("again", 5), ("other", 6)):
        compose_world(plan, seed, tmp_path / name, signed=False)
    one, again, other = (_bytes(tmp_path / name) for name in ("one", "again", "other"))
    assert one == again
    assert one["blocks/blk00000.dat"] != other["blocks/blk00000.dat"]


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_only_words_of_the_lists_are_told(tmp_path: Path) -> None:
    made = _make(preset("2025").with_size(500, 50), 2, tmp_path / "world")
    assert {row["role"] for row in made.world.outputs} <= ROLES.keys()
    assert made.world.kinds.keys() <= TX_KINDS.keys()
    assert {row["kind"] for row in made.world.rows("entities")} <= OWNER_KINDS.keys()


def test_deposits_and_withdrawals_are_outputs_of_that_value(tmp_path: Path) -> None:
    made = _make(preset("2018").with_size(700, 50), 2, tmp_path / "world")
    values = {(row["txid"], row["vout"]): row for row in made.world.outputs}
    for name in ("deposits", "withdrawals"):
        rows = made.world.rows(name)
        assert rows
        assert all(values[row["txid"], row["vout"]]["value_sat"] == row["value_sat"] for row in rows)
    assert all(
        values[row["txid"], row["vout"]]["owner"] == row["exchange"] for row in made.world.rows("deposits")
    )
