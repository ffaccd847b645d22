"""Where the coins of a Whirlpool mix come from, and what became of those that a tx0 made."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from cointrail.chain.types import Txid
from cointrail.chain.view import TxView
from cointrail.heuristics.base import rule
from cointrail.heuristics.shape import shape_of
from cointrail.heuristics.whirlpool import PREMIX_MAX_EXTRA, tx0, whirlpool

MAX_DEPTH = 3
"""Mixes in a row that are looked behind. Our choice."""

Look = Callable[[Txid], TxView | None]
"""Gives a transaction, or None where it is not at hand."""


class Standing(Enum):
    """What a lineage says of a mix."""

    CONFIRMED = "confirmed"
    """Every coin comes from a tx0 or from a mix of its pool, as far back as was looked."""
    OPEN = "open"
    """Nothing speaks against it, but some of the earlier transactions are not at hand."""
    BROKEN = "broken"
    """Some coin comes from elsewhere, or this is no mix."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """The standing of a mix, and the coin that decided it."""

    standing: Standing
    because: str


@rule("whirlpool.lineage", version=1)
def lineage(tx: TxView, look: Look, *, depth: int = MAX_DEPTH, dated: bool = True) -> Lineage:
    """Whether every coin of a mix comes from a tx0, if above the denomination, or from a mix, if of it.

    Source: graphsense-lib, heuristics service.
    Wrong when: a wallet sends a coin of the exact denomination to be mixed without a tx0.
    Abstains on: transactions that are not at hand, and mixes beyond the depth: it calls those open.
    Needs: the transactions behind the mix, and those behind the mixes among them.
    """
    if not whirlpool(shape_of(tx, dated=dated)):
        return Lineage(Standing.BROKEN, "not a Whirlpool mix")
    denomination = tx.outputs[0].value
    still_open = ""
    for vin, spent in enumerate(tx.inputs):
        source = look(spent.outpoint.txid)
        if source is None:
            still_open = still_open or f"what input {vin} spends is not at hand"
            continue
        found = _judge_source(source, spent.value or 0, denomination, look, depth, dated=dated)
        if found.standing is Standing.BROKEN:
            return Lineage(Standing.BROKEN, f"input {vin}: {found.because}")
        if found.standing is Standing.OPEN:
            still_open = still_open or f"input {vin}: {found.because}"
    if still_open:
        return Lineage(Standing.OPEN, still_open)
    return Lineage(Standing.CONFIRMED, f"{len(tx.inputs)} coins come from a tx0 or a mix of this pool")


def _judge_source(
    source: TxView, value: int, denomination: int, look: Look, depth: int, *, dated: bool
) -> Lineage:
    shape = shape_of(source, dated=dated)
    if value > denomination:
        if tx0(shape) and value <= denomination + PREMIX_MAX_EXTRA:
            return Lineage(Standing.CONFIRMED, "from a tx0")
        return Lineage(Standing.BROKEN, "a coin above the denomination comes from no tx0")
    if not whirlpool(shape) or source.outputs[0].value != denomination:
        return Lineage(Standing.BROKEN, "a coin of the denomination comes from no mix of this pool")
    if depth <= 1:
        return Lineage(Standing.CONFIRMED, "from a mix that is not looked behind")
    return lineage(source, look, depth=depth - 1, dated=dated)


@rule("whirlpool.tx0_confirmed", version=1)
def tx0_confirmed(tx: TxView, spenders: Iterable[TxView], *, dated: bool = True) -> bool:
    """A tx0 of which some output went into a mix. Dynamic: a later block can confirm it.

    Source: graphsense-lib, heuristics service, where it lifts a tx0 from 60 to 90.
    Wrong when: `whirlpool.tx0` and `whirlpool.whirlpool` are both wrong.
    Abstains on: a tx0 whose outputs are not mixed yet.
    Needs: the transactions that spend its outputs, up to the height of judgement.
    """
    spends = (
        shape_of(spender, dated=dated)
        for spender in spenders
        if any(spent.outpoint.txid == tx.txid for spent in spender.inputs)
    )
    return tx0(shape_of(tx, dated=dated)) and any(whirlpool(shape) for shape in spends)
