"""Plans: what is refused, and how."""

from pathlib import Path

import pytest

from cointrail.errors import BadInput
from cointrail.simulate import PRESETS, Plan, plan_from_toml, preset
from cointrail.simulate.composed.agents import BUILDERS
from cointrail.simulate.composed.plan import plan_from_tables
from cointrail.simulate.composed.programs import PROGRAMS
from cointrail.simulate.composed.ranges import AGENT_NAMES, YEARS


def test_no_preset_has_coin_swaps() -> None:
    assert all("coinswap" not in plan.rates for plan in PRESETS.values())


def test_every_era_has_a_preset() -> None:
    assert {str(year) for year in YEARS} <= PRESETS.keys()
    assert all(preset(str(year)).year == year for year in YEARS)


def test_every_agent_of_the_ranges_can_be_built() -> None:
    assert set(BUILDERS) == set(AGENT_NAMES)


def test_every_era_has_programs_of_core_of_one_address_and_others() -> None:
    for year in YEARS:
        there = [program for program in PROGRAMS if program.share_at(year)]
        assert any(p.core for p in there)
        assert any(p.single for p in there)
        assert sum(not p.core and not p.single for p in there) > 2


@pytest.mark.parametrize(
    "tables",
    [
        {"world": {"era": 2014}},
        {"world": {"era": 2018.5}},
        {"world": {"transactions": 10}},
        {"world": {"transactions": 500.5}},
        {"world": {"blocks": 10}},
        {"people": {"payjoin": 0.06}},
        {"people": {"payjoin": "much"}},
        {"people": {"payjoin": True}},
        {"people": {"payjoin": float("nan")}},
        {"agents": {"wizard": 1}},
        {"agents": {"casino": 401}},
        {"agents": {"casino": 200, "market": 200, "exchange": 200, "mixer": 200}},
        {"world": {"era": 2016}, "agents": {"wasabi1": 1}},
        {"town": {}},
        {"world": 1},
    ],
)
def test_a_plan_out_of_its_ranges_is_refused(tables: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        plan_from_tables(tables)


def test_a_file_that_is_missing_or_no_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot read"):
        plan_from_toml(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("[world", encoding="utf-8")
    with pytest.raises(BadInput, match="is not TOML"):
        plan_from_toml(tmp_path / "bad.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match="is not TOML"):
        plan_from_toml(tmp_path / "bytes.toml")


def test_a_preset_that_there_is_not_is_refused() -> None:
    with pytest.raises(BadInput, match="no preset"):
        preset("2019")


def test_values_not_named_have_their_default() -> None:
    assert Plan().whole("persons") == 300
    assert Plan(2018, {"persons": 60}).whole("persons") == 60
