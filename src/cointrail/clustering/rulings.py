"""An analyst's judgements with what they name found in the chain, and links as they leave them.

What was cut is left out, what was pinned joins first, and then the links join in their order unless that
would bring together what is held apart. The rules stay as they are: no gate and no vote is asked again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from cointrail.chain.types import Txid
from cointrail.clustering.apart import apart_of
from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.judgements import Judgement, JudgementKind
from cointrail.clustering.links import LinkTable, end_to_end
from cointrail.clustering.proof import NO_TX
from cointrail.errors import BadInput, NotFound
from cointrail.kernel.apart import REFUSED, Apart, join_apart
from cointrail.kernel.union import flatten, join_pairs

U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]


class NamedChain(ChainView, Protocol):
    """A chain whose scripts and transactions can be found by name; a `Snapshot` is one."""

    def find_script(self, script: bytes, /) -> int | None:
        """The number of a script; None where it never appeared."""

    def tx_input_range(self, tx_num: int, /) -> tuple[int, int]:
        """Its inputs: the first, and the one after the last."""

    def find_tx(self, txid: Txid, /) -> int | None:
        """The number of a transaction; None where there is none."""


@dataclass(frozen=True)
class Pairs:
    """Judgements on two scripts, and the numbers of these, two columns."""

    judgements: tuple[Judgement, ...] = ()
    ends: I64 = field(default_factory=lambda: np.empty((0, 2), np.int64))

    @classmethod
    def find(cls, chain: NamedChain, judgements: list[Judgement]) -> Pairs:
        """Look the scripts up.

        Raises:
            NotFound: the chain does not hold one.
        """
        ends = [_find_pair(chain, one) for one in judgements]
        return cls(tuple(judgements), np.array(ends, np.int64).reshape(-1, 2))

    def among(self, members: U32) -> Pairs:
        """Those on two of some members."""
        own = np.flatnonzero(np.isin(self.ends, members).all(axis=1))
        return Pairs(tuple(self.judgements[k] for k in own.tolist()), self.ends[own])

    def beside(self, members: U32) -> list[int]:
        """The other script of each pair of which some members hold one."""
        held = np.isin(self.ends, members)
        found: list[int] = self.ends[held[:, ::-1] & ~held].tolist()
        return found


@dataclass(frozen=True)
class Rulings:
    """Judgements that stand, by kind."""

    pins: Pairs = field(default_factory=Pairs)
    """Two scripts are one hand's."""
    apart: Pairs = field(default_factory=Pairs)
    """Two scripts are two hands'."""
    cuts: dict[int, Judgement] = field(default_factory=dict)
    """By transaction: it links nothing."""
    spent: tuple[int, ...] = ()
    """Scripts that those transactions spend from."""

    @property
    def scripts(self) -> I64:
        """Every script that is judged: what lies in no cluster with one of them is as it was."""
        return np.concatenate(
            [self.pins.ends.ravel(), self.apart.ends.ravel(), np.array(self.spent, np.int64)]
        )

    @classmethod
    def find(cls, chain: NamedChain, judgements: Iterable[Judgement]) -> Rulings:
        """Look up what judgements that stand are about.

        Raises:
            NotFound: the chain does not hold it.
        """
        by_kind: dict[JudgementKind, list[Judgement]] = {kind: [] for kind in JudgementKind}
        for one in judgements:
            by_kind[one.kind].append(one)
        cuts = {_find_tx(chain, one): one for one in by_kind[JudgementKind.NO_LINK]}
        spent: list[int] = []
        for tx in cuts:
            outputs = chain.column("inputs.output").slice(*chain.tx_input_range(tx))
            spent += chain.column("outputs.script").take(outputs).tolist()
        return cls(
            Pairs.find(chain, by_kind[JudgementKind.SAME_HAND]),
            Pairs.find(chain, by_kind[JudgementKind.APART]),
            cuts,
            tuple(spent),
        )

    def hold(self, members: U32, links: LinkTable) -> HeldLinks:
        """Links among some members as the judgements on these leave them.

        Args:
            members: script numbers, ascending.
            links: among them, in the order in which they join.
        """
        pins, apart = self.pins.among(members), self.apart.among(members)
        ends = _places(members, pins)
        no_tx, nothing = np.full(len(ends), NO_TX, np.uint32), np.zeros(len(ends), np.int64)
        first = LinkTable(ends[:, 0], ends[:, 1], no_tx, nothing.astype(np.uint8), nothing)
        left = links.take(~np.isin(links.tx, np.array([*self.cuts], np.uint32)))
        pairs = _places(members, apart)
        return HeldLinks(end_to_end(first, left), pins.judgements, apart.judgements, pairs)


class JoinedUnder(NamedTuple):
    """What links make of their members."""

    parent: U32
    """Per member the place of the first one of its cluster."""
    refused: I64
    """The links that would have joined what is held apart."""
    against: I64
    """For each of them the number of the judgement that holds it apart."""


@dataclass(frozen=True)
class HeldLinks:
    """Links of some members under judgements. Pins come first, as links of the first tier without a rule."""

    links: LinkTable
    pins: tuple[Judgement, ...]
    """Of the first links."""
    apart: tuple[Judgement, ...]
    pairs: U32
    """For each of `apart` the places of the two members, two columns."""

    def pin(self, row: int) -> Judgement | None:
        """The judgement that a link is; None: it is a rule's."""
        return self.pins[row] if row < len(self.pins) else None

    def state(self, members: int) -> Apart:
        """The pairs as kernels take them, for so many members of which none are joined yet."""
        return apart_of(members, self.pairs[:, 0].copy(), self.pairs[:, 1].copy())

    def join(self, members: int) -> JoinedUnder:
        """Join so many members.

        Raises:
            BadInput: judgements contradict each other.
        """
        parent, refused = np.arange(members, dtype=np.uint32), np.empty(0, np.int64)
        one, other = self.links.one, self.links.other
        against = np.zeros(len(one), np.uint32)
        if len(self.pairs):
            outcome = np.zeros(len(one), np.uint8)
            join_apart(parent, one, other, self.state(members), outcome, against)
            refused = np.flatnonzero(outcome == REFUSED)
        else:
            join_pairs(parent, one, other, np.empty(len(one), np.bool_))
        if len(refused) and (pin := self.pin(int(refused[0]))) is not None:
            held = self.apart[against[refused[0]]]
            raise BadInput(
                f"judgements `{pin.id}` and `{held.id}` contradict each other",
                hint="withdraw one of them by a later entry",
            )
        flatten(parent)
        return JoinedUnder(parent, refused, against[refused].astype(np.int64))


def in_order(links: LinkTable) -> LinkTable:
    """Links in the order in which they join under judgements: by tier, then by the chain."""
    return links.take(np.lexsort((links.since, links.tiers)))


def _places(members: U32, pairs: Pairs) -> U32:
    return np.searchsorted(members, pairs.ends).astype(np.uint32)


def _find_pair(chain: NamedChain, one: Judgement) -> tuple[int, int]:
    numbers = [chain.find_script(script) for script in one.scripts]
    for name, number in zip(one.names, numbers, strict=True):
        if number is None:
            raise NotFound(f"judgement `{one.id}`: the chain does not hold `{name}`", id=one.id, value=name)
    first, second = (number for number in numbers if number is not None)
    return first, second


def _find_tx(chain: NamedChain, one: Judgement) -> int:
    number = None if one.txid is None else chain.find_tx(one.txid)
    if number is None:
        raise NotFound(f"judgement `{one.id}`: the chain does not hold transaction `{one.txid}`", id=one.id)
    return number
