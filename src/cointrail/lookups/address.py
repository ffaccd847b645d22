"""One script: what it received, what of it is spent, whose cluster it is in."""

from __future__ import annotations

from dataclasses import dataclass

from cointrail.lookups.address_page import page_of_outputs
from cointrail.lookups.around import Around, DepositLine
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.find import get_script_num
from cointrail.lookups.script_moves import first_and_last_tx, moves_of_script, totals_of
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
        deposit: the tagged service that it takes deposits for, an inference; None: nothing is said.
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
    deposit: DepositLine | None
    totals: Totals
    first_seen: BlockRef
    last_seen: BlockRef
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
    moves = moves_of_script(desk, number)
    first, last = first_and_last_tx(desk, moves)
    page, lines = page_of_outputs(desk, number, len(moves.credits), start, limit, newest=newest)
    return AddressView(
        address=desk.address(number),
        script=snapshot.get_script(number).hex(),
        script_type=snapshot.script_type(number).label,
        cluster=cluster,
        claims=desk.cluster_claims(cluster.label),
        tags=desk.script_tags(number),
        deposit=None if desk.attribution is None else Around(desk).deposit(number),
        totals=totals_of(moves),
        first_seen=desk.block_of_tx(first),
        last_seen=desk.block_of_tx(last),
        page=page,
        outputs=lines,
        basis=desk.basis,
    )
