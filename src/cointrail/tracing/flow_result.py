"""What a flow came to: its ends as columns, sums that close, and the way to each end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.errors import NotConserved
from cointrail.kernel.flow_state import CROSSED
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.flow_columns import CODES, STOPS
from cointrail.tracing.policy import Policy
from cointrail.tracing.sources import Source
from cointrail.tracing.stops import Stop

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U8 = npt.NDArray[np.uint8]

FEE_OUTPUT = -1
"""In place of an output: the fee of the transaction that spends the row's parent."""


class FlowRows(NamedTuple):
    """Rows and their runs, as the kernel writes them; see `cointrail.kernel.flow_state`."""

    output: I64
    parent: I32
    hops: I32
    first: I64
    runs: I64
    stop: U8
    key: I64
    run_size: I64
    run_code: I32


@dataclass(frozen=True, slots=True)
class Ends:
    """The ends of a flow, a row for each place, source and reason.

    Attributes:
        row: the flow's row.
        output: output number; `FEE_OUTPUT` for a fee.
        source: whose satoshi.
        stop: place in `STOPS`.
        sat: satoshi that ended there.
        far_sat: of these, those that passed a cluster in which none of the source's outputs lies.
        hops: transactions on the shortest way there.
    """

    row: I64
    output: I64
    source: I64
    stop: I64
    sat: I64
    far_sat: I64
    hops: I64

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True)
class Flow:
    """The outcome of one flow by one policy.

    Per source, and by every policy but poison, what ended adds up to what the source claimed.
    """

    policy: Policy
    forward: bool
    sources: tuple[Source, ...]
    bounds: Bounds
    cut: Stop | None
    """The bound that ended the whole; None: every branch came to its own end."""
    next_tx: int | None
    """The transaction that would have come next: all before it, in the order of the flow, was followed."""
    outputs: int
    """Outputs reached, the starts included."""
    txs: int
    """Transactions crossed."""
    rows: FlowRows

    @cached_property
    def ends(self) -> Ends:
        """Every end, in the order in which the flow came there."""
        rows = self.rows
        at = np.flatnonzero((rows.stop != CROSSED) & (rows.runs > 0))
        counts = rows.runs[at]
        owner = np.repeat(np.arange(len(at)), counts)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
        run = rows.first[at][owner] + within
        code, size = rows.run_code[run].astype(np.int64), rows.run_size[run]
        keys, inverse = np.unique(owner * len(self.sources) + (code >> 1), return_inverse=True)
        sat, far = np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64)
        np.add.at(sat, inverse, size)
        np.add.at(far, inverse, np.where(code & 1, size, 0))
        place = at[keys // len(self.sources)]
        left = STOPS.index(self.cut or Stop.OUTPUT_LIMIT)
        stop = np.where(rows.stop[place] == 0, left, rows.stop[place].astype(np.int64) - 1)
        return Ends(
            row=place,
            output=rows.output[place],
            source=keys % len(self.sources),
            stop=stop,
            sat=sat,
            far_sat=far,
            hops=rows.hops[place].astype(np.int64),
        )

    @property
    def nbytes_of_ends(self) -> int:
        """Memory of the ends, where they were worked out; the rows are the walk's own."""
        ends: Ends | None = self.__dict__.get("ends")
        return 0 if ends is None else sum(getattr(ends, name).nbytes for name in Ends.__slots__)

    def sums(self, source: int | None = None) -> dict[Stop, int]:
        """Satoshi that ended by each reason, largest first; of one source, or of all."""
        ends = self.ends
        mine = np.ones(len(ends), np.bool_) if source is None else ends.source == source
        found = {stop: int(ends.sat[mine & (ends.stop == place)].sum()) for place, stop in enumerate(STOPS)}
        return dict(sorted(((s, sat) for s, sat in found.items() if sat), key=lambda item: -item[1]))

    @property
    def frontier(self) -> Ends:
        """Where a bound on the whole left off; following these goes on with the flow."""
        ends = self.ends
        waits = self.rows.stop[ends.row] == 0
        return Ends(*(getattr(ends, name)[waits] for name in Ends.__slots__))

    def path(self, row: int) -> tuple[int, ...]:
        """Outputs from a start to a row, on the shortest way; a fee ends with the output that paid it."""
        path: list[int] = []
        at = row
        while at >= 0:
            if self.rows.output[at] != FEE_OUTPUT:
                path.append(int(self.rows.output[at]))
            at = int(self.rows.parent[at])
        return tuple(reversed(path))

    @property
    def collisions(self) -> Ends:
        """Satoshi that a source lost to one reported earlier; see `winner`."""
        ends = self.ends
        lost = ends.stop == CODES.collision - 1
        return Ends(*(getattr(ends, name)[lost] for name in Ends.__slots__))

    def winner(self, row: int) -> Source:
        """Of a collision, the source that has the satoshi."""
        return self.sources[int(self.rows.key[row])]


def close(flow: Flow, claimed: Sequence[int]) -> None:
    """Check that what ended is what was claimed, for every source; nothing is said of poison.

    Raises:
        NotConserved: it is not.
    """
    if not flow.policy.conserves:
        return
    for place, claim in enumerate(claimed):
        ended = int(flow.ends.sat[flow.ends.source == place].sum())
        if ended != claim:
            raise NotConserved(
                f"by {flow.policy.value}, {ended} sat ended of the {claim} sat of "
                f"`{flow.sources[place].label}`",
                hint="please report this, with the command; run `cointrail doctor` on the store too",
                policy=flow.policy.value,
                ended_sat=ended,
                claimed_sat=claim,
            )
