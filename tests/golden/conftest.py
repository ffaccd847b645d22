from __future__ import annotations

import pytest

from support.demo_world import DemoFolder, demo_folder


@pytest.fixture(scope="session", name="demo")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> DemoFolder:
    return demo_folder(tmp_path_factory)
