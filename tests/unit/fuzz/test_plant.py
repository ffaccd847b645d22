from __future__ import annotations

import pytest

from plant import FAULTS, KERNEL, ONLY_CHECKED, SOURCES, Fault


@pytest.mark.parametrize("fault", [*FAULTS, *ONLY_CHECKED], ids=lambda fault: f"{fault.file}: {fault.true}")
def test_what_a_planted_fault_replaces_is_still_there(fault: Fault) -> None:
    assert fault.true in (SOURCES / KERNEL / fault.file).read_text()
    assert fault.false != fault.true
