"""Whether who received a coin is who spent it: what every trail takes for granted, a key having one holder.

Keys are sold, stolen, handed over with a business or in a swap of coins, and no chain shows it.
"""

from __future__ import annotations

import numpy as np

from cointrail.evaluate.worlds.truth import Truth
from cointrail.store.chain_places import last_at_most
from cointrail.store.reader import Snapshot
from cointrail.store.schema import NOT_YET


def tally_holders(snapshot: Snapshot, truth: Truth, seed: int) -> tuple[tuple[str, int, int, int, int], ...]:
    """Spent coins by the kind of transaction that made them.

    Returns:
        Kind, coins, those of which another hand spent, and the same of one coin of each hand, drawn by lot.
    """
    spends = snapshot.spent_by_many(np.arange(snapshot.n_outputs))
    spent = np.random.default_rng(seed).permutation(np.flatnonzero(spends != NOT_YET))
    spender = last_at_most(snapshot.column("txs.first_input"), spends[spent]).astype(np.int64)
    heights = snapshot.column("txs.block").all()[spender]
    owner = truth.output_hand[spent]
    other = truth.owner_at(snapshot.column("outputs.script").all()[spent], heights) != owner
    maker = last_at_most(snapshot.column("txs.first_output"), spent).astype(np.int64)
    kind = truth.tx_kind[maker].astype(np.int64)
    _, drawn = np.unique(kind * len(truth.hands) + owner, return_index=True)
    length = len(truth.tx_kinds)
    columns = [
        np.bincount(rows, minlength=length)
        for rows in (kind, kind[other], kind[drawn], kind[drawn][other[drawn]])
    ]
    counts = np.stack(columns, axis=1).tolist()
    return tuple((word, *row) for word, row in zip(truth.tx_kinds, counts, strict=True) if row[0])
