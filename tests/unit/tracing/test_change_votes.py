from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from cointrail.heuristics.base import Abstained, Tier
from cointrail.heuristics.change import Change, Quiet
from cointrail.tracing.change_votes import OWN_SERVICE, ChainVotes, KeptChanges
from support.ledger import Fake

LEDGER = "t0: -> alice:100\n t1: t0:0 -> exchange:30 alice2:60"

FIRST = Change(0, Tier.T3, ("change.test",), 9, "a test")
SECOND = Change(1, Tier.T3, ("change.test",), 9, "a test")


@dataclass
class Kept:
    """Clusters whose verdict on every transaction is the same."""

    verdict: Change | Abstained

    def change(self, _tx_num: int) -> Change | Abstained:
        return self.verdict


@dataclass
class Votes:
    """A vote with knowledge of tags."""

    verdict: Change | Abstained
    tagged: bool = True
    asked: list[int] = field(default_factory=list)

    def tags_have_a_say(self, _tx_num: int) -> bool:
        return self.tagged

    def judge(self, tx_num: int, _marks: object) -> Change | Abstained:
        self.asked.append(tx_num)
        return self.verdict


def _changes(kept: Change | Abstained, votes: Votes) -> tuple[Fake, KeptChanges]:
    ledger = Fake(LEDGER)
    return ledger, KeptChanges(ledger, Kept(kept), cast("ChainVotes", votes))


def test_a_kept_verdict_stands_where_no_tag_has_a_say() -> None:
    votes = Votes(FIRST, tagged=False)
    ledger, changes = _changes(SECOND, votes)
    assert changes.change(1) == (ledger.out("t1:1"), Tier.T3)
    assert votes.asked == []


def test_where_a_tag_has_a_say_the_vote_is_asked_again_once() -> None:
    votes = Votes(SECOND)
    ledger, changes = _changes(FIRST, votes)
    assert [changes.change(1), changes.change(1)] == [(ledger.out("t1:1"), Tier.T3)] * 2
    assert votes.asked == [1]


def test_a_vote_that_knows_the_tags_may_abstain() -> None:
    _, changes = _changes(FIRST, Votes(Abstained(Quiet.HELD_APART)))
    assert changes.change(1) is None


def test_what_the_vote_was_silent_on_is_asked_again() -> None:
    ledger, changes = _changes(Abstained(Quiet.NO_SIGNAL), Votes(SECOND))
    assert changes.change(1) == (ledger.out("t1:1"), Tier.T3)


def test_a_verdict_that_a_judgement_took_away_stays_away() -> None:
    votes = Votes(SECOND)
    _, changes = _changes(Abstained("judgement 7: two hands"), votes)
    assert changes.change(1) is None
    assert votes.asked == []


@dataclass
class Tags:
    """Labels of tagged clusters, and of those that are services."""

    tagged: frozenset[int]
    services: frozenset[int] = frozenset()
    custodial_scripts: frozenset[int] = frozenset()

    def custodian(self, label: int) -> Any | None:
        return SimpleNamespace(id="exa") if label in self.services else None

    def of_cluster(self, label: int) -> Any | None:
        return "tags" if label in self.tagged | self.services else None


@dataclass
class Alone:
    """Clusters in which everybody is alone."""

    def label(self, script_num: int, _tier: Tier = Tier.T2) -> int:
        return script_num


def _have_a_say(*tagged: str, services: tuple[str, ...] = ()) -> bool:
    ledger = Fake(LEDGER)
    tags = Tags(frozenset(map(ledger.script, tagged)), frozenset(map(ledger.script, services)))
    votes = ChainVotes(cast("Any", ledger), cast("Any", Alone()), cast("Any", tags))
    return votes.tags_have_a_say(1)


def test_tags_have_a_say_where_an_output_is_somebody_elses_by_name() -> None:
    assert _have_a_say("exchange")
    assert not _have_a_say("alice")
    assert not _have_a_say()


def test_tags_have_a_say_where_a_service_signed_and_paid_itself() -> None:
    ledger = Fake("t0: -> hot:100\n t1: t0:0 -> hot:30 alice:60")
    hot = frozenset({ledger.script("hot")})
    votes = ChainVotes(cast("Any", ledger), cast("Any", Alone()), cast("Any", Tags(hot, hot)))
    assert votes.tags_have_a_say(1)


def _judge(text: str, tx_num: int) -> Change | Abstained:
    ledger = Fake(text)
    hot = frozenset({ledger.script("hot")})
    votes = ChainVotes(cast("Any", ledger), cast("Any", Alone()), cast("Any", Tags(hot, hot)))
    return votes.judge(tx_num, None)


def test_one_whom_a_service_paid_and_who_pays_it_back_may_be_the_service() -> None:
    found = _judge("t0: -> hot:100\n t1: t0:0 -> young:90\n t2: t1:0 -> customer:30 hot:50", 2)
    assert found == Abstained(OWN_SERVICE)
