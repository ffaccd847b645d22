from __future__ import annotations

from cointrail.heuristics.base import Tier
from cointrail.tracing.hand import weakest_tier
from cointrail.tracing.neighbourhood import Neighbourhood
from support.ledger import Fake, FakeClusters, attribution

LEDGER = """
    t0: -> exchange:1000
    t1: t0:0 -> alice:300 alice2:300
    t2: t1:0 -> alice:290
    t3: t2:0 -> shop:280
    t4: t1:1 -> shop:200
"""


def _tier(text: str, path: str, *, groups: tuple[str, ...] = (), same_key: tuple[str, ...] = ()) -> Tier:
    ledger = Fake(text)
    clusters = FakeClusters(ledger, groups, same_key)
    near = Neighbourhood(ledger, clusters, attribution(ledger, clusters, {}), frozenset())
    return weakest_tier(near, tuple(ledger.out(output) for output in path.split()))


def test_a_payment_that_is_the_withdrawal_is_a_ledger_fact() -> None:
    assert _tier(LEDGER, "t1:0") is Tier.T0


def test_spending_the_withdrawal_and_no_other_script_holds_by_one_key_and_is_no_fact() -> None:
    assert _tier(LEDGER, "t4:0 t1:1") is Tier.T1


def test_a_path_over_one_script_holds_by_the_same_key() -> None:
    assert _tier(LEDGER, "t3:0 t2:0 t1:0") is Tier.T1


BESIDE = """
    t0: -> exchange:1000 alice2:50
    t1: t0:0 -> alice:300
    t2: t1:0 t0:1 -> shop:340
"""


def test_a_withdrawal_spent_beside_another_script_holds_by_inputs_signed_together() -> None:
    assert _tier(BESIDE, "t2:0 t1:0", groups=("alice alice2",)) is Tier.T2


def test_a_withdrawal_spent_beside_a_script_of_the_same_key_holds_at_that_tier() -> None:
    assert _tier(BESIDE, "t2:0 t1:0", same_key=("alice alice2",)) is Tier.T1


def test_the_weakest_link_of_a_path_counts() -> None:
    moved = """
        t0: -> exchange:1000
        t1: t0:0 -> alice:300
        t2: t1:0 -> alice2:290
        t3: t2:0 -> shop:280
    """
    assert _tier(moved, "t3:0 t2:0 t1:0", groups=("alice alice2",)) is Tier.T2
