"""One script: what it received, what of it is spent, whose cluster it is in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cointrail.lookups.desk import U64, LookupDesk
from cointrail.lookups.find import get_script_num
from cointrail.lookups.views import (
    BlockRef,
    ClusterClaims,
    ClusterRef,
    LookupBasis,
    OutputLine,
    Page,
    TagLine,
    Totals,
)
from cointrail.store.schema import NOT_YET


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
        outputs: those, in chain order.
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


def show_address(desk: LookupDesk, text: str, *, start: int = 0, limit: int = 25) -> AddressView:
    """Look up an address, a script in hex, or the script of an outpoint.

    Raises:
        BadInput: it cannot be read.
        NotFound: the chain does not hold it.
    """
    snapshot = desk.snapshot
    number = get_script_num(snapshot, text)
    outputs = snapshot.script_outputs(number)
    cluster = desk.cluster(number)
    listed = outputs[start : start + limit]
    return AddressView(
        address=desk.address(number),
        script=snapshot.get_script(number).hex(),
        script_type=snapshot.script_type(number).label,
        cluster=cluster,
        claims=desk.cluster_claims(cluster.label),
        tags=desk.script_tags(number),
        totals=desk.totals(outputs),
        first_seen=desk.block_of_tx(snapshot.output_tx(int(outputs[0]))),
        last_seen=desk.block_of_tx(_last_tx(desk, outputs)),
        page=Page(start, len(listed), len(outputs)),
        outputs=tuple(_line(desk, output) for output in listed.tolist()),
        basis=desk.basis,
    )


def _last_tx(desk: LookupDesk, outputs: U64) -> int:
    """The last transaction that pays or spends one of the outputs."""
    paid = desk.snapshot.output_tx(int(outputs[-1]))
    spends = desk.snapshot.spent_by_many(outputs)
    spends = spends[spends != NOT_YET]
    return max(paid, desk.snapshot.input_tx(int(np.max(spends)))) if len(spends) else paid


def _line(desk: LookupDesk, output: int) -> OutputLine:
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
