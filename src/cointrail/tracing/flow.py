"""Follow value over the columns of a store, by one policy; can go on where a bound stopped it.

What a flow is stands in `cointrail.tracing.plain_flow`, which this is held equal to.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cointrail.errors import StoreCorrupt
from cointrail.kernel import flow as kernel
from cointrail.kernel.flow_line import AMOUNTS, CHANGE_FIRST, CHANGE_LAST, FIRST_IN, LAST_IN, FlowRule
from cointrail.kernel.flow_shares import ALL, HAIRCUT, HIGH_FIRST, LOW_FIRST, Amounts, Parts, Shared
from cointrail.kernel.flow_state import (
    COUNTS,
    NEED,
    OUTPUTS,
    ROWS,
    RUNS,
    TXS,
    WAITING,
    FlowState,
    Heap,
    Line,
    Rows,
    Runs,
    Seeds,
)
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.flow_columns import CODES, MASKS, FlowView, numbers, read_only
from cointrail.tracing.flow_result import Flow, FlowRows, close
from cointrail.tracing.policy import Policy
from cointrail.tracing.sources import Repeat, Source, homes_of, starts_of
from cointrail.tracing.stops import Stop

Progress = Callable[[int, int], None]
"""Told outputs reached, and how many they may be."""

SLICE_TXS = 10_000
"""Transactions between two looks at the clock: some hundredths of a second."""

FIRST_ROWS = 4_096
FIRST_PARTS = 1_024
"""Room at the start; it is doubled when it is short."""

_LINES = {
    Policy.FIFO: FIRST_IN,
    Policy.LIFO: LAST_IN,
    Policy.PAYMENT_FIRST: CHANGE_LAST,
    Policy.CHANGE_FIRST: CHANGE_FIRST,
}
_AMOUNTS = {
    Policy.HAIRCUT: HAIRCUT,
    Policy.TIHO: HIGH_FIRST,
    Policy.TILO: LOW_FIRST,
    Policy.POISON: ALL,
}


class FlowWalk:
    """One flow and how far it has come.

    Args:
        view: the chain, its clusters and the claims.
        policy: how value divides.
        sources: where it starts, in the order of their reports.
        forward: along the chain, else against it.
    """

    def __init__(
        self, view: FlowView, policy: Policy, sources: Sequence[Source], *, forward: bool = True
    ) -> None:
        self.view = view
        self.policy = policy
        self.sources = tuple(sources)
        self.forward = forward
        starts, repeats = starts_of(sources)
        outputs = np.array([start.output_num for start in starts], dtype=np.int64)
        self._start_values = self._values(outputs)
        homes = homes_of(sources, self._cluster_of)
        self._seeds = Seeds(
            output=outputs,
            source=np.array([start.source for start in starts], dtype=np.int32),
            home_start=np.cumsum([0, *map(len, homes)], dtype=np.int64),
            home=read_only(np.concatenate([numbers(home) for home in homes])),
        )
        room = FIRST_ROWS + 2 * (len(starts) + len(repeats))
        self._state = _empty_state(room, FIRST_PARTS, len(self.sources))
        self._begin(repeats)

    def _values(self, outputs: Any) -> Any:
        settled, recent = self.view.chain.value
        old = outputs < len(settled)
        values = np.empty(len(outputs), np.int64)
        values[old], values[~old] = settled[outputs[old]], recent[outputs[~old] - len(settled)]
        return values

    def _cluster_of(self, output_num: int) -> int:
        settled, recent = self.view.chain.script
        script = settled[output_num] if output_num < len(settled) else recent[output_num - len(settled)]
        if script >= len(self.view.chain.label):
            raise _damaged()
        return int(self.view.chain.label[int(script)])

    def _begin(self, repeats: Sequence[Repeat]) -> None:
        chain, claims = self.view.chain, self.view.claims
        kernel.begin(chain, claims, CODES, MASKS, self._rule(Bounds()), self._seeds, self._state)
        state = self._state
        for output_num, loser, winner in repeats:
            row, run = int(state.counts[ROWS]), int(state.counts[RUNS])
            value = int(self._values(np.array([output_num], dtype=np.int64))[0])
            state.rows.output[row], state.rows.parent[row] = output_num, -1
            state.rows.first[row], state.rows.runs[row] = run, 1 if value else 0
            state.rows.stop[row], state.rows.key[row] = CODES.collision, winner
            state.runs.size[run], state.runs.code[run] = value, 2 * loser
            state.counts[ROWS] += 1
            state.counts[RUNS] += 1 if value else 0

    def _rule(self, bounds: Bounds) -> FlowRule:
        return FlowRule(
            forward=self.forward,
            line=_LINES.get(self.policy, AMOUNTS),
            how=_AMOUNTS.get(self.policy, HAIRCUT),
            max_hops=bounds.max_hops,
            max_outputs=bounds.max_outputs,
            min_value=bounds.min_value_sat,
            min_share=bounds.least_share(int(self._start_values.sum())),
        )

    @property
    def nbytes(self) -> int:
        """Memory of all that was come to; the store's columns are not in it."""
        parts = (part if isinstance(part, tuple) else (part,) for part in self._state)
        return sum(array.nbytes for part in parts for array in part)

    def go_on(self, bounds: Bounds, progress: Progress | None = None) -> Flow:
        """Follow what waits, as far as the bounds allow.

        A flow that met its bound on outputs or time goes on with wider ones, and comes to what it would
        have been with these from the start. The other bounds must stay the same.

        Args:
            bounds: how far.
            progress: told now and then how far it is.

        Raises:
            StoreCorrupt: the store's columns contradict themselves.
            NotConserved: the ends do not add up to the start.
        """
        until = None if bounds.seconds is None else time.monotonic() + bounds.seconds
        rule, chain, claims = self._rule(bounds), self.view.chain, self.view.claims
        while True:
            ended = kernel.follow(chain, claims, CODES, MASKS, rule, self._seeds, self._state, SLICE_TXS)
            if progress is not None:
                progress(int(self._state.counts[OUTPUTS]), bounds.max_outputs)
            if ended == kernel.DONE:
                return self._result(bounds, None)
            if ended == kernel.OUTPUT_BOUND:
                return self._result(bounds, Stop.OUTPUT_LIMIT)
            if ended == kernel.DAMAGED:
                raise _damaged()
            if ended == kernel.PAUSED:
                if until is not None and time.monotonic() >= until:
                    return self._result(bounds, Stop.TIME_LIMIT)
            else:
                self._make_room(ended)

    def _make_room(self, short: int) -> None:
        """Double whatever is too short."""
        state, need = self._state, int(self._state.counts[NEED])
        if short == kernel.MORE_PARTS:
            self._state = _with_parts(state, 2 * need, len(self.sources))
        elif short == kernel.MORE_ROWS:
            rows, heap = _longer(state.rows, 2 * need), _longer(state.heap, 2 * need)
            self._state = state._replace(rows=rows, heap=heap, group=np.zeros(2 * need, dtype=np.int32))
        else:
            self._state = state._replace(runs=_longer(state.runs, 2 * need))

    def _result(self, bounds: Bounds, cut: Stop | None) -> Flow:
        counts, rows, runs = self._state.counts, self._state.rows, self._state.runs
        n, m = int(counts[ROWS]), int(counts[RUNS])
        flow = Flow(
            policy=self.policy,
            forward=self.forward,
            sources=self.sources,
            bounds=bounds,
            cut=cut,
            next_tx=kernel.next_tx(self.view.chain, self._rule(bounds), self._state)
            if counts[WAITING]
            else None,
            outputs=int(counts[OUTPUTS]),
            txs=int(counts[TXS]),
            rows=FlowRows(
                output=rows.output[:n],
                parent=rows.parent[:n],
                hops=rows.hops[:n],
                first=rows.first[:n],
                runs=rows.runs[:n],
                stop=rows.stop[:n],
                key=rows.key[:n],
                run_size=runs.size[:m],
                run_code=runs.code[:m],
            ),
        )
        close(flow, self._claimed())
        return flow

    def _claimed(self) -> list[int]:
        """Satoshi that each source claims, those claimed twice included."""
        return [
            int(self._values(np.array(sorted(set(source.outputs)), dtype=np.int64)).sum())
            for source in self.sources
        ]


