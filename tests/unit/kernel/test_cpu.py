from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core.registry import cpu_target

from cointrail.errors import BadInput
from cointrail.kernel import cpu

CALLER = """
import sys
import numpy as np
from cointrail.kernel.cpu import implementation, uses_sha_instructions
from cointrail.kernel.jit import kernel
from cointrail.kernel.sha256 import sha256d_into

@kernel
def caller(data, out):
    sha256d_into(data, 0, data.size, out, 0)
    return uses_sha_instructions()

out = np.zeros(32, dtype=np.uint8)
fast = caller(np.arange(200, dtype=np.uint8), out)
loaded = sum(caller.stats.cache_hits.values())
print(implementation(), bool(fast), loaded, out.tobytes().hex())
"""


def test_code_cached_under_one_setting_obeys_the_other(tmp_path: Path) -> None:
    script = tmp_path / "caller.py"
    script.write_text(CALLER)
    answers = []
    for setting in ("auto", "scalar", "auto"):
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache"), cpu.SETTING: setting}
        done = subprocess.run(
            [sys.executable, script], env=environment, capture_output=True, text=True, check=True
        )
        answers.append(done.stdout.split())
    fastest = "sha-ni" if cpu.target_has_sha(cpu_target.target_context) else "scalar"
    digest = hashlib.sha256(hashlib.sha256(bytes(range(200))).digest()).hexdigest()
    assert answers == [
        [fastest, str(fastest == "sha-ni"), "0", digest],
        ["scalar", "False", "1", digest],
        [fastest, str(fastest == "sha-ni"), "1", digest],
    ]


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(BadInput, match="'fast' names no way to hash"):
        cpu._wants_scalar("fast")


@pytest.mark.parametrize("setting", ["", "auto"])
def test_no_setting_leaves_the_instructions_on(setting: str) -> None:
    assert not cpu._wants_scalar(setting)
