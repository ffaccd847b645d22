"""By which marks links are told apart: the strata of methods.md 9.3.

A stratum is a line of marks: rule, era, script family, shape, fingerprint, size of the sender. Any first
part of the line is a stratum too, the parent of those that say more.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import product

import numpy as np

from cointrail.chain.view import ScriptType, TxView

Stratum = tuple[str, ...]
"""A rule with its version, and the first marks of `WORDS` after it; what is left out may be anything."""

MARKS = ("rule", "era", "scripts", "shape", "fingerprint", "sender")
"""The columns of a stratum, from the first to the last that is given up."""

_DAY = 86_400
ERAS = ("2009 to 2014", "2015 to 2016", "2017 to 2019", "2020 to 2022", "2023 on")
"""By the year of the block; each holds one of the years that worlds are set in."""
ERA_ENDS = tuple(day * _DAY for day in (16_436, 17_167, 18_262, 19_358))
"""The first seconds of 2015, 2017, 2020 and 2023, UTC."""

FAMILIES = ("legacy", "p2sh", "segwit", "taproot", "other")
"""Of the first input's script."""
_FAMILY_TYPES = {
    "legacy": (ScriptType.P2PK, ScriptType.P2PKH, ScriptType.MULTISIG),
    "p2sh": (ScriptType.P2SH,),
    "segwit": (ScriptType.P2WPKH, ScriptType.P2WSH),
    "taproot": (ScriptType.P2TR,),
}
FAMILY_OF_TYPE = np.full(256, FAMILIES.index("other"), np.uint8)
"""Place in `FAMILIES` by script type."""
for _name, _types in _FAMILY_TYPES.items():
    FAMILY_OF_TYPE[list(_types)] = FAMILIES.index(_name)

_INS, _OUTS = ("1", "2-4", "5+"), ("1", "2", "3+")
IN_STEPS, OUT_STEPS = (2, 5), (2, 3)
"""From how many inputs, or outputs, the next word begins."""
SHAPES = tuple(f"{m} in, {n} out" for m, n in product(_INS, _OUTS))

_VERSIONS, _LOCKS = ("v1", "v2", "v3+"), ("no locktime", "locktime")
_SIGNALS = ("final", "replaceable")
PRINTS = tuple(", ".join(parts) for parts in product(_VERSIONS, _LOCKS, _SIGNALS))
"""Version, locktime, and what the first input's sequence says (BIP 125)."""
FIRST_FINAL = 0xFFFFFFFE
"""The first sequence that does not signal replacement."""

SIZES = ("1 script", "2-9 scripts", "10-99 scripts", "100+ scripts")
"""Of the sender's headline cluster."""
SIZE_STEPS = (2, 10, 100)

WORDS = ((), ERAS, FAMILIES, SHAPES, PRINTS, SIZES)
"""The words of each mark; those of rules are their names."""


def era_of(time: int) -> int:
    """Place in `ERAS` of a block time, epoch seconds."""
    return bisect_right(ERA_ENDS, time)


def marks_of_tx(tx: TxView, time: int, sender_scripts: int) -> Stratum:
    """The marks of a transaction after the rule. A coinbase counts as having one input.

    Args:
        tx: the transaction with what its inputs spend.
        time: of its block, epoch seconds.
        sender_scripts: how many scripts the headline cluster of its first input has.
    """
    first = None if tx.is_coinbase else tx.inputs[0]
    kind = None if first is None else first.script_type
    family = "other" if kind is None else FAMILIES[FAMILY_OF_TYPE[kind]]
    ins = 0 if first is None else bisect_right(IN_STEPS, len(tx.inputs))
    shape = SHAPES[ins * len(_OUTS) + bisect_right(OUT_STEPS, len(tx.outputs))]
    version = min(max(tx.version, 1), len(_VERSIONS)) - 1
    signals = first is not None and first.sequence < FIRST_FINAL
    prints = PRINTS[(version * len(_LOCKS) + (tx.locktime > 0)) * len(_SIGNALS) + signals]
    size = SIZES[0 if first is None else bisect_right(SIZE_STEPS, sender_scripts)]
    return ERAS[era_of(time)], family, shape, prints, size


QUOTED_MARKS = 4
"""Rule, era, scripts and shape: marks by which bounds are told apart. Fingerprint and sender are left out:
they moved no bound beyond chance, and a sender's cluster grows with the chain, so a bound would change."""


def quoted_marks(tx: TxView, time: int) -> Stratum:
    """The marks after the rule by which the bound of a link is told that a transaction shows."""
    return marks_of_tx(tx, time, 1)[: QUOTED_MARKS - 1]
