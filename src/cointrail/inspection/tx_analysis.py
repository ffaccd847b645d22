"""A raw transaction as the rules read it that need no chain."""

from __future__ import annotations

from dataclasses import dataclass, fields

from cointrail.chain.decode import decode_tx
from cointrail.chain.network import Network
from cointrail.chain.prevouts import Prevouts, view_of
from cointrail.chain.types import Outpoint, Txid
from cointrail.rulebook.cards import rule_cards
from cointrail.rulebook.reading import TxReading, read_tx


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTxAnalysis(TxReading):
    """A transaction as `cointrail tx analyse --file` gives it.

    Attributes:
        txid: its id.
        unknown_prevouts: outputs that it spends and that were not given.
        rules: every rule of the register, with its version.
    """

    txid: Txid
    unknown_prevouts: tuple[Outpoint, ...]
    rules: tuple[str, ...]


def analyse_raw_tx(data: bytes, network: Network, prevouts: Prevouts | None = None) -> RawTxAnalysis:
    """Decode a transaction and read it with the prevouts that are known.

    Rules with a date apply as if it were reached; those that ask the chain are not asked.

    Args:
        data: wire bytes.
        network: of the addresses.
        prevouts: outputs that it may spend.

    Raises:
        DecodeError: not one whole transaction.
    """
    view = view_of(decode_tx(data), prevouts or {})
    reading = read_tx(view, network, dated=False)
    return RawTxAnalysis(
        **{one.name: getattr(reading, one.name) for one in fields(reading)},
        txid=view.txid,
        unknown_prevouts=tuple(one.outpoint for one in view.inputs if one.value is None),
        rules=tuple(card.name for card in rule_cards()),
    )
