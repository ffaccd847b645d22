"""Peel chains, asked of a store with tags and prices."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cointrail.casework.worth import Valuer
from cointrail.errors import BadInput
from cointrail.lookups.peel_chain import peel_chain
from cointrail.lookups.peel_views import PeelView
from cointrail.tracing.peel_limits import PeelLimits
from cointrail.valuation.rates import RateBook
from cointrail.workbench.lookup_bench import LookupBench


class PeelBench(LookupBench):
    """Follows peel chains over the store's present state."""

    def peel(
        self,
        output: str,
        *,
        backward: bool = False,
        tags: Sequence[Path] = (),
        prices: Sequence[Path] = (),
        currency: str | None = None,
        limits: PeelLimits | None = None,
    ) -> PeelView:
        """Where a coin went hop by hop, or where it came from; see `cointrail.tracing.peel`.

        Args:
            output: `txid:vout`.
            backward: to where it came from.
            tags: tag files to lay over the clusters.
            prices: price tables for what was peeled off.
            currency: ISO 4217; asked for together with `prices`.
            limits: how far, and what to pass; None: as the defaults say.

        Raises:
            BadInput: the output cannot be read, or of `prices` and `currency` only one is given.
            NotFound: the chain does not hold the output.
        """
        if bool(prices) != bool(currency):
            raise BadInput(
                "prices and a currency are asked for together",
                hint="give `--prices FILE` and `--currency EUR`, or neither",
                prices=len(prices),
                currency=currency,
            )
        valuer = Valuer(RateBook.load(tuple(prices)), currency, None) if currency else None
        with self._desk(tags) as desk:
            return peel_chain(desk, output, backward=backward, limits=limits, valuer=valuer)
