"""What every fuzz target can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]

Parts = Mapping[str, bytes]
"""Everything that an input is made of, by name: enough to run it again without the seeds."""


@dataclass(frozen=True)
class Result:
    """What a target makes of a batch."""

    verdicts: I64
    """int64[n]: number of a verdict"""
    broken: dict[int, str]
    """inputs that break a law that needs no second opinion, and the law"""


class Target(Protocol):
    """A reader under test, its inputs and what must hold of it."""

    @property
    def name(self) -> str:
        """As the command line names it."""

    @property
    def verdicts(self) -> Mapping[int, str]:
        """Names of the verdicts."""

    def make(self, number: int, inputs: int) -> None:
        """Make the inputs of the batch of that number."""

    def run(self) -> Result:
        """Run all of the batch."""

    def parts(self, number: int) -> Parts:
        """What input `number` of the batch is made of."""

    def judge(self, parts: Parts) -> tuple[int, str | None]:
        """Run one input alone and ask the plain definition: its verdict, and what the two disagree on."""
