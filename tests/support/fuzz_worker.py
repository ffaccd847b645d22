"""A worker of the fuzzer whose reader is broken as its first argument says. Batches have ten inputs.

`python fuzz_worker.py FAULT WHAT TARGET --first BATCH ...`; in batch 1 its input 7 aborts, hangs or is
misread.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import time

BATCH, INPUT = 1, 7
BATCHES = 3


def _tell(**values: object) -> None:
    print(json.dumps(values), flush=True)  # noqa: T201


def _read(fault: str, batch: int, number: int) -> str | None:
    if (batch, number) != (BATCH, INPUT):
        return None
    if fault == "aborts":
        os.abort()
    if fault == "hangs":
        time.sleep(3600)
    return "misread" if fault == "misreads" else None


def main() -> None:
    """Do what `fuzz/work.py` would."""
    fault, what = sys.argv[1], sys.argv[2]
    first = int(sys.argv[sys.argv.index("--first") + 1])
    if what == "show":
        _tell(parts={"raw": base64.b64encode(sys.argv[-1].encode()).decode()})
    elif what == "step":
        for number in range(10):
            _tell(number=number)
            _read(fault, first, number)
    else:
        for batch in range(first, BATCHES):
            found = [(n, why) for n in range(10) if (why := _read(fault, batch, n))]
            parts = {"raw": base64.b64encode(b"7").decode()}
            failures = [
                {"parts": parts, "why": why, "origin": f"batch {batch}, input {n}"} for n, why in found
            ]
            _tell(batch=batch, inputs=10, judged=1, verdicts={"fine": 10}, peak_mb=5, failures=failures)


if __name__ == "__main__":
    main()
