"""The definition of a flow: value of several sources, transaction by transaction, by one policy.

`cointrail.tracing.flow` does the same over columns and is held equal to this by a test.

Transactions come in chain order (against it when going back), so all value that meets in one crosses it
together, and each is crossed once. What a row carries is a list of runs, each of one source, either still
at home or **far**: it has passed a cluster that none of the source's own outputs lie in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

from cointrail.tracing.bounds import Bounds
from cointrail.tracing.ledger import CreatedRow, SpentRow
from cointrail.tracing.neighbourhood import Neighbourhood, TxFacts
from cointrail.tracing.policy import Policy
from cointrail.tracing.shares import Amount, share_out
from cointrail.tracing.sources import Source, homes_of, starts_of
from cointrail.tracing.stops import Stop


class Run(NamedTuple):
    """Satoshi of one source: `size` of them from `at` on; `at` says nothing where amounts are carried."""

    at: int
    size: int
    source: int
    far: bool


@dataclass(slots=True, eq=False)
class PlainRow:
    """An output that the flow came to, or the fee of a transaction, with what it carries there."""

    output_num: int | None
    """None: a fee."""
    parent: PlainRow | None
    hops: int
    runs: list[Run]
    stop: Stop | None = None
    crossed: bool = False
    """Its value went on; the row is then no end."""
    winner: int | None = None
    """Of a collision: the source that has the satoshi."""

    @property
    def sat(self) -> int:
        """Satoshi carried, of all sources."""
        return sum(run.size for run in self.runs)


def joined(runs: Sequence[Run]) -> list[Run]:
    """The runs by place, neighbours that touch and say the same made one."""
    kept: list[Run] = []
    for run in sorted(runs):
        last = kept[-1] if kept else None
        if last and last.at + last.size == run.at and last[2:] == run[2:]:
            kept[-1] = last._replace(size=last.size + run.size)
        else:
            kept.append(run)
    return kept


def cut_runs(line: Sequence[Run], lo: int, hi: int) -> list[Run]:
    """What of a line of runs lies in `lo` up to `hi`, counted from `lo`."""
    return [
        Run(max(run.at, lo) - lo, min(run.at + run.size, hi) - max(run.at, lo), run.source, run.far)
        for run in line
        if max(run.at, lo) < min(run.at + run.size, hi)
    ]


def without(runs: Sequence[Run], value: int) -> list[tuple[int, int]]:
    """The stretches of an output that no run covers."""
    edges = [0, *(edge for run in sorted(runs) for edge in (run.at, run.at + run.size)), value]
    return [(lo, hi) for lo, hi in zip(edges[::2], edges[1::2], strict=True) if lo < hi]


@dataclass(slots=True)
class PlainFlow:
    """One flow; `run` gives its ends.

    Args:
        near: the chain around it.
        policy: how value divides.
        bounds: how far to follow it; `seconds` counts for nothing here.
        forward: along the chain, else against it.
    """

    near: Neighbourhood
    policy: Policy
    bounds: Bounds
    forward: bool
    rows: list[PlainRow] = field(default_factory=list)
    _outputs: int = 0
    _least: int = 0
    _starts: dict[int, PlainRow] = field(default_factory=dict)
    _homes: tuple[frozenset[int], ...] = ()
    _waiting: dict[int, list[PlainRow]] = field(default_factory=dict)

    def run(self, sources: Sequence[Source]) -> list[PlainRow]:
        """Follow the sources until every branch has ended."""
        starts, repeats = starts_of(sources)
        self._homes = homes_of(sources, lambda num: self.near.label(self.near.output(num).script_num))
        self._least = self.bounds.least_share(sum(self.near.output(one.output_num).value for one in starts))
        for start in starts:
            value = self.near.output(start.output_num).value
            runs = [Run(0, value, start.source, far=False)] if value else []
            row = self._add(PlainRow(start.output_num, None, 0, runs))
            self._starts[start.output_num] = row
            self._place(row, 0, 0)
        self._outputs = len(starts)
        for output_num, loser, winner in repeats:
            lost = [Run(0, self.near.output(output_num).value, loser, far=False)]
            self._add(PlainRow(output_num, None, 0, lost, Stop.COLLISION, winner=winner))
        while self._waiting:
            tx_num = min(self._waiting) if self.forward else max(self._waiting)
            if not self._visit(self.near.facts(tx_num), self._waiting[tx_num]):
                break
            del self._waiting[tx_num]
        ends = [row for row in self.rows if row.runs and not row.crossed]
        for row in ends:
            row.stop = row.stop or Stop.OUTPUT_LIMIT
        return ends

    def _add(self, row: PlainRow) -> PlainRow:
        self.rows.append(row)
        return row

    def _place(self, row: PlainRow, least: int, least_share: int) -> None:
        """End the row where it lies, or let it wait for the transaction that comes next."""
        assert row.output_num is not None
        output = self.near.output(row.output_num)
        if self.forward:
            row.stop = self.near.receiver_stop(output.script_num)
            next_tx = output.spent_by_tx
        else:
            next_tx = self.near.maker(row.output_num)
        if row.stop is not None:
            return
        if next_tx is None:
            row.stop = Stop.UNSPENT
        elif row.sat < least:
            row.stop = Stop.DUST
        elif row.sat < least_share:
            row.stop = Stop.SMALL_SHARE
        else:
            self._waiting.setdefault(next_tx, []).append(row)

    def _visit(self, facts: TxFacts, waiting: list[PlainRow]) -> bool:
        """Cross one transaction, or end there what arrived; False when the flow may not go on."""
        arrived = [row for row in waiting if row.runs]
        for row in arrived:
            row.runs = [run._replace(far=run.far or self._is_far(row, run.source)) for run in row.runs]
        stop = self.near.signer_stop(facts)
        if stop is not None:
            for row in arrived:
                row.stop = stop
            return True
        going = [row for row in arrived if row.hops < self.bounds.max_hops]
        if going and self._outputs + len(self._far_rows(facts)) > self.bounds.max_outputs:
            return False
        for row in arrived:
            if row.hops >= self.bounds.max_hops:
                row.stop = Stop.HOP_LIMIT
        if going:
            self._cross(facts, going)
            for row in going:
                row.crossed = True
        return True

    def _is_far(self, row: PlainRow, source: int) -> bool:
        assert row.output_num is not None
        return self.near.label(self.near.output(row.output_num).script_num) not in self._homes[source]

    def _far_rows(self, facts: TxFacts) -> Sequence[CreatedRow | SpentRow]:
        return facts.outputs if self.forward else facts.inputs

    def _cross(self, facts: TxFacts, going: list[PlainRow]) -> None:
        parent = min(going, key=lambda row: (row.hops, row.output_num))
        paid = [row.value for row in facts.outputs]
        spent = [row.value or 0 for row in facts.inputs]
        fee = sum(spent) - sum(paid)
        spread = self._spread_line if self.policy.keeps_order else self._spread_amounts
        far = [*self._far_rows(facts), *([None] if self.forward else [])]
        for part, runs in zip(far, spread(facts, going, paid, spent, fee), strict=True):
            if runs:
                self._arrive(None if part is None else part.output_num, parent, runs)

    def _spread_line(
        self, facts: TxFacts, going: list[PlainRow], paid: list[int], spent: list[int], fee: int
    ) -> Iterator[list[Run]]:
        """Inputs on one side, outputs and the fee on the other, both laid end to end."""
        turned = self.policy is Policy.LIFO
        in_starts = _starts(spent[::-1])[::-1] if turned else _starts(spent)
        out_starts = _starts([*paid, fee])
        near_rows = facts.inputs if self.forward else facts.outputs
        starts = dict(
            zip(
                (row.output_num for row in near_rows), in_starts if self.forward else out_starts, strict=False
            )
        )
        line = joined([run._replace(at=run.at + starts[row.output_num]) for row in going for run in row.runs])
        far_starts, sizes = (out_starts, [*paid, fee]) if self.forward else (in_starts, spent)
        for start, size in zip(far_starts, sizes, strict=True):
            yield cut_runs(line, start, start + size)

    def _spread_amounts(
        self, facts: TxFacts, going: list[PlainRow], paid: list[int], spent: list[int], fee: int
    ) -> Iterator[list[Run]]:
        del facts
        amounts: dict[int, Amount] = {}
        for row in going:
            for run in row.runs:
                total, far = amounts.get(run.source, Amount(0, 0))
                amounts[run.source] = Amount(total + run.size, far + (run.size if run.far else 0))
        shared = share_out(self.policy, amounts, paid if self.forward else spent, fee if self.forward else 0)
        for place in range(len(paid) + 1 if self.forward else len(spent)):
            runs: list[Run] = []
            for source, shares in shared.items():
                total, far = shares[place]
                runs += [Run(0, total - far, source, far=False)] if total > far else []
                runs += [Run(0, far, source, far=True)] if far else []
            yield runs

    def _arrive(self, output_num: int | None, parent: PlainRow, runs: list[Run]) -> None:
        if output_num is None:
            self._add(PlainRow(None, parent, parent.hops + 1, runs, Stop.FEE))
            return
        if output_num in self._starts:
            runs = self._collide(self._starts[output_num], parent, runs)
        if not runs:
            return
        self._outputs += 1
        row = self._add(PlainRow(output_num, parent, parent.hops + 1, runs))
        self._place(row, self.bounds.min_value_sat, self._least)

    def _collide(self, start: PlainRow, parent: PlainRow, runs: list[Run]) -> list[Run]:
        """Value arrives at an output that a source claims: the source reported earlier has it.

        Returns:
            What of it goes on under its own label; the start keeps the rest.
        """
        claimer = start.runs[0].source
        if not self.policy.conserves:
            return [run for run in runs if run.source != claimer]
        lost = [run for run in runs if run.source > claimer]
        kept = [run for run in runs if run.source <= claimer]
        if lost:
            hops = parent.hops + 1
            self._add(PlainRow(start.output_num, parent, hops, lost, Stop.COLLISION, winner=claimer))
        value = start.sat
        for source in sorted({run.source for run in kept}):
            taken = [Run(run.at, run.size, claimer, far=False) for run in kept if run.source == source]
            self._add(PlainRow(start.output_num, None, 0, taken, Stop.COLLISION, winner=source))
        if self.policy.keeps_order:
            start.runs = [Run(lo, hi - lo, claimer, far=False) for lo, hi in without(kept, value)]
        else:
            left = value - sum(run.size for run in kept)
            start.runs = [Run(0, left, claimer, far=False)] if left else []
        return kept


def _starts(sizes: Sequence[int]) -> list[int]:
    """Where each part begins when all are laid end to end."""
    return [*accumulate(sizes, initial=0)][:-1]
