"""What a transaction shows without the outputs that it spends, as whole numbers.

Single real blocks lack most of what they spend, so everything here can be read from the transaction and the
block around it. Two features need more, the fee rate and the age of coins: `UNKNOWN` where that is missing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from math import log10
from typing import NamedTuple

from cointrail.chain.marks import input_marks, is_der_signature
from cointrail.chain.script import classify, hash160, p2pkh, p2sh, p2wpkh, p2wsh, pushes, script_hash
from cointrail.chain.types import Tx, TxIn
from cointrail.chain.view import InputMarks, ScriptType

UNKNOWN = -1
WINDOW = 100
"""Transactions of the block, just before this one, that reuse and chains are looked for in. Blocks of
different size would otherwise differ in both."""
LOCKTIME_IS_TIME = 500_000_000
"""Source: Bitcoin Core, `LOCKTIME_THRESHOLD`."""
NEAR_TIP = 100
"""Blocks that wallets go back at most when they set a locktime against fee sniping."""
DUST = 1_000
"""Satoshi: outputs below carry something else than money."""


class InputKind(IntEnum):
    """How an input was opened, as far as its own bytes tell."""

    OTHER = 0
    P2PK = 1
    P2PKH = 2
    P2SH = 3
    P2SH_P2WPKH = 4
    P2SH_P2WSH = 5
    P2WPKH = 6
    P2WSH = 7
    TAPROOT_KEY = 8
    TAPROOT_SCRIPT = 9
    MIXED = 10
    """Of a transaction: inputs of several kinds."""


class Feature(NamedTuple):
    """A column: its name, the group it is told under, and what its numbers mean."""

    name: str
    group: str
    meaning: str
    judged: bool = True
    """Whether the classifier sees it: it is known of every transaction, and worlds mean to be like blocks in
    it."""


FEATURES = (
    Feature("inputs", "size", "number of inputs"),
    Feature("outputs", "size", "number of outputs"),
    Feature("version", "header", "version of the transaction"),
    Feature("locktime", "header", "0 none, 1 a height near the tip, 2 another height, 3 a time"),
    Feature("sequence", "header", "of all inputs: 0 final, 1 fffffffe, 2 fffffffd, 3 other, 4 several"),
    Feature("input_kind", "scripts", "how inputs were opened: a number of `InputKind`"),
    Feature("multisig", "scripts", "1 where an input shows a script for several signatures"),
    Feature("old_key", "scripts", "1 where an input shows an uncompressed key"),
    Feature("low_r", "signatures", "1 where every ECDSA signature has a short R, -1 where there is none"),
    Feature("flags", "signatures", "1 where a signature covers less than everything"),
    Feature("out_p2pkh", "scripts", "outputs to a key's hash"),
    Feature("out_p2sh", "scripts", "outputs to a script's hash"),
    Feature("out_p2wpkh", "scripts", "outputs to a key's hash by witness"),
    Feature("out_p2wsh", "scripts", "outputs to a script's hash by witness"),
    Feature("out_p2tr", "scripts", "outputs to taproot"),
    Feature("out_data", "scripts", "outputs that carry data"),
    Feature("out_other", "scripts", "outputs of any other kind"),
    Feature("data_bytes", "scripts", "bytes of the scripts that carry data"),
    Feature("like_input", "scripts", "outputs of the kind of all inputs, -1 where inputs differ or hide it"),
    Feature("input_order", "order", "1 sorted as BIP 69 has it, 0 not, -1 with one input"),
    Feature("output_order", "order", "values: 1 rising, 2 falling, 0 neither, -1 with fewer than two"),
    Feature("large_first", "order", "1 where the first output is the largest, -1 with one output"),
    Feature("self_change", "reuse", "outputs back to an address that an input shows"),
    Feature("same_input", "reuse", "inputs whose address another input shows too"),
    Feature("seen_output", "reuse", "outputs to addresses of the hundred transactions before, in the block"),
    Feature("chained", "reuse", "1 where it spends an output of the hundred transactions before"),
    Feature("largest", "values", "largest output, ten times the logarithm of satoshi"),
    Feature("smallest", "values", "smallest output that is not 0, likewise"),
    Feature("equal", "values", "most outputs of one value"),
    Feature("round_most", "values", "trailing decimal zeros of the roundest output, in satoshi"),
    Feature("round_least", "values", "trailing decimal zeros of the least round output"),
    Feature("dust", "values", "outputs of fewer than 1,000 satoshi, data aside"),
    Feature("fee_rate", "fees", "ten times satoshi for a virtual byte", judged=False),
    Feature("coin_age", "age", "age of the youngest coin: 0 under an hour, 1 a day, 2 a week, 3 a month, 4 a "
            "quarter, 5 older", judged=False),
)  # fmt: skip

COLUMN = {feature.name: place for place, feature in enumerate(FEATURES)}
IN_BLOCK = ("seen_output", "chained")
"""Features that only a transaction in its block has."""

_AGES = (3_600, 86_400, 7 * 86_400, 30 * 86_400, 91 * 86_400)

Row = tuple[int, ...]


class Spending(NamedTuple):
    """What is known beyond a transaction's own bytes; None where it is not."""

    fee: int | None = None
    age: int | None = None
    """Seconds between the youngest spent coin's block and this one."""


