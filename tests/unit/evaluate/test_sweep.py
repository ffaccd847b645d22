"""Sweeps: plans turned one share at a time, and what is read off."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cointrail.errors import BadInput
from cointrail.evaluate.worlds.sweep import FIGURES, KNOBS, Reading, knobs_of, readings, sweep_drafts
from cointrail.evaluate.worlds.sweep_page import draw_sweep, sweep_files, sweep_sheet
from cointrail.simulate import preset

PAYJOIN = knobs_of(["payjoin"])[0]


def reading(share: float, value: float | None, figure: str = "common_input") -> Reading:
    ends = None if value is None else (value / 2, min(1.0, value * 2))
    return Reading("payjoin", share, figure, value, ends, 1, 10)


@pytest.mark.parametrize("knob", KNOBS, ids=lambda knob: knob.name)
def test_every_step_of_a_sweep_is_a_plan_within_its_ranges(knob: object) -> None:
    (only,) = (one for one in KNOBS if one is knob)
    plans = [draft.plan for _, _, draft in sweep_drafts([only], range(1), 300)]
    assert len({plan.to_toml() for plan in plans}) == len(only.values)
    assert {plan.year for plan in plans} == {preset(only.base).year}


def test_a_sweep_turns_its_own_share_and_nothing_else() -> None:
    base = preset(PAYJOIN.base)
    for share in PAYJOIN.values:
        turned = PAYJOIN.turn(base, share)
        assert turned.number("payjoin") == share
        assert turned == replace(base, numbers={**base.numbers, "payjoin": share})


def test_joins_are_a_share_of_transactions() -> None:
    (joins,) = knobs_of(["joins"])
    rates = joins.turn(preset(joins.base), 0.04).rates
    assert sum(rates[name] for name in ("joinmarket", "wasabi1", "whirlpool")) == pytest.approx(40)


def test_payjoin_goes_up_to_five_percent() -> None:
    assert (PAYJOIN.values[0], PAYJOIN.values[-1]) == (0.0, 0.05)


def test_what_is_not_varied_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match="`weather` is nothing that is varied"):
        knobs_of(["weather"])
    assert knobs_of([]) == KNOBS


def test_of_no_worlds_nothing_is_read() -> None:
    assert readings([], []) == ()


def test_a_page_has_every_share_and_a_dash_where_nothing_was_said() -> None:
    found = [reading(share, None if share == 0 else share) for share in PAYJOIN.values]
    files = sweep_files([PAYJOIN], found, 1, 300)
    assert set(files) == {"sweep.md", "sweep_payjoin.svg"}
    assert "| 0 % | - |" in files["sweep.md"]
    assert "| 5 % | 5.00 % (2.50 to 10.00) |" in files["sweep.md"]
    assert [row[1] for row in sweep_sheet(found).rows] == list(PAYJOIN.values)


def test_a_picture_has_a_panel_for_every_figure() -> None:
    picture = draw_sweep(PAYJOIN, [reading(share, share) for share in PAYJOIN.values])
    assert picture.count("<rect") == len(FIGURES) + 1
    assert picture.count("<circle") == len(PAYJOIN.values)
    assert picture.count("nothing was said") == len(FIGURES) - 1
