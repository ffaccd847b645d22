"""Keys that a wallet shows in more than one form: a key bare, hashed, nested; a multisig bare and hashed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from cointrail.simulate.composed.ledger import Coin
from cointrail.simulate.composed.programs import other_forms
from cointrail.simulate.dice import Dice
from cointrail.simulate.keys import Keys
from cointrail.simulate.locks import Lock, make_lock

SHOWN_AGAIN = 12
"""Of how many keys, the newest, one may be shown in another form."""


@dataclass(slots=True, eq=False)
class _Shown:
    """The locks of one key, or of the same keys, and how many coins lie there."""

    name: str
    locks: list[Lock]
    coins: int = 0


class KeyForms:
    """What one wallet has shown of its keys. Those that nothing lies at any more are forgotten.

    Args:
        share: of new addresses that show a key anew.
        year: of the world.
        dice: of the wallet.
    """

    __slots__ = ("_dice", "_newest", "_several", "_share", "_year")

    def __init__(self, share: float, year: int, dice: Dice) -> None:
        self._share = share
        self._year = year
        self._dice = dice
        self._newest: deque[_Shown] = deque(maxlen=SHOWN_AGAIN)
        self._several: dict[bytes, _Shown] = {}
        """By script, where a key was shown twice and more."""

    def add(self, name: str, lock: Lock) -> None:
        """Note a lock of new keys of that name."""
        self._newest.append(_Shown(name, [lock]))

    def again(self, keys: Keys, coins: Iterable[Coin], role: str) -> Lock | None:
        """A lock in another form of a key that was shown; mostly None. `coins` are the wallet's."""
        if not self._newest or not self._dice.chance(self._share):
            return None
        shown = self._dice.pick(self._newest)
        first = shown.locks[0]
        taken = {lock.kind for lock in shown.locks}
        left = [kind for kind in other_forms(first.kind, self._year) if kind not in taken]
        if not left:
            return None
        lock = make_lock(keys, self._dice.pick(left), shown.name, first.owner, role)
        lock.home = first.home
        shown.locks.append(lock)
        if first.script not in self._several:
            shown.coins = sum(coin.lock is first for coin in coins)
        for one in shown.locks:
            self._several[one.script] = shown
        return lock

    def of(self, lock: Lock) -> list[Lock]:
        """All locks that the keys of one open, this one among them."""
        shown = self._several.get(lock.script)
        return [lock] if shown is None else list(shown.locks)

    def count(self, lock: Lock, coins: int) -> None:
        """So many more coins lie at a lock, or fewer."""
        shown = self._several.get(lock.script)
        if shown is None:
            return
        shown.coins += coins
        if coins < 0 and not shown.coins and all(one.told for one in shown.locks):
            self._forget(shown)

    def let_go(self, lock: Lock) -> None:
        """Show the keys of a lock no more: somebody else has them."""
        self._newest = deque((one for one in self._newest if lock not in one.locks), SHOWN_AGAIN)
        if lock.script in self._several:
            self._forget(self._several[lock.script])

    def _forget(self, shown: _Shown) -> None:
        for one in shown.locks:
            self._several.pop(one.script, None)