def rows_of_block(txs: Sequence[Tx], height: int, known: Mapping[bytes, Spending]) -> Iterator[Row]:
    """A row for each transaction but the coinbase. `known` has what is known, by txid in wire order."""
    before: deque[tuple[bytes, set[bytes]]] = deque(maxlen=WINDOW)
    for tx in txs:
        if tx.is_coinbase:
            continue
        scripts = {output.script for output in tx.outputs}
        shown = [shown_script(i) for i in tx.inputs]
        near = Near(
            sum(any(output.script in there for _, there in before) for output in tx.outputs),
            any(i.outpoint.txid.raw == txid for i in tx.inputs for txid, _ in before),
        )
        yield row_of(tx, height, shown, near, known.get(tx.txid.raw, Spending()))
        before.append((tx.txid.raw, scripts | {script for script in shown if script}))


class Near(NamedTuple):
    """What the transactions just before it say of one."""

    seen: int
    chained: bool


def row_of(tx: Tx, height: int | None, shown: Sequence[bytes | None], near: Near, spending: Spending) -> Row:
    """The features of one transaction, in the order of `FEATURES`."""
    kinds = {kind_of_input(i) for i in tx.inputs}
    marks = [input_marks(i.script_sig, i.witness) for i in tx.inputs]
    types = [classify(output.script) for output in tx.outputs]
    values = [output.value for output in tx.outputs]
    paid = [value for value in values if value]
    zeros = [_zeros(value) for value in paid]
    counts = [types.count(one) for one in _OUTPUT_COLUMNS]
    kind = kinds.pop() if len(kinds) == 1 else InputKind.MIXED
    known = [script for script in shown if script]
    return (
        len(tx.inputs),
        len(tx.outputs),
        tx.version,
        _locktime(tx.locktime, height),
        _sequence(tx.inputs),
        int(kind),
        int(any(mark & InputMarks.MULTISIG for mark in marks)),
        int(any(mark & InputMarks.UNCOMPRESSED_KEY for mark in marks)),
        _low_r(tx.inputs, marks),
        int(any(mark & _PARTIAL for mark in marks)),
        *counts,
        len(types) - sum(counts),
        sum(len(o.script) for o, one in zip(tx.outputs, types, strict=True) if one == ScriptType.OP_RETURN),
        types.count(_AS_OUTPUT[kind]) if kind in _AS_OUTPUT else UNKNOWN,
        _input_order(tx.inputs),
        _output_order(values),
        int(values[0] == max(values)) if len(values) > 1 else UNKNOWN,
        sum(output.script in set(known) for output in tx.outputs),
        len(known) - len(set(known)),
        near.seen,
        int(near.chained),
        _size(max(paid, default=0)),
        _size(min(paid, default=0)),
        max((paid.count(value) for value in set(paid)), default=0),
        max(zeros, default=0),
        min(zeros, default=0),
        sum(value < DUST for value in paid),
        UNKNOWN if spending.fee is None else round(10 * spending.fee / tx.vsize),
        UNKNOWN if spending.age is None else sum(spending.age >= limit for limit in _AGES),
    )


