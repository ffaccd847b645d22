import pytest

from cointrail.chain.decode import decode_tx
from cointrail.simulate.ledger import Pay, Style
from support.worlds import scene, wallet


def test_a_posted_transaction_spends_and_pays_what_it_was_told_to() -> None:
    where = scene()
    alice, bob = wallet(where, "alice", 50_000), wallet(where, "bob")
    [coin] = alice.coins
    posted = where.ledger.post([coin], [Pay(bob.fresh("receive"), 40_000, "payment")])
    tx = decode_tx(posted.raw)
    assert (tx.txid.raw, tx.outputs[0].value, posted.fee) == (posted.txid, 40_000, 10_000)
    assert (alice.balance, bob.balance) == (0, 40_000)
    assert where.ledger.waiting == [posted]


def test_more_out_than_in_is_refused() -> None:
    where = scene()
    alice = wallet(where, "alice", 1_000)
    with pytest.raises(ValueError, match="exceed inputs by 1 sat"):
        where.ledger.post(list(alice.coins), [Pay(alice.fresh("receive"), 1_001, "change")])


def test_a_habit_of_locktimes_shows_the_tip() -> None:
    where = scene()
    where.ledger.height = 77
    alice = wallet(where, "alice", 9_000)
    style = Style(version=2, sequence=0xFFFFFFFE, tip_locktime=True)
    tx = decode_tx(where.ledger.post(list(alice.coins), [Pay(alice.fresh("receive"), 1, "x")], style).raw)
    assert (tx.version, tx.locktime, tx.inputs[0].sequence) == (2, 77, 0xFFFFFFFE)


def test_change_keeps_where_its_owner_has_it_from_and_payments_do_not() -> None:
    where = scene()
    alice, bob = wallet(where, "alice", 9_000, 9_000), wallet(where, "bob")
    coins = list(alice.coins)
    coins[0].sources, coins[1].sources = (4,), (2, 4)
    pays = [Pay(bob.fresh("receive"), 5_000, "payment"), Pay(alice.fresh("change"), 5_000, "change")]
    posted = where.ledger.post(coins, pays)
    assert [coin.sources for coin in posted.coins] == [(), (2, 4)]
    assert posted.sources("alice") == (2, 4)
    assert posted.sources("bob") == ()


def test_in_a_join_each_keeps_his_own_sources() -> None:
    where = scene()
    alice, bob = wallet(where, "alice", 9_000), wallet(where, "bob", 9_001)
    [mine], [his] = alice.coins, bob.coins
    mine.sources, his.sources = (1,), (2,)
    pays = [Pay(bob.fresh("receive"), 5_000, "x"), Pay(alice.fresh("receive"), 5_000, "x")]
    posted = where.ledger.post([mine, his], pays, low_r=[True, False])
    assert [coin.sources for coin in posted.coins] == [(2,), (1,)]
