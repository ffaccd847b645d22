"""Small transactions and chains for tests: from a line of text, or drawn by hypothesis."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.chain.network import get_network
from cointrail.chain.script import classify, op_return, p2wpkh
from cointrail.chain.types import Outpoint, Sat, Txid
from cointrail.chain.view import InputMarks, InputView, OutputView, ScriptType, TxView
from cointrail.store.batch import UNKNOWN_SCRIPT, UNKNOWN_TYPE, UNKNOWN_VALUE, TxBatch
from cointrail.store.columns import Column
from cointrail.store.index_files import Run
from cointrail.store.schema import NOT_YET
from support.columns import column_of, runs_of

NO_HEIGHT = 0xFFFFFFFF
REPLACEABLE = 0xFFFFFFFD
ORDINARY = InputMarks.SIGNED | InputMarks.SIGHASH_ALL | InputMarks.WITNESS


def script_of(name: str) -> bytes:
    """The P2WPKH script of a named person; `note` is an OP_RETURN."""
    if name.startswith("note"):
        return op_return(name.encode())
    return p2wpkh(hashlib.sha256(name.encode()).digest()[:20])


def _parse(text: str) -> list[tuple[str, int | None]]:
    """Read `alice:5 bob:3`; a value of `?` is not known."""
    pairs = [item.partition(":") for item in text.split()]
    return [(name, None if value == "?" else int(value.replace("_", ""))) for name, _, value in pairs]


def input_view(
    name: str | bytes,
    value: int | None,
    *,
    marks: InputMarks = ORDINARY,
    salt: int = 0,
    sequence: int = REPLACEABLE,
) -> InputView:
    """An input that spends `value` sat of a named person, or of a script; None: not known."""
    script = script_of(name) if isinstance(name, str) else name
    seed = script + (value or 0).to_bytes(8, "little") + salt.to_bytes(8, "little")
    outpoint = Outpoint(Txid(hashlib.sha256(seed).digest()), salt)
    if value is None:
        return InputView(outpoint, None, None, None, sequence, marks)
    return InputView(outpoint, Sat(value), script, classify(script), sequence, marks)


def output_view(name: str | bytes, value: int) -> OutputView:
    """An output that pays `value` sat to a named person, or to a script."""
    script = script_of(name) if isinstance(name, str) else name
    return OutputView(Sat(value), script, classify(script))


def tx(
    ins: str = "", outs: str = "", *, height: int | None = None, marks: Sequence[InputMarks] = ()
) -> TxView:
    """A transaction from text: `tx(ins="alice:5 bob:3", outs="shop:7")`.

    Values are satoshi; names are people with one P2WPKH script each; `alice:?` is an input whose
    previous output is not known; `note:0` is an OP_RETURN. No inputs make a coinbase. `marks` are
    those of the inputs in order, ordinary where they end.
    """
    given = [*marks, *([ORDINARY] * len(ins.split()))]
    inputs = tuple(input_view(n, v, marks=given[k], salt=k) for k, (n, v) in enumerate(_parse(ins)))
    outputs = tuple(output_view(n, v or 0) for n, v in _parse(outs))
    return view(inputs, outputs, height=height)


def view(
    inputs: tuple[InputView, ...],
    outputs: tuple[OutputView, ...],
    *,
    height: int | None = None,
    locktime: int = 0,
) -> TxView:
    """A transaction of these; its id is made of what it spends and pays."""
    txid = Txid(hashlib.sha256(repr((inputs, outputs, height, locktime)).encode()).digest())
    return TxView(txid, 2, locktime, inputs, outputs, not inputs, height)


def number_scripts(txs: Sequence[TxView]) -> dict[bytes, int]:
    """Script numbers by first appearance: inputs of unseen outputs first, then outputs."""
    numbers: dict[bytes, int] = {}
    for one in txs:
        for script in [i.script for i in one.inputs] + [o.script for o in one.outputs]:
            if script is not None:
                numbers.setdefault(script, len(numbers))
    return numbers


def batch_of(txs: Sequence[TxView], *, first_tx: int = 0, numbers: dict[bytes, int] | None = None) -> TxBatch:
    """The same transactions as columns."""
    number = number_scripts(txs) if numbers is None else numbers
    ins = [i for one in txs for i in one.inputs]
    outs = [o for one in txs for o in one.outputs]
    return TxBatch(
        first_tx=first_tx,
        height=np.array([NO_HEIGHT if t.height is None else t.height for t in txs], dtype=np.uint32),
        version=np.array([t.version for t in txs], dtype=np.int32),
        locktime=np.array([t.locktime for t in txs], dtype=np.uint32),
        coinbase=np.array([t.is_coinbase for t in txs], dtype=np.bool_),
        in_start=_starts([len(t.inputs) for t in txs]),
        in_value=np.array([UNKNOWN_VALUE if i.value is None else i.value for i in ins], dtype=np.int64),
        in_script=np.array(
            [UNKNOWN_SCRIPT if i.script is None else number[i.script] for i in ins], dtype=np.uint32
        ),
        in_type=np.array(
            [UNKNOWN_TYPE if i.script_type is None else i.script_type for i in ins], dtype=np.uint8
        ),
        in_sequence=np.array([i.sequence for i in ins], dtype=np.uint32),
        in_marks=np.array([i.marks for i in ins], dtype=np.uint16),
        out_start=_starts([len(t.outputs) for t in txs]),
        out_value=np.array([o.value for o in outs], dtype=np.int64),
        out_script=np.array([number[o.script] for o in outs], dtype=np.uint32),
        out_type=np.array([o.script_type for o in outs], dtype=np.uint8),
    )


def _starts(lengths: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)


def _bytes(scripts: Sequence[bytes]) -> npt.NDArray[np.uint8]:
    return np.frombuffer(b"".join(scripts), dtype=np.uint8)


class FakeSnapshot:
    """A chain store in memory: what clustering and tracing of small chains ask of one.

    Built from transactions in chain order. `reveals` maps a P2SH script to the redeem script that a
    spend of it has shown. The first half of everything is settled. Inputs may spend outputs that are not
    there, so what one script's outputs are spent by cannot be asked.
    """

    def __init__(
        self,
        txs: Sequence[TxView],
        *,
        derived_dir: Path = Path("/nonexistent"),
        network: str = "mainnet",
        reveals: Mapping[bytes, bytes] | None = None,
        batch_size: int = 3,
    ) -> None:
        self.txs = list(txs)
        self.network = get_network(network)
        self.derived_dir = derived_dir
        self.numbers = number_scripts(self.txs)
        self.scripts = list(self.numbers)
        self.digest = hashlib.sha256(repr((self.txs, network, reveals)).encode()).hexdigest()
        self.n_txs, self.n_scripts = len(self.txs), len(self.scripts)
        self._reveals = dict(reveals or {})
        self._by_hash = {hashlib.sha256(s).digest(): n for s, n in self.numbers.items()}
        self._batch_size = batch_size
        self.n_inputs = sum(len(one.inputs) for one in self.txs)
        self.n_outputs = sum(len(one.outputs) for one in self.txs)
        self._columns = self._make_columns()
        self._runs = {
            "script": runs_of([int.from_bytes(h[:8], "little") for h in self._by_hash], "<u8", "<u4"),
            "history": runs_of([self.numbers[o.script] for t in self.txs for o in t.outputs], "<u4", "<u8"),
        }

    def _make_columns(self) -> dict[str, Column]:
        numbers, hashes = self.reveals()
        half = len(self.scripts) // 2
        made = [Outpoint(t.txid, vout) for t in self.txs for vout in range(len(t.outputs))]
        place = {outpoint: k for k, outpoint in enumerate(made)}
        ins = [i for t in self.txs for i in t.inputs]
        outs = [o for t in self.txs for o in t.outputs]
        return {
            "txs.first_input": column_of(_starts([len(t.inputs) for t in self.txs])[:-1], "<u8"),
            "txs.first_output": column_of(_starts([len(t.outputs) for t in self.txs])[:-1], "<u8"),
            "txs.block": column_of([NO_HEIGHT if t.height is None else t.height for t in self.txs], "<u4"),
            "inputs.output": column_of([place.get(i.outpoint, int(NOT_YET)) for i in ins], "<u8"),
            "inputs.marks": column_of([int(i.marks) for i in ins], "<u2"),
            "outputs.script": column_of([self.numbers[o.script] for o in outs], "<u4"),
            "outputs.value": column_of([o.value for o in outs], "<i8"),
            "scripts.type": column_of([classify(s) for s in self.scripts], "u1"),
            "scripts.end": column_of(np.cumsum([len(s) for s in self.scripts]), "<u8"),
            "script_bytes.data": Column(*(_bytes(s) for s in (self.scripts[:half], self.scripts[half:]))),
            "reveals.script": column_of(numbers, "<u4"),
            "reveals.inner": column_of(hashes, "u1"),
        }

    def batches(self) -> Iterator[TxBatch]:
        """All transactions, a few at a time."""
        for first in range(0, self.n_txs, self._batch_size):
            yield batch_of(self.txs[first : first + self._batch_size], first_tx=first, numbers=self.numbers)

    def block_times(self) -> npt.NDArray[np.uint32]:
        """All blocks are of one time."""
        return np.zeros(1 + max((t.height or 0 for t in self.txs), default=0), np.uint32)

    def column(self, key: str) -> Column:
        """A column by name."""
        return self._columns[key]

    def runs(self, name: str) -> list[Run]:
        """The runs of an index."""
        return self._runs[name]

    def spent_by_many(self, outputs: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.uint64]:
        """Nothing that is known spends an output."""
        return np.full(len(outputs), NOT_YET)

    def find_script(self, script: bytes) -> int | None:
        """The number of a script."""
        return self.numbers.get(script)

    def get_script(self, script_num: int) -> bytes:
        """The bytes of a script."""
        return self.scripts[script_num]

    def script_type(self, script_num: int) -> ScriptType:
        """The type of a script."""
        return classify(self.scripts[script_num])

    def find_scripthash(self, sha256_of_script: bytes) -> int | None:
        """The number of the script with this hash."""
        return self._by_hash.get(sha256_of_script)

    def reveals(self) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
        """P2SH scripts whose redeem script was shown."""
        numbers = [self.numbers[outer] for outer in self._reveals]
        hashes = b"".join(hashlib.sha256(inner).digest() for inner in self._reveals.values())
        return (
            np.array(numbers, dtype=np.uint32),
            np.frombuffer(hashes, dtype=np.uint8).reshape(len(numbers), 32),
        )

    def tx_view(self, tx_num: int) -> TxView:
        """One transaction."""
        return self.txs[tx_num]

    def number(self, name: str) -> int:
        """The script number of a named person."""
        return self.numbers[script_of(name)]