_OUTPUT_COLUMNS = (
    ScriptType.P2PKH, ScriptType.P2SH, ScriptType.P2WPKH, ScriptType.P2WSH, ScriptType.P2TR,
    ScriptType.OP_RETURN,
)  # fmt: skip
_AS_OUTPUT = {
    InputKind.P2PK: ScriptType.P2PK, InputKind.P2PKH: ScriptType.P2PKH, InputKind.P2SH: ScriptType.P2SH,
    InputKind.P2SH_P2WPKH: ScriptType.P2SH, InputKind.P2SH_P2WSH: ScriptType.P2SH,
    InputKind.P2WPKH: ScriptType.P2WPKH, InputKind.P2WSH: ScriptType.P2WSH,
    InputKind.TAPROOT_KEY: ScriptType.P2TR, InputKind.TAPROOT_SCRIPT: ScriptType.P2TR,
}  # fmt: skip
_PARTIAL = InputMarks.SIGHASH_NONE | InputMarks.SIGHASH_SINGLE | InputMarks.ANYONE_CAN_PAY


def kind_of_input(i: TxIn) -> InputKind:
    """How an input was opened, by its own bytes."""
    pushed = pushes(i.script_sig) if i.script_sig else []
    if not i.witness:
        return _old_kind(pushed)
    if pushed:
        program = pushed[-1]
        return {22: InputKind.P2SH_P2WPKH, 34: InputKind.P2SH_P2WSH}.get(len(program), InputKind.OTHER)
    if len(i.witness) == 1 and len(i.witness[0]) in {64, 65}:
        return InputKind.TAPROOT_KEY
    if len(i.witness) == 2 and len(i.witness[1]) == 33 and is_der_signature(i.witness[0]):
        return InputKind.P2WPKH
    if input_marks(b"", i.witness) & InputMarks.SCRIPT_PATH:
        return InputKind.TAPROOT_SCRIPT
    return InputKind.P2WSH


def _old_kind(pushed: Sequence[bytes] | None) -> InputKind:
    if not pushed:
        return InputKind.OTHER
    if len(pushed) == 2 and is_der_signature(pushed[0]) and len(pushed[1]) in {33, 65}:
        return InputKind.P2PKH
    if len(pushed) == 1 and is_der_signature(pushed[0]):
        return InputKind.P2PK
    return InputKind.P2SH


def shown_script(i: TxIn) -> bytes | None:
    """The locking script that an input's bytes give away; None for taproot, P2PK and what is not known."""
    match kind_of_input(i):
        case InputKind.P2PKH:
            return p2pkh(hash160((pushes(i.script_sig) or [b""])[-1]))
        case InputKind.P2SH | InputKind.P2SH_P2WPKH | InputKind.P2SH_P2WSH:
            return p2sh(hash160((pushes(i.script_sig) or [b""])[-1]))
        case InputKind.P2WPKH:
            return p2wpkh(hash160(i.witness[1]))
        case InputKind.P2WSH:
            return p2wsh(script_hash(i.witness[-1]))
    return None


def _locktime(locktime: int, height: int | None) -> int:
    if not locktime:
        return 0
    if locktime >= LOCKTIME_IS_TIME:
        return 3
    return 1 if height is None or height - NEAR_TIP - 2 <= locktime <= height else 2


def _sequence(inputs: Iterable[TxIn]) -> int:
    found = {_SEQUENCES.get(i.sequence, 3) for i in inputs}
    return found.pop() if len(found) == 1 else 4


_SEQUENCES = {0xFFFFFFFF: 0, 0xFFFFFFFE: 1, 0xFFFFFFFD: 2}


def _low_r(inputs: Sequence[TxIn], marks: Sequence[InputMarks]) -> int:
    kinds = {InputKind.TAPROOT_KEY, InputKind.TAPROOT_SCRIPT}
    signed = [
        m
        for i, m in zip(inputs, marks, strict=True)
        if m & InputMarks.SIGNED and kind_of_input(i) not in kinds
    ]
    return int(not any(mark & InputMarks.HIGH_R for mark in signed)) if signed else UNKNOWN


def _input_order(inputs: Sequence[TxIn]) -> int:
    keys = [(i.outpoint.txid.raw[::-1], i.outpoint.vout) for i in inputs]
    return int(keys == sorted(keys)) if len(keys) > 1 else UNKNOWN


def _output_order(values: Sequence[int]) -> int:
    if len(values) < 2:
        return UNKNOWN
    ordered = sorted(values)
    return 1 if ordered == list(values) else 2 if ordered[::-1] == list(values) else 0


def _size(value: int) -> int:
    return round(10 * log10(value)) if value else UNKNOWN


def _zeros(value: int) -> int:
    text = str(value)
    return len(text) - len(text.rstrip("0"))
