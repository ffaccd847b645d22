"""Fill `fuzz/corpus/`: of many inputs the smallest of each kind of outcome. For maintainers.

    PYTHONPATH=tests python fuzz/collect.py [--inputs N] [--seed S]

Cases of earlier findings stay; those that were collected before are replaced. Invented data only.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from pathlib import Path

from cases import CORPUS, Case, read_cases, write_cases
from cointrail.chain.decode import decode_block
from cointrail.chain.script import classify
from cointrail.chain.undo import decode_undo
from cointrail.errors import CointrailError
from cointrail.sources.blocks_dir import BlocksDirectory
from shares import BATCH
from target import Parts, Target
from targets import make_target
from xor_target import HEAD, plain_records

KEPT = {"block": 70, "undo": 50, "script": 90, "xor": 30, "headers": 18}
"""Cases of each target at most, so that the corpus stays small."""
LONGEST = {"block": 600, "undo": 400, "script": 200, "xor": 500, "headers": 9000}
"""Bytes of a case."""
COLLECTED = "collected: "
ONE = b"\x01"


def main() -> None:
    """Collect for every target."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--inputs", type=int, default=40_000)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    os.environ.pop("COINTRAIL_REAL_DATA", None)
    for name in KEPT:
        path = CORPUS / f"{name}.json"
        kept = read_cases(path) if path.exists() else []
        findings = [case for case in kept if not case.why.startswith(COLLECTED)]
        cases = _collected(name, args.inputs // (100 if name == "headers" else 1), args.seed)
        write_cases(path, [*findings, *cases])
        print(f"{name}: {len(findings)} findings, {len(cases)} cases, {path.stat().st_size} bytes")


def _collected(name: str, inputs: int, seed: int) -> list[Case]:
    target = make_target(name, seed)
    smallest: dict[str, Case] = {}
    for number in range(-(-inputs // BATCH[name])):
        target.make(number, BATCH[name])
        result = target.run()
        for k in range(BATCH[name]):
            parts = target.parts(k)
            size = sum(map(len, parts.values()))
            verdict = target.verdicts[int(result.verdicts[k])]
            why = f"{COLLECTED}{verdict}; {_outcome(target, parts)}"
            if size <= LONGEST[name] and (why not in smallest or size < _size(smallest[why])):
                smallest[why] = Case(name, parts, verdict, why, f"seed {seed}, batch {number}, input {k}")
    chosen = sorted(smallest.values(), key=_size)[: KEPT[name]]
    return sorted(chosen, key=lambda case: case.why)


def _size(case: Case) -> int:
    return sum(map(len, case.parts.values()))


def _outcome(target: Target, parts: Parts) -> str:
    """What the plain readers say, without numbers and names."""
    try:
        if target.name == "block":
            decode_block(parts["block"])
        elif target.name == "undo":
            decode_undo(parts["undo"])
        elif target.name == "script":
            return f"{classify(parts['script']).name} of {len(parts['script']).bit_length()} bits"
        elif target.name == "xor":
            raw = parts["file"]
            return f"{len(plain_records(raw[HEAD:], 32 if raw[8:9] == ONE else 0))} records"
        else:
            return _opened(parts)
    except CointrailError as error:
        return _without_details(str(error))
    return "sound"


def _opened(parts: Parts) -> str:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in parts.items():
            (Path(folder) / name).write_bytes(data)
        with BlocksDirectory(Path(folder)) as source:
            return _without_details(" ".join(source.notes))


def _without_details(text: str) -> str:
    return re.sub(r"`[^`]*`|\b[0-9a-f]*\d[0-9a-f]*\b|\bgot [0-9a-f]+", "..", text)


if __name__ == "__main__":
    main()
