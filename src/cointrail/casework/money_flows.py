"""What came into the service's clusters and what left them, output by output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from cointrail.casework.case import Period
from cointrail.casework.sight import CaseLedger
from cointrail.tracing.ledger import CreatedRow
from cointrail.tracing.neighbourhood import Neighbourhood, TxFacts


class InflowClass(StrEnum):
    """What an output to the service is."""

    PAYMENT = "payment"
    """Value from others."""
    RETURN = "return"
    """The service's own value coming home: followed back, all of it ends in the service."""
    MINED = "mined"
    """A block reward: nobody paid it."""
    UNCLEAR = "unclear"
    """The transaction spends outputs of the service and of others, so who paid what is open."""


class OutflowClass(StrEnum):
    """What a row of the proceeds is about."""

    OUTFLOW = "outflow"
    """An output by which value left the service."""
    CHANGE = "change"
    """An output by which value came back to the service in its own transaction, and was later spent by the
    service alone: what became of it stands under the later outflows."""
    HELD = "held"
    """An output that the service still holds at the tip."""
    MIXED = "mixed"
    """An output of the service that was spent together with outputs of others, also where it had come back
    in the service's own transaction: no later outflow says what became of it."""


@dataclass(frozen=True, slots=True)
class Inflow:
    """An output to the service, in the period."""

    row: CreatedRow
    tx_num: int
    kind: InflowClass
    """`PAYMENT` until a trace shows it to be a `RETURN`."""


@dataclass(frozen=True, slots=True)
class Outflow:
    """An output by which value left the service, or one that came back, stays or is lost from sight."""

    row: CreatedRow
    tx_num: int
    kind: OutflowClass


@dataclass(frozen=True, slots=True)
class MoneyFlows:
    """All flows of the service, in chain order, no output twice, and what was left out, by reason."""

    inflows: tuple[Inflow, ...]
    outflows: tuple[Outflow, ...]
    skipped: dict[str, int]


def list_flows(
    near: Neighbourhood, ledger: CaseLedger, scripts: tuple[int, ...], period: Period
) -> MoneyFlows:
    """Sort every output that touches the service's scripts.

    The period is by block time. It bounds inflows on both sides and outflows at its start only:
    where value went afterwards belongs to the case.

    Args:
        near: knows which clusters are the service's own.
        ledger: the chain.
        scripts: the service's scripts.
        period: which payments count.
    """
    received = sorted(
        int(output_num) for script in scripts for output_num in ledger.script_outputs(script).tolist()
    )
    skipped: Counter[str] = Counter()
    inflows: list[Inflow] = []
    spenders: set[int] = set()
    outflows: dict[int, Outflow] = {}
    for output_num in received:
        row = near.output(output_num)
        facts = near.facts(near.maker(output_num))
        inflow, left_out = _sort_inflow(near, ledger, row, facts, period)
        if inflow is not None:
            inflows.append(inflow)
        skipped.update(left_out)
        if row.spent_by_tx is not None:
            spenders.add(row.spent_by_tx)
        elif row.value:
            outflows[output_num] = Outflow(row, facts.tx_num, OutflowClass.HELD)
    for tx_num in sorted(spenders):
        facts = near.facts(tx_num)
        if period.before(_time(ledger, tx_num)):
            skipped["outflow_transactions_before_period"] += 1
            continue
        # an output comes back before it is spent with others, so the class that it is found in last stands
        outflows |= {outflow.row.output_num: outflow for outflow in _sort_spend(near, facts)}
    in_order = tuple(outflows[output_num] for output_num in sorted(outflows))
    return MoneyFlows(tuple(inflows), in_order, dict(sorted(skipped.items())))


def _time(ledger: CaseLedger, tx_num: int) -> int:
    return ledger.block_time(ledger.tx_height(tx_num))


def _sort_inflow(
    near: Neighbourhood, ledger: CaseLedger, row: CreatedRow, facts: TxFacts, period: Period
) -> tuple[Inflow | None, list[str]]:
    if facts.all_known and facts.labels <= near.own:
        return None, []
    if not row.value:
        return None, ["zero_value"]
    if not period.holds(_time(ledger, facts.tx_num)):
        return None, ["inflow_outside_period"]
    if facts.coinbase:
        kind = InflowClass.MINED
    elif facts.labels & near.own:
        kind = InflowClass.UNCLEAR
    else:
        kind = InflowClass.PAYMENT
    return Inflow(row, facts.tx_num, kind), []


def _sort_spend(near: Neighbourhood, facts: TxFacts) -> Iterator[Outflow]:
    """Outputs of a spend of the service; of a shared spend, what the service put in.

    An unspent output that came back is not given here: it is held.
    """
    if facts.all_known and facts.labels <= near.own:
        for row in facts.outputs:
            if row.value and near.label(row.script_num) not in near.own:
                yield Outflow(row, facts.tx_num, OutflowClass.OUTFLOW)
            elif row.value and row.spent_by_tx is not None:
                yield Outflow(row, facts.tx_num, OutflowClass.CHANGE)
        return
    for spent in facts.inputs:
        if spent.script_num is None or spent.output_num is None or not spent.value:
            continue
        if near.label(spent.script_num) in near.own:
            yield Outflow(near.output(spent.output_num), facts.tx_num, OutflowClass.MIXED)
