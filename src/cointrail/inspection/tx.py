"""A raw transaction: what it says by itself, and what is not known without the chain."""

from __future__ import annotations

from dataclasses import dataclass

from cointrail.chain.address import encode_address
from cointrail.chain.commitments import wtxid
from cointrail.chain.decode import decode_tx
from cointrail.chain.network import Network
from cointrail.chain.prevouts import Prevouts, view_of
from cointrail.chain.types import Outpoint, Tx, Txid
from cointrail.chain.view import InputView, OutputView, ScriptType
from cointrail.heuristics.base import REGISTRY
from cointrail.heuristics.gate import REASONS, judge


@dataclass(frozen=True, slots=True, kw_only=True)
class RawInput:
    """An input. Value, address and script type are None where the output it spends is not known."""

    vin: int
    spends: Outpoint
    known: bool
    address: str | None
    script_type: str | None
    value_sat: int | None
    sequence: int
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawOutput:
    """An output; `address` is None for a script that has none."""

    vout: int
    address: str | None
    script_type: str
    value_sat: int
    script: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RawGate:
    """May the inputs be linked: `safe`, `unknown` or `unsafe`, and the rules behind it."""

    verdict: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTransaction:
    """A transaction as `cointrail inspect tx` gives it.

    Attributes:
        fee_sat: inputs minus outputs; None while an input's value is not known.
        feerate: satoshi per virtual byte, rounded down; None while the fee is not known.
        unknown_prevouts: outputs that it spends and that were not given.
        rules: rules of the gate, with versions.
    """

    txid: Txid
    wtxid: Txid
    network: str
    version: int
    locktime: int
    size: int
    vsize: int
    weight: int
    is_coinbase: bool
    has_witness: bool
    outputs_sat: int
    fee_sat: int | None
    feerate: int | None
    gate: RawGate
    unknown_prevouts: tuple[Outpoint, ...]
    inputs: tuple[RawInput, ...]
    outputs: tuple[RawOutput, ...]
    rules: tuple[str, ...]


def inspect_tx(data: bytes, network: Network, prevouts: Prevouts | None = None) -> RawTransaction:
    """Decode a transaction and judge it with the prevouts that are known.

    Args:
        data: wire bytes.
        network: of the addresses.
        prevouts: outputs that it may spend.

    Raises:
        DecodeError: not one whole transaction.
    """
    return describe_tx(decode_tx(data), network, prevouts or {})


def describe_tx(tx: Tx, network: Network, prevouts: Prevouts) -> RawTransaction:
    """The same for a decoded transaction."""
    view = view_of(tx, prevouts)
    fee = view.fee
    return RawTransaction(
        txid=tx.txid,
        wtxid=Txid(wtxid(tx)),
        network=network.name,
        version=tx.version,
        locktime=tx.locktime,
        size=tx.size,
        vsize=tx.vsize,
        weight=tx.weight,
        is_coinbase=tx.is_coinbase,
        has_witness=tx.has_witness,
        outputs_sat=sum(output.value for output in tx.outputs),
        fee_sat=fee,
        feerate=None if fee is None else fee // tx.vsize,
        gate=gate_of(tx, prevouts),
        unknown_prevouts=tuple(i.outpoint for i in view.inputs if i.value is None),
        inputs=tuple(_input(vin, one, network) for vin, one in enumerate(view.inputs)),
        outputs=tuple(_output(vout, one, network) for vout, one in enumerate(view.outputs)),
        rules=gate_rules(),
    )


def gate_of(tx: Tx, prevouts: Prevouts, height: int | None = None, *, dated: bool = False) -> RawGate:
    """The gate's verdict. Without a height, rules with a first height apply as if it were reached."""
    verdict = judge(view_of(tx, prevouts, height), dated=dated)
    return RawGate(verdict=verdict.gate.name.lower(), reasons=verdict.reasons)


def gate_rules() -> tuple[str, ...]:
    """The rules of the gate, with versions."""
    return tuple(REGISTRY[reason.id].name for reason in REASONS)


def _input(vin: int, view: InputView, network: Network) -> RawInput:
    return RawInput(
        vin=vin,
        spends=view.outpoint,
        known=view.value is not None,
        address=None if view.script is None else encode_address(view.script, network),
        script_type=None if view.script_type is None else view.script_type.label,
        value_sat=view.value,
        sequence=view.sequence,
        marks=view.marks.labels,
    )


def _output(vout: int, view: OutputView, network: Network) -> RawOutput:
    return RawOutput(
        vout=vout,
        address=encode_address(view.script, network),
        script_type=view.script_type.label,
        value_sat=view.value,
        script=view.script.hex(),
    )


def script_type_counts(types: list[ScriptType]) -> dict[str, int]:
    """How many of each script type, every type named."""
    return {kind.label: types.count(kind) for kind in ScriptType}
