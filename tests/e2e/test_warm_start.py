"""What a server loads beside its first page: nothing that a store may not have stops it."""

from __future__ import annotations

import pytest

from cointrail.api.warm import load_kernels, warm
from cointrail.workbench import OpenBench
from support.demo_world import demo_folder


def test_what_first_answers_need_is_loaded_beside_the_first_page(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    bench = OpenBench(demo_folder(tmp_path_factory).store)
    load_kernels(bench)
    thread = warm(bench)
    assert thread.daemon
    thread.join(60)
    assert not thread.is_alive()
