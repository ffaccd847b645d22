"""What a flow starts from: labelled outputs, in the order in which they were reported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cointrail.errors import BadInput

MOST_SOURCES = 64
"""Labels that one flow carries side by side."""


@dataclass(frozen=True, slots=True)
class Source:
    """Outputs under one label: a theft, a seizure, an address."""

    label: str
    outputs: tuple[int, ...]
    """Output numbers."""


class Start(NamedTuple):
    """An output that a flow starts at, and the source that claims it."""

    output_num: int
    source: int


class Repeat(NamedTuple):
    """An output that two sources claim: the one reported earlier has it."""

    output_num: int
    loser: int
    winner: int


def starts_of(sources: Sequence[Source]) -> tuple[list[Start], list[Repeat]]:
    """The outputs of all sources, each once, in chain order; beside them those claimed twice.

    Raises:
        BadInput: there is no output, or there are more sources than one flow carries.
    """
    if len(sources) > MOST_SOURCES:
        raise BadInput(
            f"{len(sources)} sources are too many for one trace: the most is {MOST_SOURCES}",
            hint="trace them in several runs",
        )
    first: dict[int, int] = {}
    repeats: list[Repeat] = []
    for place, source in enumerate(sources):
        for output_num in dict.fromkeys(source.outputs):
            if output_num in first:
                repeats.append(Repeat(output_num, place, first[output_num]))
            else:
                first[output_num] = place
    if not first:
        raise BadInput("there is no output to trace")
    return [Start(output_num, first[output_num]) for output_num in sorted(first)], repeats


def homes_of(sources: Sequence[Source], cluster_of: Callable[[int], int]) -> tuple[frozenset[int], ...]:
    """Per source, the clusters that its outputs lie in: value that only passed these has not left home."""
    return tuple(frozenset(map(cluster_of, source.outputs)) for source in sources)
