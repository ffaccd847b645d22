from __future__ import annotations

import pytest

from cointrail.cli import progress
from cointrail.cli.progress import Meter


def test_away_from_a_terminal_a_line_tells_stage_share_and_rate(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY_S", 0.0)
    with Meter() as meter:
        meter.blocks("blocks", 500_000, 2_000_000, 40)
        meter.steps("trace", 3, 4)
    captured = capsys.readouterr()
    first, second = captured.err.splitlines()
    assert captured.out == ""
    assert first.startswith("blocks  25%")
    assert "MB/s" in first
    assert "tx/s" in first
    assert "s left" in first
    assert second.startswith("trace  75%")


def test_quick_work_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Meter() as meter:
        meter.steps("trace", 0, 0)
        meter.steps("trace", 4, 4)
    assert capsys.readouterr().err == ""


def test_work_of_unknown_size_shows_no_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "LINE_EVERY_S", 0.0)
    with Meter() as meter:
        meter.steps("trace", 0, 10)
    assert capsys.readouterr().err == "trace  0%\n"


def test_work_that_goes_on_under_another_name_keeps_its_clock() -> None:
    with Meter() as meter:
        meter.blocks("blocks", 500_000, 2_000_000, 40)
        began = meter._began
        meter.blocks("recent blocks", 2_000_000, 2_000_000, 90)
        assert meter._began == began
        meter.steps("clusters", 1, 90)
        assert meter._began > began
