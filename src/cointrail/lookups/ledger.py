"""A snapshot with the names of things in it, and nothing inferred or claimed."""

from __future__ import annotations

from datetime import UTC, datetime

import cointrail
from cointrail.chain.address import encode_address
from cointrail.clustering.moves import MoveIndex
from cointrail.lookups.views import BlockRef, LookupBasis, ScriptRef
from cointrail.store.reader import Snapshot


class LedgerDesk:
    """One pinned state of the store: ledger facts only.

    Args:
        snapshot: the chain.
        moves: what was listed of its scripts' outputs and spends when clusters were built; None: nothing.
    """

    def __init__(self, snapshot: Snapshot, moves: MoveIndex | None = None) -> None:
        self.snapshot = snapshot
        self.moves = moves

    @property
    def basis(self) -> LookupBasis:
        """What every answer from here rests on."""
        return LookupBasis(
            network=self.snapshot.network.name,
            tip_hash=self.snapshot.tip_hash,
            tip_height=self.snapshot.height,
            store_digest=self.snapshot.digest,
            program=f"cointrail {cointrail.__version__}",
        )

    def address(self, script_num: int) -> str | None:
        """The address of a script; None for a type that has none."""
        return encode_address(self.snapshot.get_script(script_num), self.snapshot.network)

    def name(self, script_num: int) -> str:
        """The address of a script, or `script:` and its hex."""
        return self.address(script_num) or f"script:{self.snapshot.get_script(script_num).hex()}"

    def script_ref(self, script_num: int) -> ScriptRef:
        """A script as answers name it."""
        snapshot = self.snapshot
        kind = snapshot.script_type(script_num).label
        return ScriptRef(self.address(script_num), snapshot.get_script(script_num).hex(), kind)

    def block(self, height: int) -> BlockRef:
        """The block at a height."""
        when = datetime.fromtimestamp(self.snapshot.block_time(height), UTC)
        return BlockRef(height, self.snapshot.block_hash(height), when)

    def block_of_tx(self, tx_num: int) -> BlockRef:
        """The block that a transaction is in."""
        return self.block(self.snapshot.tx_height(tx_num))

    def input_name(self, input_num: int) -> str:
        """`txid:vin` of an input."""
        tx = self.snapshot.input_tx(input_num)
        return f"{self.snapshot.txid(tx)}:{input_num - self.snapshot.tx_input_range(tx)[0]}"
