"""A join in the store: its amounts, and what the chain showed of its equal outputs since.

Importing this loads the compiler.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from cointrail.clustering.as_of import members_at
from cointrail.clustering.under import unjudged
from cointrail.coinjoin.amounts import equal_classes
from cointrail.coinjoin.analysis import JoinAnalysis, JoinOptions, analyse
from cointrail.coinjoin.anonymity import Later, Removal, Reveal
from cointrail.errors import BadInput
from cointrail.heuristics.base import Tier
from cointrail.heuristics.gate import Gate
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.tx import get_tx
from cointrail.lookups.views import BlockRef, LookupBasis

U32 = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinView:
    """A join as `cointrail coinjoin analyse TXID` gives it.

    Attributes:
        block: where it is.
        as_of_height: later knowledge is counted up to here, and clusters are as they were then.
        analysis: what was found.
        basis: what it rests on.
    """

    block: BlockRef
    as_of_height: int
    analysis: JoinAnalysis
    basis: LookupBasis


def analyse_join(
    desk: LookupDesk, text: str, options: JoinOptions | None = None, at: int | None = None
) -> JoinView:
    """Analyse a transaction of the chain.

    Args:
        desk: the store.
        text: its id.
        options: how to read amounts, and how far to count.
        at: count what the chain showed up to this height; None: up to the tip.

    Raises:
        BadInput: not a transaction id; a height before its block or above the tip.
        NotFound: the chain does not hold it.
    """
    snapshot = desk.snapshot
    number = get_tx(desk, text)
    view = snapshot.tx_view(number)
    mixed_at = snapshot.tx_height(number)
    height = snapshot.height if at is None else at
    if not mixed_at <= height <= snapshot.height:
        raise BadInput(
            f"height {height} is not between the block of the transaction and the tip",
            hint=f"name a height from {mixed_at} to {snapshot.height}",
            height=height,
        )
    later = _Sight(desk, number, height).later(equal_classes(view))
    return JoinView(
        block=desk.block_of_tx(number),
        as_of_height=height,
        analysis=analyse(view, snapshot.network, options, later=later, verdict=desk.clusters.gate(number)),
        basis=desk.basis,
    )


class _Sight:
    """What one state of the chain shows of the outputs of one join."""

    def __init__(self, desk: LookupDesk, tx_num: int, height: int) -> None:
        self.desk, self.tx_num, self.height = desk, tx_num, height
        first, last = desk.snapshot.tx_output_range(tx_num)
        self.first_output, self.last_output = first, last
        self.owners = _owners_of(desk, self._input_scripts(tx_num), height)

    def later(self, classes: dict[int, tuple[int, ...]]) -> Later:
        """Every removal of an equal output."""
        equal = [vout for vouts in classes.values() for vout in vouts]
        removals = tuple(removal for vout in equal for removal in self._removals(vout, frozenset(equal)))
        return Later(self.height, self.owners.count, removals)

    def _removals(self, vout: int, equal: frozenset[int]) -> Iterator[Removal]:
        snapshot, output = self.desk.snapshot, self.first_output + vout
        script = snapshot.output_script(output)
        other = self._other_output(script, output)
        if other is not None:
            yield self._seen(vout, Reveal.REUSED, snapshot.output_tx(other))
        elif self.owners.hold(np.array([script], dtype=np.uint32)):
            yield Removal(vout, Reveal.IN_CLUSTER)
        spender = snapshot.spent_by(output)
        if spender is None:
            return
        spending = snapshot.input_tx(spender)
        if snapshot.tx_height(spending) <= self.height:
            yield from self._shown_by_spend(vout, spending, equal)

    def _shown_by_spend(self, vout: int, spending: int, equal: frozenset[int]) -> Iterator[Removal]:
        """What the transaction that spends an output shows; nothing where several hands may have signed."""
        snapshot = self.desk.snapshot
        if self.desk.clusters.gate(spending).gate != Gate.SAFE:
            return
        spent = snapshot.column("inputs.output").slice(*snapshot.tx_input_range(spending))
        ours = (spent >= self.first_output) & (spent < self.last_output)
        places = (spent[ours] - self.first_output).tolist()
        if any(place not in equal for place in places):
            yield self._seen(vout, Reveal.WITH_CHANGE, spending)
        if self.owners.hold(snapshot.column("outputs.script").take(spent[~ours])):
            yield self._seen(vout, Reveal.WITH_PREMIX, spending)
        paid = snapshot.column("outputs.script").slice(*snapshot.tx_output_range(spending))
        if self.owners.hold(paid):
            yield self._seen(vout, Reveal.RETURNED, spending)

    def _seen(self, vout: int, why: Reveal, tx_num: int) -> Removal:
        return Removal(vout, why, self.desk.snapshot.tx_height(tx_num), self.desk.snapshot.txid(tx_num))

    def _input_scripts(self, tx_num: int) -> U32:
        snapshot = self.desk.snapshot
        spent = snapshot.column("inputs.output").slice(*snapshot.tx_input_range(tx_num))
        return np.unique(snapshot.column("outputs.script").take(spent))

    def _other_output(self, script: int, output: int) -> int | None:
        """The first other output of a script up to the height; None when there is none."""
        first_two: Sequence[int] = self.desk.snapshot.script_outputs(script, limit=2).tolist()
        others = [one for one in first_two if one != output]
        if not others:
            return None
        tx = self.desk.snapshot.output_tx(others[0])
        return others[0] if self.desk.snapshot.tx_height(tx) <= self.height else None


class _Owners(Protocol):
    """The clusters of a join's inputs, as of a height."""

    @property
    def count(self) -> int:
        """How many."""

    def hold(self, scripts: U32) -> bool:
        """Whether one of the scripts lies in one of them."""


class _OwnersAtTip:
    def __init__(self, desk: LookupDesk, scripts: U32) -> None:
        self._labels = desk.clusters.labels(Tier.T2)
        self._owners = np.unique(self._labels[scripts])
        self.count = len(self._owners)

    def hold(self, scripts: U32) -> bool:
        return bool(np.isin(self._labels[scripts], self._owners).any())


class _OwnersBefore:
    def __init__(self, desk: LookupDesk, scripts: U32, height: int) -> None:
        txs = int(desk.snapshot.column("blocks.first_tx")[height + 1])
        clusters, rulings = unjudged(desk.clusters)
        owners: list[U32] = []
        for script in scripts.tolist():
            if not any(script in members for members in owners):
                owners.append(members_at(desk.snapshot, clusters, script, txs, rulings))
        self.count = len(owners)
        self._members = np.concatenate(owners) if owners else scripts

    def hold(self, scripts: U32) -> bool:
        return bool(np.isin(scripts, self._members).any())


def _owners_of(desk: LookupDesk, scripts: U32, height: int) -> _Owners:
    if height == desk.snapshot.height:
        return _OwnersAtTip(desk, scripts)
    return _OwnersBefore(desk, scripts, height)
