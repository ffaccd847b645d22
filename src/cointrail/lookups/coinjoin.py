"""A join in the store: its amounts, and what the chain showed of its equal outputs since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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

BY_CLUSTER, BY_SCRIPT = "clusters", "scripts"
"""What an owner is: at the tip the clusters of T2 are at hand, at an earlier height scripts alone are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinView:
    """A join as `cointrail coinjoin analyse TXID` gives it.

    Attributes:
        block: where it is.
        as_of_height: later knowledge is counted up to here.
        owners_by: `clusters` at the tip; `scripts` at an earlier height, as clusters know what came later.
        analysis: what was found.
        basis: what it rests on.
    """

    block: BlockRef
    as_of_height: int
    owners_by: str
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
        owners_by=BY_CLUSTER if height == snapshot.height else BY_SCRIPT,
        analysis=analyse(view, snapshot.network, options, later=later, verdict=desk.clusters.gate(number)),
        basis=desk.basis,
    )


class _Sight:
    """What one state of the chain shows of the outputs of one join."""

    def __init__(self, desk: LookupDesk, tx_num: int, height: int) -> None:
        self.desk, self.tx_num, self.height = desk, tx_num, height
        first, last = desk.snapshot.tx_output_range(tx_num)
        self.first_output, self.last_output = first, last
        self.scripts = self._input_scripts(tx_num)
        at_tip = height == desk.snapshot.height
        self.labels: U32 | None = desk.clusters.labels(Tier.T2) if at_tip else None
        self.owners = self._owners(self.scripts)

    def later(self, classes: dict[int, tuple[int, ...]]) -> Later:
        """Every removal of an equal output."""
        equal = [vout for vouts in classes.values() for vout in vouts]
        removals = tuple(removal for vout in equal for removal in self._removals(vout, frozenset(equal)))
        return Later(self.height, len(self.owners), removals)

    def _removals(self, vout: int, equal: frozenset[int]) -> Iterator[Removal]:
        snapshot, output = self.desk.snapshot, self.first_output + vout
        script = snapshot.output_script(output)
        other = self._other_output(script, output)
        if other is not None:
            yield self._seen(vout, Reveal.REUSED, snapshot.output_tx(other))
        elif self.labels is not None and self._is_owner(np.array([script], dtype=np.uint32)):
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
        if self._is_owner(snapshot.column("outputs.script").take(spent[~ours])):
            yield self._seen(vout, Reveal.WITH_PREMIX, spending)
        paid = snapshot.column("outputs.script").slice(*snapshot.tx_output_range(spending))
        if self._is_owner(paid):
            yield self._seen(vout, Reveal.RETURNED, spending)

    def _seen(self, vout: int, why: Reveal, tx_num: int) -> Removal:
        return Removal(vout, why, self.desk.snapshot.tx_height(tx_num), self.desk.snapshot.txid(tx_num))

    def _input_scripts(self, tx_num: int) -> U32:
        snapshot = self.desk.snapshot
        spent = snapshot.column("inputs.output").slice(*snapshot.tx_input_range(tx_num))
        return np.unique(snapshot.column("outputs.script").take(spent))

    def _owners(self, scripts: U32) -> U32:
        return np.unique(scripts if self.labels is None else self.labels[scripts])

    def _is_owner(self, scripts: U32) -> bool:
        """Whether one of the scripts belongs to an owner of an input."""
        return bool(np.isin(self._owners(scripts), self.owners).any())

    def _other_output(self, script: int, output: int) -> int | None:
        """The first other output of a script up to the height; None when there is none."""
        first_two: Sequence[int] = self.desk.snapshot.script_outputs(script, limit=2).tolist()
        others = [one for one in first_two if one != output]
        if not others:
            return None
        tx = self.desk.snapshot.output_tx(others[0])
        return others[0] if self.desk.snapshot.tx_height(tx) <= self.height else None
