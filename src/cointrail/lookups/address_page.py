"""A page of what one script received, found by the index alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cointrail.lookups.find import get_script_num
from cointrail.lookups.ledger import LedgerDesk
from cointrail.lookups.views import LookupBasis, OutputLine, Page, ScriptRef

U64 = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPage:
    """Some outputs of a script, and nothing that needs a look at all of them.

    Attributes:
        script: whose outputs.
        page: which of them are listed.
        outputs: those, in chain order or newest first.
        basis: what this rests on.
    """

    script: ScriptRef
    page: Page
    outputs: tuple[OutputLine, ...]
    basis: LookupBasis


def address_page(
    desk: LedgerDesk, text: str, *, start: int = 0, limit: int = 25, newest: bool = False
) -> AddressPage:
    """Some outputs of an address. Time: in proportion to `limit`, however many outputs there are.

    Raises:
        BadInput: it cannot be read.
        NotFound: the chain does not hold it.
    """
    number = get_script_num(desk.snapshot, text)
    total = desk.snapshot.count_script_outputs(number)
    page, lines = page_of_outputs(desk, number, total, start, limit, newest=newest)
    return AddressPage(script=desk.script_ref(number), page=page, outputs=lines, basis=desk.basis)


def page_of_outputs(
    desk: LedgerDesk, script_num: int, total: int, start: int, limit: int, *, newest: bool
) -> tuple[Page, tuple[OutputLine, ...]]:
    """Some of the `total` outputs of a script, from place `start` on; the last one first if `newest`."""
    first, last = page_bounds(total, start, limit, newest=newest)
    outputs: U64 = desk.snapshot.script_outputs(script_num, first, last - first)
    listed = outputs[::-1] if newest else outputs
    return Page(start, len(listed), total), output_lines(desk, listed)


def page_bounds(total: int, start: int, limit: int, *, newest: bool) -> tuple[int, int]:
    """First row and the one after the last of a page, counted in chain order."""
    first, last = min(start, total), min(start + limit, total)
    return (total - last, total - first) if newest else (first, last)


def output_lines(desk: LedgerDesk, outputs: U64) -> tuple[OutputLine, ...]:
    """Outputs as listings show them, in the order given."""
    return tuple(_line(desk, output) for output in outputs.tolist())


def _line(desk: LedgerDesk, output: int) -> OutputLine:
    snapshot = desk.snapshot
    block = desk.block_of_tx(snapshot.output_tx(output))
    spender = snapshot.spent_by(output)
    return OutputLine(
        outpoint=snapshot.outpoint(output),
        height=block.height,
        block_hash=block.hash,
        time_utc=block.time_utc,
        value_sat=snapshot.output_value(output),
        spent_by=None if spender is None else desk.input_name(spender),
    )
