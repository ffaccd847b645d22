from __future__ import annotations

from collections.abc import Mapping

from cointrail.attribution.confidence import find_confidence
from cointrail.heuristics.base import Abstained, Tier
from cointrail.tracing.deposits import Deposits
from cointrail.tracing.forward import trace_forward
from cointrail.tracing.limits import Limits
from cointrail.tracing.neighbourhood import Neighbourhood
from cointrail.tracing.policy import Policy
from cointrail.tracing.stops import Stop
from cointrail.tracing.trace import Hand
from support.ledger import DAY, Fake, FakeClusters, attribution, co_spenders

SWEPT = """
    t0: -> bob:1000 hot:500
    t1: t0:0 -> box:300 bob2:690
    t2: t1:0 -> hot:290
    t3: t1:1 -> box:200 bob3:480
    t4: t3:0 -> hot:190
    t5: t2:0 -> carol:100 hot:180
    t6: t3:1 -> box:400 bob4:70
"""
"""Bob pays into `box`, which is emptied into `hot`, which pays a customer out."""


def _deposits(
    text: str,
    *,
    tagged: Mapping[str, str] | None = None,
    confidence: str = "manual_transaction",
    apart: frozenset[str] = frozenset(),
) -> tuple[Fake, Neighbourhood, Deposits]:
    ledger = Fake(text, block_seconds=DAY // 4)
    clusters = FakeClusters(ledger, co_spenders(ledger, apart=apart))
    known = find_confidence(confidence)
    assert known is not None
    tags = attribution(ledger, clusters, tagged or {"hot": "exa"}, confidence=known)
    near = Neighbourhood(ledger, clusters, tags, frozenset())
    deposits = Deposits(near, ledger, clusters, tags)
    near.deposits = deposits
    return ledger, near, deposits


def _tier(text: str, who: str = "box", **given: object) -> Tier | str:
    ledger, _, deposits = _deposits(text, **given)  # type: ignore[arg-type]  # passed on
    found = deposits.judge(ledger.script(who))
    return found.because if isinstance(found, Abstained) else found.tier


def test_an_address_that_is_always_emptied_into_a_tagged_service_takes_its_deposits() -> None:
    ledger, _, deposits = _deposits(SWEPT)
    found = deposits.find(ledger.script("box"))
    assert found is not None
    assert (found.tier, found.service) == (Tier.T3, ledger.script("hot"))
    assert found.because == "swept 2 times, beside up to 0 others like it"


def test_a_service_that_is_known_from_the_web_gives_a_lead_where_no_walk_ends() -> None:
    ledger, near, deposits = _deposits(SWEPT, confidence="web_crawl")
    found = deposits.judge(ledger.script("box"))
    assert not isinstance(found, Abstained)
    assert found.tier is Tier.T5
    assert near.recognised(ledger.script("box")) is None


def test_one_sweep_alone_is_a_lead() -> None:
    text = """
        t0: -> bob:1000 hot:500
        t1: t0:0 -> box:300 bob2:690
        t2: t1:0 -> hot:290
        t3: t2:0 -> carol:100 hot:180
    """
    assert _tier(text) is Tier.T5


SIBLINGS = """
    t0: -> bob:1000 hot:500
    t1: t0:0 -> box:100 box2:100 box3:100 box4:100 bob2:600
    t2: t1:0 t1:1 t1:2 t1:3 -> hot:390
    t3: t2:0 -> carol:100 hot:280
"""


def test_three_siblings_in_one_sweep_make_up_for_a_second() -> None:
    assert _tier(SIBLINGS) is Tier.T3


def test_an_address_that_paid_somebody_else_once_takes_no_deposits() -> None:
    text = SWEPT + "t7: t6:0 -> dave:390"
    assert _tier(text) == "its coins also went elsewhere than to the service's collector"


def test_siblings_that_paid_somebody_else_speak_for_the_whole_cluster() -> None:
    text = SIBLINGS.replace("bob2:600", "bob2:500 box2:100") + "t4: t1:5 -> dave:90"
    assert _tier(text) == "its coins also went elsewhere than to the service's collector"


def test_a_customer_who_sends_all_he_gets_to_his_own_deposit_address_is_no_service() -> None:
    text = """
        t0: -> bob:1000 hot:500
        t1: t0:0 -> user:300 bob2:690
        t2: t1:0 -> box:290
        t3: t1:1 -> user:200 bob3:480
        t4: t3:0 -> box:190
        t5: t2:0 t0:1 -> hot:770
        t6: t5:0 -> carol:100 hot:660
    """
    assert _tier(text, "user") == "its coins also went elsewhere than to the service's collector"


def test_deposits_that_are_gathered_to_an_address_nobody_knows_yet_make_no_collector() -> None:
    """The sweep has one output, a fresh address of the service, which looks like a stranger's."""
    text = """
        t0: -> bob:1000 hot:500
        t1: t0:0 -> user:300 bob2:690
        t2: t1:0 -> box:290
        t3: t1:1 -> user:200 bob3:480
        t4: t3:0 -> box:190
        t5: t2:0 t0:1 -> fresh:770
    """
    assert _tier(text, "user") == "its coins also went elsewhere than to the service's collector"


def test_an_address_spent_beside_coins_of_others_is_not_judged_to_be_one_hand() -> None:
    text = SWEPT.replace("t4: t3:0 -> hot:190", "t4: t3:0 t0:1 -> hot:190").replace("hot:500", "eve:500")
    assert _tier(text, apart=frozenset({"t4"})) == "its coins were spent beside those of others"


def test_coins_that_lie_for_days_are_no_deposits() -> None:
    slow = SWEPT.replace("t2: t1:0", "w1: -> x:1\n w2: -> x:1\n w3: -> x:1\n w4: -> x:1\n t2: t1:0").replace(
        "t4: t3:0", "v1: -> x:1\n v2: -> x:1\n v3: -> x:1\n v4: -> x:1\n t4: t3:0"
    )
    assert _tier(slow) == "its coins waited a day or more, in the median"


def test_an_address_that_only_the_service_paid_is_its_own() -> None:
    text = """
        t0: -> hot:1000
        t1: t0:0 -> box:300 hot:690
        t2: t1:0 -> hot:290
        t3: t1:1 -> box:200 carol:480
        t4: t3:0 -> hot:190
    """
    assert _tier(text) == "only the service itself ever paid it"


def test_nothing_is_said_where_nothing_was_spent_or_nobody_is_tagged() -> None:
    said = "its coins did not go into a tagged service, or none is spent"
    assert _tier("t0: -> box:5") == said
    assert _tier(SWEPT, tagged={"nobody": "exa"}) == said


def test_a_tagged_address_needs_no_inference() -> None:
    assert _tier(SWEPT, tagged={"hot": "exa", "box": "exa"}) == "its cluster is tagged already"


def test_a_walk_ends_at_a_recognised_deposit_address_as_in_the_custodian() -> None:
    ledger, near, _ = _deposits(SWEPT)
    trace = trace_forward(near, ledger.out("t1:1"), Limits())
    assert [(end.stop, ledger.name(end.reach.output_num)) for end in trace.leads()] == [
        (Stop.DEPOSIT, "t3:0"),
        (Stop.DEPOSIT, "t6:0"),
    ]
    assert {trace.hand_of(end) for end in trace.leads()} == {Hand.DOWNSTREAM}
    assert trace.sums(Policy.FIFO)[Stop.DEPOSIT] == 600


def test_a_walk_goes_on_through_what_is_a_lead_only_and_ends_in_the_service() -> None:
    ledger, near, _ = _deposits(SWEPT, confidence="web_crawl")
    (end,) = trace_forward(near, ledger.out("t1:0"), Limits()).leads()
    assert (end.stop, ledger.name(end.reach.output_num)) == (Stop.CUSTODIAN, "t2:0")


def test_an_unspent_deposit_at_a_recognised_address_is_a_lead() -> None:
    ledger, near, _ = _deposits(SWEPT)
    (end,) = trace_forward(near, ledger.out("t6:0"), Limits()).ends
    assert end.stop is Stop.DEPOSIT
