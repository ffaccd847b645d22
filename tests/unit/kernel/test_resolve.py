from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest

from cointrail.kernel.resolve import (
    KnownScripts,
    KnownTxs,
    copy_scripts,
    mark_spent,
    number_scripts,
    resolve_inputs,
    sum_fees,
)
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
        known = KnownTxs(np.frombuffer(b"".join(map(_txid, names)), np.uint8), edges[:-1])
        points = [point for _, points, _ in self.txs for point in points]
        data = b"".join(_txid(name) + vout.to_bytes(4, "little") for name, vout in points)
        rows = np.zeros((len(self.txs), 2), np.int64)
        for t in range(1, len(self.txs)):
            rows[t] = rows[t - 1] + (len(self.txs[t - 1][1]), self.txs[t - 1][2])
        spends = np.empty(len(points), np.uint64)
        failed = resolve_inputs(
            np.frombuffer(data, np.uint8),
            table.keys,
            table.rows,
            known,
            np.frombuffer(b"".join(_txid(name) for name, _, _ in self.txs), np.uint8),
            np.full(len(self.txs), FORGED),
            rows,
            np.arange(len(points), dtype=np.int64) * 36,
            np.array([edges[-1], len(points), sum(n for _, _, n in self.txs)], np.int64),
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


def _number(known: Sequence[bytes], scripts: Sequence[bytes]) -> tuple[list[int], list[bytes]]:
    """Numbers of scripts under one forged prefix, and the new ones as they are laid down."""
    table = PrefixTable(4)
    table.add(np.full(len(known), FORGED), np.arange(len(known), dtype=np.uint32))
    table.reserve(len(scripts))
    ends = np.cumsum([len(s) for s in known]).astype(np.uint64)
    heap = np.frombuffer(b"".join(known), np.uint8)
    data = np.frombuffer(b"".join(scripts), np.uint8)
    sizes = np.array([len(s) for s in scripts], np.int64)
    at, fixed = np.cumsum(sizes) - sizes, np.stack([sizes, sizes * 0], axis=1)
    numbers, first = np.empty(len(scripts), np.uint32), np.empty(len(scripts), np.int64)
    fresh = number_scripts(
        data,
        table.keys,
        table.rows,
        KnownScripts(ends, heap),
        np.full(len(scripts), FORGED),
        at,
        fixed,
        numbers,
        first,
    )
    first = first[:fresh]
    laid, laid_ends = np.empty(int(sizes[first].sum()), np.uint8), np.empty(fresh, np.uint64)
    copy_scripts(data, at, fixed, first, laid_ends, laid)
    begins = [0, *(int(e) for e in laid_ends)]
    new = [laid.tobytes()[a:b] for a, b in pairwise(begins)]
    return [int(n) for n in numbers], new


def test_equal_prefixes_of_different_scripts_are_told_apart() -> None:
    numbers, new = _number([b"one", b"", b"three"], [b"four", b"three", b"fou", b"four", b"", b"one", b"o"])
    assert numbers == [3, 2, 4, 3, 1, 0, 5]
    assert new == [b"four", b"fou", b"o"]


def test_an_empty_script_is_a_script() -> None:
    assert _number([], [b"", b"x", b""]) == ([0, 1, 0], [b"", b"x"])


def test_fees_are_what_inputs_leave_over_and_none_for_a_coinbase() -> None:
    old, new = np.array([50, 7], np.int64), np.array([10, 20, 5, 1], np.int64)
    rows = np.array([[0, 0], [0, 1], [2, 3]], np.int64)
    spends = np.array([0, 2, 1], np.uint64)  # old 50 and new 10, then old 7
    fees = np.empty(3, np.int64)
    coinbase = np.array([1, 0, 0], np.uint8)
    assert sum_fees(old, new, spends, rows, coinbase, np.array([0, 3, 4]), fees) == -1
    assert fees.tolist() == [0, 35, 6]
    new[3] = 8
    assert sum_fees(old, new, spends, rows, coinbase, np.array([0, 3, 4]), fees) == 2


def _mark(marks: list[int], outputs: list[int], inputs: list[int], spent: list[int]) -> tuple[int, list[int]]:
    """Mark outputs of a part whose first output is 100 and whose first input is 50."""
    column = np.array(marks, np.uint64)
    known = np.array([o + 100 for o in spent], np.uint64)
    rows, numbers = np.array(outputs, np.uint64), np.array([n + 50 for n in inputs], np.uint64)
    return int(mark_spent(column, rows, numbers, known, 50, 100)), [int(m) for m in column]


def test_a_spent_output_gets_the_number_of_its_input() -> None:
    assert _mark([99, 99, 99], [2, 0], [0, 1], [2, 0]) == (-1, [51, 99, 50])


def test_an_output_is_not_spent_twice() -> None:
    assert _mark([99, 99, 99], [2, 2], [0, 1], [2, 2])[0] == 1
    assert _mark([50, 99, 99], [0], [1], [0, 0])[0] == 0


def test_marks_that_an_interrupted_run_left_are_written_over() -> None:
    assert _mark([50, 51, 77], [0, 1, 2], [0, 1, 2], [0, 1, 2]) == (-1, [50, 51, 52])
    # what it says was spent by input 50 was not: that input spends another output
    assert _mark([50, 99, 99], [0], [1], [1, 0]) == (-1, [51, 99, 99])
