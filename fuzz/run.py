"""Fuzz the readers of block, undo, script and record bytes. This is what `make fuzz` runs.

    python fuzz/run.py [--target block|undo|script|xor|headers|all] [--inputs N] [--seed S] [--checked]
    python fuzz/run.py --replay FILE [--checked]

Each target runs in a worker of its own, whose memory and silence are bounded. Whatever crashes, hangs, breaks
a law or differs from the plain definition is written to a file that `--replay` takes. The last line is JSON.
The exit code is 1 when anything was found.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from hunt import Hunt
from shares import SHARES, shares
from watch import Worker, WorkerDiedError, worker_command


def main() -> int:
    """Run or replay; 1 when something was found."""
    args = _arguments()
    if args.replay:
        return _replay(args.replay, checked=args.checked)
    hunt = Hunt(args.seed, args.out, memory=args.memory, patience=args.patience, checked=args.checked)
    begin = time.perf_counter()
    for target, inputs in shares(args.target, args.inputs).items():
        hunt.run(target, inputs)
    rows = hunt.rows
    failures = sum(row.failures for row in rows.values())
    result = {
        "inputs": sum(row.inputs for row in rows.values()),
        "failures": failures,
        "seed": args.seed,
        "checked": args.checked,
        "seconds": round(time.perf_counter() - begin, 1),
        "targets": {name: row.as_json() for name, row in rows.items()},
    }
    print(json.dumps(result))
    return 1 if failures else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--target", choices=[*SHARES, "all"], default="all")
    parser.add_argument("--inputs", type=int, default=100_000, help="how many (default 100,000)")
    parser.add_argument("--seed", type=int, default=1, help="of the dice (default 1)")
    parser.add_argument("--checked", action="store_true", help="run kernels under bounds checks; slower")
    parser.add_argument("--memory", type=int, default=1000, help="MB of addresses a worker may have")
    parser.add_argument("--patience", type=float, default=300, help="seconds a worker may be silent")
    parser.add_argument("--out", type=Path, default=Path("fuzz-out"), help="where findings are written")
    parser.add_argument("--replay", type=Path, help="run the cases of a file or folder again")
    return parser.parse_args()


def _replay(path: Path, *, checked: bool) -> int:
    command = worker_command("replay", str(path), *(["--checked"] if checked else []))
    wrong = 0
    try:
        with Worker(command, 600, checked=checked) as worker:
            for line in worker.lines():
                print(f"{line['target']} {line['origin']}: {line['why'] or 'as it should be'}")
                wrong += bool(line["why"])
    except WorkerDiedError as died:
        print(f"the worker {died} at the case after the last one shown")
        return 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
