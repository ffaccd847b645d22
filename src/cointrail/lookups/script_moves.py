"""All that one script received and spent: its moves, and sums over them.

Every look-up of a script asks here, so a script with very many outputs has one place to be served
from something prepared.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.lookups.ledger import LedgerDesk
from cointrail.lookups.views import Totals
from cointrail.store.schema import NOT_YET

U64 = npt.NDArray[np.uint64]


class Moves(NamedTuple):
    """The outputs that carry a script, and the inputs that spend them, each ascending: in chain order."""

    credits: U64
    debits: U64


class ScriptTotals(NamedTuple):
    """Sums over all outputs of a script, and the last input that spends one; None when none does."""

    totals: Totals
    last_input: int | None


def moves_of_script(desk: LedgerDesk, script_num: int) -> Moves:
    """Every output that pays a script and every input that spends one of them."""
    outputs = desk.snapshot.script_outputs(script_num)
    spends = desk.snapshot.spent_by_many(outputs)
    return Moves(outputs, np.sort(spends[spends != NOT_YET]))


def totals_of_script(desk: LedgerDesk, script_num: int) -> ScriptTotals:
    """Sums over all outputs of a script. Time: in proportion to their number."""
    outputs = desk.snapshot.script_outputs(script_num)
    values = desk.snapshot.column("outputs.value").take(outputs)
    spends = desk.snapshot.spent_by_many(outputs)
    unspent = spends == NOT_YET
    received, balance = int(values.sum()), int(values[unspent].sum())
    totals = Totals(len(outputs), int(unspent.sum()), received, received - balance, balance)
    return ScriptTotals(totals, None if unspent.all() else int(spends[~unspent].max()))
