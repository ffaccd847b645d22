"""One worker: batches of one target, a line of JSON for each. `run.py` starts it and watches it.

    python fuzz/work.py run|step|show TARGET --seed S --first BATCH --inputs N [--number K] [--memory MB]
    python fuzz/work.py replay FILE

run    from batch FIRST on until N inputs are done
step   one batch, input by input, each announced before it is run: to find the one that kills
show   what input K of a batch is made of
replay every case of a file or folder
"""

from __future__ import annotations

import argparse
import base64
import json
import resource
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from cases import CORPUS, Case, read_cases, replay
from cointrail.kernel.bytes import CHECKED
from cointrail.kernel.wire import read_u32
from shares import JUDGED_EVERY, batches
from target import Parts, Target
from targets import make_target

MB = 1_000_000
MOST_GROWTH = 64
"""MB that a worker may take beyond what it had after its first batch, when all was compiled."""


def main() -> None:
    """Do what the command line says."""
    args = _arguments()
    resource.setrlimit(resource.RLIMIT_AS, (args.memory * MB, args.memory * MB))
    if args.checked:
        _require_checks()
    if args.what == "replay":
        _replay(Path(args.target))
        return
    target = make_target(args.target, args.seed)
    work = Work(target, args.seed)
    if args.what == "run":
        work.corpus()
        sizes = batches(args.target, args.inputs)
        for number in range(args.first, len(sizes)):
            work.batch(number, sizes[number])
        return
    target.make(args.first, args.inputs)
    if args.what == "step":
        work.step(args.inputs)
    else:
        _tell(parts=packed(target.parts(args.number)))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=["run", "step", "show", "replay"])
    parser.add_argument("target", help="its name; of `replay` a file or folder")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--inputs", type=int, default=0)
    parser.add_argument("--number", type=int, default=0)
    parser.add_argument("--memory", type=int, default=1000)
    parser.add_argument("--checked", action="store_true")
    return parser.parse_args()


def _require_checks() -> None:
    """See that kernels do run under bounds checks.

    Raises:
        SystemExit: they do not.
    """
    try:
        read_u32(np.zeros(4, np.uint8), 1)
    except IndexError:
        if CHECKED:
            return
    sys.exit("bounds are not checked: is NUMBA_BOUNDSCHECK=1 set?")


def _replay(path: Path) -> None:
    made: dict[str, Target] = {}
    for case in read_cases(path):
        target = made.setdefault(case.target, make_target(case.target, 1))
        _tell(target=case.target, origin=case.origin, why=replay(target, case))


def _tell(**values: object) -> None:
    print(json.dumps(values), flush=True)


def peak_mb() -> int:
    """The most memory that this process has held; `getrusage` counts what its starter held too."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 // MB


def packed(parts: Parts) -> dict[str, str]:
    """Parts as text."""
    return {name: base64.b64encode(raw).decode() for name, raw in parts.items()}


class Work:
    """Runs batches and says what came of them."""

    def __init__(self, target: Target, seed: int) -> None:
        self._target, self._seed = target, seed
        self._most_mb: int | None = None

    def corpus(self) -> None:
        """Everything that was ever found, first."""
        path = CORPUS / f"{self._target.name}.json"
        kept = read_cases(path) if path.exists() else []
        wrong = [(case, why) for case in kept if (why := replay(self._target, case))]
        _tell(corpus=len(kept), failures=[_failure(case.parts, why, case.origin) for case, why in wrong])

    def batch(self, number: int, inputs: int) -> None:
        """A batch, a second opinion on a sample of it, and a line about both."""
        self._target.make(number, inputs)
        every = JUDGED_EVERY[self._target.name]
        sample = range(number % every, inputs, every)
        verdicts = Counter[str]()
        try:
            result = self._target.run()
        except Exception as error:  # noqa: BLE001 - which input it was is found one by one
            sample = range(inputs)
            found = dict(self._wrong_alone(sample)) or {-1: f"{type(error).__name__}: {error}"}
        else:
            names = [self._target.verdicts.get(v, str(v)) for v in result.verdicts.tolist()]
            verdicts.update(names)
            found = dict(self._wrong_alone(sample, names)) | result.broken
        peak = peak_mb()
        if self._most_mb is None:
            self._most_mb = peak + MOST_GROWTH
        elif peak > self._most_mb:
            found[-1] = f"memory grew to {peak} MB, {self._most_mb} would do"
            self._most_mb = peak + MOST_GROWTH
        _tell(
            batch=number,
            inputs=inputs,
            judged=len(sample),
            verdicts=verdicts,
            peak_mb=peak,
            failures=[self._failure_at(number, k, why) for k, why in found.items()],
        )

    def _wrong_alone(self, numbers: range, verdicts: Sequence[str] = ()) -> Iterator[tuple[int, str]]:
        """Inputs that fail by themselves, or get another verdict than in their batch."""
        for k in numbers:
            verdict = verdicts[k] if verdicts else ""
            if why := replay(self._target, Case(self._target.name, self._target.parts(k), verdict, "")):
                yield k, why

    def step(self, inputs: int) -> None:
        """Announce each input of a batch before it is run by itself."""
        for k in range(inputs):
            _tell(number=k)
            replay(self._target, Case(self._target.name, self._target.parts(k), "", ""))

    def _failure_at(self, number: int, k: int, why: str) -> dict[str, object]:
        parts = self._target.parts(k) if k >= 0 else {}
        return _failure(parts, why, f"seed {self._seed}, batch {number}, input {k}")


def _failure(parts: Parts, why: str, origin: str) -> dict[str, object]:
    return {"parts": packed(parts), "why": why, "origin": origin}


if __name__ == "__main__":
    main()
