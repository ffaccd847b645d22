"""What is true in the world. Only the comparison at the end may read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from cointrail.simulate.ledger import Coin, Origin


class Movement(NamedTuple):
    """Money that entered or left a customer's account at an exchange."""

    txid: bytes
    vout: int
    exchange: str
    account: str
    customer: str
    value: int


class Receipt(NamedTuple):
    """Money that arrived at the shop."""

    txid: bytes
    vout: int
    payer: str
    value: int
    origin: Origin
    kind: str
    """`payment`, or `own_money` for what was the shop's already."""
    sources: tuple[int, ...]
    """Numbers of the withdrawals that the payer had the money from, with no other hand between."""


@dataclass(slots=True)
class Truth:
    """Notes in the order in which things happened."""

    withdrawals: list[Movement] = field(default_factory=list)
    deposits: list[Movement] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    """What each owner is: exchange, person, merchant, pool, shop ..."""

    def withdraw(self, coin: Coin, exchange: str, account: str, customer: str) -> int:
        """Note a withdrawal; its number."""
        self.withdrawals.append(Movement(coin.txid, coin.vout, exchange, account, customer, coin.value))
        return len(self.withdrawals) - 1

    def deposit(self, coin: Coin, exchange: str, account: str, customer: str) -> None:
        """Note a deposit."""
        self.deposits.append(Movement(coin.txid, coin.vout, exchange, account, customer, coin.value))

    def receive(self, coin: Coin, payer: str, kind: str, sources: tuple[int, ...] = ()) -> None:
        """Note money that arrived at the shop."""
        self.receipts.append(Receipt(coin.txid, coin.vout, payer, coin.value, coin.origin, kind, sources))
