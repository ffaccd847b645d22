"""What can be asked of the ledger in a store alone. Nothing is compiled or built for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cointrail.clustering.kept import find_kept
from cointrail.clustering.rules import rules_in_force
from cointrail.heuristics.change.switch import model_in_force
from cointrail.lookups import address_page, address_txs, balance, balance_series, block, neighbours
from cointrail.lookups.ledger import LedgerDesk
from cointrail.lookups.recognise import Recognised, recognise
from cointrail.lookups.status import StoreStatus, store_status
from cointrail.store.past import open_past
from cointrail.store.reader import Snapshot, open_snapshot

Progress = Callable[[str, int, int], None]
"""Told the stage, how much is done, and how much there is."""


class LedgerBench:
    """Look-ups that need the chain and nothing else.

    Args:
        store: its folder; only `ingest` makes it.
        progress: told how far long work is.
        at: ask it as it was when the block at this height was its tip; None: as it is.
    """

    def __init__(self, store: Path, progress: Progress | None = None, *, at: int | None = None) -> None:
        self.store = store
        self.at = at
        self._progress = progress

    def snapshot(self) -> Snapshot:
        """The store, pinned."""
        return open_snapshot(self.store) if self.at is None else open_past(self.store, self.at)

    def status(self) -> StoreStatus:
        """What the store holds."""
        with self.snapshot() as snapshot:
            return store_status(snapshot)

    def recognise(self, lines: Sequence[str]) -> tuple[Recognised, ...]:
        """What each of some lines names, and whether the chain holds it."""
        with self._ledger() as desk:
            return tuple(recognise(desk.snapshot, line) for line in lines)

    def show_block(self, text: str, *, start: int = 0, limit: int = 25) -> block.BlockView:
        """A block by its height or hash, and some of its transactions."""
        with self._ledger() as desk:
            return block.show_block(desk, text, start=start, limit=limit)

    def address_page(
        self, text: str, *, start: int = 0, limit: int = 25, newest: bool = False
    ) -> address_page.AddressPage:
        """Some outputs of an address, without sums over all of them."""
        with self._ledger() as desk:
            return address_page.address_page(desk, text, start=start, limit=limit, newest=newest)

    def address_txs(
        self, text: str, *, start: int = 0, limit: int = 25, newest: bool = False
    ) -> address_txs.AddressTxs:
        """Some transactions of an address, each with what it gained or lost."""
        with self._ledger() as desk:
            return address_txs.address_txs(desk, text, start=start, limit=limit, newest=newest)

    def address_balance(
        self,
        text: str,
        *,
        every: balance_series.Every | str = balance_series.Every.MONTH,
        start: int = 0,
        limit: int = 25,
    ) -> balance.AddressBalance:
        """What an address held over time."""
        with self._ledger() as desk:
            return balance.address_balance(
                desk, text, every=balance_series.Every(every), start=start, limit=limit
            )

    def address_neighbours(
        self,
        text: str,
        *,
        start: int = 0,
        limit: int = 25,
        most_txs: int = neighbours.MOST_TXS,
        newest: bool = False,
    ) -> neighbours.AddressNeighbours:
        """The scripts that share transactions with an address."""
        with self._ledger() as desk:
            return neighbours.address_neighbours(
                desk, text, start=start, limit=limit, most_txs=most_txs, newest=newest
            )

    @contextmanager
    def _ledger(self) -> Iterator[LedgerDesk]:
        with self.snapshot() as snapshot:
            model = model_in_force()
            clusters = find_kept(snapshot, rules_in_force(model=model), model=model)
            yield LedgerDesk(snapshot, clusters.moves if clusters else None)
