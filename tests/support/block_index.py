"""The index of the real blocks: what others have counted in each (blocks/INDEX.csv)."""

from __future__ import annotations

from cointrail.chain.view import ScriptType
from support.real_files import block_rows

Row = dict[str, str]

ROWS = block_rows()
SINGLE = [row for row in ROWS if row["file"].endswith(".blk")]
RUNS = [row for row in ROWS if row["file"].endswith(".dat")]

COLUMNS = {
    ScriptType.P2PK: "p2pk",
    ScriptType.P2PKH: "p2pkh",
    ScriptType.P2SH: "p2sh",
    ScriptType.P2WPKH: "p2wpkh",
    ScriptType.P2WSH: "p2wsh",
    ScriptType.P2TR: "p2tr",
    ScriptType.MULTISIG: "multisig",
    ScriptType.OP_RETURN: "nulldata",
    ScriptType.NONSTANDARD: "other",
}

# The index counts these as multisig by their frame; a "key" in them starts with 04 and has 33 bytes, which
# Bitcoin Core calls no key and the script nonstandard. They carry Counterparty data.
NOT_MULTISIG = {"mainnet/300025_022cc78c.blk": 3}


def expected(row: Row) -> dict[str, int]:
    """The counts of a row, as Bitcoin Core counts."""
    columns = ("size", "ntx", "inputs", "outputs", "segwit_tx", *COLUMNS.values())
    numbers = {column: int(row[column]) for column in columns}
    moved = NOT_MULTISIG.get(row["file"], 0)
    return numbers | {"multisig": numbers["multisig"] - moved, "other": numbers["other"] + moved}
