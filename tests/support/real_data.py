"""Where the real chain data is, and whether a run may go without it.

COINTRAIL_REAL_DATA           the folder; `../shared/data` beside the checkout when not set
COINTRAIL_REQUIRE_REAL_DATA   not empty: a test skipped for want of the folder has failed
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = Path(os.environ.get("COINTRAIL_REAL_DATA") or ROOT.parent / "shared" / "data").resolve()
REQUIRED = bool(os.environ.get("COINTRAIL_REQUIRE_REAL_DATA"))


def why_absent() -> str | None:
    """Why tests on real data cannot run; None when they can."""
    if FOLDER.is_dir():
        return None
    return f"no real data: {FOLDER} is not a folder (set COINTRAIL_REAL_DATA)"
