#!/usr/bin/env python3
"""Compare a bundle from which something was withheld with the whole one. Needs Python and nothing else.

    python3 compare.py PART WHOLE

Everything that PART withholds is listed there by digests, each over one record and a secret number. WHOLE
holds that number, so it can be seen that the same records, and no others, were withheld. Exit code 0: so it
is; 1: it is not; 2: these are no such bundles.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

if __package__:
    from cointrail.evidence import standards as std
else:  # in a bundle; nothing may be added to it
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    import standards as std  # type: ignore[import-not-found,no-redef]

LISTING = "disclosure.json"
SILENT = {LISTING, "README.txt", "verify.py", "standards.py", "compare.py"}
"""Files that tell nothing of a case; nor do proofs and headers."""
Records = set[tuple[str, bytes]]
"""(file, content)."""


def records(files: Mapping[str, bytes]) -> Records:
    """What a bundle tells, piece by piece: lines of tables and lists, transactions, other files whole."""
    return {(name, piece) for name in files.keys() - SILENT for piece in _pieces(name, files[name])}


def _pieces(name: str, data: bytes) -> Iterator[bytes]:
    if name == "chain/transactions.bin":
        yield from (tx.raw for tx in std.Reader(data).all(std.Tx))
    elif name.endswith((".csv", ".jsonl")):
        yield from filter(None, data.split(b"\n")[name.endswith(".csv") :])
    elif not name.startswith("chain/"):
        yield data


def sealed(salt: bytes, name: str, piece: bytes) -> str:
    """A digest of a record that nobody can guess: over the record, and a number made for it from the salt.

    To show one record alone, give it with its own number.
    """
    own = hmac.digest(salt, name.encode() + b"\0" + piece, "sha256")
    return hashlib.sha256(own + piece).hexdigest()


def listing(salt: bytes, hidden: Records) -> dict[str, list[str]]:
    """Digests of what is withheld, by file; their order tells nothing."""
    lists: dict[str, list[str]] = {}
    for name, digest in sorted((name, sealed(salt, name, piece)) for name, piece in hidden):
        lists.setdefault(name, []).append(digest)
    return lists


def compare(part: Mapping[str, bytes], whole: Mapping[str, bytes]) -> tuple[bool, list[str]]:
    """Whether all that is withheld, and nothing else, is in the whole bundle; and counts."""
    told, key = json.loads(part[LISTING])["withheld"], json.loads(whole[LISTING])["salt"]
    ours, theirs = records(part), records(whole)
    wanted = listing(bytes.fromhex(key), theirs - ours)
    lines = [f"{len(ours & theirs):,} records stand in both, word for word"]
    lines += [
        f"{name}: {len(told.get(name, ())):,} withheld, {len(wanted.get(name, ())):,} beyond the part"
        for name in sorted({*told, *wanted})
    ]
    odd = sum(len({*told.get(name, ())} ^ {*wanted.get(name, ())}) for name in {*told, *wanted})
    return told == wanted, [*lines, f"{odd:,} of them are not the same"]


def read_files(bundle: Path) -> dict[str, bytes]:
    """All files below `data/`, by path."""
    data = bundle / "data"
    files = (path for path in data.rglob("*") if path.is_file())
    return {path.relative_to(data).as_posix(): path.read_bytes() for path in files}


def main() -> int:
    """Print the counts."""
    try:
        part, whole = map(Path, sys.argv[1:])
        same, lines = compare(read_files(part), read_files(whole))
    except (OSError, ValueError, LookupError, TypeError, std.Fault) as error:
        print(f"compare.py PART WHOLE: these are no such bundles: {error!r}", file=sys.stderr)
        return 2
    print(*lines, "the same records were withheld" if same else "OTHER records were withheld", sep="\n")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
