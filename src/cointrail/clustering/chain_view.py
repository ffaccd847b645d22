"""What clustering asks of a chain store; `cointrail.store.reader.Snapshot` gives it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from cointrail.chain.network import Network
from cointrail.chain.view import ScriptType
from cointrail.store.batch import TxBatch


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
    def derived_dir(self) -> Path:
        """Where derived data may be kept; deleting it loses nothing."""

    def batches(self) -> Iterable[TxBatch]:
        """All transactions in chain order."""

    def script_type(self, script_num: int, /) -> ScriptType:
        """The type of a script."""

    def script_types(self, first: int, last: int, /) -> npt.NDArray[np.uint8]:
        """The types of scripts first..last - 1."""

    def get_script(self, script_num: int, /) -> bytes:
        """The bytes of a script."""

    def find_script(self, script: bytes, /) -> int | None:
        """The number of a script; None where it never appeared."""

    def find_scripthash(self, sha256_of_script: bytes, /) -> int | None:
        """The number of the script with this SHA-256; None where none appeared."""

    def reveals(self) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
        """P2SH scripts whose redeem script was shown: numbers, and rows of its SHA-256."""
