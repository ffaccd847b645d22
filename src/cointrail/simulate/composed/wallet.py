"""Wallets: the coins of one hand, spent as its program does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from cointrail.simulate.composed.forms import KeyForms
from cointrail.simulate.composed.ledger import Coin, Out, Posted, Style
from cointrail.simulate.composed.programs import Fees, Inputs, Locktime, Outputs, Program, kinds_at
from cointrail.simulate.composed.selection import Selection, select
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import INPUT_VSIZE, Kind, Lock, make_lock

if TYPE_CHECKING:
    from cointrail.simulate.composed.town import Town

LEAST_CHANGE = 1_000
"""Satoshi. Programs give smaller change to the miner; Core's limits of 294 to 546 are below it."""
MIN_CHANGE = 50_000
"""Satoshi of change that Core aims at. Source: Bitcoin Core, `CHANGE_LOWER`."""
HASTE_SPREAD = 0.45
"""Deviation of the logarithm of the fee rates that hands give at one time. Real blocks of 2016 and 2024 have
about that."""
LOOKED_AT = 200
"""Coins that a wallet considers for one payment, the oldest."""

_TX_VSIZE, _OUTPUT_VSIZE, _CHANGE_VSIZE, _SPEND_VSIZE = 11, 9, 34, 68
_AS_PAID = {
    Kind.P2PKH: Kind.P2PKH, Kind.P2PKH_UNCOMPRESSED: Kind.P2PKH, Kind.P2SH_P2WPKH: Kind.P2SH_P2WPKH,
    Kind.P2SH_MULTISIG: Kind.P2SH_P2WPKH, Kind.P2SH_P2WSH_MULTISIG: Kind.P2SH_P2WPKH,
    Kind.P2WPKH: Kind.P2WPKH, Kind.P2TR: Kind.P2TR,
}  # fmt: skip


