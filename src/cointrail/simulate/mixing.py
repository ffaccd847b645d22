"""The owners who mix for its own sake, and the calendar of their rounds."""

from __future__ import annotations

from functools import partial

from cointrail.chain.types import COIN
from cointrail.simulate import habits
from cointrail.simulate.clock import DAY, END, date
from cointrail.simulate.crowd import Crowd
from cointrail.simulate.dice import Dice
from cointrail.simulate.joins import Mixes, Rounds
from cointrail.simulate.ledger import Coin
from cointrail.simulate.people import Person

ROUNDS_FROM = date("2017-09-10")
MIXES_FROM = date("2018-01-10")


class Mixing:
    """Members bring coins from exchanges; rounds are run when the calendar says so."""

    def __init__(self, crowd: Crowd, dice: Dice) -> None:
        self.crowd = crowd
        self.dice = dice
        self.scene = crowd.scene
        house = crowd.person("coordinator", ROUNDS_FROM - 30 * DAY, kept=habits.PHONE)
        self.scene.truth.kinds[house.name] = "coordinator"
        self.house = house
        self.rounds = Rounds(self.scene, house.wallet, dice.child("rounds"))
        self.mixes = Mixes(self.scene, house.wallet, dice.child("mixes"))
        self.members = [self._member(n) for n in range(crowd.number(45, 16))]
        self._fund(house, int(0.3 * COIN), ROUNDS_FROM - 10 * DAY)
        for n in range(crowd.number(36, 3)):
            self.scene.agenda.at(self._between(ROUNDS_FROM, n, 36), self._round)
        self.scene.agenda.at(MIXES_FROM - DAY, partial(self.mixes.stock, 8))
        for n in range(crowd.number(60, 6)):
            self.scene.agenda.at(self._between(MIXES_FROM, n, 60), self._mix)

    def _between(self, start: int, n: int, full: int) -> int:
        slot = (END - 2 * DAY - start) / self.crowd.number(full, 3)
        return int(start + slot * (n + self.dice.unit()))

    def _member(self, n: int) -> Person:
        member = self.crowd.person(f"mixer-{n:02d}", ROUNDS_FROM, kept=habits.PHONE)
        self.crowd.persons.append(member)
        self._fund(member, int(member.dice.lognormal(0.25 * COIN, 0.5)), ROUNDS_FROM - 4 * DAY)
        self.crowd.live(member, ROUNDS_FROM + 20 * DAY, END, 2 + member.dice.below(6))
        return member

    def _fund(self, person: Person, value: int, start: int) -> None:
        for _ in range(1 + person.dice.below(3)):
            when = start + int(person.dice.between(0, 12) * DAY)
            self.scene.agenda.at(when, partial(person.funding.top_up, person, value, _nothing))

    def _round(self) -> None:
        present = self.dice.sample(self.members, 11 + self.dice.below(14))
        self.rounds.run([member.wallet for member in present])
        for member in self.dice.sample(self.members, 3):
            value = int(member.dice.lognormal(0.2 * COIN, 0.4))
            member.funding.top_up(member, value, _nothing)

    def _mix(self) -> None:
        for member in self.dice.sample(self.members, 3):
            self.mixes.enter(member.wallet)
        self.mixes.run()


def _nothing(_coin: Coin | None) -> None:
    """Go on with nothing."""
