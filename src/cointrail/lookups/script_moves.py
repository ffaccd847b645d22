"""All that one script received and spent. Every look-up of a script asks here.

A script with very many outputs has lists of its own where clusters were built; else its moves are read
from the store's index, in time in proportion to their number.
"""

from __future__ import annotations

import numpy as np

from cointrail.clustering.moves import Ascending, Moves
from cointrail.lookups.ledger import LedgerDesk
from cointrail.lookups.views import Totals
from cointrail.store.schema import NOT_YET


def moves_of_script(desk: LedgerDesk, script_num: int) -> Moves:
    """Every output that pays a script and every input that spends one of them, and the sums."""
    if desk.moves is not None:
        return desk.moves.of_script(script_num)
    outputs = desk.snapshot.script_outputs(script_num)
    values = desk.snapshot.column("outputs.value").take(outputs)
    spends = desk.snapshot.spent_by_many(outputs)
    gone = spends != NOT_YET
    debits = Ascending((np.sort(spends[gone]),))
    return Moves(Ascending((outputs,)), debits, int(values.sum()), int(values[gone].sum()))


def totals_of(moves: Moves) -> Totals:
    """The sums as answers give them."""
    return Totals(len(moves.credits), moves.unspent, moves.received_sat, moves.spent_sat, moves.balance_sat)


def first_and_last_tx(desk: LedgerDesk, moves: Moves) -> tuple[int, int]:
    """The transactions of the first move and of the last one."""
    paid, spent = moves.credits, moves.debits
    ends = [desk.snapshot.output_tx(int(number)) for number in (paid.at(0), paid.at(len(paid) - 1))]
    if len(spent):
        ends.append(desk.snapshot.input_tx(spent.at(len(spent) - 1)))
    return ends[0], max(ends)
