"""One script: what it received, what of it is spent, whose cluster it is in."""

from __future__ import annotations

from dataclasses import dataclass

from cointrail.lookups.desk import U64, LookupDesk
from cointrail.lookups.find import get_script_num
from cointrail.lookups.ledger import LedgerDesk
from cointrail.lookups.script_moves import totals_of_script
from cointrail.lookups.views import (
    BlockRef,
    ClusterClaims,
    ClusterRef,
    LookupBasis,
    OutputLine,
    Page,
    ScriptRef,
    TagLine,
    Totals,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressView:
    """A script as `cointrail address show` gives it.

    Attributes:
        address: None for a script that has no address.
        script: the locking script, hex.
        script_type: its shape.
        cluster: the cluster that it lies in, an inference.
        claims: what tags propose for that cluster.
        tags: claims about this very script.
        totals: over all its outputs.
        first_seen: the block of its first output.
        last_seen: the block that last paid or spent it.
        page: which outputs are listed.
        outputs: those, in chain order or newest first.
        basis: what all this rests on.
    """

    address: str | None
    script: str
    script_type: str
    cluster: ClusterRef
    claims: ClusterClaims | None
    tags: tuple[TagLine, ...]
    totals: Totals
    first_seen: BlockRef
    last_seen: BlockRef
    page: Page
    outputs: tuple[OutputLine, ...]
    basis: LookupBasis


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


def show_address(
    desk: LookupDesk, text: str, *, start: int = 0, limit: int = 25, newest: bool = False
) -> AddressView:
    """Look up an address, a script in hex, or the script of an outpoint.

    Raises:
        BadInput: it cannot be read.
        NotFound: the chain does not hold it.
    """
    snapshot = desk.snapshot
    number = get_script_num(snapshot, text)
    cluster = desk.cluster(number)
    sums = totals_of_script(desk, number)
    page, lines = _page(desk, number, sums.totals.outputs, start, limit, newest=newest)
    return AddressView(
        address=desk.address(number),
        script=snapshot.get_script(number).hex(),
        script_type=snapshot.script_type(number).label,
        cluster=cluster,
        claims=desk.cluster_claims(cluster.label),
        tags=desk.script_tags(number),
        totals=sums.totals,
        first_seen=desk.block_of_tx(_tx_of_output(desk, number, 0)),
        last_seen=desk.block_of_tx(_last_tx(desk, number, sums.totals.outputs, sums.last_input)),
        page=page,
        outputs=lines,
        basis=desk.basis,
    )


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
    page, lines = _page(desk, number, total, start, limit, newest=newest)
    return AddressPage(script=desk.script_ref(number), page=page, outputs=lines, basis=desk.basis)


def _page(
    desk: LedgerDesk, script_num: int, total: int, start: int, limit: int, *, newest: bool
) -> tuple[Page, tuple[OutputLine, ...]]:
    first, last = page_bounds(total, start, limit, newest=newest)
    outputs: U64 = desk.snapshot.script_outputs(script_num, first, last - first)
    listed = outputs[::-1] if newest else outputs
    return Page(start, len(listed), total), output_lines(desk, listed)


def page_bounds(total: int, start: int, limit: int, *, newest: bool) -> tuple[int, int]:
    """First row and the one after the last of a page, counted in chain order."""
    first, last = min(start, total), min(start + limit, total)
    return (total - last, total - first) if newest else (first, last)


def _tx_of_output(desk: LedgerDesk, script_num: int, place: int) -> int:
    """The transaction that paid a script for the `place`th time."""
    return desk.snapshot.output_tx(int(desk.snapshot.script_outputs(script_num, place, 1)[0]))


def _last_tx(desk: LedgerDesk, script_num: int, count: int, last_input: int | None) -> int:
    """The last transaction that pays or spends one of the outputs."""
    paid = _tx_of_output(desk, script_num, count - 1)
    return paid if last_input is None else max(paid, desk.snapshot.input_tx(last_input))


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