def _damaged() -> StoreCorrupt:
    return StoreCorrupt(
        "the store's columns contradict themselves at a transaction that the trace came to",
        hint="run `cointrail doctor`",
    )


def _empty_state(rows: int, parts: int, sources: int) -> FlowState:
    def wide(n: int) -> Any:
        return np.zeros(n, dtype=np.int64)

    def narrow(n: int) -> Any:
        return np.zeros(n, dtype=np.int32)

    bare = FlowState(
        counts=wide(COUNTS),
        rows=Rows(
            wide(rows),
            narrow(rows),
            narrow(rows),
            wide(rows),
            wide(rows),
            np.zeros(rows, np.uint8),
            wide(rows),
        ),
        runs=Runs(wide(rows), wide(rows), narrow(rows)),
        heap=Heap(wide(rows), narrow(rows)),
        line=Line(wide(0), wide(0), narrow(0)),
        group=narrow(rows),
        parts=Parts(*(wide(0) for _ in Parts._fields)),
        amounts=Amounts(wide(sources), wide(sources)),
        shared=Shared(wide(0), wide(0)),
    )
    return _with_parts(bare, parts, sources)


def _with_parts(state: FlowState, parts: int, sources: int) -> FlowState:
    """The state with scratch for transactions of that many parts."""
    return state._replace(
        line=Line(np.zeros(parts, np.int64), np.zeros(parts, np.int64), np.zeros(parts, np.int32)),
        parts=Parts(*(np.zeros(parts, np.int64) for _ in Parts._fields)),
        shared=Shared(*(np.zeros(parts * sources, np.int64) for _ in Shared._fields)),
    )


def _longer(arrays: Any, length: int) -> Any:
    """The same arrays, longer."""
    return type(arrays)(*(np.concatenate([one, np.zeros(length - len(one), one.dtype)]) for one in arrays))
