from __future__ import annotations

from collections.abc import Iterator

import pytest

from cointrail.analytics.sandbox import Sandbox
from support.query_stores import KINDS, Asked, asked


@pytest.fixture(name="there", scope="module", params=KINDS)
def opened(request: pytest.FixtureRequest) -> Iterator[Asked]:
    with asked(request.param) as found:
        yield found


@pytest.fixture(name="box", scope="module")
def shut_in(there: Asked) -> Iterator[Sandbox]:
    with Sandbox(there.snapshot, threads=1) as box:
        yield box
