"""The page in the browser is kept as it was built: say from which sources, and whether they are still those.

`make page` builds it and then runs `--write`; nobody who installs or tests Cointrail needs node for that.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "web"
BUILT = ROOT / "src" / "cointrail" / "api" / "page"
RECORD = "built-from.json"

_NOT_OURS = frozenset({"node_modules", "dist", ".vite"})


def digest_of(folder: Path) -> str:
    """SHA-256 over the names and bytes of all files below a folder, in the order of their names."""
    whole = hashlib.sha256()
    for path in sorted(_files(folder)):
        name = path.relative_to(folder).as_posix()
        whole.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def record_of(sources: Path = SOURCES, built: Path = BUILT) -> dict[str, str]:
    """What is kept beside a build: digests of its sources and of its files."""
    return {"built": digest_of(built), "sources": digest_of(sources)}


def main(arguments: list[str]) -> int:
    """Write the record, or compare it; 1 when the page is not of these sources."""
    now = record_of()
    if arguments == ["--write"]:
        (BUILT / RECORD).write_text(json.dumps(now, indent=2) + "\n", encoding="utf-8")
        return 0
    if json.loads((BUILT / RECORD).read_text(encoding="utf-8")) == now:
        return 0
    sys.stderr.write("the built page is not of the sources in web/: run `make page`\n")
    return 1


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and path.name != RECORD and not _NOT_OURS & set(path.relative_to(folder).parts):
            yield path


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
