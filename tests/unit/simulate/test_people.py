from cointrail.chain.types import COIN
from cointrail.simulate.clock import DAY
from cointrail.simulate.dice import Dice
from cointrail.simulate.exchange import Exchange
from cointrail.simulate.joins import Market
from cointrail.simulate.ledger import Coin, Posted
from cointrail.simulate.locks import Lock
from cointrail.simulate.people import Bill, FromExchange, FromJoin, FromPerson, Funding, Person
from cointrail.simulate.roster import FIRMS
from cointrail.simulate.scene import Scene
from cointrail.simulate.wallet import Wallet
from support.worlds import scene, wallet


class _Till:
    """Someone who is paid, and keeps what he is told."""

    def __init__(self, where: Scene) -> None:
        self.wallet = wallet(where, "till")
        self.told: list[tuple[Posted, Coin]] = []

    def lock(self) -> Lock:
        return self.wallet.fresh("till")

    def bill(self, usd: float) -> Bill:
        return Bill(usd, self.lock, "payment", lambda posted, coin: self.told.append((posted, coin)))


def _exchange(where: Scene) -> Exchange:
    exchange = Exchange(where, FIRMS[0], Dice("exchange"))
    for n in range(20):
        stock = wallet(where, f"stock-{n}", 50 * COIN)
        stock.sweep(list(stock.coins), exchange.deposit_lock("stock"), "deposit")
    return exchange


def _person(
    where: Scene, funding: Funding, *values: int, each_time: bool = False, name: str = "ann"
) -> Person:
    person = Person(where, wallet(where, name, *values), funding, Dice(f"people/{name}"))
    person.buys_each_time = each_time
    return person


def test_who_has_enough_pays_at_once() -> None:
    where = scene()
    till = _Till(where)
    _person(where, FromExchange([_exchange(where)]), COIN).settle(till.bill(50))
    assert till.wallet.balance == where.sat(50)
    assert where.truth.withdrawals == []


def test_who_runs_short_withdraws_first_and_pays_with_that_coin() -> None:
    where = scene()
    till = _Till(where)
    person = _person(where, FromExchange([_exchange(where)]), 1_000)
    person.settle(till.bill(50))
    assert till.told == []
    where.agenda.run_until(where.now + 5 * DAY)
    [(posted, coin)] = till.told
    assert posted.sources("ann") == (0,)
    assert coin.lock.owner == "till"
    assert where.truth.withdrawals[0].customer == "ann"


def test_who_buys_each_time_withdraws_although_he_has_enough() -> None:
    where = scene()
    till = _Till(where)
    person = _person(where, FromExchange([_exchange(where)]), COIN, each_time=True)
    person.settle(till.bill(50))
    where.agenda.run_until(where.now + 5 * DAY)
    [(posted, _)] = till.told
    assert posted.sources("ann") == (0,)
    person.settle(till.bill(5))
    assert len(till.told) == 2


def test_coins_from_another_persons_hand_have_no_source() -> None:
    where = scene()
    till, exchange = _Till(where), _exchange(where)
    trader = _person(where, FromExchange([exchange]), name="trader")
    _person(where, FromPerson(trader, "trade")).settle(till.bill(50))
    where.agenda.run_until(where.now + 8 * DAY)
    [(posted, _)] = till.told
    assert posted.sources("ann") == ()
    assert [note.customer for note in where.truth.withdrawals] == ["trader"]


def _joiner(where: Scene) -> tuple[Person, FromJoin]:
    makers: list[Wallet] = [wallet(where, f"maker-{n}", 3 * COIN) for n in range(6)]
    funding = FromJoin(FromExchange([_exchange(where)]), Market(where, makers, Dice("market")))
    return _person(where, funding), funding


def test_who_joins_pays_with_coins_that_are_still_his_own() -> None:
    where = scene()
    till = _Till(where)
    person, _ = _joiner(where)
    person.settle(till.bill(50))
    where.agenda.run_until(where.now + 5 * DAY)
    [(posted, _)] = till.told
    assert posted.sources("ann") == (0,)
    assert any("coinjoin_equal" in posted.roles for posted in where.ledger.waiting)


def test_a_join_can_be_the_payment() -> None:
    where = scene()
    till = _Till(where)
    person, funding = _joiner(where)
    funding.pay_within(person, till.bill(50))
    where.agenda.run_until(where.now + 5 * DAY)
    [(posted, coin)] = till.told
    assert len({spent.lock.owner for spent in posted.spent}) >= 3
    assert coin.lock.owner == "till"


def test_when_nobody_joins_the_bill_is_paid_plainly() -> None:
    where = scene()
    till = _Till(where)
    funding = FromJoin(FromExchange([_exchange(where)]), Market(where, [], Dice("market")))
    person = _person(where, funding)
    funding.pay_within(person, till.bill(50))
    person.settle(till.bill(20))
    where.agenda.run_until(where.now + 5 * DAY)
    assert len(till.told) == 2
    assert all({c.lock.owner for c in posted.spent} == {"ann"} for posted, _ in till.told)
