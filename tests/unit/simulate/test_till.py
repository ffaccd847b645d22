from cointrail.chain.types import COIN
from cointrail.simulate.dice import Dice
from cointrail.simulate.ledger import Coin, Origin, Pay
from cointrail.simulate.till import Till
from support.worlds import scene, wallet


class _Groups:
    """Union-find over locks, as common inputs join them."""

    def __init__(self) -> None:
        self._up: dict[int, int] = {}

    def find(self, lock: object) -> int:
        at = id(lock)
        while self._up.setdefault(at, at) != at:
            at = self._up[at]
        return at

    def join(self, one: object, other: object) -> None:
        self._up[self.find(one)] = self.find(other)


def test_common_inputs_tie_all_payments_of_a_till_together() -> None:
    where, groups = scene(), _Groups()
    till, vendor = Till(where, "till", Dice("till")), wallet(where, "vendor")
    spends, locks = [], []
    for number in range(400):
        lock = till.wallet.fresh("till")
        locks.append(lock)
        till.wallet.receive(Coin(number.to_bytes(32, "big"), 0, COIN, lock, Origin(height=1)))
        if number % 5 == 4:
            coins = [*till.received(), *till.some_kept()]
            posted = till.spend(coins, [Pay(vendor.fresh("receive"), 4 * COIN, "vendor")])
            assert posted is not None
            spends.append(posted)
    for posted in spends:
        for coin in posted.spent:
            groups.join(posted.spent[0].lock, coin.lock)
    assert len({groups.find(lock) for lock in locks}) == 1
    kept = [coin for posted in spends for coin in posted.coins if coin.lock.owner == "shop"]
    tied = sum(groups.find(coin.lock) == groups.find(locks[0]) for coin in kept)
    assert tied >= len(kept) - 2  # a standing address may be too young to have been spent from


def test_the_first_change_returns_to_an_address_that_paid() -> None:
    where = scene()
    till, vendor = Till(where, "till", Dice("till")), wallet(where, "vendor")
    lock = till.wallet.fresh("till")
    till.wallet.receive(Coin(b"\x01" * 32, 0, COIN, lock, Origin(height=1)))
    posted = till.spend(till.received(), [Pay(vendor.fresh("receive"), COIN // 2, "vendor")])
    assert posted is not None
    assert {coin.lock for coin in posted.coins if coin.lock.owner == "shop"} == {lock}


def test_a_spend_that_fails_settles_nothing() -> None:
    where = scene()
    till, vendor = Till(where, "till", Dice("till")), wallet(where, "vendor")
    till.wallet.receive(Coin(b"\x01" * 32, 0, COIN, till.wallet.fresh("till"), Origin(height=1)))
    assert till.spend(till.received(), [Pay(vendor.fresh("receive"), 2 * COIN, "vendor")]) is None
    assert till.kept() == []
    assert len(till.received()) == 1


def test_strays_are_never_spent() -> None:
    till = Till(scene(), "till", Dice("till"))
    coin = Coin(b"\x01" * 32, 0, COIN, till.wallet.fresh("till"), Origin(height=1))
    till.wallet.receive(coin)
    till.strays.add(coin)
    assert till.received() == []
