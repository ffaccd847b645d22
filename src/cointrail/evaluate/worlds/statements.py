"""Statements that a rule makes, true or wrong, and their counts by stratum."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.clustering.rules import Link
from cointrail.evaluate.worlds.strata import MARKS, WORDS, TxMarks

U8 = npt.NDArray[np.uint8]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
Array = npt.NDArray[Any]

_BY_SCRIPT = (Link.SAME_KEY, Link.INNER_SCRIPT)
"""Links that no transaction makes: only rule and era tell them apart."""


class Statements(NamedTuple):
    """Links that rules assert, one row each."""

    rule: U8
    """Number of its `Link`."""
    tx: I64
    """The transaction that shows it; for links of keys, the one in which the later script first appears."""
    hand: I32
    """Whose statement it is: links of one hand fail together."""
    wrong: npt.NDArray[np.bool_]
    """Whether the scripts had two owners at that transaction."""

    @classmethod
    def join(cls, parts: list[Statements]) -> Statements:
        """End to end."""
        columns: list[Array] = [np.concatenate(column) for column in zip(*parts, strict=True)]
        return cls(*columns)


class StratumCount(NamedTuple):
    """How often a rule was wrong in one stratum."""

    stratum: tuple[str, ...]
    """The first marks of `MARKS`; those that are left out may be anything."""
    links: int
    """All that were asserted."""
    wrong_links: int
    n: int
    """Links of different hands: one of each, drawn by lot."""
    wrong: int


def count_strata(
    statements: Statements, marks: TxMarks, seed: int, *, most_marks: int = len(MARKS)
) -> tuple[StratumCount, ...]:
    """Counts of every stratum that a statement is in, and of all its parents.

    One link of each hand is drawn in each stratum (methods.md 9.3).

    Args:
        statements: the links.
        marks: of all transactions.
        seed: of the draw; the same seed gives the same counts.
        most_marks: how many marks a stratum says at most.
    """
    lot = np.random.default_rng(seed).permutation(len(statements.tx))
    rule, tx, hand, wrong = (
        statements.rule[lot],
        statements.tx[lot],
        statements.hand[lot],
        statements.wrong[lot],
    )
    columns = [rule.astype(np.int64), *(column[tx].astype(np.int64) for column in marks)]
    shallow = np.isin(rule, _BY_SCRIPT)
    found: list[StratumCount] = []
    key = np.zeros(len(tx), np.int64)
    widths = [len(Link), *map(len, WORDS[1:])]
    for depth, (column, width) in enumerate(zip(columns[:most_marks], widths, strict=False), start=1):
        key = key * width + column
        rows = np.flatnonzero(~shallow) if depth > 2 else np.arange(len(tx))
        found += _count(key[rows], hand[rows], wrong[rows], widths[:depth])
    return tuple(sorted(found))


def _count(key: I64, hand: I32, wrong: Array, widths: list[int]) -> list[StratumCount]:
    strata, place = np.unique(key, return_inverse=True)
    people = place * (int(hand.max(initial=0)) + 2) + hand + 1
    _, drawn = np.unique(people, return_index=True)
    links, n = np.bincount(place, minlength=len(strata)), np.bincount(place[drawn], minlength=len(strata))
    wrong_links = np.bincount(place[wrong], minlength=len(strata))
    wrong_drawn = np.bincount(place[drawn][wrong[drawn]], minlength=len(strata))
    return [
        StratumCount(_words(int(stratum), widths), *map(int, row))
        for stratum, *row in zip(strata, links, wrong_links, n, wrong_drawn, strict=True)
    ]


def _words(key: int, widths: list[int]) -> tuple[str, ...]:
    codes: list[int] = []
    for width in reversed(widths):
        key, code = divmod(key, width)
        codes.append(code)
    rule, *rest = reversed(codes)
    return Link(rule).rule.name, *(
        words[code] for words, code in zip(WORDS[1 : len(MARKS)], rest, strict=False)
    )
