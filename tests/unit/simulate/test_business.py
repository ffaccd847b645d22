from cointrail.chain.types import COIN
from cointrail.simulate.business import MarketMaker, Merchant, Pool
from cointrail.simulate.clock import DAY
from cointrail.simulate.dice import Dice
from cointrail.simulate.exchange import Exchange
from cointrail.simulate.ledger import Coin, Origin
from cointrail.simulate.locks import Kind
from cointrail.simulate.people import FromExchange, Person
from cointrail.simulate.roster import FIRMS
from cointrail.simulate.scene import Scene
from support.worlds import scene, wallet


def _exchange(where: Scene, number: int = 0) -> Exchange:
    return Exchange(where, FIRMS[number], Dice(f"exchange/{number}"))


def test_a_merchant_sells_what_has_come_together() -> None:
    where = scene()
    exchange = _exchange(where)
    shopkeeper = Person(
        where, wallet(where, "merchant", COIN, COIN), FromExchange([exchange]), Dice("merchant")
    )
    Merchant(shopkeeper, exchange, Dice("trade"))
    where.agenda.run_until(where.now + 30 * DAY)
    assert where.truth.deposits[0].customer == "merchant"
    assert shopkeeper.wallet.balance < COIN
    assert where.truth.kinds["merchant"] == "merchant"


def test_a_pool_spends_its_coinbases_after_a_hundred_blocks() -> None:
    where = scene("2015-03-01")
    pool = Pool(where, "pool", 1.0, Kind.P2PK, Dice("pool"))
    for height in range(1, 4):
        coin = Coin(bytes([height]) * 32, 0, 50 * COIN, pool.reward_lock, Origin(height, 0, coinbase=True))
        pool.wallet.receive(coin)
    where.ledger.height = 100
    pool.wallet.ripen()
    assert [coin.origin.height for coin in pool.wallet.coins] == [1]


def test_a_pool_pays_members_and_sells() -> None:
    where = scene("2015-03-01")
    pool = Pool(where, "pool", 1.0, Kind.P2PK, Dice("pool"))
    member = Person(where, wallet(where, "miner"), FromExchange([_exchange(where)]), Dice("miner"))
    pool.members.append(member)
    pool.wallet.coins[Coin(b"\x01" * 32, 0, 50 * COIN, pool.reward_lock, Origin(height=1))] = None
    pool.open([_exchange(where, 1)])
    where.agenda.run_until(where.now + 20 * DAY)
    assert member.wallet.balance > 0
    assert {note.exchange for note in where.truth.deposits} == {FIRMS[1].id}


def test_the_market_maker_stocks_an_exchange_that_runs_short() -> None:
    where = scene()
    rich, poor = _exchange(where, 0), _exchange(where, 1)
    for n in range(3):
        stock = wallet(where, f"stock-{n}", 90 * COIN)
        stock.sweep(list(stock.coins), rich.deposit_lock("stock"), "deposit")
    MarketMaker(where, [rich, poor], Dice("maker"))
    where.agenda.run_until(where.now + 40 * DAY)
    assert poor.balance > COIN
    assert {note.customer for note in where.truth.withdrawals} == {MarketMaker.NAME}
