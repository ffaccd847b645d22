from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from cointrail.kernel.resolve import KnownTxs, prefixes_at, resolve_inputs
from cointrail.kernel.table import PrefixTable

FORGED = np.uint64(0x0123456789ABCDEF)
"""One prefix for everything: each look-up has to compare the whole key."""


def _txid(name: str) -> bytes:
    """An id that begins with the forged prefix, as every other one."""
    return int(FORGED).to_bytes(8, "little") + name.encode().ljust(24, b".")


@dataclass
class Batch:
    """Transactions as the resolver takes them."""

    known: Sequence[tuple[str, int]] = ()
    """(name, outputs) of transactions that stand in the store"""
    txs: list[tuple[str, list[tuple[str, int]], int]] = field(default_factory=list)
    """(name, [(name spent, vout)], outputs)"""

    def resolve(self) -> tuple[int, list[int]]:
        """(failed input or -1, output numbers)."""
        table = PrefixTable(4)
        names = [name for name, _ in self.known]
        table.add(np.full(len(names), FORGED), np.arange(len(names), dtype=np.uint32))
        table.reserve(len(self.txs))
        edges = np.cumsum([0, *(n for _, n in self.known)]).astype(np.uint64)
        known = KnownTxs(
            np.frombuffer(b"".join(map(_txid, names)), np.uint8),
            edges[:-1],
            np.empty(0, np.uint8),
            np.empty(0, np.uint64),
        )
        points = [point for _, points, _ in self.txs for point in points]
        data = b"".join(_txid(name) + vout.to_bytes(4, "little") for name, vout in points)
        first_input = np.cumsum([0, *(len(points) for _, points, _ in self.txs)])
        first_output = np.cumsum([0, *(n for _, _, n in self.txs)])
        spends = np.empty(len(points), np.uint64)
        failed = resolve_inputs(
            np.frombuffer(data, np.uint8),
            table.keys,
            table.rows,
            known,
            np.frombuffer(b"".join(_txid(name) for name, _, _ in self.txs), np.uint8),
            np.full(len(self.txs), FORGED),
            first_input,
            first_output,
            np.arange(len(points), dtype=np.int64) * 36,
            int(edges[-1]),
            spends,
        )
        return int(failed), [int(s) for s in spends]


def test_equal_prefixes_of_different_transactions_are_told_apart() -> None:
    batch = Batch([("old", 2), ("other", 3)])
    batch.txs = [("a", [("other", 2), ("old", 1)], 2), ("b", [("a", 1), ("other", 0), ("a", 0)], 1)]
    assert batch.resolve() == (-1, [4, 1, 6, 2, 5])


def test_of_two_transactions_with_one_id_the_later_counts() -> None:
    batch = Batch([("twin", 1), ("twin", 1)], [("a", [("twin", 0)], 1)])
    assert batch.resolve() == (-1, [1])
    batch = Batch([("twin", 1)], [("a", [("twin", 0)], 1), ("twin", [("a", 0)], 1), ("b", [("twin", 0)], 1)])
    assert batch.resolve() == (-1, [0, 1, 2])


@pytest.mark.parametrize(
    ("txs", "failed"),
    [
        ([("a", [("nobody", 0)], 1)], 0),
        ([("a", [("old", 1), ("old", 2)], 1)], 1),
        ([("a", [("old", 2**32 - 1)], 1)], 0),
        ([("a", [("a", 0)], 1)], 0),
        ([("a", [("b", 0)], 1), ("b", [("old", 0)], 1)], 0),
        ([("a", [("old", 0)], 1), ("b", [("a", 0), ("a", 1)], 1)], 2),
        ([("a", [], 0), ("b", [("a", 0)], 1)], 0),
    ],
    ids=["unknown", "beyond", "far beyond", "itself", "a later one", "beyond a new one", "of none"],
)
def test_an_output_that_no_earlier_transaction_makes_is_told(
    txs: list[tuple[str, list[tuple[str, int]], int]], failed: int
) -> None:
    assert Batch([("old", 2)], txs).resolve()[0] == failed


def test_a_prefix_is_the_first_eight_bytes_in_wire_order() -> None:
    data = np.arange(40, dtype=np.uint8)
    out = np.empty(3, np.uint64)
    prefixes_at(data, np.array([32, 0, 7]), out)
    assert [int(n).to_bytes(8, "little") for n in out] == [data[k : k + 8].tobytes() for k in (32, 0, 7)]
