"""What holds for every test: no way out of the machine, a far time zone, plain output, the real data."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from support import network_guard, real_data

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from cointrail.workbench import OpenBench
    from support.demo_world import DemoFolder

_OFFLINE = str(Path(network_guard.__file__).parent / "offline")

# A zone with an odd offset, so that local time anywhere shows; programs that tests start inherit all this.
_ENVIRONMENT = {"TZ": "Asia/Kathmandu", "LC_ALL": "C.UTF-8", "COLUMNS": "100", "NO_COLOR": "1"}
_OURS = "COINTRAIL_"
_KEPT = (
    "COINTRAIL_REAL_DATA",
    "COINTRAIL_REQUIRE_BROWSER",
    "COINTRAIL_REQUIRE_REAL_DATA",
    "COINTRAIL_SHA",
)

hypothesis.settings.register_profile(
    "default",
    deadline=None,  # the first example may compile a kernel
    suppress_health_check=[hypothesis.HealthCheck.too_slow],  # a busy machine is no fault of a strategy
)
hypothesis.settings.register_profile(
    "ci", parent=hypothesis.settings.get_profile("default"), print_blob=True, database=None
)


def pytest_configure() -> None:
    """Shut the network and settle the environment, before any test module is imported."""
    for name in [key for key in os.environ if key.startswith(_OURS) and key not in _KEPT]:
        del os.environ[name]
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE", "PYTHONWARNINGS"):
        os.environ.pop(name, None)
    os.environ.update(_ENVIRONMENT)
    time.tzset()
    paths = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    if _OFFLINE not in paths:
        os.environ["PYTHONPATH"] = os.pathsep.join([_OFFLINE, *paths])
    network_guard.deny_network()
    hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks for the real data, so that `-m real_data` finds it."""
    for item in items:
        if "real_data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.real_data)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where the real data is required, a test on it that skips has failed."""
    report = yield
    if report.skipped and real_data.REQUIRED and item.get_closest_marker("real_data"):
        report.outcome = "failed"
        report.longrepr = f"skipped although the real data is required: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def _no_outbound_traffic() -> Iterator[None]:
    """Fail a test that tried to reach a network, also when the program swallowed the refusal."""
    network_guard.ATTEMPTS.clear()
    yield
    assert network_guard.ATTEMPTS == [], "outbound network was tried"


@pytest.fixture(scope="session", name="real_data")
def real_data_folder() -> Path:
    """The folder of real public chain data; without it the test is skipped, or fails where required."""
    if absent := real_data.why_absent():
        (pytest.fail if real_data.REQUIRED else pytest.skip)(absent)
    return real_data.FOLDER


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoFolder:
    """The demo on a small scale: its world, store, case and bundle. The first test that asks makes it."""
    from support.demo_world import demo_folder  # noqa: PLC0415 -- not before the network is shut

    return demo_folder(tmp_path_factory)


@pytest.fixture(scope="session")
def bench(demo: DemoFolder) -> OpenBench:
    """The demo's store with its tags, kept open as a server keeps it."""
    from cointrail.workbench import OpenBench  # noqa: PLC0415 -- not before the network is shut

    return OpenBench(demo.store, tags=[demo.tags])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's browser; without it the test is skipped, or fails where it is required."""
    from support.browser import chromium  # noqa: PLC0415 -- not before the network is shut

    with chromium() as found:
        yield found
