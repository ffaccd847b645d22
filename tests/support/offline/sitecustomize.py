"""Imported by every Python that a test starts, because `conftest.py` puts this folder on its path."""

from __future__ import annotations

import sys
from pathlib import Path

_TESTS = str(Path(__file__).resolve().parent.parent.parent)
sys.path.append(_TESTS)

from support.network_guard import deny_network  # noqa: E402 - the path above makes it importable

sys.path.remove(_TESTS)
deny_network()
