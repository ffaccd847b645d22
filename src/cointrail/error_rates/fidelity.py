"""How like real blocks those worlds are that rates were measured in: by era, as data that ships.

A rate from worlds says how often a rule is wrong when people behave as the worlds have them behave. Where
worlds of an era are told from real transactions of that time, its rates carry the warning. `evaluate
fidelity` makes the data.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from cointrail.errors import BadInput

FORM = 1
"""Version of the form of the file; another one is refused."""

SHIPPED = "fidelity.json"
"""The data of the package, in its folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EraFidelity:
    """What the gates of one era say.

    Attributes:
        era: the year.
        n: transactions of each side.
        passed: gates in which worlds are like real transactions, within their limits.
        failed: the others.
        auc_ppm: how well a classifier tells real from made up: 500,000 is chance, 1,000,000 certainty.
        auc_limit_ppm: up to which that gate passes.
        real_auc_ppm: the same between two real samples of the era; None where there is one.
        best: features that the classifier goes by, the most telling first.
        world: the world: version of the engine, seed, SHA-256 of its plan and of the sample.
        real: files of real transactions with their SHA-256.
    """

    era: int
    n: int
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    auc_ppm: int
    auc_limit_ppm: int
    real_auc_ppm: int | None
    best: tuple[str, ...]
    world: Mapping[str, str]
    real: Mapping[str, str]

    @property
    def like_real(self) -> bool:
        """Whether every gate is passed."""
        return not self.failed

    @property
    def warning(self) -> str | None:
        """What must stand beside a rate of this era; None where nothing need."""
        if self.like_real:
            return None
        total = len(self.passed) + len(self.failed)
        return (
            f"worlds of {self.era} are told from real transactions: {len(self.failed)} of {total} gates "
            f"fail, AUC {self.auc_ppm / 1_000_000:.2f}"
        )


@dataclass(frozen=True, slots=True)
class Fidelity:
    """The gates of every era that real transactions are at hand for."""

    eras: Mapping[int, EraFidelity]
    digest: str
    """SHA-256 of the file."""

    def of(self, era: int) -> EraFidelity | None:
        """What is known of an era; None where nothing is."""
        return self.eras.get(era)

    def warning(self, era: int) -> str | None:
        """What must stand beside a rate of an era; None where every gate is passed."""
        found = self.of(era)
        return found.warning if found else f"worlds of {era} were never held against real transactions"


@cache
def shipped_fidelity() -> Fidelity:
    """The data that this version ships."""
    return fidelity_from((files("cointrail.error_rates") / SHIPPED).read_bytes())


def fidelity_from(data: bytes) -> Fidelity:
    """Read what `fidelity_text` wrote.

    Raises:
        BadInput: no such file, or one of another form.
    """
    try:
        found = json.loads(data)
        if found["form"] != FORM:
            raise BadInput(f"gates of form {found['form']} are not read here", hint=f"form {FORM} is")
        eras = [_era(one) for one in found["eras"]]
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"this is no file of fidelity gates: {error}") from error
    return Fidelity({one.era: one for one in eras}, hashlib.sha256(data).hexdigest())


def _era(found: Mapping[str, Any]) -> EraFidelity:
    lists = ("passed", "failed", "best")
    given: dict[str, Any] = {name: tuple(value) if name in lists else value for name, value in found.items()}
    return EraFidelity(**given)


def fidelity_text(eras: list[EraFidelity]) -> str:
    """The file: the same text for the same figures."""
    rows = [{name: getattr(one, name) for name in EraFidelity.__slots__} for one in eras]
    return json.dumps({"form": FORM, "eras": rows}, indent=1, sort_keys=True) + "\n"
