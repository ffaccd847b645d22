"""A marketplace for inscribed outputs: the seller signs for his input and its price alone (0x83).

What is inscribed stands in a script of taproot that one transaction commits to and the next one shows. Most
inscriptions are notes that mint tokens, and are kept; some are traded.
"""

from __future__ import annotations

from cointrail.simulate.composed.agents.people import Person
from cointrail.simulate.composed.ledger import RBF, Coin, Joint, Out, Signing, Style
from cointrail.simulate.composed.programs import service_program
from cointrail.simulate.composed.town import Town, enough, sell_when_full
from cointrail.simulate.composed.wallet import LEAST_CHANGE, Wallet
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import Kind, note_lock
from cointrail.simulate.signing import ANYONE, SINGLE

PADDING = 600
"""Satoshi of the two small coins that a buyer puts first, so that the asset is third on both sides."""
_POSTAGE = (546, 10_000)
_FEE = 0.02
_SLOT = 2
_MOST_OFFERS, _MOST_PREPARED = 400, 40
_SALES = 0.3
_TRADED = 0.4
"""Part of inscriptions that are for sale."""
_NOTE_BYTES = (60, 65, 72, 90, 140)
_REVEAL_VSIZE = 100
"""Virtual bytes beside a quarter of the note."""


class Ordinals:
    """Collectors, each with a wallet of assets beside his own, and the house."""

    def __init__(self, town: Town, dice: Dice) -> None:
        self.town = town
        self.dice = dice
        self.house = town.enter("bazaar-0", "market", service_program(town.year, Kind.P2TR), dice)
        self._shelves: dict[str, Wallet] = {}
        self.offers: list[Coin] = []
        self._made = 0
        self._prepared: list[Person] = []

    def act(self) -> None:
        """A sale, or something new to sell."""
        if sell_when_full(self.town, self.house, self.dice):
            return
        if len(self.offers) > 5 and (len(self.offers) > _MOST_OFFERS or self.dice.chance(_SALES)):
            self._sale()
        else:
            self._inscribe()

    def _shelf(self, owner: str, what: str) -> Wallet:
        """A collector's wallet for assets or for padding."""
        key = f"{owner}/{what}"
        if key not in self._shelves:
            program = service_program(self.town.year, Kind.P2TR)
            self._shelves[key] = Wallet(self.town, owner, program, self.dice.child(key), what)
        return self._shelves[key]

    def _inscribe(self) -> None:
        """Commit to a note, and show it at once."""
        town, dice = self.town, self.dice
        value, size = dice.pick(_POSTAGE), dice.pick(_NOTE_BYTES)
        fee = int(town.rate * (_REVEAL_VSIZE + size // 4)) + 1
        person = town.somebody(dice, value + fee)
        if person is None:
            return
        self._made += 1
        note = bytes(dice.below(256) for _ in range(size))
        name = f"{person.name}/note/{self._made}"
        lock = note_lock(town.ledger.keys, name, person.name, "asset", note)
        posted = person.wallet.pay([Out(lock, value + fee, "self")], "inscription")
        if posted is None:
            return
        coin = next(coin for coin in posted.coins if coin.lock is lock)
        shelf = self._shelf(person.name, "assets")
        shown = town.ledger.post(
            [coin], [Out(shelf.fresh("asset"), value, "asset")], Style(2, RBF, 0), "inscription"
        )
        if dice.chance(_TRADED):
            self.offers += shown.coins

    def _buyer(self, value: int, seller: str) -> Person | None:
        """Somebody who has `value`; whoever prepared for a purchase comes first."""
        height = self.town.ledger.height
        for place, person in enumerate(self._prepared):
            coins = self._shelf(person.name, "padding").coins
            settled = sum(coin.height <= height for coin in coins) >= 2
            if settled and person.wallet.balance > value and person.name != seller:
                return self._prepared.pop(place)
        return self.town.somebody(self.dice, value, (seller,))

    def _sale(self) -> None:
        town, dice = self.town, self.dice
        place = dice.below(len(self.offers))
        asset = self.offers[place]
        price = max(30_000, town.amount(dice, 0.7))
        seller = asset.lock.owner
        buyer = self._buyer(int(price * (1 + _FEE)) + 30_000, seller)
        if buyer is None or asset.height > town.ledger.height:
            return
        pads = self._shelf(buyer.name, "padding")
        ready = pads.usable()[:2]
        if len(ready) < 2 or any(coin.height > town.ledger.height for coin in ready):
            made = [Out(pads.fresh("padding"), PADDING, "padding") for _ in range(2)]
            if buyer.wallet.pay(made, "internal") is not None:
                self._prepared = [*self._prepared, buyer][-_MOST_PREPARED:]
            return
        toll = int(price * _FEE)
        coins = enough(buyer.wallet, price + toll + 2 * PADDING + int(town.rate * 1_200))
        if not coins:
            return
        self.offers.pop(place)
        shelf, back = self._shelf(buyer.name, "assets"), buyer.wallet.address("change")
        outs = [
            Out(pads.fresh("padding"), 2 * PADDING, "padding"),
            Out(shelf.fresh("asset"), asset.value, "asset"),
            Out(town.person(seller).wallet.address(), price, "sale"),
            Out(self.house.fresh(), toll, "join_fee"),
            Out(pads.fresh("padding"), PADDING, "padding"),
            Out(pads.fresh("padding"), PADDING, "padding"),
        ]
        inputs = [*ready, asset, *coins]
        fee = buyer.wallet.fee(inputs, [*(out.lock for out in outs), back])
        left = sum(coin.value for coin in inputs) - sum(out.value for out in outs) - fee
        if left > LEAST_CHANGE:
            outs.append(Out(back, left, "change"))
        elif left < 0:
            self.offers.append(asset)
            return
        style = buyer.wallet.style()
        low_r = buyer.wallet.program.low_r
        signing = [
            Signing(style.sequence, SINGLE | ANYONE if n == _SLOT else None, low_r)
            for n in range(len(inputs))
        ]
        flows = [
            (buyer.name, seller, price),
            (buyer.name, self.house.owner, toll),
            (seller, buyer.name, asset.value),
        ]
        posted = town.ledger.post(
            inputs, outs, style, "asset_sale", maker=buyer.name, joint=Joint(flows), signing=signing
        )
        self.offers += [coin for coin in posted.coins if coin.lock.home is shelf]
