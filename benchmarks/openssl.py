"""How fast OpenSSL hashes on one core: the yardstick for anything that must hash every transaction."""

from __future__ import annotations

import re
import shutil
import subprocess

BLOCK_BYTES = 16_384
SECONDS = 1
_RATE = re.compile(r"^\+F:\d+:sha256:(?P<rate>[0-9.]+)", re.MULTILINE)


def has_openssl() -> bool:
    """Whether the program is there."""
    return shutil.which("openssl") is not None


def sha256_rate() -> float:
    """Bytes a second of `openssl speed sha256` over 16 KB, one process; seconds that a core worked."""
    command = ["openssl", "speed", "-mr", "-seconds", str(SECONDS), "-bytes", str(BLOCK_BYTES), "sha256"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = _RATE.search(done.stdout)
    if found is None:
        raise ValueError(f"`{' '.join(command)}` printed no rate:\n{done.stdout}")
    return float(found["rate"])
