"""Inputs kept in files: what a run found, and the corpus that every test run repeats.

A file holds a list of cases in JSON. Parts are hexadecimal, or `z:` and base64 of zlib where that is shorter.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from target import Parts, Target

CORPUS = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class Case:
    """An input by itself, and what became of it."""

    target: str
    parts: Parts
    verdict: str
    """what it should be; empty when it was never known"""
    why: str
    """why it is kept: what was wrong, or what is special"""
    origin: str = ""
    """how it was made: seed, batch and number"""


def _packed(raw: bytes) -> str:
    packed = "z:" + base64.b64encode(zlib.compress(raw, 9)).decode()
    return min(raw.hex(), packed, key=len)


def _unpacked(text: str) -> bytes:
    if text.startswith("z:"):
        return zlib.decompress(base64.b64decode(text[2:]))
    return bytes.fromhex(text)


def write_cases(path: Path, cases: Sequence[Case]) -> None:
    """Write a file of cases."""
    rows = [
        {
            "target": case.target,
            "verdict": case.verdict,
            "why": case.why,
            "origin": case.origin,
            "parts": {name: _packed(raw) for name, raw in case.parts.items()},
        }
        for case in cases
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, indent=0) + "\n", encoding="utf-8")


def read_cases(path: Path) -> list[Case]:
    """The cases of a file, or of every JSON file in a folder."""
    if path.is_dir():
        return [case for file in sorted(path.glob("*.json")) for case in read_cases(file)]
    return list(_cases(json.loads(path.read_text(encoding="utf-8"))))


def _cases(rows: Sequence[dict[str, object]]) -> Iterator[Case]:
    for row in rows:
        parts = row["parts"]
        assert isinstance(parts, dict)
        yield Case(
            str(row["target"]),
            {name: _unpacked(text) for name, text in parts.items()},
            str(row["verdict"]),
            str(row["why"]),
            str(row["origin"]),
        )


def replay(target: Target, case: Case) -> str | None:
    """Run a case again; what is wrong with it, None when all is well."""
    try:
        verdict, wrong = target.judge(case.parts)
    except Exception as error:  # noqa: BLE001 - a fuzz target may fail in any way, and that is the finding
        return f"{type(error).__name__}: {error}"
    name = target.verdicts.get(verdict, str(verdict))
    if wrong is None and case.verdict and name != case.verdict:
        return f"was `{case.verdict}`, is `{name}`"
    return wrong
