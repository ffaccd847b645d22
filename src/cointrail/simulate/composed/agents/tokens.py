"""Tokens that ride on transactions: a data output, and a few satoshi to whom the token goes.

From 2023 on most are minted: from one output back to the same address with a short note, again and again,
each spending what the one before has left.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from cointrail.simulate.composed.ledger import RBF, Coin, Out
from cointrail.simulate.composed.programs import Outputs, service_program
from cointrail.simulate.composed.selection import Selection
from cointrail.simulate.composed.town import Town
from cointrail.simulate.composed.wallet import Wallet
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import Kind, data_lock

CARRIED = 546
"""Satoshi that go with a token: the least that nodes pass on for P2PKH (dust limit)."""
MINTS_OF_A_RUN = 25
"""Nodes pass on chains of that many that wait. Source: Bitcoin Core, `DEFAULT_ANCESTOR_LIMIT`."""
MINT_BYTES = (7, 8)
"""Bytes behind OP_RETURN and its push: the number of what is minted, in few bytes (Runes, 2024)."""
_MINTS_SINCE, _MINTS = 2023, 0.9
_SENT_BYTES = 20
_NEW_FASHION = 0.02
"""How often a mint is the first of another token; until then all mint the same, in the same words."""
_RUNS = 12
"""Runs of mints that go on at a time."""


class Tokens:
    """Holders; acting means that one of them mints or sends."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        self._runs: deque[tuple[Wallet, Coin, int]] = deque()
        self._minters: dict[str, Wallet] = {}
        self._fashion = self._note(MINT_BYTES[0])

    def act(self) -> None:
        """One minting or one transfer."""
        town, dice = self.town, self.dice
        if town.year >= _MINTS_SINCE and dice.chance(_MINTS):
            if len(self._runs) < _RUNS and dice.chance(0.3):
                self._begin()
            elif self._runs:
                self._mint(*self._runs.popleft())
            return
        person = town.somebody(dice, 3 * CARRIED)
        if person is not None:
            to = person.friend(town, dice).wallet.address()
            person.wallet.pay([self._note(_SENT_BYTES), Out(to, CARRIED, "token")], "token")

    def _begin(self) -> None:
        """Somebody puts a coin aside for a run, at the address that it goes on at."""
        cost = int(self.town.rate * 140) * (MINTS_OF_A_RUN + 1)
        person = self.town.somebody(self.dice, 2 * cost)
        if person is None:
            return
        minter = self._minter(person.name)
        posted = person.wallet.pay([Out(minter.standing(), cost + CARRIED, "self")], "internal")
        if posted is not None:
            coin = next(coin for coin in posted.coins if coin.lock.home is minter)
            self._runs.append((minter, coin, 2 + self.dice.below(MINTS_OF_A_RUN - 1)))

    def _mint(self, minter: Wallet, coin: Coin, left: int) -> None:
        if self.dice.chance(_NEW_FASHION):
            self._fashion = self._note(self.dice.pick(MINT_BYTES))
        note = self._fashion
        posted = minter.pay([note], "token", first=[coin], change_role="self")
        if posted is not None and left > 1:
            made = [made for made in posted.coins if made.lock.home is minter]
            self._runs.extend((minter, one, left - 1) for one in made)

    def _minter(self, owner: str) -> Wallet:
        if owner not in self._minters:
            kind = self.dice.pick((Kind.P2WPKH, Kind.P2TR))
            program = replace(
                service_program(self.town.year, kind), name="minter", single=True, sequence=RBF,
                selection=Selection.LARGEST, outputs=Outputs.CHANGE_LAST,
            )  # fmt: skip
            self._minters[owner] = Wallet(self.town, owner, program, self.dice.child(owner), "minter")
        return self._minters[owner]

    def _note(self, size: int) -> Out:
        return Out(data_lock(bytes(self.dice.below(256) for _ in range(size)), "nobody"), 0, "data")
