from cointrail.chain.types import COIN
from cointrail.simulate import cash_out
from cointrail.simulate.clock import DAY
from cointrail.simulate.dice import Dice
from cointrail.simulate.exchange import Exchange
from cointrail.simulate.joins import Market
from cointrail.simulate.ledger import Coin, Origin
from cointrail.simulate.peel import PeelChain
from cointrail.simulate.people import FromExchange, Person
from cointrail.simulate.roster import FIRMS
from cointrail.simulate.scene import Scene
from cointrail.simulate.shop import Shop
from support.worlds import scene, wallet


def _shop(where: Scene, makers: int = 6) -> Shop:
    exchanges = [Exchange(where, firm, Dice(firm.id)) for firm in FIRMS[:3]]
    people = [wallet(where, f"maker-{n}", 50 * COIN) for n in range(makers)]
    shop = Shop(where, exchanges, Market(where, people, Dice("market")), Dice("shop"), least=3)
    vendor = Person(where, wallet(where, "vendor"), FromExchange(exchanges), Dice("vendor"))
    shop.vendors = [vendor]
    for n in range(10):
        lock = shop.main.wallet.fresh("till")
        shop.main.wallet.receive(Coin(bytes([200 + n]) * 32, 0, COIN, lock, Origin(height=1)))
    return shop


def _peel(where: Scene, shop: Shop, *, returns: bool) -> PeelChain:
    chain = PeelChain(shop, 9, returns=returns)
    coin = Coin(b"\x09" * 32, 0, 20 * COIN, chain.wallet.fresh("peel"), Origin(height=1))
    chain.wallet.receive(coin)
    chain.begin(coin)
    where.agenda.run_until(where.now + 60 * DAY)
    return chain


def test_a_peel_chain_is_deposited_bit_by_bit_to_the_end() -> None:
    where = scene()
    chain = _peel(where, _shop(where), returns=False)
    hops = [posted for posted in where.ledger.waiting if posted.spent[0].lock.owner == "shop"]
    assert 4 <= len(hops) <= 9
    assert [len(posted.spent) for posted in hops] == [1] * len(hops)
    assert all(sorted(posted.roles) == ["deposit", "peel_change"] for posted in hops[:-1])
    assert hops[-1].roles == ["deposit"]
    assert chain.wallet.balance == 0


def test_a_peel_chain_may_come_home() -> None:
    where = scene()
    shop = _shop(where)
    _peel(where, shop, returns=True)
    [receipt] = where.truth.receipts
    assert (receipt.kind, receipt.payer) == ("own_money", "shop")
    assert sum(coin.value for coin in shop.main.received()) == 10 * COIN + receipt.value


def test_consolidation_keeps_everything() -> None:
    where = scene()
    shop = _shop(where)
    cash_out.consolidate(shop, shop.main.received())
    [posted] = where.ledger.waiting
    assert {coin.lock.owner for coin in posted.coins} == {"shop"}
    assert shop.main.wallet.balance == 10 * COIN - posted.fee


def test_deposits_are_the_shops_own() -> None:
    where = scene()
    shop = _shop(where)
    cash_out.deposit(shop, shop.main.received())
    assert {note.customer for note in where.truth.deposits} == {"shop"}


def test_vendors_are_paid_some_hundred_dollars() -> None:
    where = scene()
    shop = _shop(where)
    cash_out.pay_vendor(shop, shop.main.received())
    assert 50 < where.usd(shop.vendors[0].wallet.balance) < 3_000


def test_what_was_mixed_is_deposited_apart_from_the_till() -> None:
    where = scene()
    shop = _shop(where)
    cash_out.mix(shop, shop.main.received())
    where.agenda.run_until(where.now + 40 * DAY)
    assert any("coinjoin_equal" in posted.roles for posted in where.ledger.waiting)
    assert len(where.truth.deposits) == 2
    assert shop.apart.balance == 0


def test_without_anybody_to_mix_with_the_coin_is_deposited_as_it_is() -> None:
    where = scene()
    shop = _shop(where, makers=0)
    cash_out.mix(shop, shop.main.received())
    where.agenda.run_until(where.now + 40 * DAY)
    assert len(where.truth.deposits) == 1
