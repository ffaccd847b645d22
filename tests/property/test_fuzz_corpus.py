from __future__ import annotations

import subprocess
import sys
from functools import cache

import pytest

import cases
from cases import CORPUS, read_cases
from kept_files import ROOT
from shares import SHARES
from target import Target
from targets import make_target

KEPT = read_cases(CORPUS)


@cache
def _target(name: str) -> Target:
    return make_target(name, 1)


@pytest.mark.parametrize("name", sorted(SHARES))
def test_every_kept_input_still_gets_its_verdict_from_kernel_and_definition(name: str) -> None:
    kept = [case for case in KEPT if case.target == name]
    wrong = [(case.why, why) for case in kept if (why := cases.replay(_target(name), case))]
    assert wrong == []
    assert len(kept) > 15


@pytest.mark.parametrize("name", sorted(SHARES))
def test_nearly_every_verdict_has_a_kept_input(name: str) -> None:
    """All but those that a chain of other rules, or luck, would be needed for."""
    rare = {"p2a", "repeated transactions", "no head", "another chain", "decode", "wrong network"}
    met = {case.verdict for case in KEPT if case.target == name}
    assert set(_target(name).verdicts.values()) - met <= rare


def test_the_corpus_is_small() -> None:
    assert sum(path.stat().st_size for path in CORPUS.iterdir()) < 200_000


@pytest.mark.slow
def test_no_kept_input_is_read_outside_its_bounds() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "fuzz" / "run.py"), "--replay", str(CORPUS), "--checked"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.count("as it should be") == len(KEPT)
    assert done.returncode == 0
