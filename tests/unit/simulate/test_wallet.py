from collections.abc import Sequence
from dataclasses import replace

import pytest

from cointrail.simulate.clock import date
from cointrail.simulate.habits import NODE, SINGLE
from cointrail.simulate.ledger import Pay
from cointrail.simulate.locks import Kind
from cointrail.simulate.wallet import DUST, Choice, Place
from support.worlds import PLAIN_HABITS, scene, wallet

VALUES = (40_000, 90_000, 60_000)


@pytest.mark.parametrize(
    ("choice", "expected"), [(Choice.OLDEST, [40_000, 90_000]), (Choice.LARGEST, [90_000])]
)
def test_coins_are_taken_in_the_wallets_order(choice: Choice, expected: Sequence[int]) -> None:
    where = scene()
    alice = wallet(where, "alice", *VALUES, habits=replace(PLAIN_HABITS, choice=choice))
    posted = alice.pay([Pay(wallet(where, "bob").fresh("receive"), 50_000, "payment")])
    assert posted is not None
    assert [coin.value for coin in posted.spent] == expected
    assert alice.balance == sum(VALUES) - 50_000 - posted.fee


def test_named_coins_come_first() -> None:
    where = scene()
    alice = wallet(where, "alice", *VALUES)
    last = list(alice.coins)[-1]
    posted = alice.pay([Pay(wallet(where, "bob").fresh("receive"), 20_000, "payment")], first=[last])
    assert posted is not None
    assert posted.spent == [last]


def test_nothing_happens_when_the_coins_do_not_suffice() -> None:
    where = scene()
    alice = wallet(where, "alice", 50_000)
    assert alice.pay([Pay(wallet(where, "bob").fresh("receive"), 50_000, "payment")]) is None
    assert (alice.balance, where.ledger.waiting) == (50_000, [])


def test_change_that_is_dust_goes_to_the_miner() -> None:
    where = scene()
    alice = wallet(where, "alice", 50_000)
    most = 50_000 - alice.fee(list(alice.coins), [alice.fresh("x")]) - DUST // 2
    posted = alice.pay([Pay(wallet(where, "bob").fresh("receive"), most, "payment")])
    assert posted is not None
    assert len(posted.coins) == 1


@pytest.mark.parametrize(("place", "expected"), [(Place.FIRST, 0), (Place.LAST, 1)])
def test_change_stands_where_the_program_puts_it(place: Place, expected: int) -> None:
    where = scene()
    alice = wallet(where, "alice", 90_000, habits=replace(PLAIN_HABITS, place=place))
    posted = alice.pay([Pay(wallet(where, "bob").fresh("receive"), 20_000, "payment")])
    assert posted is not None
    assert posted.roles[expected] == "change"


def test_sorted_programs_sort_inputs_and_outputs() -> None:
    where = scene()
    alice = wallet(where, "alice", 30_000, 30_000, habits=replace(PLAIN_HABITS, place=Place.SORTED))
    posted = alice.pay([Pay(wallet(where, "bob").fresh("receive"), 40_000, "payment")])
    assert posted is not None
    assert [c.txid for c in posted.spent] == sorted(c.txid for c in posted.spent)
    assert [c.value for c in posted.coins] == sorted(c.value for c in posted.coins)


def test_a_reusing_wallet_has_one_address_for_everything() -> None:
    where = scene()
    alice = wallet(where, "alice", habits=SINGLE)
    assert alice.address() is alice.address("change")


def test_programs_move_to_segwit_with_the_years() -> None:
    where = scene("2017-01-01")
    alice = wallet(where, "alice", habits=NODE)
    assert alice.fresh("receive").kind is Kind.P2PKH
    where.agenda.run_until(date("2018-01-01"))
    assert alice.fresh("receive").kind is Kind.P2SH_P2WPKH
