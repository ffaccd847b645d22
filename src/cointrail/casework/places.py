"""Outputs with their names, blocks and times, as tables show them."""

from __future__ import annotations

from datetime import UTC, datetime

from cointrail.casework.rows import Place
from cointrail.casework.sight import CaseLedger
from cointrail.chain.address import encode_address
from cointrail.chain.types import BlockHash, Outpoint
from cointrail.tracing.ledger import CreatedRow
from cointrail.tracing.neighbourhood import Neighbourhood


class Places:
    """Looks outputs, blocks and addresses up once each."""

    def __init__(self, near: Neighbourhood, ledger: CaseLedger) -> None:
        self._near = near
        self._ledger = ledger
        self._blocks: dict[int, tuple[BlockHash, datetime]] = {}
        self._addresses: dict[int, str] = {}
        self._outpoints: dict[int, Outpoint] = {}
        self._names: dict[int, str] = {}
        self._places: dict[int, Place] = {}

    def outpoint(self, output_num: int) -> Outpoint:
        """The output's name."""
        known = self._outpoints.get(output_num)
        if known is None:
            known = self._outpoints[output_num] = self._ledger.outpoint(output_num)
        return known

    def txid(self, tx_num: int) -> str:
        """The transaction's id."""
        return str(self.outpoint(self._near.facts(tx_num).outputs[0].output_num).txid)

    def address(self, script_num: int) -> str:
        """The script's address, or `script:` and its hex where it has none."""
        known = self._addresses.get(script_num)
        if known is None:
            script = self._ledger.get_script(script_num)
            known = encode_address(script, self._ledger.network) or f"script:{script.hex()}"
            self._addresses[script_num] = known
        return known

    def of(self, output_num: int) -> Place:
        """The output's place."""
        known = self._places.get(output_num)
        if known is None:
            row = self._near.output(output_num)
            known = self._places[output_num] = self._build(row)
        return known

    def _build(self, row: CreatedRow) -> Place:
        height = self._ledger.tx_height(self._near.maker(row.output_num))
        if height not in self._blocks:
            when = datetime.fromtimestamp(self._ledger.block_time(height), UTC)
            self._blocks[height] = (self._ledger.block_hash(height), when)
        block_hash, when = self._blocks[height]
        return Place(
            outpoint=self.outpoint(row.output_num),
            block_hash=block_hash,
            height=height,
            time_utc=when,
            value_sat=row.value,
            address=self.address(row.script_num),
        )

    def path(self, outputs: tuple[int, ...], arrow: str) -> str:
        """The outputs' names, joined."""
        return arrow.join([self._name(output_num) for output_num in outputs])

    def _name(self, output_num: int) -> str:
        known = self._names.get(output_num)
        if known is None:
            known = self._names[output_num] = str(self.outpoint(output_num))
        return known
