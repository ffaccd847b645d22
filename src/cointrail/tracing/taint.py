"""How value divides inside one transaction: each policy in whole satoshi, for one source of value.

All are conventions, not facts: the ledger does not say which input paid which output. A result that
holds under all of them depends on none. Only `poison` makes satoshi; it says what can be reached.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from typing import NamedTuple

from cointrail.chain.types import Sat
from cointrail.errors import BadInput

Span = tuple[int, int]
"""Satoshi `lo` up to, not including, `hi` of an output or of a transaction's line of satoshi."""


class Segment(NamedTuple):
    """A run of satoshi with one label."""

    label: str
    length: Sat


Segments = tuple[Segment, ...]


def fifo_forward(inputs: Sequence[Sequence[Segment]], parts: Sequence[Sat]) -> tuple[Segments, ...]:
    """Fill `parts` (outputs in order, then the fee) from the inputs laid end to end.

    Source: Anderson, Shumailov & Ahmed 2018 (TaintChain); methods 4.3.

    Args:
        inputs: labelled runs of each input, in input order.
        parts: satoshi of each output, then the fee.

    Returns:
        The runs of each part; neighbours with the same label are one run.

    Raises:
        BadInput: inputs and parts do not add up to the same.
    """
    return _cut(chain.from_iterable(inputs), parts)


def fifo_backward(parts: Sequence[Sequence[Segment]], inputs: Sequence[Sat]) -> tuple[Segments, ...]:
    """Give the runs of the outputs and the fee back to the inputs they came from.

    The inverse of `fifo_forward`.

    Args:
        parts: labelled runs of each output, then of the fee.
        inputs: satoshi of each input, in input order.

    Raises:
        BadInput: inputs and parts do not add up to the same.
    """
    return _cut(chain.from_iterable(parts), inputs)


def lifo_forward(inputs: Sequence[Sequence[Segment]], parts: Sequence[Sat]) -> tuple[Segments, ...]:
    """The same as `fifo_forward` with the inputs laid from the last to the first.

    The runs within one input keep their order: what lies in one output is not turned round.

    Source: methods 4.4.
    """
    return fifo_forward(inputs[::-1], parts)


def lifo_backward(parts: Sequence[Sequence[Segment]], inputs: Sequence[Sat]) -> tuple[Segments, ...]:
    """The inverse of `lifo_forward`; the inputs are given and returned in input order."""
    return fifo_backward(parts, inputs[::-1])[::-1]


def _cut(line: Iterable[Segment], sizes: Sequence[Sat]) -> tuple[Segments, ...]:
    runs = [run for run in line if run.length]
    if sum(run.length for run in runs) != sum(sizes):
        raise BadInput(f"{sum(run.length for run in runs)} sat cannot fill {sum(sizes)} sat")
    cut: list[Segments] = []
    at, used = 0, 0
    for size in sizes:
        piece: list[Segment] = []
        left = int(size)
        while left:
            label, length = runs[at]
            taken = min(left, length - used)
            if piece and piece[-1].label == label:
                piece[-1] = Segment(label, Sat(piece[-1].length + taken))
            else:
                piece.append(Segment(label, Sat(taken)))
            left, used = left - taken, used + taken
            if used == length:
                at, used = at + 1, 0
        cut.append(tuple(piece))
    return tuple(cut)


def haircut(tainted: int, parts: Sequence[int]) -> tuple[int, ...]:
    """Share `tainted` over `parts` in proportion to value.

    Forward, the parts are the outputs, then the fee; backward, the inputs. The exact share is
    rounded down, and what is left goes one satoshi each to the largest remainders, the earlier
    part first on a tie. Shares add up to `tainted`; none is larger than its part.

    Source: Möser, Böhme & Breuker 2014; methods 4.2.

    Raises:
        BadInput: more taint than value.
    """
    total = sum(parts)
    _check_taint(tainted, total)
    if tainted in (0, total):
        return tuple(parts) if tainted else (0,) * len(parts)
    exact = [divmod(tainted * part, total) for part in parts]
    shares = [share for share, _ in exact]
    left = tainted - sum(shares)
    if left:
        by_remainder = sorted(range(len(exact)), key=lambda i: -exact[i][1])
        for i in by_remainder[:left]:
            shares[i] += 1
    return tuple(shares)


def poison(tainted: int, parts: Sequence[int]) -> tuple[int, ...]:
    """All of every part where anything is tainted, else nothing. It bounds what can be reached.

    Source: Möser, Böhme & Breuker 2014; methods 4.1.
    """
    return tuple(parts) if tainted else (0,) * len(parts)


def tiho(tainted: int, outputs: Sequence[int], fee: int = 0) -> tuple[int, ...]:
    """Fill the outputs from the highest value down, the fee last.

    Of equal outputs the earlier one is filled first.

    Source: Tironsakkul et al. 2019; methods 4.5.

    Args:
        tainted: satoshi to place.
        outputs: satoshi of each; going backward, the inputs.
        fee: what is left when all outputs are full; 0 going backward.

    Returns:
        The share of each output, then that of the fee.

    Raises:
        BadInput: more taint than value.
    """
    return _fill(tainted, outputs, fee, sorted(range(len(outputs)), key=lambda i: -outputs[i]))


def tilo(tainted: int, outputs: Sequence[int], fee: int = 0) -> tuple[int, ...]:
    """Fill the outputs from the lowest value up, the fee last; see `tiho`."""
    return _fill(tainted, outputs, fee, sorted(range(len(outputs)), key=outputs.__getitem__))


def _fill(tainted: int, outputs: Sequence[int], fee: int, order: Sequence[int]) -> tuple[int, ...]:
    _check_taint(tainted, sum(outputs) + fee)
    shares = [0] * len(outputs)
    for place in order:
        shares[place] = min(tainted, outputs[place])
        tainted -= shares[place]
    return (*shares, tainted)


def _check_taint(tainted: int, total: int) -> None:
    if not 0 <= tainted <= total:
        raise BadInput(f"tainted {tainted} sat is outside 0..{total} sat")


def join_spans(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, neighbours that touch made one. They must not overlap."""
    joined: list[Span] = []
    for lo, hi in sorted(spans):
        if joined and joined[-1][1] == lo:
            joined[-1] = (joined[-1][0], hi)
        else:
            joined.append((lo, hi))
    return joined


def cut_spans(spans: Iterable[Span], marks: Sequence[int]) -> dict[int, list[Span]]:
    """Where spans of a transaction's line fall on the other side, by FIFO.

    Args:
        spans: on the line, in order.
        marks: where each part of the other side starts on the line, and where the last one ends.

    Returns:
        Spans within each part that is met, by the part's place.
    """
    met: dict[int, list[Span]] = {}
    for lo, hi in spans:
        at = bisect_right(marks, lo) - 1
        while lo < hi:
            end = min(hi, marks[at + 1])
            if lo < end:
                met.setdefault(at, []).append((lo - marks[at], end - marks[at]))
            lo, at = end, at + 1  # noqa: PLW2901  the span is eaten from its left
    return met


def line_marks(sizes: Iterable[int]) -> tuple[int, ...]:
    """Where each part starts when all are laid end to end, and where the last one ends."""
    return tuple(accumulate(sizes, initial=0))


def length_of(spans: Iterable[Span]) -> int:
    """Satoshi in the spans."""
    return sum(hi - lo for lo, hi in spans)
