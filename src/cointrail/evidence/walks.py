"""The walks of a case as a stranger can walk them again: by which outputs, through what, to which ends."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cointrail.chain.types import Txid
from cointrail.store.reader import Snapshot
from cointrail.tracing.stops import Stop
from cointrail.tracing.trace import Trace

DIGITS = 16
"""Hex digits of 64 by which the lines in a bundle name a transaction: it stands there a hundred times."""

_STEP = re.compile(r'\["([0-9a-f]{64})",')


def shortened(lines: Iterable[str], txids: Iterable[Txid]) -> Iterator[str]:
    """Lines that name each transaction as shortly as it can be found among these.

    Somebody may have made two ids that begin alike, to spoil a trail: those stand in full.
    """
    names = short_names(txids)
    for line in lines:
        yield _STEP.sub(lambda step: f'["{names[step[1]]}",', line)


def short_names(txids: Iterable[Txid]) -> dict[str, str]:
    """By which name each transaction is found among these."""
    whole = [str(txid) for txid in txids]
    starts = Counter(txid[:DIGITS] for txid in whole)
    return {txid: txid[:DIGITS] if starts[txid[:DIGITS]] == 1 else txid for txid in whole}


@dataclass
class WalkLog:
    """Takes down each walk as a line of JSON, and what must be proven to walk it again.

    A line: `table`, `start`, `steps`, `ends`. The start is output 0 of the walk. Each step names a
    transaction, the outputs by which the walk came there, and to how many it went on; those take the next
    numbers, in the order of its inputs (payments, going back) or outputs (proceeds, going forward). An end
    is a number and a stop reason. The values are not in it: they follow from the transactions.
    """

    snapshot: Snapshot
    lines: list[str] = field(default_factory=list)
    _tx_nums: set[int] = field(default_factory=set)
    _names: dict[int, str] = field(default_factory=dict)

    def take(self, table: str, trace: Trace) -> None:
        """Take down one walk."""
        numbers: dict[int, int] = {}
        for step in trace.steps:
            for reach in (*step.arrived, *step.went_on):
                numbers.setdefault(id(reach), len(numbers))
        ends = [
            [numbers.get(id(end.reach), 0), end.stop.value]
            for end in trace.branches
            if end.stop is not Stop.FEE
        ]
        steps = [
            [self._name(step.tx_num), [numbers[id(reach)] for reach in step.arrived], len(step.went_on)]
            for step in trace.steps
        ]
        line = {"table": table, "start": str(self.snapshot.outpoint(trace.output_num)), "steps": steps}
        self.lines.append(json.dumps({**line, "ends": sorted(ends)}, separators=(",", ":")) + "\n")
        for step in trace.steps:
            self._tx_nums.add(step.tx_num)
            self._tx_nums |= {
                row.tx_num for row in self.snapshot.tx_inputs(step.tx_num) if row.tx_num is not None
            }

    def txids(self) -> set[Txid]:
        """Transactions crossed, and those that made what they spend."""
        return {self.snapshot.txid(number) for number in self._tx_nums}

    def _name(self, tx_num: int) -> str:
        if tx_num not in self._names:
            self._names[tx_num] = str(self.snapshot.txid(tx_num))
        return self._names[tx_num]