class Wallet:
    """Coins of one owner. They arrive by the locks that it hands out."""

    __slots__ = ("_haste", "_kinds", "_made", "_name", "_standing", "balance", "coins", "dice", "forms",
                 "kind", "on_receive", "owner", "program", "town")  # fmt: skip

    def __init__(self, town: Town, owner: str, program: Program, dice: Dice, name: str = "") -> None:
        self.town = town
        self.owner = owner
        self.program = program
        self.dice = dice
        self.coins: dict[Coin, None] = {}
        self.balance = 0
        self._kinds = kinds = kinds_at(program, town.year)
        self.kind = kinds[0][0] if len(kinds) == 1 else dice.weigh(*zip(*kinds, strict=True))
        self.on_receive: Callable[[Coin], None] | None = None
        self._name = f"{owner}/{name}" if name else owner
        self._made = 0
        self._haste = dice.lognormal(1.0, HASTE_SPREAD)
        self._standing: Lock | None = None
        self.forms: KeyForms | None = None
        """Keys that it shows in more than one form; None: it never does."""

    def receive(self, coin: Coin, /) -> None:
        """Take in a coin that was sent to one of this wallet's locks."""
        self.coins[coin] = None
        self.balance += coin.value
        if self.forms is not None:
            self.forms.count(coin.lock, 1)
        if self.on_receive is not None:
            self.on_receive(coin)

    def forget(self, coin: Coin, /) -> None:
        """Let go of a coin that is being spent."""
        if coin in self.coins:
            del self.coins[coin]
            self.balance -= coin.value
            if self.forms is not None:
                self.forms.count(coin.lock, -1)

    def fresh(self, role: str = "receive", kind: Kind | None = None) -> Lock:
        """A lock that was never used; now and then of a key that was, in another form."""
        keys, forms = self.town.ledger.keys, None if kind else self.forms
        # Change stays in the program's own form: who imports a key does so to be paid at it.
        again = None if forms is None or role != "receive" else forms.again(keys, self.coins, role)
        if again is not None:
            return again
        self._made += 1
        if kind is None and self.program.core and role == "receive" and len(self._kinds) > 1:
            # Core lets its user choose for each address.
            kind = self.dice.weigh(*zip(*self._kinds, strict=True))
        name = f"{self._name}/{self._made}"
        lock = make_lock(keys, kind or self.kind, name, self.owner, role)
        lock.home = self
        if forms is not None:
            forms.add(name, lock)
        return lock

    def address(self, role: str = "receive") -> Lock:
        """Where to send money: a fresh lock, or the only one of a program that has one."""
        return self.standing() if self.program.single else self.fresh(role)

    def standing(self) -> Lock:
        """The one lock that this wallet shows again and again."""
        if self._standing is None:
            self._standing = self.fresh("receive")
        return self._standing

    def let_go(self, lock: Lock) -> None:
        """Show that lock no more: somebody else has its key."""
        if self._standing is lock:
            self._standing = None
        if self.forms is not None:
            self.forms.let_go(lock)

    def style(self) -> Style:
        """What the program leaves on a transaction made now."""
        program, locktime = self.program, 0
        if program.locktime is Locktime.TIP:
            back = self.dice.below(100) if self.dice.chance(0.1) else 0
            locktime = max(0, self.town.ledger.height - back)
        return Style(program.version, program.sequence, locktime, program.low_r)

    def rate(self) -> float:
        """Satoshi for a virtual byte that the program gives now."""
        rate = self.town.rate * self._haste
        return max(1.0, float(round(rate)) if self.program.fees is Fees.WHOLE else rate)

    def fee(self, coins: Sequence[Coin], locks: Sequence[Lock]) -> int:
        """Satoshi for a transaction of these parts."""
        size = _TX_VSIZE + sum(INPUT_VSIZE[c.lock.kind] for c in coins)
        size += sum(_OUTPUT_VSIZE + len(lock.script) for lock in locks)
        if self.program.fees is Fees.PER_KB:
            return self.town.kb_fee * -(-size // 1_000)
        return int(self.rate() * size) + 1

    def pay(
        self,
        outs: Sequence[Out],
        kind: str,
        *,
        first: Sequence[Coin] = (),
        change_role: str = "change",
        maker: str = "",
    ) -> Posted | None:
        """Pay `outs` with coins by the program's way or with `first` alone; None when there is too little."""
        coins = list(first) or self._choose(outs)
        if not coins:
            return None
        have, needed = sum(c.value for c in coins), sum(o.value for o in outs)
        locks = [o.lock for o in outs]
        left = have - needed - self.fee(coins, locks)
        if left < 0:
            return None
        made = list(outs)
        if self.program.fees is not Fees.PER_KB:
            left -= int(self.rate() * _CHANGE_VSIZE)
        if left > self._least_change():
            self._place(made, Out(self._change_lock(outs), left, change_role))
        return self.post(coins, made, kind, maker=maker)

    def post(self, coins: list[Coin], outs: list[Out], kind: str, *, maker: str = "") -> Posted:
        """Sign exactly these parts, ordered and styled by the program."""
        match self.program.inputs:
            case Inputs.SORTED:
                coins.sort(key=lambda c: (c.txid[::-1], c.vout))
            case Inputs.SHUFFLED:
                coins = self.dice.sample(coins, len(coins))
            case Inputs.OLDEST:
                coins.sort(key=lambda c: c.height)
        if self.program.outputs is Outputs.SORTED:
            outs.sort(key=lambda o: (o.value, o.lock.script))
        return self.town.ledger.post(coins, outs, self.style(), kind, maker=maker)

    def sweep(self, coins: Sequence[Coin], lock: Lock, role: str, kind: str) -> Posted | None:
        """Send all of `coins` to `lock`; None when they are not worth the fee."""
        value = sum(c.value for c in coins) - self.fee(coins, [lock])
        return self.post(list(coins), [Out(lock, value, role)], kind) if value > LEAST_CHANGE else None

    def usable(self) -> list[Coin]:
        """Confirmed coins, the oldest first; all when none is confirmed."""
        height = self.town.ledger.height
        looked_at = list(islice(self.coins, LOOKED_AT))
        return [coin for coin in looked_at if coin.height <= height] or looked_at

    def _choose(self, outs: Sequence[Out]) -> list[Coin]:
        size = _TX_VSIZE + sum(_OUTPUT_VSIZE + len(o.lock.script) for o in outs)
        rate = self.rate()
        target = sum(o.value for o in outs) + int(rate * size) + 1
        if self.program.fees is Fees.PER_KB:
            target, rate = sum(o.value for o in outs) + self.town.kb_fee, 0.0
        if self.balance < target:
            return []
        if self.program.selection is Selection.OLDEST and (oldest := self._oldest(target, rate)):
            return oldest
        coins = self.usable()
        taken = self._select(coins, target, rate)
        if taken is None and len(coins) < len(self.coins):
            coins = list(islice(self.coins, LOOKED_AT))
            taken = self._select(coins, target, rate)
        return [coins[place] for place in taken or ()]

    def _oldest(self, target: int, rate: float) -> list[Coin]:
        """The oldest confirmed coins that suffice and are worth their own fee; empty when they do not.

        The same as `_select` would take, without looking at all coins.
        """
        height, have, taken = self.town.ledger.height, 0, []
        for coin in islice(self.coins, LOOKED_AT):
            cost = rate * INPUT_VSIZE[coin.lock.kind]
            if coin.height <= height and coin.value > cost:
                taken.append(coin)
                have += coin.value - int(cost)
                if have >= target:
                    return taken
        return []

    def _select(self, coins: Sequence[Coin], target: int, rate: float) -> list[int] | None:
        """Places of the coins to spend. Core looks for one kind of address that suffices before it mixes."""
        if self.program.core:
            kinds = sorted({coin.lock.kind for coin in coins})
            if len(kinds) > 1:
                found = [self._select_among(coins, target, rate, kind) for kind in kinds]
                alone = [taken for taken in found if taken]
                if alone:
                    return min(alone, key=lambda taken: sum(coins[n].value for n in taken))
        return self._select_among(coins, target, rate)

    def _select_among(
        self, coins: Sequence[Coin], target: int, rate: float, kind: Kind | None = None
    ) -> list[int] | None:
        """Places of coins of that kind, or of any, that are worth more than their own fee."""
        weights = [INPUT_VSIZE[coin.lock.kind] for coin in coins]
        worth = [
            n
            for n, coin in enumerate(coins)
            if coin.value > rate * weights[n] and kind in {None, coin.lock.kind}
        ]
        values = [coins[n].value - int(rate * weights[n]) for n in worth]
        change_cost = int(rate * (_CHANGE_VSIZE + _SPEND_VSIZE)) + LEAST_CHANGE
        taken = select(
            self.program.selection, values, [weights[n] for n in worth], target, change_cost, MIN_CHANGE,
            rate, self.dice,
        )  # fmt: skip
        return None if taken is None else [worth[n] for n in taken]

    def _least_change(self) -> int:
        """Programs that look for exact sums give away what making and spending change would cost."""
        exact = self.program.selection in {Selection.EXACT, Selection.LEAST_WASTE, Selection.GRIND}
        return LEAST_CHANGE + (int(self.rate() * _SPEND_VSIZE) if exact else 0)

    def _change_lock(self, outs: Sequence[Out]) -> Lock:
        if self.program.core_change:
            return self.fresh("change", _AS_PAID.get(outs[0].lock.kind) if outs else None)
        return self.address("change")

    def _place(self, outs: list[Out], change: Out) -> None:
        match self.program.outputs:
            case Outputs.CHANGE_FIRST:
                outs.insert(0, change)
            case Outputs.CHANGE_ANYWHERE:
                outs.insert(self.dice.below(len(outs) + 1), change)
            case _:
                outs.append(change)
