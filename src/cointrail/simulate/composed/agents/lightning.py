"""Payment channels: opened by one hand or two, spliced, closed by both or by force.

A channel is a hand of its own in the truth: both sides own it together. What the sides pay each other
inside shows only in what each gets when it closes. Source: BOLTs 2, 3 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass

from cointrail.simulate.composed.ledger import FINAL, RBF, Coin, Joint, Out, Signing, Style
from cointrail.simulate.composed.programs import service_program
from cointrail.simulate.composed.town import Town, enough
from cointrail.simulate.composed.wallet import LEAST_CHANGE, Wallet
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import DELAY, Kind, Lock, make_lock

ROUTERS = 4
_DUAL_SINCE, _SPLICE_SINCE = 2021, 2025
_MOST_OPEN = 400
_NATIVE = {Kind.P2WPKH, Kind.P2TR}
"""What people hold of the locks that BOLT 2 admits as inputs of both sides."""
_COMMITMENT_LOCKTIME, _COMMITMENT_SEQUENCE = 0x20 << 24, 0x80 << 24
"""Upper bytes that a commitment transaction carries; the lower ones hide its number (BOLT 3)."""


@dataclass(slots=True)
class _Channel:
    name: str
    opener: Wallet
    peer: Wallet
    funding: Coin | None = None
    dual: bool = False
    used: int = 0
    """Locks of its own so far."""

    @property
    def coin(self) -> Coin:
        """Where its value lies."""
        assert self.funding is not None
        return self.funding


class Lightning:
    """Routers, and people who open channels with them."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        program = service_program(town.year, Kind.P2WPKH)
        self.routers: list[Wallet] = []
        for n in range(ROUTERS):
            name = f"router-{n}"
            self.routers.append(town.enter(name, "router", program, dice.child(name)))
            for _ in range(6):
                town.stakes.append((name, self.routers[-1].fresh(), 12 * town.usual))
        self._open: list[_Channel] = []
        self._claims: list[tuple[Coin, Wallet]] = []
        self._opened = 0

    def act(self) -> None:
        """Bring home what waited, or close, splice or open a channel."""
        dice, height = self.dice, self.town.ledger.height
        if self._claims and self._claims[0][0].height + DELAY <= height:
            self._claim(*self._claims.pop(0))
            return
        old = [place for place, c in enumerate(self._open[:40]) if c.coin.height + 4 <= height]
        if old and (dice.chance(0.45) or len(self._open) > _MOST_OPEN):
            channel = self._open.pop(dice.pick(old))
            draw = dice.unit()
            if self.town.year >= _SPLICE_SINCE and draw < 0.3:
                self._splice(channel)
            elif draw < 0.75:
                self._close(channel)
            else:
                self._force_close(channel)
            return
        self._fund()

    def _fund(self) -> None:
        town, dice = self.town, self.dice
        value = max(40_000, town.amount(dice, 2.0))
        person, router = town.somebody(dice, value), dice.pick(self.routers)
        if person is None:
            return
        name = f"channel-{self._opened}"
        self._opened += 1
        town.record.enter(name, "channel", "")
        channel = _Channel(name, person.wallet, router)
        if town.year >= _DUAL_SINCE and dice.chance(0.3) and self._dual(channel, value):
            return
        lock = self._lock(channel)
        posted = person.wallet.pay([Out(lock, value, "channel")], "channel_open")
        if posted is not None:
            self._keep(channel, posted.coins)

    def _dual(self, channel: _Channel, value: int) -> bool:
        """Both sides put in `value` together with their own change."""
        town, sides = self.town, (channel.opener, channel.peer)
        brought = [enough(side, value + int(town.rate * 400)) for side in sides]
        if not all(brought) or not _are_native([*brought[0], *brought[1]]):
            return False
        channel.dual = True
        outs, flows = [Out(self._lock(channel), 2 * value, "channel")], []
        for side, coins in zip(sides, brought, strict=True):
            back = _back(side, coins)
            left = sum(coin.value for coin in coins) - value - side.fee(coins, [back]) - int(town.rate * 22)
            if left > LEAST_CHANGE:
                outs.append(Out(back, left, "change"))
            flows.append((side.owner, channel.name, value))
        self._shared(channel, [*brought[0], *brought[1]], outs, flows, "dual_open")
        return True

    def _splice(self, channel: _Channel) -> None:
        """The opener puts in more, or takes some out."""
        town, side = self.town, channel.opener
        old = channel.coin
        if self.dice.chance(0.5):
            value = max(30_000, town.amount(self.dice))
            back = side.address("change")
            coins = enough(side, value + int(town.rate * 500))
            left = sum(c.value for c in coins) - value - side.fee([*coins, old], [back, back])
            if not coins or not _are_native(coins) or left < LEAST_CHANGE:
                self._open.append(channel)
                return
            outs = [Out(self._lock(channel), old.value + value, "channel"), Out(back, left, "change")]
            self._shared(channel, [old, *coins], outs, [(side.owner, channel.name, value)], "splice")
            return
        value = int(old.value * self.dice.between(0.1, 0.4))
        to = side.address()
        rest = old.value - value - side.fee([old], [to, to]) - int(town.rate * 12)
        outs = [Out(self._lock(channel), rest, "channel"), Out(to, value, "channel_close")]
        if rest < 10_000:
            self._open.append(channel)
            return
        self._shared(channel, [old], outs, [(channel.name, side.owner, value)], "splice")

    def _shared(
        self,
        channel: _Channel,
        coins: list[Coin],
        outs: list[Out],
        flows: list[tuple[str, str, int]],
        kind: str,
    ) -> None:
        """Post what both sides made together: the protocol says what it looks like, not their programs."""
        dice = self.dice
        inputs = dice.sample(coins, len(coins))
        style = Style(2, RBF, self.town.ledger.height)
        low = {side.owner: side.program.low_r for side in (channel.opener, channel.peer)}
        signing = [Signing(style.sequence, None, low.get(coin.lock.owner, True)) for coin in inputs]
        posted = self.town.ledger.post(
            inputs, dice.sample(outs, len(outs)), style, kind, maker=channel.opener.owner,
            joint=Joint(flows), signing=signing,
        )  # fmt: skip
        self._keep(channel, posted.coins)

    def _shares(self, channel: _Channel, fee: int) -> tuple[int, int]:
        """What the opener and the peer get."""
        total = channel.coin.value - fee
        first = self.dice.between(0.25, 0.75) if channel.dual else self.dice.between(0.0, 1.0)
        mine = int(total * first)
        return mine, total - mine

    def _close(self, channel: _Channel) -> None:
        """Both sign: a plain transaction to both sides."""
        fee = int(self.town.rate * 180)
        sides = zip((channel.opener, channel.peer), self._shares(channel, fee), strict=True)
        outs = [Out(side.address(), value, "channel_close") for side, value in sides if value > LEAST_CHANGE]
        outs.sort(key=lambda out: (out.value, out.lock.script))
        if outs and fee < channel.coin.value:
            self.town.ledger.post([channel.coin], outs, Style(2, FINAL, 0, low_r=True), "close")

    def _force_close(self, channel: _Channel) -> None:
        """One side alone: its part waits, the other's is free at once."""
        fee, height = int(self.town.rate * 200), self.town.ledger.height
        mine, theirs = self._shares(channel, fee)
        if mine < 4 * LEAST_CHANGE or theirs < 4 * LEAST_CHANGE:
            self._close(channel)
            return
        keys, side = self.town.ledger.keys, channel.opener
        waiting = make_lock(
            keys, Kind.P2WSH_DELAYED, f"{channel.name}/delayed/{height}", side.owner, "delayed"
        )
        outs = [Out(waiting, mine, "channel_close"), Out(channel.peer.fresh(), theirs, "channel_close")]
        outs.sort(key=lambda out: (out.value, out.lock.script))
        hidden = self.dice.below(1 << 24)
        style = Style(2, _COMMITMENT_SEQUENCE | hidden, _COMMITMENT_LOCKTIME | hidden, low_r=True)
        posted = self.town.ledger.post([channel.coin], outs, style, "force_close", maker=side.owner)
        self._claims += [(coin, side) for coin in posted.coins if coin.lock is waiting]

    def _claim(self, coin: Coin, side: Wallet) -> None:
        fee = int(self.town.rate * 130)
        if coin.value - fee > LEAST_CHANGE:
            outs = [Out(side.address(), coin.value - fee, "self")]
            self.town.ledger.post([coin], outs, Style(2, DELAY, 0, low_r=True), "claim")

    def _lock(self, channel: _Channel) -> Lock:
        channel.used += 1
        name = f"{channel.name}/{channel.used}"
        return make_lock(self.town.ledger.keys, Kind.P2WSH_PAIR, name, channel.name, "channel")

    def _keep(self, channel: _Channel, made: list[Coin]) -> None:
        channel.funding = next(coin for coin in made if coin.lock.owner == channel.name)
        self._open.append(channel)


def _are_native(coins: list[Coin]) -> bool:
    return all(coin.lock.kind in _NATIVE for coin in coins)


def _back(side: Wallet, coins: list[Coin]) -> Lock:
    """Where change of a funding goes: native as the coins are, or the one address of who has one."""
    return side.address("change") if side.program.single else side.fresh("change", coins[0].lock.kind)
