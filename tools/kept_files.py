"""The files that git keeps, which is what the project is."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def kept_files(root: Path = ROOT, *patterns: str) -> tuple[Path, ...]:
    """Every file below `root` that git keeps and that is there, relative to `root`, sorted.

    Args:
        root: the top of a checkout.
        patterns: git's own, such as `*.md`; every file when none is given.

    Raises:
        subprocess.CalledProcessError: `root` is no git checkout.
    """
    # A checkout may belong to another user than the one who checks it.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--", *patterns]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    names = [Path(name) for name in listed.split("\0") if name]
    return tuple(sorted(name for name in names if (root / name).is_file()))
