"""The gates of an era: real transactions, a world of that era, and how they differ."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cointrail.error_rates.fidelity import EraFidelity
from cointrail.errors import BadInput
from cointrail.evaluate.fidelity.classifier import AUC_LIMIT, Verdict, tell_apart
from cointrail.evaluate.fidelity.distances import Gate, gates_of
from cointrail.evaluate.fidelity.real import REAL, read_era
from cointrail.evaluate.fidelity.samples import made_sample, thin
from cointrail.simulate import preset
from cointrail.simulate.composed.engine import VERSION

MOST = 3_000
"""Transactions of each side, at most."""
MOST_HALVES = 2_000
"""And of each of two real samples."""
PER_BLOCK = 200
"""Of the worlds. Reuse and chains are looked for among a hundred neighbours, so it matters little."""
CLASSIFIER = "real or made up"
"""The name of the classifier's gate."""

ERAS = tuple(REAL)

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class EraGates:
    """What was found in one era.

    Attributes:
        era: the year.
        n: transactions of each side.
        gates: marginals and joints.
        verdict: the classifier's, on real against made up.
        real_verdict: the same classifier on two real samples; None where there is one.
        in_block: whether neighbours in the block were looked at.
        real: files of real transactions with their SHA-256.
        world: version of the engine, seed, digests of the plan and of both samples.
    """

    era: int
    n: int
    gates: tuple[Gate, ...]
    verdict: Verdict
    real_verdict: Verdict | None
    in_block: bool
    real: Mapping[str, str]
    world: Mapping[str, str]

    @property
    def summary(self) -> EraFidelity:
        """In the form that ships."""
        outcomes = [(gate.name, gate.passed) for gate in self.gates] + [(CLASSIFIER, self.verdict.passed)]
        return EraFidelity(
            era=self.era,
            n=self.n,
            passed=tuple(name for name, passed in outcomes if passed),
            failed=tuple(name for name, passed in outcomes if not passed),
            auc_ppm=_ppm(self.verdict.auc),
            auc_limit_ppm=_ppm(AUC_LIMIT),
            real_auc_ppm=_ppm(self.real_verdict.auc) if self.real_verdict else None,
            best=tuple(one.feature for one in self.verdict.best),
            world=self.world,
            real=self.real,
        )


def _ppm(share: float) -> int:
    """Thousandths are what the figures are good for."""
    return round(share * 1_000) * 1_000


def fidelity_of(
    folder: Path, eras: Sequence[int], *, seed: int = 1, progress: Progress | None = None
) -> tuple[EraGates, ...]:
    """Hold a world of each era against real transactions of `folder`.

    Args:
        folder: the folder of real data; only read.
        eras: years; all when there is none.
        seed: of the worlds.
        progress: told how many eras are done.

    Raises:
        BadInput: an era without real transactions, a file that is missing, or no scikit-learn.
    """
    wanted = tuple(dict.fromkeys(eras)) or ERAS
    for year in wanted:
        if year not in REAL:
            names = ", ".join(map(str, ERAS))
            raise BadInput(
                f"there are no real transactions of {year}", hint=f"there are of {names}", value=year
            )
    found = []
    for done, year in enumerate(wanted, start=1):
        found.append(_gates_of(folder, year, seed))
        if progress is not None:
            progress("eras", done, len(wanted))
    return tuple(found)


def _gates_of(folder: Path, year: int, seed: int) -> EraGates:
    era = read_era(folder, year)
    real = thin(era.sample, MOST)
    plan = preset(str(year)).with_size(2 * len(real) + 200, PER_BLOCK)
    made = made_sample(plan, seed, len(real))
    between = None
    if era.halves:
        count = min(MOST_HALVES, *map(len, era.halves))
        one, other = (thin(half, count) for half in era.halves)
        between = tell_apart(one, other, in_block=era.in_block)
    return EraGates(
        era=year,
        n=len(real),
        gates=gates_of(real, made, era.halves),
        verdict=tell_apart(real, made, in_block=era.in_block),
        real_verdict=between,
        in_block=era.in_block,
        real=era.sources,
        world={
            "engine": str(VERSION),
            "seed": str(seed),
            "plan": hashlib.sha256(plan.to_toml().encode()).hexdigest(),
            "sample": made.digest,
        },
    )
