"""Plant a fault in a kernel, one after the other, and see whether the fuzzer finds it. For maintainers.

    python fuzz/plant.py [--inputs N]

Takes half a minute a fault: each is a changed copy of the sources, which is compiled and fuzzed. The exit
code is 1 when one is not found.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src"
KERNEL = Path("cointrail") / "kernel"


@dataclass(frozen=True)
class Fault:
    """A few words of a kernel, and what stands there instead."""

    target: str
    file: str
    true: str
    false: str


FAULTS = (
    Fault("block", "decode.py", "if length > end - at - 4:", "if length > end - at:"),
    Fault("block", "decode.py", "if items > end - at:", "if items > end - at + 100000:"),
    Fault("block", "decode.py", "if at + 4 > end:", "if at + 3 > end:"),
    Fault("block", "decode.py", "if total == 0:", "if total < 0:"),
    Fault("block", "wire.py", "if at + 5 > end:", "if at + 4 > end:"),
    Fault("block", "wire.py", "value > 0xFFFF else", "value > 0xFFFE else"),
    Fault("block", "commitments.py", "script_length[o] >= 38", "script_length[o] >= 36"),
    Fault("block", "commitments.py", "found = at + 6", "found = at + 6 if found < 0 else found"),
    Fault("undo", "undo.py", "if at != end:", "if at < end - 1:"),
    Fault("undo", "undo.py", "value < (1 << 55)", "value < (1 << 56)"),
    Fault("undo", "fingerprint.py", "mix(state, read_u64(data, at + length - 8))", "state"),
    Fault("script", "scripts.py", "if length > end - head:", "if length > end - head + 1:"),
    Fault("script", "marks.py", "(length - 33) % 32 == 0 and", "True and"),
    Fault("script", "address_text.py", "else version - 80", "else version - 79"),
    Fault("xor", "records.py", "if size + trailer > len(data)", "if size > len(data)"),
    Fault("xor", "records.py", "key[(phases[row] + k) & 7]) <<", "key[k]) <<"),
    Fault("xor", "records.py", "END if _is_empty_tail(data, at, key) else FOREIGN", "FOREIGN"),
)
ONLY_CHECKED = (Fault("undo", "undo.py", "if length > end - at:", "if length > end - at + 1:"),)
"""Faults that give the right answer from a wrong place: only bounds checks tell."""


def main() -> int:
    """Plant and look; 1 when something was not found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=200_000)
    inputs = parser.parse_args().inputs
    missed = 0
    for fault in (*FAULTS, *ONLY_CHECKED):
        found = findings(fault, inputs, checked=fault in ONLY_CHECKED)
        missed += found == 0
        print(f"{found:7} findings  {fault.target:7}{fault.file:16} `{fault.true}` as `{fault.false}`")
    return 1 if missed else 0


def findings(fault: Fault, inputs: int, *, checked: bool) -> int:
    """How many inputs find a fault."""
    with tempfile.TemporaryDirectory(prefix="cointrail-planted-") as folder:
        sources = Path(folder) / "src"
        shutil.copytree(SOURCES, sources, ignore=shutil.ignore_patterns("__pycache__"))
        path = sources / KERNEL / fault.file
        path.write_text(path.read_text().replace(fault.true, fault.false, 1))
        options = ["--inputs", str(inputs // (10 if checked else 1)), *(["--checked"] if checked else [])]
        done = subprocess.run(
            [sys.executable, "fuzz/run.py", "--target", fault.target, "--out", folder, *options],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(sources)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=False,
        )
    return int(json.loads(done.stdout.splitlines()[-1])["failures"])


if __name__ == "__main__":
    sys.exit(main())
