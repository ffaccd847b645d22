"""A short chain whose last block is replaced, or that goes on, and what lies in that block."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from cointrail.chain.address import encode_address
from support.blocks_writer import write_files
from support.kernel_chain import REGTEST, Branch, Coin, Draft, pay
from support.kernel_locks import Kind, Lock
from support.once import build_once

FEE = 1_000
PAID = 120
"""Outputs to one address: more than a first page of a list."""
BEFORE = 105
"""Blocks before the first payment."""

FIRST, SECOND = Lock(Kind.P2WPKH, 501), Lock(Kind.P2WPKH, 502)
"""Two scripts that one transaction of the last block spends together."""
SHOP, CHANGE, ELSEWHERE = Lock(Kind.P2WPKH, 503), Lock(Kind.P2WPKH, 504), Lock(Kind.P2WPKH, 505)


@dataclass(frozen=True, slots=True)
class MovingChain:
    """Directories of blocks, and names of what lies in them.

    Attributes:
        path: `main`, `longer` by one block, and `other`, in which three blocks stand for the last one.
        stays: a transaction of the block before the last.
        goes: a transaction of the last block, which `other` does not hold.
        tip: height of the last block.
    """

    path: Path
    stays: str
    goes: str
    tip: int

    def blocks(self, name: str) -> Path:
        """A directory of blocks."""
        return self.path / name


def moving_chain(factory: pytest.TempPathFactory) -> MovingChain:
    """The chains; the first who asks makes them."""
    path = build_once(factory, "moving", _make)
    stays, goes, tip = (path / "names.txt").read_text(encoding="ascii").split()
    return MovingChain(path, stays, goes, int(tip))


def address(lock: Lock) -> str:
    """The address of a lock."""
    found = encode_address(lock.script, REGTEST)
    assert found is not None
    return found


def _make(out: Path) -> None:
    main = Branch(salt=b"moving")
    main.mine_empty(BEFORE)
    coin = main.ripe()[0]
    share = (coin.value - FEE) // (PAID + 1)
    stays = pay([coin], [(FIRST, share), *[(SECOND, share)] * PAID])
    main.mine([stays])
    other = main.fork(main.height, b"other")
    goes = _joining(_made(main, stays))
    main.mine([goes])
    write_files(out / "main", [main.stored])
    (out / "names.txt").write_text(f"{stays.tx.txid} {goes.tx.txid} {main.height}", encoding="ascii")
    main.mine([_spend_one(_made(main, goes)[0], SECOND)])
    write_files(out / "longer", [main.stored])
    other.mine([_spend_one(_made(other, stays)[0], ELSEWHERE)])
    other.mine_empty(2)
    write_files(out / "other", [other.stored])


def _made(branch: Branch, draft: Draft) -> list[Coin]:
    return [coin for coin in branch.coins if coin.outpoint.txid == draft.tx.txid]


def _joining(coins: list[Coin]) -> Draft:
    """Both scripts in one transaction, which joins them; a payment and change."""
    spent = coins[:2]
    total = sum(coin.value for coin in spent) - FEE
    return pay(spent, [(SHOP, total // 4), (CHANGE, total - total // 4)])


def _spend_one(coin: Coin, to: Lock) -> Draft:
    return pay([coin], [(to, coin.value - FEE)])
