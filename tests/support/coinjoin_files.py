"""The transactions of the real data folder as views; the readers are those of `evaluate real`."""

from __future__ import annotations

from cointrail.evaluate.real.files import (
    iter_mempool_views,
    read_dumplings,
    read_esplora,
    read_mappings,
    read_zst_json,
)

__all__ = ["iter_mempool_views", "read_dumplings", "read_esplora", "read_mappings", "read_zst_json"]
