"""Spoil and forge a bundle many times, and count what found it: `python -m support.spoil --help`.

Spoilt: bits flipped, files or bytes deleted, swapped, cut off, at random, and nothing made to fit.
Forged: by somebody without the key who makes every digest fit again.
Each has to fail a named question, or to change nothing that the bundle claims.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cointrail.evidence import verify
from support.forgeries import SIGNED, WHOLE, Forgery, crafted, forge, named

KINDS = ("flip", "delete", "swap", "truncate")
NOTHING = "nothing claimed is changed"


def spoil(rng: random.Random, kind: str, bundle: Path) -> tuple[str, Callable[[], None]]:
    """Spoil a bundle at random; says what was done, and gives what puts it right again."""
    files = sorted(path for path in bundle.rglob("*") if path.is_file())
    path = rng.choice([file for file in files if file.stat().st_size > 1])
    before = {file: file.read_bytes() for file in (path, rng.choice([f for f in files if f != path]))}
    raw, (_, other) = bytearray(before[path]), before
    at = rng.randrange(len(raw))
    if kind == "flip":
        raw[at] ^= 1 << rng.randrange(8)
        path.write_bytes(raw)
    elif kind == "delete" and rng.randrange(2):
        path.unlink()
    elif kind == "delete":
        path.write_bytes(raw[:at] + raw[at + rng.randint(1, 99) :])
    elif kind == "swap" and rng.randrange(2):
        path.write_bytes(before[other])
        other.write_bytes(raw)
    elif kind == "swap":
        to = rng.choice([k for k, byte in enumerate(raw) if byte != raw[at]] or [at])
        raw[at], raw[to] = raw[to], raw[at]
        path.write_bytes(raw)
    else:
        path.write_bytes(raw[:at])

    def mend() -> None:
        for file, content in before.items():
            file.write_bytes(content)

    return f"{kind} {path.relative_to(bundle)} at {at}", mend


def found_out(bundle: Path, key: Path) -> str | None:
    """The question about the bag or the signature that fails."""
    for name in (WHOLE, SIGNED):
        ((_, answer, _),) = verify.verify(verify.Bundle(bundle, key), {name: verify.QUESTIONS[name]})
        if answer == verify.FAILS:
            return name
    return None


def changes_nothing(bundle: Path, original: Path) -> bool:
    """Whether only the first line of the signature file differs, which is not signed and says so."""
    for path in {p.relative_to(d) for d in (bundle, original) for p in d.rglob("*") if p.is_file()}:
        here, there = ((d / path).read_bytes() if (d / path).is_file() else None for d in (bundle, original))
        if here != there and path.suffix != ".minisig":
            return False
        if here != there and (here or b"").split(b"\n")[1:] != (there or b"").split(b"\n")[1:]:
            return False
    return True


def campaign(
    bundle: Path, key: Path, *, spoilt: int, forged: int, seed: int
) -> tuple[Counter[tuple[str, str]], list[str]]:
    """Counts by (kind, what found it), and what slipped through."""
    rng, counts, slipped = random.Random(seed), Counter[tuple[str, str]](), list[str]()
    with _copy(bundle) as folder:
        for number in range(spoilt):
            kind = KINDS[number % len(KINDS)]
            done, mend = spoil(rng, kind, folder)
            found = found_out(folder, key)
            if found is None and changes_nothing(folder, bundle):
                found = NOTHING
            counts[kind, found or "SLIPPED THROUGH"] += 1
            slipped += [] if found else [done]
            mend()
    for forgery in some_forgeries(rng, forged):
        with _copy(bundle) as folder:
            if not forge(folder, forgery):
                counts["forgery", NOTHING] += 1
                continue
            failed = {
                name for name, answer, _ in verify.verify(verify.Bundle(folder)) if answer == verify.FAILS
            }
            found = min(failed & forgery.found_by, default=None)
            counts["forgery", found or "SLIPPED THROUGH"] += 1
            slipped += [] if found and WHOLE not in failed else [f"{forgery.name}: {sorted(failed)}"]
    return counts, slipped


def some_forgeries(rng: random.Random, wanted: int) -> Iterator[Forgery]:
    """The named ones first, then cells of each column, until there are enough."""
    found = [*crafted(rng, 1)]
    while len(found) < wanted:
        found += [*crafted(rng, 1)][len([*named()]) :]
    return iter(found[:wanted])


@contextmanager
def _copy(bundle: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(shutil.copytree(bundle, Path(folder) / "bundle"))


def main() -> int:
    """Print the counts; 1 when something slipped through."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bundle", type=Path, help="a signed bundle of a small case")
    parser.add_argument("key", type=Path, help="the signer's public key")
    parser.add_argument("--spoilt", type=int, default=10_000)
    parser.add_argument("--forged", type=int, default=200)
    parser.add_argument("--seed", type=int, default=6)
    args = parser.parse_args()
    counts, slipped = campaign(args.bundle, args.key, spoilt=args.spoilt, forged=args.forged, seed=args.seed)
    lines = [f"{count:7,}  {kind:9} {found}" for (kind, found), count in sorted(counts.items())]
    sys.stdout.write("\n".join([*lines, f"{len(slipped):7,}  slipped through", *slipped, ""]))
    return 1 if slipped else 0


if __name__ == "__main__":
    sys.exit(main())
