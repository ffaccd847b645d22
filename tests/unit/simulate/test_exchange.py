from cointrail.chain.types import COIN
from cointrail.simulate.clock import DAY
from cointrail.simulate.dice import Dice
from cointrail.simulate.exchange import Exchange
from cointrail.simulate.ledger import Coin, Origin, Pay
from cointrail.simulate.locks import Lock
from cointrail.simulate.roster import FIRMS
from cointrail.simulate.scene import Scene
from support.worlds import scene, wallet


def _stocked(where: Scene, *values: int) -> Exchange:
    """An exchange whose customer zoe has deposited coins that are swept by now."""
    exchange = Exchange(where, FIRMS[0], Dice("exchange"))
    zoe = wallet(where, "zoe", *values)
    for coin in list(zoe.coins):
        zoe.sweep([coin], exchange.deposit_lock("zoe"), "deposit")
    where.agenda.run_until(where.now + 2 * DAY)
    return exchange


def test_deposits_are_swept_into_the_hot_wallet_together() -> None:
    where = scene()
    exchange = _stocked(where, COIN, COIN, COIN)
    assert not exchange.box.coins
    assert exchange.hot.balance + exchange.cold.balance > 2.99 * COIN
    sweep = next(posted for posted in where.ledger.waiting if "sweep" in posted.roles)
    assert len(sweep.spent) == 3


def test_every_deposit_is_noted_with_its_customer() -> None:
    where = scene()
    _stocked(where, COIN, COIN)
    assert [(note.exchange, note.customer) for note in where.truth.deposits] == [("aldermoor", "zoe")] * 2
    assert len({note.account for note in where.truth.deposits}) == 1


def test_withdrawals_of_one_moment_go_out_in_one_batch() -> None:
    where = scene()
    exchange = _stocked(where, 5 * COIN)
    people = [wallet(where, name) for name in ("ann", "ben", "cai")]
    for person in people:
        exchange.withdraw(person.owner, person.address(), COIN // 10)
    where.agenda.run_until(where.now + DAY)
    batch = where.ledger.waiting[-1]
    assert batch.roles == ["withdrawal"] * 3 + ["hot_change"]
    assert [note.customer for note in where.truth.withdrawals] == ["ann", "ben", "cai"]
    assert [coin.sources for person in people for coin in person.coins] == [(0,), (1,), (2,)]


def test_a_coin_sent_to_somebody_else_is_not_the_receivers_own_withdrawal() -> None:
    where = scene()
    exchange = _stocked(where, 5 * COIN)
    ben = wallet(where, "ben")
    exchange.withdraw("ann", ben.address(), COIN // 10)
    where.agenda.run_until(where.now + DAY)
    assert [coin.sources for coin in ben.coins] == [()]


def test_the_customer_is_told_of_his_coin() -> None:
    where = scene()
    exchange = _stocked(where, 5 * COIN)
    told: list[tuple[Coin, int]] = []
    ann = wallet(where, "ann")
    exchange.withdraw("ann", ann.address(), 7_000_000, lambda _, coin, number: told.append((coin, number)))
    where.agenda.run_until(where.now + DAY)
    assert [(coin in ann.coins, number) for coin, number in told] == [(True, 0)]


def test_what_cannot_be_paid_waits_and_small_orders_go_first() -> None:
    where = scene()
    exchange = _stocked(where, COIN)
    ann, ben = wallet(where, "ann"), wallet(where, "ben")
    exchange.withdraw("ann", ann.address(), 50 * COIN)
    exchange.withdraw("ben", ben.address(), COIN // 10)
    where.agenda.run_until(where.now + DAY)
    assert (ann.balance, ben.balance) == (0, COIN // 10)
    exchange.hot.receive(Coin(b"\x77" * 32, 0, 60 * COIN, _hot(exchange), Origin(height=1)))
    where.agenda.run_until(where.now + DAY)
    assert ann.balance == 50 * COIN


def _hot(exchange: Exchange) -> Lock:
    return exchange.hot_lock()


def test_an_empty_hot_wallet_is_refilled_from_the_cold_one() -> None:
    where = scene()
    exchange = _stocked(where, 20 * COIN)
    coins = list(exchange.hot.coins)
    exchange.hot.sweep(coins, exchange.cold_lock(), "cold_storage")
    ann = wallet(where, "ann")
    exchange.withdraw("ann", ann.address(), COIN)
    where.agenda.run_until(where.now + DAY)
    assert ann.balance == COIN
    assert any("hot_refill" in posted.roles for posted in where.ledger.waiting)


def test_a_customer_keeps_his_account_and_mostly_his_address() -> None:
    exchange = Exchange(scene(), FIRMS[0], Dice("exchange"))
    assert exchange.account("ann") == exchange.account("ann") != exchange.account("ben")
    assert len({id(exchange.deposit_lock("ann")) for _ in range(50)}) < 6


def test_an_exchange_pays_nothing_for_a_bare_promise() -> None:
    where = scene()
    exchange = Exchange(where, FIRMS[0], Dice("exchange"))
    exchange.withdraw("ann", wallet(where, "ann").address(), COIN)
    where.agenda.run_until(where.now + 3 * DAY)
    assert where.ledger.waiting == []
    assert where.truth.withdrawals == []


def test_deposits_by_others_count_for_the_account_that_the_address_belongs_to() -> None:
    where = scene()
    exchange = Exchange(where, FIRMS[0], Dice("exchange"))
    zoe = wallet(where, "zoe", COIN)
    zoe.pay([Pay(exchange.deposit_lock("ann"), COIN // 2, "deposit")])
    assert [note.customer for note in where.truth.deposits] == ["ann"]
