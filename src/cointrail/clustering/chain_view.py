"""What clustering asks of a chain store; `cointrail.store.reader.Snapshot` gives it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from cointrail.chain.network import Network
from cointrail.store.batch import TxBatch
from cointrail.store.columns import Column
from cointrail.store.index_files import Run


class ChainView(Protocol):
    """A pinned view of a chain: dense numbers in chain order, nothing changes under it."""

    @property
    def network(self) -> Network:
        """Which chain."""

    @property
    def digest(self) -> str:
        """Names this state of the store, in hex."""

    @property
    def n_txs(self) -> int:
        """How many transactions."""

    @property
    def n_scripts(self) -> int:
        """How many scripts."""

    @property
    def n_outputs(self) -> int:
        """How many outputs."""

    @property
    def n_inputs(self) -> int:
        """How many inputs."""

    @property
    def derived_dir(self) -> Path:
        """Where derived data may be kept; deleting it loses nothing."""

    def block_times(self) -> npt.NDArray[np.uint32]:
        """Header time of every block by height, epoch seconds."""

    def batches(self) -> Iterable[TxBatch]:
        """All transactions in chain order."""

    def column(self, key: str, /) -> Column:
        """A column of the store by `table.name`."""

    def runs(self, name: str, /) -> Sequence[Run]:
        """The runs of an index, in chain order."""

    def spent_by_many(self, outputs: npt.NDArray[np.integer[Any]], /) -> npt.NDArray[np.uint64]:
        """The inputs that spend outputs; `NOT_YET` where nothing does."""
