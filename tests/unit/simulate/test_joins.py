from collections import Counter

from cointrail.chain.types import COIN
from cointrail.simulate.dice import Dice
from cointrail.simulate.joins import MIX_VALUE, PREMIX_EXTRA, ROUND_VALUE, Market, Mixes, Rounds
from cointrail.simulate.scene import Scene
from cointrail.simulate.wallet import Wallet
from support.worlds import scene, wallet


def _people(where: Scene, count: int, *values: int) -> list[Wallet]:
    return [wallet(where, f"person-{n}", *values) for n in range(count)]


def test_a_market_join_has_equal_outputs_for_all_and_pays_the_makers() -> None:
    where = scene()
    makers = _people(where, 6, 2 * COIN)
    taker = wallet(where, "taker", COIN)
    posted = Market(where, makers, Dice("m")).join(taker, list(taker.coins), COIN // 2)
    assert posted is not None
    equal = [coin for coin in posted.coins if coin.value == COIN // 2]
    assert len(equal) == len(posted.spent) == len({coin.lock.owner for coin in equal}) >= 3
    joined = {coin.lock.owner for coin in posted.spent} - {"taker"}
    assert all(maker.balance > 2 * COIN for maker in makers if maker.owner in joined)
    assert taker.balance < COIN - posted.fee


def test_a_taker_may_pay_somebody_out_of_the_join() -> None:
    where = scene()
    taker, shop = wallet(where, "taker", COIN), wallet(where, "shop")
    lock = shop.fresh("till")
    posted = Market(where, _people(where, 6, 2 * COIN), Dice("m")).join(
        taker, list(taker.coins), COIN // 2, lock
    )
    assert posted is not None
    assert shop.balance == COIN // 2
    assert posted.roles.count("payment") == 1


def test_nobody_joins_when_makers_are_missing_or_the_coin_is_too_small() -> None:
    where = scene()
    taker = wallet(where, "taker", COIN)
    coins = list(taker.coins)
    assert Market(where, _people(where, 1, COIN), Dice("m")).join(taker, coins, COIN // 2) is None
    assert Market(where, _people(where, 5, 2 * COIN), Dice("m")).join(taker, coins, COIN) is None
    assert where.ledger.waiting == []


def test_a_round_makes_a_tenth_for_each_and_takes_its_toll() -> None:
    where = scene("2017-10-01")
    house, members = wallet(where, "house"), _people(where, 12, COIN // 4)
    posted = Rounds(where, house, Dice("r")).run(members)
    assert posted is not None
    assert Counter(coin.value for coin in posted.coins)[ROUND_VALUE] == 12
    assert house.balance == 12 * ROUND_VALUE * 3 // 1000
    assert len({coin.lock.script for coin in posted.coins}) == len(posted.coins)


def test_too_few_inputs_make_no_round() -> None:
    where = scene("2017-10-01")
    house, members = wallet(where, "house"), _people(where, 9, COIN // 4)
    assert Rounds(where, house, Dice("r")).run(members) is None


def test_a_mix_takes_five_hands_and_gives_each_the_same() -> None:
    where = scene("2018-02-01")
    mixes = Mixes(where, wallet(where, "house", COIN), Dice("x"))
    mixes.stock(3)
    for member in _people(where, 5, COIN // 10):
        mixes.enter(member)
    posted = mixes.run()
    assert posted is not None
    assert [coin.value for coin in posted.coins] == [MIX_VALUE] * 5
    assert len({coin.lock.owner for coin in posted.spent}) == 5
    brought = Counter(coin.value - MIX_VALUE for coin in posted.spent)
    assert brought == {0: 1, PREMIX_EXTRA: 4}


def test_no_mix_without_a_coin_that_was_mixed_before() -> None:
    where = scene("2018-02-01")
    mixes = Mixes(where, wallet(where, "house", COIN), Dice("x"))
    for member in _people(where, 6, COIN // 10):
        mixes.enter(member)
    assert mixes.run() is None


def test_coins_that_were_spent_meanwhile_are_not_mixed() -> None:
    where = scene("2018-02-01")
    mixes = Mixes(where, wallet(where, "house", COIN), Dice("x"))
    mixes.stock(3)
    members = _people(where, 5, COIN // 10)
    for member in members:
        mixes.enter(member)
        member.sweep(list(member.coins), member.fresh("receive"), "change")
    assert mixes.run() is None
