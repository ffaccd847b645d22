from __future__ import annotations

from cointrail.chain.types import Txid
from cointrail.heuristics.base import Abstained
from cointrail.heuristics.key_sweep import KeyCompromise, Sweep, SweptCoin, key_sweep

THIEF = b"thief"
OLD = 30_000


def sweep(owners: range, *, time: int = 1_000, to: bytes = THIEF, age: int = OLD) -> Sweep:
    coins = tuple(SweptCoin(b"key%d" % owner, owner, age) for owner in owners)
    return Sweep(Txid(bytes([owners.start]) * 32), time, to, coins)


def test_many_old_keys_swept_within_an_hour_are_a_lead() -> None:
    found = key_sweep([sweep(range(10, 20), time=4_600), sweep(range(10))])
    assert isinstance(found, KeyCompromise)
    assert len(found.scripts) == 20
    assert found.first_sweep == Txid(bytes(32))
    assert found.because == "coins of 20 owners, half of them 30000 blocks old or more, in 2 sweeps"


def test_a_second_more_than_an_hour_is_too_long() -> None:
    found = key_sweep([sweep(range(10, 20), time=4_601), sweep(range(10))])
    assert found == Abstained("spread over 3601 seconds")


def test_nineteen_owners_are_too_few() -> None:
    assert key_sweep([sweep(range(19))]) == Abstained("coins of 19 owners, not of 20")


def test_coins_of_one_owner_are_a_tidying_up() -> None:
    coins = tuple(SweptCoin(b"key%d" % k, 7, OLD) for k in range(50))
    assert isinstance(key_sweep([Sweep(Txid(bytes(32)), 0, THIEF, coins)]), Abstained)


def test_young_coins_are_business() -> None:
    assert key_sweep([sweep(range(20), age=26_279)]) == Abstained(
        "half of the coins are younger than 26280 blocks"
    )
    assert isinstance(key_sweep([sweep(range(20), age=26_280)]), KeyCompromise)


def test_sweeps_to_several_places_are_not_held_together() -> None:
    assert isinstance(key_sweep([sweep(range(20)), sweep(range(20, 40), to=b"other")]), Abstained)
    assert isinstance(key_sweep([]), Abstained)


def test_coins_of_the_target_itself_do_not_count() -> None:
    coins = (*sweep(range(19)).coins, SweptCoin(THIEF, 99, OLD))
    assert isinstance(key_sweep([Sweep(Txid(bytes(32)), 0, THIEF, coins)]), Abstained)
