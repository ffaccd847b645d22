"""Peel chains, asked of a store with tags and prices."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cointrail.casework.worth import Valuer
from cointrail.errors import BadInput, WalkGone
from cointrail.lookups.peel_chain import PeelQuestion, PeelWalk, peel_view
from cointrail.lookups.peel_views import PeelView
from cointrail.tracing.peel_limits import PeelLimits
from cointrail.workbench.going_on import Before
from cointrail.workbench.lookup_bench import LookupBench
from cointrail.workbench.reference_views import rates_of
from cointrail.workbench.walk_shelf import WalkShelf


class PeelBench(LookupBench):
    """Follows peel chains over the store's present state."""

    _peels: WalkShelf[PeelQuestion, PeelWalk] = WalkShelf(most_walks=0)
    """Chains that may go on. Only a bench that keeps its store open keeps any."""

    def peel(
        self,
        output: str,
        *,
        backward: bool = False,
        tags: Sequence[Path] = (),
        prices: Sequence[Path] = (),
        currency: str | None = None,
        limits: PeelLimits | None = None,
        before: Before | None = None,
    ) -> PeelView:
        """Where a coin went hop by hop, or where it came from; see `cointrail.tracing.peel`.

        Asked again with wider limits on hops, chains or time, it goes on from where it was, as long as an
        open bench keeps it; either way it comes to what it would have been with these from the start.

        Args:
            output: `txid:vout`.
            backward: to where it came from.
            tags: tag files to lay over the clusters.
            prices: price tables for what was peeled off.
            currency: ISO 4217; asked for together with `prices`.
            limits: how far, and what to pass; None: as the defaults say.
            before: what it goes on from; None: nothing.

        Raises:
            BadInput: the output cannot be read, or of `prices` and `currency` only one is given.
            NotFound: the chain does not hold the output.
            ChainMoved: the store has another tip than what it goes on from.
            WalkGone: time ended it before it was as far again.
        """
        if bool(prices) != bool(currency):
            raise BadInput(
                "prices and a currency are asked for together",
                hint="give `--prices FILE` and `--currency EUR`, or neither",
                prices=len(prices),
                currency=currency,
            )
        valuer = Valuer(rates_of(tuple(prices)), currency, None) if currency else None
        limits = limits or PeelLimits()
        question = PeelQuestion(output=output.strip(), backward=backward, limits=limits.lasting())
        with self._desk(tags) as desk:
            desk.require_tip(None if before is None else before.tip)
            walk = self._peels.take(
                question, lambda kept: kept.desk is desk and kept.may_go_on_to(limits)
            ) or PeelWalk(desk, question)
            behind = before is not None and not before.is_reached(walk.reached())
            walk.go_on(limits, seconds=before.seconds if before and behind else None)
            if before is not None and walk.is_cut_by_time:
                self._require_peeled(before, walk)
            found = peel_view(walk, valuer)
            self._peels.put(question, walk)
            return found

    def _require_peeled(self, before: Before, walk: PeelWalk) -> None:
        """Refuse to answer with less than before; the walk is kept, so that it can be asked for again."""
        try:
            before.require_reached(walk.reached(), "{count:,} {name}")
        except WalkGone:
            self._peels.put(walk.question, walk)
            raise
