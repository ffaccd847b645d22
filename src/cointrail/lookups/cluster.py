"""One cluster: its members, what they hold, and what tags say of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cointrail.errors import BadInput
from cointrail.heuristics.base import Tier
from cointrail.lookups.desk import U64, LookupDesk
from cointrail.lookups.find import get_script_num
from cointrail.lookups.views import ClusterClaims, ClusterRef, LookupBasis, Page, Totals

_LONGEST_LABEL = 80
"""Characters of what may be a label, and of what a message repeats; Python reads no endless number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEntry:
    """A script of a cluster; `address` is None for a script that has none."""

    script_num: int
    address: str | None
    script: str
    script_type: str
    outputs: int
    received_sat: int
    balance_sat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterView:
    """A cluster as `cointrail cluster show` gives it.

    Attributes:
        cluster: label, name and size.
        tier: the weakest kind of link that may have joined it.
        totals: over all outputs of all members.
        claims: what tags propose for it; None when nothing is.
        page: which members are listed.
        members: those, in chain order.
        basis: what all this rests on.
    """

    cluster: ClusterRef
    tier: Tier
    totals: Totals
    claims: ClusterClaims | None
    page: Page
    members: tuple[MemberEntry, ...]
    basis: LookupBasis


def show_cluster(desk: LookupDesk, text: str, *, start: int = 0, limit: int = 25) -> ClusterView:
    """Look up a cluster by its label, or by an address, outpoint or script that lies in it.

    Raises:
        BadInput: it cannot be read, or is a number that is no label.
        NotFound: the chain does not hold it.
    """
    ref = _get_cluster(desk, text.strip())
    members = desk.clusters.members(ref.label)
    listed = members[start : start + limit]
    return ClusterView(
        cluster=ref,
        tier=Tier.T2,
        totals=desk.totals(_outputs(desk, members.tolist())),
        claims=desk.cluster_claims(ref.label),
        page=Page(start, len(listed), len(members)),
        members=tuple(_member(desk, number) for number in listed.tolist()),
        basis=desk.basis,
    )


def _get_cluster(desk: LookupDesk, text: str) -> ClusterRef:
    if not (text.isascii() and text.isdigit()):
        return desk.cluster(get_script_num(desk.snapshot, text))
    label = int(text) if len(text) <= _LONGEST_LABEL else desk.snapshot.n_scripts
    if label >= desk.snapshot.n_scripts:
        raise BadInput(
            f"`{text[:_LONGEST_LABEL]}` is no cluster label: "
            f"the last script has number {desk.snapshot.n_scripts - 1}",
            hint="name a cluster by an address in it",
            value=text,
        )
    desk.clusters.members(label)
    return desk.cluster(label)


def _outputs(desk: LookupDesk, members: list[int]) -> U64:
    return np.concatenate([desk.snapshot.script_outputs(number) for number in members])


def _member(desk: LookupDesk, number: int) -> MemberEntry:
    totals = desk.totals(desk.snapshot.script_outputs(number))
    return MemberEntry(
        script_num=number,
        address=desk.address(number),
        script=desk.snapshot.get_script(number).hex(),
        script_type=desk.snapshot.script_type(number).label,
        outputs=totals.outputs,
        received_sat=totals.received_sat,
        balance_sat=totals.balance_sat,
    )
