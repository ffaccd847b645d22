"""The strata that have a bound of their own, and by which of them each link is quoted.

A link is quoted by the deepest stratum that it lies in and that has a bound of its own. So links fall into
groups that share none: a group is what the program states one figure for, and what a new world is held to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.clustering.rules import Link
from cointrail.error_rates.strata import WORDS, Stratum
from cointrail.evaluate.rates.tally import BY_SCRIPT, WIDTHS, Tally

I64 = npt.NDArray[np.int64]
Array = npt.NDArray[Any]

_HANDS = 1 << 32
"""More than there are hands in all worlds together."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Rows of many worlds end to end; a hand of one world is another hand than one of the next."""

    world: I64
    code: I64
    hand: I64
    links: I64
    wrong: I64

    @classmethod
    def of(cls, tallies: Sequence[Tally]) -> Joined:
        """Join them."""
        world = np.repeat(np.arange(len(tallies)), [len(one.code) for one in tallies])
        columns = [
            np.concatenate([getattr(one, name) for one in tallies])
            for name in ("code", "hand", "links", "wrong")
        ]
        own = world * _HANDS + columns[1]
        _, hand = np.unique(own, return_inverse=True)
        return cls(world, columns[0], hand.reshape(-1), columns[2], columns[3])


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts by a key, and by key and world. Links of different hands: one of each, drawn by lot."""

    keys: I64
    links: I64
    wrong_links: I64
    n: I64
    wrong: I64
    world_key: I64
    """Place in `keys`, per pair of key and world."""
    world: I64
    world_links: I64
    world_wrong_links: I64
    world_n: I64
    world_wrong: I64


def count_by(rows: Joined, key: I64, seed: int) -> Counts:
    """Count rows by a key; one link of each hand is drawn (methods.md 9.3).

    Args:
        rows: of all worlds.
        key: of each row; negative: left out.
        seed: of the draw; the same seed gives the same counts.
    """
    own = np.flatnonzero(key >= 0)
    keys, place = np.unique(key[own], return_inverse=True)
    place = place.reshape(-1)
    people, person = np.unique(place * _HANDS + rows.hand[own], return_inverse=True)
    person = person.reshape(-1)
    links = np.bincount(person, rows.links[own], len(people)).astype(np.int64)
    wrong = np.bincount(person, rows.wrong[own], len(people)).astype(np.int64)
    drawn = np.random.default_rng(seed).integers(0, np.maximum(links, 1)) < wrong
    where = people // _HANDS
    world = np.empty(len(people), np.int64)
    world[person] = rows.world[own]
    pairs, pair = np.unique(where * _HANDS + world, return_inverse=True)
    pair = pair.reshape(-1)

    def summed(at: I64, column: Array, length: int) -> I64:
        return np.bincount(at, column, length).astype(np.int64)

    one = np.ones(len(people), np.int64)
    return Counts(
        keys=keys,
        links=summed(where, links, len(keys)),
        wrong_links=summed(where, wrong, len(keys)),
        n=summed(where, one, len(keys)),
        wrong=summed(where, drawn, len(keys)),
        world_key=pairs // _HANDS,
        world=pairs % _HANDS,
        world_links=summed(pair, links, len(pairs)),
        world_wrong_links=summed(pair, wrong, len(pairs)),
        world_n=summed(pair, one, len(pairs)),
        world_wrong=summed(pair, drawn, len(pairs)),
    )


def prefix(code: I64, depth: int) -> I64:
    """The first marks of full codes; -1 where a rule has fewer marks than that."""
    found = code // prod(WIDTHS[depth:])
    if depth > SHALLOW:
        found = np.where(np.isin(code // prod(WIDTHS[1:]), BY_SCRIPT), -1, found)
    return found


SHALLOW = 2
"""Marks of links that no transaction makes."""


def words_of(key: int, depth: int) -> Stratum:
    """The marks that a prefix stands for."""
    codes: list[int] = []
    for width in reversed(WIDTHS[:depth]):
        key, one = divmod(key, width)
        codes.append(one)
    link, *rest = reversed(codes)
    return Link(link).rule.name, *(words[one] for words, one in zip(WORDS[1:], rest, strict=False))


def code_of(stratum: Stratum) -> int | None:
    """The prefix of a stratum; None where its rule is not in force."""
    link = next((one for one in Link if one.rule.name == stratum[0]), None)
    if link is None:
        return None
    key = int(link)
    for word, words in zip(stratum[1:], WORDS[1:], strict=False):
        key = key * len(words) + words.index(word)
    return key


def quoted_by(code: I64, own: Sequence[Stratum]) -> I64:
    """For each full code the place, in `own`, of the deepest stratum that it lies in; -1: in none."""
    found = np.full(len(code), -1, np.int64)
    for depth in range(1, len(WIDTHS) + 1):
        places = [
            (key, k) for k, one in enumerate(own) if len(one) == depth and (key := code_of(one)) is not None
        ]
        if not places:
            continue
        keys, numbers = (np.array(column, np.int64) for column in zip(*sorted(places), strict=True))
        asked = prefix(code, depth)
        at = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
        hit = keys[at] == asked
        found[hit] = numbers[at[hit]]
    return found
