"""One cluster as it was at an earlier height. Importing this loads the compiler."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.clustering.as_of import members_at
from cointrail.clustering.links import outputs_of
from cointrail.clustering.moves import Ascending, Moves
from cointrail.clustering.under import unjudged
from cointrail.errors import BadInput, NotFound
from cointrail.heuristics.base import Tier
from cointrail.lookups.cluster import ClusterView, entry_of, headline_error
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.find_cluster import get_cluster_script
from cointrail.lookups.script_moves import first_and_last_tx, totals_of
from cointrail.lookups.views import ClusterRef, Page
from cointrail.store.chain_places import block_ends

U32 = npt.NDArray[np.uint32]


def show_cluster_at(
    desk: LookupDesk,
    text: str,
    height: int,
    *,
    start: int = 0,
    limit: int = 25,
    most_outputs: int | None = None,
) -> ClusterView:
    """Look up the headline cluster that something lay in when the block at a height was the tip.

    Members, sums and label are those of then: the label is the smallest member there was. Judgements that
    the desk's clusters are under count, as far as what they name was there.

    Time: in proportion to the outputs of the cluster as it is today.

    Args:
        desk: the chain with its clusters.
        text: something in the cluster.
        height: of the block.
        start: how many members to skip.
        limit: how many to show.
        most_outputs: outputs that may be looked at; None: any number.

    Raises:
        BadInput: it cannot be read, there is no block at that height, or there are more outputs.
        NotFound: the chain did not hold it then.
    """
    snapshot = desk.snapshot
    if not 0 <= height <= snapshot.height:
        raise BadInput(
            f"there is no block {height} in this store", hint=f"its tip is block {snapshot.height}"
        )
    script = get_cluster_script(desk, text)
    txs = int(snapshot.column("blocks.first_tx")[height + 1]) if height < snapshot.height else snapshot.n_txs
    try:
        clusters, rulings = unjudged(desk.clusters)
        members = members_at(snapshot, clusters, script, txs, rulings, most_outputs=most_outputs)
    except NotFound:
        raise NotFound(
            f"`{text}` had received nothing up to height {height}",
            hint=f"it first appears in block {_first_height(desk, script)}",
            value=text,
            height=height,
        ) from None
    ends = block_ends(snapshot, np.array([height]))
    moves, rows = _moves_until(desk, members, int(ends.outputs[0]), int(ends.inputs[0]))
    first, last = first_and_last_tx(desk, moves)
    label = int(members[0])
    shown = slice(start, start + limit)
    entries = zip(members[shown].tolist(), *(column[shown].tolist() for column in rows), strict=True)
    return ClusterView(
        cluster=ClusterRef(label, desk.name(label), len(members)),
        tier=Tier.T2,
        as_of_height=height,
        totals=totals_of(moves),
        first_seen=desk.block_of_tx(first),
        last_seen=desk.block_of_tx(last),
        claims=None,
        page=Page(start, len(members[shown]), len(members)),
        members=tuple(entry_of(desk, *entry) for entry in entries),
        error=headline_error(desk, len(members), first, last),
        basis=desk.basis,
    )


def _first_height(desk: LookupDesk, script: int) -> int:
    snapshot = desk.snapshot
    return snapshot.tx_height(snapshot.output_tx(int(snapshot.column("scripts.first_output")[script])))


def _moves_until(
    desk: LookupDesk, members: U32, last_output: int, last_input: int
) -> tuple[Moves, tuple[npt.NDArray[np.int64], ...]]:
    """What members received and spent below an output and an input; and per member the same in numbers."""
    member, outputs = outputs_of(desk.snapshot, members)
    inside = outputs < last_output
    member, outputs = member[inside], outputs[inside]
    values = desk.snapshot.column("outputs.value").take(outputs)
    spends = desk.snapshot.spent_by_many(outputs)
    gone = spends < last_input
    counts, received, spent = np.zeros((3, len(members)), np.int64)
    np.add.at(counts, member, 1)
    np.add.at(received, member, values)
    np.add.at(spent, member[gone], values[gone])
    moves = Moves(
        Ascending((np.sort(outputs),)),
        Ascending((np.sort(spends[gone]),)),
        int(received.sum()),
        int(spent.sum()),
    )
    return moves, (counts, received, spent)
