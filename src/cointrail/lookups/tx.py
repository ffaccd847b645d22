"""One transaction: what it spends and makes, and whether its inputs may be linked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cointrail.chain.types import Outpoint, Txid
from cointrail.chain.view import InputView, OutputView
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.find import get_tx_num
from cointrail.lookups.views import BlockRef, LookupBasis, TagLine
from cointrail.store.reader import TxInputRow, TxOutputRow


@dataclass(frozen=True, slots=True, kw_only=True)
class InputEntry:
    """An input and the output it spends. `cluster` is a label, an inference; `marks` what it shows."""

    vin: int
    spends: Outpoint
    address: str | None
    script: str
    script_type: str
    value_sat: int
    cluster: int
    sequence: int
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputEntry:
    """An output; `spent_by` is `txid:vin`, None while it is unspent at the tip."""

    vout: int
    address: str | None
    script: str
    script_type: str
    value_sat: int
    cluster: int
    spent_by: str | None


@dataclass(frozen=True, slots=True)
class GateView:
    """May the inputs be linked: `safe`, `unknown` or `unsafe`, and the rules behind it."""

    verdict: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimedCluster:
    """Whose a cluster is said to be; `actor` is None where the sources disagree about `parties`."""

    cluster: int
    actor: str | None
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionView:
    """A transaction as `cointrail tx show` gives it.

    Attributes:
        fee_sat: inputs minus outputs; 0 for a coinbase, whose inputs are none.
        gate: an inference; all else but the clusters and what is claimed is ledger fact.
        tags: about the transaction itself.
        claimed: the clusters of its inputs and outputs that somebody claims to know, in that order.
    """

    txid: Txid
    block: BlockRef
    is_coinbase: bool
    version: int
    locktime: int
    inputs_sat: int
    outputs_sat: int
    fee_sat: int
    gate: GateView
    tags: tuple[TagLine, ...]
    claimed: tuple[ClaimedCluster, ...]
    inputs: tuple[InputEntry, ...]
    outputs: tuple[OutputEntry, ...]
    basis: LookupBasis


def show_tx(desk: LookupDesk, text: str) -> TransactionView:
    """Look up a transaction by its id.

    Raises:
        BadInput: not a transaction id.
        NotFound: the chain does not hold it.
    """
    snapshot = desk.snapshot
    number = get_tx(desk, text)
    view = snapshot.tx_view(number)
    verdict = desk.clusters.gate(number)
    spent, made = snapshot.tx_inputs(number), snapshot.tx_outputs(number)
    inputs = tuple(_input(desk, *one) for one in enumerate(zip(view.inputs, spent, strict=True)))
    outputs = tuple(_output(desk, *one) for one in enumerate(zip(view.outputs, made, strict=True)))
    return TransactionView(
        txid=view.txid,
        block=desk.block_of_tx(number),
        is_coinbase=view.is_coinbase,
        version=view.version,
        locktime=view.locktime,
        inputs_sat=sum(row.value or 0 for row in spent),
        outputs_sat=sum(row.value for row in made),
        fee_sat=snapshot.tx_fee(number),
        gate=GateView(verdict.gate.name.lower(), verdict.reasons),
        tags=desk.tx_tags(number),
        claimed=tuple(_claimed(desk, (*inputs, *outputs))),
        inputs=inputs,
        outputs=outputs,
        basis=desk.basis,
    )


def get_tx(desk: LookupDesk, text: str) -> int:
    """The number of a transaction by its id.

    Raises:
        BadInput: not a transaction id.
        NotFound: the chain does not hold it.
    """
    return get_tx_num(desk.snapshot, Txid.parse(text.strip()))


def _claimed(desk: LookupDesk, coins: Iterable[InputEntry | OutputEntry]) -> Iterator[ClaimedCluster]:
    for label in dict.fromkeys(coin.cluster for coin in coins):
        claims = desk.cluster_claims(label)
        if claims is not None:
            yield ClaimedCluster(label, claims.actor, claims.parties)


def _input(desk: LookupDesk, vin: int, both: tuple[InputView, TxInputRow]) -> InputEntry:
    view, row = both
    assert row.script_num is not None
    assert row.value is not None
    return InputEntry(
        vin=vin,
        spends=view.outpoint,
        address=desk.address(row.script_num),
        script=desk.snapshot.get_script(row.script_num).hex(),
        script_type=desk.snapshot.script_type(row.script_num).label,
        value_sat=row.value,
        cluster=desk.clusters.label(row.script_num),
        sequence=view.sequence,
        marks=view.marks.labels,
    )


def _output(desk: LookupDesk, vout: int, both: tuple[OutputView, TxOutputRow]) -> OutputEntry:
    view, row = both
    return OutputEntry(
        vout=vout,
        address=desk.address(row.script_num),
        script=view.script.hex(),
        script_type=view.script_type.label,
        value_sat=row.value,
        cluster=desk.clusters.label(row.script_num),
        spent_by=None if row.spent_by_input is None else desk.input_name(row.spent_by_input),
    )
