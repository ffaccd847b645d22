"""Chains made of arrays: large ones from NumPy, small ones drawn by hypothesis, with consistent spends."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from cointrail.chain.network import get_network
from cointrail.chain.script import classify, p2wpkh
from cointrail.chain.types import Txid
from cointrail.chain.view import InputMarks, ScriptType
from cointrail.store.batch import TxBatch
from cointrail.store.columns import Column
from cointrail.store.index_files import Run
from cointrail.store.schema import NOT_YET
from support.chains import ORDINARY
from support.columns import column_of, runs_of

Array = npt.NDArray[Any]


class PlainTx(NamedTuple):
    """A transaction: the outputs it spends, by number, and the (script, value) of those it makes."""

    spends: list[int]
    pays: list[tuple[int, int]]


@dataclass(frozen=True)
class Arrays:
    """The columns of a chain. Scripts are numbered by first appearance, and are all P2WPKH."""

    first_input: Array
    first_output: Array
    spends: Array
    scripts: Array
    values: Array

    @classmethod
    def of(cls, txs: Sequence[PlainTx]) -> Arrays:
        """The columns of some transactions."""
        pays = [pay for tx in txs for pay in tx.pays]
        return cls(
            np.cumsum([0, *(len(tx.spends) for tx in txs)])[:-1],
            np.cumsum([0, *(len(tx.pays) for tx in txs)])[:-1],
            np.array([output for tx in txs for output in tx.spends], np.int64),
            np.array([script for script, _ in pays], np.int64),
            np.array([value for _, value in pays], np.int64),
        )


class ArrayChain:
    """A chain store of these columns. `settled` is how many transactions its settled part has.

    `scripts` are the scripts by number, and `inner` the redeem scripts of those that are P2SH; without them
    every script is a P2WPKH of its own. What spends one of the outputs `pairs` shows a script of two of two.
    """

    def __init__(
        self,
        arrays: Arrays,
        *,
        settled: int,
        derived_dir: Path = Path("/nonexistent"),
        batch_size: int = 3,
        scripts: Sequence[bytes] = (),
        inner: Mapping[int, bytes] = MappingProxyType({}),
        pairs: Collection[int] = (),
    ) -> None:
        self.arrays = arrays
        self._marks = np.full(len(arrays.spends), ORDINARY, np.uint16)
        self._marks[np.isin(arrays.spends, sorted(pairs))] |= np.uint16(InputMarks.TWO_OF_TWO)
        self._scripts, self._inner = scripts, inner
        self.network = get_network("regtest")
        self.derived_dir = derived_dir
        self.digest = hashlib.sha256(b"".join(a.tobytes() for a in vars(arrays).values())).hexdigest()
        self.n_txs, self.n_inputs = len(arrays.first_input), len(arrays.spends)
        self.n_outputs, self.n_scripts = len(arrays.scripts), int(arrays.scripts.max(initial=-1)) + 1
        self._batch_size = batch_size
        self._spent_by = np.full(self.n_outputs, NOT_YET)
        self._spent_by[arrays.spends] = np.arange(self.n_inputs, dtype=np.uint64)
        self._columns, self._runs = self._parts(settled)

    def _parts(self, settled: int) -> tuple[dict[str, Column], dict[str, list[Run]]]:
        arrays = self.arrays
        ins, outs = self._starts(settled)
        scripts = int(arrays.scripts[:outs].max(initial=-1)) + 1
        whole = [self.get_script(n) for n in range(self.n_scripts)]
        code = np.frombuffer(b"".join(whole), np.uint8)
        script_ends = np.cumsum([len(script) for script in whole], dtype=np.int64)
        digests = [hashlib.sha256(script).digest() for script in whole]
        shown = self._reveals()
        return {
            "txs.first_input": column_of(arrays.first_input, "<u8", settled),
            "txs.first_output": column_of(arrays.first_output, "<u8", settled),
            "txs.block": column_of(np.zeros(self.n_txs, np.uint32), "<u4", settled),
            "inputs.output": column_of(arrays.spends, "<u8", ins),
            "inputs.marks": column_of(self._marks, "<u2", ins),
            "outputs.script": column_of(arrays.scripts, "<u4", outs),
            "outputs.value": column_of(arrays.values, "<i8", outs),
            "scripts.type": column_of(self._types(), "u1", scripts),
            "scripts.first_output": column_of(self._first_outputs(), "<u8", scripts),
            "scripts.end": column_of(script_ends, "<u8", scripts),
            "script_bytes.data": column_of(code, "u1", int(script_ends[scripts - 1]) if scripts else 0),
            "reveals.script": column_of([number for number, _ in shown], "<u4"),
            "reveals.inner": Column(
                *(np.frombuffer(b"".join(rows), np.uint8).reshape(-1, 32) for rows in _halves(shown))
            ),
        }, {
            "script": runs_of([int.from_bytes(d[:8], "little") for d in digests], "<u8", "<u4", scripts),
            "history": runs_of(arrays.scripts, "<u4", "<u8", outs),
        }

    def _types(self) -> npt.NDArray[np.uint8]:
        return np.array([classify(self.get_script(n)) for n in range(self.n_scripts)], np.uint8)

    def _first_outputs(self) -> npt.NDArray[np.int64]:
        return np.unique(self.arrays.scripts, return_index=True)[1].astype(np.int64)

    def _reveals(self) -> list[tuple[int, bytes]]:
        """P2SH scripts whose first output is spent, in the order of those spends, with the SHA-256 inside."""
        firsts = self._first_outputs()
        spent = {n: self._spent_by[firsts[n]] for n in self._inner if n < self.n_scripts}
        shown = sorted((by, n) for n, by in spent.items() if by != NOT_YET)
        return [(n, hashlib.sha256(self._inner[n]).digest()) for _, n in shown]

    def get_script(self, script_num: int) -> bytes:
        """The bytes of a script."""
        return self._scripts[script_num] if self._scripts else _script(script_num)

    def find_script(self, script: bytes) -> int | None:
        """The number of a script."""
        return next((n for n in range(self.n_scripts) if self.get_script(n) == script), None)

    def find_tx(self, txid: Txid) -> int | None:
        """The transaction that `txid_of` names so."""
        return next((n for n in range(self.n_txs) if txid_of(n) == txid), None)

    def tx_input_range(self, tx_num: int) -> tuple[int, int]:
        """Its inputs: the first, and the one after the last."""
        return self._starts(tx_num)[0], self._starts(tx_num + 1)[0]

    def _starts(self, tx_num: int) -> tuple[int, int]:
        """The first input and output of a transaction, or of the one that would come next."""
        if tx_num == self.n_txs:
            return self.n_inputs, self.n_outputs
        return int(self.arrays.first_input[tx_num]), int(self.arrays.first_output[tx_num])

    def column(self, key: str) -> Column:
        """A column by name."""
        return self._columns[key]

    def block_times(self) -> npt.NDArray[np.uint32]:
        """Of its one block."""
        return np.zeros(1, np.uint32)

    def runs(self, name: str) -> list[Run]:
        """The runs of an index."""
        return self._runs[name]

    def spent_by_many(self, outputs: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.uint64]:
        """The inputs that spend outputs."""
        found: npt.NDArray[np.uint64] = self._spent_by[outputs]
        return found

    def batches(self) -> Iterator[TxBatch]:
        """All transactions, some at a time."""
        for first in range(0, self.n_txs, self._batch_size):
            yield self._batch(first, min(first + self._batch_size, self.n_txs))

    def _batch(self, first: int, last: int) -> TxBatch:
        arrays, count = self.arrays, last - first
        (in0, out0), (in1, out1) = self._starts(first), self._starts(last)
        spent = arrays.spends[in0:in1]
        ins = np.append(arrays.first_input[first:last], in1) - in0
        return TxBatch(
            first_tx=first,
            height=np.zeros(count, np.uint32),
            version=np.full(count, 2, np.int32),
            locktime=np.zeros(count, np.uint32),
            coinbase=np.diff(ins) == 0,
            in_start=ins,
            in_value=arrays.values[spent],
            in_script=arrays.scripts[spent].astype(np.uint32),
            in_type=self._types()[arrays.scripts[spent]] if self._scripts else _one_type(len(spent)),
            in_sequence=np.full(len(spent), 0xFFFFFFFD, np.uint32),
            in_marks=self._marks[in0:in1],
            out_start=np.append(arrays.first_output[first:last], out1) - out0,
            out_value=arrays.values[out0:out1],
            out_script=arrays.scripts[out0:out1].astype(np.uint32),
            out_type=self._types()[arrays.scripts[out0:out1]] if self._scripts else _one_type(out1 - out0),
        )


def txid_of(tx_num: int) -> Txid:
    """The made-up id of a transaction of an `ArrayChain`."""
    return Txid(hashlib.sha256(tx_num.to_bytes(8, "little")).digest())


def _one_type(count: int) -> npt.NDArray[np.uint8]:
    return np.full(count, ScriptType.P2WPKH, np.uint8)


def _halves(shown: Sequence[tuple[int, bytes]]) -> tuple[list[bytes], list[bytes]]:
    digests = [digest for _, digest in shown]
    return digests[: len(digests) // 2], digests[len(digests) // 2 :]


def _script(number: int) -> bytes:
    return p2wpkh(number.to_bytes(20, "little"))


@st.composite
def plain_chains(draw: st.DrawFn, most: int = 14) -> list[PlainTx]:
    """Transactions that spend each other's outputs; few scripts, so that they are paid again and again."""
    txs: list[PlainTx] = []
    unspent: list[int] = []
    made, known = 0, 0
    for _ in range(draw(st.integers(1, most))):
        order = draw(st.permutations(unspent))
        spends = order[: draw(st.integers(0, 3))]
        pays = []
        for _ in range(draw(st.integers(1, 4))):
            script = draw(st.integers(0, min(known, 7)))
            known = max(known, script + 1)
            pays.append((script, draw(st.sampled_from([0, 1, 5, 900, 10**9]))))
        unspent = [o for o in unspent if o not in spends] + list(range(made, made + len(pays)))
        made += len(pays)
        txs.append(PlainTx(spends, pays))
    return txs


