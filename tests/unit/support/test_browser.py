"""Tests of the page skip without a browser, and fail where one is required."""

from __future__ import annotations

import pytest

from support import browser


def _without_one(monkeypatch: pytest.MonkeyPatch, *, required: bool) -> None:
    monkeypatch.setattr(browser, "CHROMIUM", None)
    monkeypatch.setattr(browser, "REQUIRED", required)
    with browser.chromium():
        pass


def test_a_missing_browser_is_a_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        _without_one(monkeypatch, required=False)


def test_a_missing_browser_is_a_failure_where_one_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        _without_one(monkeypatch, required=True)
