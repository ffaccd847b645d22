"""One cluster: its members, what they hold, and what tags say of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from cointrail.heuristics.base import Tier
from cointrail.lookups.around import Around, DepositLine
from cointrail.lookups.cluster_error import ClusterError, cluster_error
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.find_cluster import get_cluster
from cointrail.lookups.script_moves import first_and_last_tx, totals_of
from cointrail.lookups.views import BlockRef, ClusterClaims, ClusterRef, LookupBasis, Page, Totals

U32 = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEntry:
    """A script of a cluster; `address` is None for a script that has none.

    `deposit` says which tagged service it takes deposits for, an inference; None: nothing is said.
    """

    script_num: int
    address: str | None
    script: str
    script_type: str
    outputs: int
    received_sat: int
    balance_sat: int
    deposit: DepositLine | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterView:
    """A cluster as `cointrail cluster show` gives it.

    Attributes:
        cluster: label, name and size.
        tier: the weakest kind of link that may have joined it.
        as_of_height: the height that all of this is as of; None: the tip of the basis.
        totals: over all outputs of all members.
        first_seen: the block of its first output.
        last_seen: the block that last paid or spent one.
        claims: what tags propose for it; None when nothing is.
        page: which members are listed.
        members: those, in chain order.
        error: what its links may be wrong.
        basis: what all this rests on.
    """

    cluster: ClusterRef
    tier: Tier
    as_of_height: int | None = None
    totals: Totals
    first_seen: BlockRef
    last_seen: BlockRef
    claims: ClusterClaims | None
    page: Page
    members: tuple[MemberEntry, ...]
    error: ClusterError
    basis: LookupBasis


def show_cluster(desk: LookupDesk, text: str, *, start: int = 0, limit: int = 25) -> ClusterView:
    """Look up a cluster by its label, or by an address, outpoint or script that lies in it.

    Time: in proportion to `limit`, however large the cluster is.

    Raises:
        BadInput: it cannot be read, or is a number that is no label.
        NotFound: the chain does not hold it.
    """
    ref = get_cluster(desk, text)
    members = desk.clusters.members(ref.label)[start : start + limit]
    moves = desk.clusters.moves.of(ref.label)
    first, last = first_and_last_tx(desk, moves)
    return ClusterView(
        cluster=ref,
        tier=Tier.T2,
        totals=totals_of(moves),
        first_seen=desk.block_of_tx(first),
        last_seen=desk.block_of_tx(last),
        claims=desk.cluster_claims(ref.label),
        page=Page(start, len(members), ref.size),
        members=_entries(desk, members),
        error=headline_error(desk, ref.size, first, last),
        basis=desk.basis,
    )


def headline_error(desk: LookupDesk, scripts: int, first: int, last: int) -> ClusterError:
    """Of a headline cluster with so many scripts, its first and last transaction. All links count as T2."""
    snapshot = desk.snapshot
    since, until = (snapshot.block_time(snapshot.tx_height(tx)) for tx in (first, last))
    return cluster_error({Tier.T2: scripts - 1}, since, until)


def _entries(desk: LookupDesk, members: U32) -> tuple[MemberEntry, ...]:
    sums = desk.clusters.moves.sums_of_scripts(members)
    rows = zip(members.tolist(), *(column.tolist() for column in sums), strict=True)
    entries = tuple(entry_of(desk, *row) for row in rows)
    if desk.attribution is None:
        return entries
    around = Around(desk)
    return tuple(replace(entry, deposit=around.deposit(entry.script_num)) for entry in entries)


def entry_of(desk: LookupDesk, number: int, outputs: int, received: int, spent: int) -> MemberEntry:
    """A member with how many outputs pay it, and the satoshi it received and spent."""
    script = desk.script_ref(number)
    return MemberEntry(
        script_num=number,
        address=script.address,
        script=script.script,
        script_type=script.script_type,
        outputs=outputs,
        received_sat=received,
        balance_sat=received - spent,
    )