def big_cluster(groups: int, size: int = 500) -> Arrays:
    """One cluster of `groups * size + 1` scripts.

    First come as many transactions as groups, each paying a run of scripts and the first of the next run;
    then one for each that spends all of these together and pays the first.
    """
    paid = np.arange(groups * (size + 1))
    back = np.arange(groups) * size
    scripts = paid // (size + 1) * size + paid % (size + 1)
    return Arrays(
        first_input=np.concatenate([np.zeros(groups, np.int64), (size + 1) * np.arange(groups)]),
        first_output=np.concatenate([(size + 1) * np.arange(groups), len(paid) + np.arange(groups)]),
        spends=paid,
        scripts=np.concatenate([scripts, back]),
        values=np.concatenate([np.full(len(paid), 7), np.full(groups, 5)]),
    )


def busy_script(groups: int, size: int = 500) -> Arrays:
    """A script that is paid `groups * size` times, and everything it got is spent, to another script."""
    paid = np.arange(groups * size)
    starts = size * np.arange(groups)
    return Arrays(
        first_input=np.concatenate([np.zeros(groups, np.int64), starts]),
        first_output=np.concatenate([starts, len(paid) + np.arange(groups)]),
        spends=paid,
        scripts=np.concatenate([np.zeros(len(paid), np.int64), np.ones(groups, np.int64)]),
        values=np.concatenate([np.full(len(paid), 7), np.full(groups, 5)]),
    )
