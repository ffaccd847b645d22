"""Fingerprints of wallet programs: what they show, where they conflict, which profiles they fit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cointrail.chain.script import p2pkh, p2sh, p2tr
from cointrail.chain.view import InputMarks, ScriptType, TxView
from cointrail.heuristics.change import (
    Family,
    Fingerprint,
    Mark,
    conflicts,
    fingerprint_of,
    matching_wallets,
    merge,
)
from cointrail.heuristics.change.fingerprint import HARD, LOW_R_MAX, LOW_R_SURE, SOFT
from cointrail.heuristics.change.wallets import PROFILES, judged
from support.chains import ORDINARY, input_view, output_view, tx, view

PAYMENT = tx("a:9", "shop:5 back:3", height=800_000)
LOW = Fingerprint(Mark.PRESENT | LOW_R_SURE << 21)


def shown(payment: TxView) -> set[str]:
    return set(fingerprint_of(payment).labels)


def test_a_coinbase_has_no_fingerprint() -> None:
    assert fingerprint_of(tx(outs="miner:50")) == Fingerprint(0)
    assert conflicts(Fingerprint(0), fingerprint_of(PAYMENT)).hard == ()


def test_no_mark_shares_its_bit_with_a_count_or_a_type() -> None:
    bits = [mark.value for mark in Mark] + [LOW_R_MAX << 21]
    bits += [1 << shift + kind for shift in (40, 51) for kind in ScriptType]
    assert sum(bits) == (1 << 62) - 1
    assert len({bit for bit in bits if bit.bit_count() == 1}) == len(bits) - 1


@pytest.mark.parametrize(
    ("locktime", "mark"),
    [
        (0, "locktime_zero"),
        (799_999, "locktime_tip"),
        (799_900, "locktime_tip"),
        (799_899, "locktime_other"),
        (800_000, "locktime_other"),
    ],
)
def test_a_locktime_near_the_tip_is_against_fee_sniping(locktime: int, mark: str) -> None:
    found = shown(replace(PAYMENT, locktime=locktime))
    assert {name for name in found if name.startswith("locktime")} == {mark}


def test_without_a_height_a_locktime_may_be_either() -> None:
    found = shown(replace(PAYMENT, height=None, locktime=5))
    assert {"locktime_tip", "locktime_other"} <= found


def test_sequences_are_the_set_of_those_of_all_inputs() -> None:
    two = tx("a:9 b:9", "shop:5")
    first = replace(two.inputs[0], sequence=0xFFFFFFFF)
    assert {"sequence_final", "sequence_rbf"} <= shown(replace(two, inputs=(first, two.inputs[1])))


def test_a_spend_of_p2sh_shows_whether_it_is_segwit() -> None:
    for marks, name in ((InputMarks.WITNESS, "p2sh_segwit"), (InputMarks.SIGNED, "p2sh_bare")):
        one = input_view(p2sh(b"n" * 20), 9, marks=marks)
        assert name in shown(view((one,), (output_view(p2tr(b"t" * 32), 5),)))


def test_ecdsa_inputs_without_a_high_r_are_counted() -> None:
    ins = tuple(input_view(p2pkh(b"o" * 20), 9, marks=ORDINARY, salt=k) for k in range(3))
    schnorr = input_view(p2tr(b"t" * 32), 9, marks=ORDINARY)
    assert fingerprint_of(view((*ins, schnorr), (output_view("x", 5),))).low_r == 3


def test_a_whole_rate_needs_the_size() -> None:
    paying = tx("a:1_200", "x:500 y:500")
    assert "whole_rate" not in shown(paying)
    assert "whole_rate" in shown(replace(paying, weight=400))
    assert "whole_rate" not in shown(replace(paying, weight=408))


def test_the_place_of_change_shows_where_it_goes_back() -> None:
    assert "change_last" in shown(tx("a:9", "shop:5 a:3"))
    assert "change_first" in shown(tx("a:9", "a:5 shop:3"))
    assert not {name for name in shown(PAYMENT) if name.startswith("change")}


@pytest.mark.parametrize("name", list(HARD))
def test_two_values_of_a_hard_attribute_conflict(name: str) -> None:
    one, other = (Fingerprint(Mark.PRESENT | HARD[name][k]) for k in (0, 1))
    assert conflicts(one, other).hard == (name,)
    assert conflicts(one, one).hard == ()
    assert conflicts(one, Fingerprint(Mark.PRESENT)).hard == ()
    assert conflicts(one, merge([one, other])).hard == ()


@pytest.mark.parametrize("name", list(SOFT))
def test_two_values_of_a_soft_attribute_are_no_hard_conflict(name: str) -> None:
    one, other = (Fingerprint(Mark.PRESENT | SOFT[name][k]) for k in (0, 1))
    found = conflicts(one, other)
    assert (found.hard, found.soft) == ((), (name,))


def test_a_high_r_beside_many_low_ones_is_another_signer() -> None:
    high = Fingerprint(Mark.PRESENT | Mark.HIGH_R)
    assert conflicts(LOW, high).hard == ("low_r",)
    few = Fingerprint(Mark.PRESENT | 4 << 21)
    assert (conflicts(few, high).hard, conflicts(few, high).soft) == ((), ("low_r",))
    assert conflicts(high, high).hard == ()


def test_merged_counts_of_low_r_end_at_what_the_word_holds() -> None:
    assert merge([LOW, LOW]).low_r == LOW_R_MAX
    assert merge([]) == Fingerprint(0)


def of_core(**changes: int) -> TxView:
    return replace(PAYMENT, locktime=799_999, **changes)  # type: ignore[arg-type]


def test_a_profile_rules_out_what_its_program_never_leaves() -> None:
    wallets = {profile.wallet for profile in matching_wallets(of_core())}
    assert "Bitcoin Core" in wallets
    assert "Trust Wallet" not in wallets
    assert "Bitcoin Core" not in {p.wallet for p in matching_wallets(of_core(version=1))}


def test_a_profile_holds_from_its_first_height_to_its_last() -> None:
    found = matching_wallets(replace(of_core(), height=600_000, locktime=599_999))
    assert [(p.wallet, p.versions) for p in found] == [("Bitcoin Core", "0.16 to 0.19")]
    undated = matching_wallets(of_core(), dated=False)
    assert len([p for p in undated if p.wallet == "Bitcoin Core"]) == 3


def test_a_high_r_rules_out_programs_that_grind() -> None:
    high = replace(of_core(), inputs=(input_view("a", 9, marks=ORDINARY | InputMarks.HIGH_R),))
    assert Family.CORE not in {profile.family for profile in matching_wallets(high)}


def test_a_wallet_of_one_address_shows_its_change() -> None:
    plain = replace(tx("a:9", "shop:5 a:3", height=800_000), version=1)
    assert "Trust Wallet" in {p.wallet for p in matching_wallets(plain)}
    other = replace(tx("a:9", "shop:5 b:3", height=800_000), version=1)
    assert "Trust Wallet" not in {p.wallet for p in matching_wallets(other)}


@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: f"{p.wallet} {p.versions}")
def test_every_profile_states_a_source_and_judges_what_it_leaves(profile: object) -> None:
    found = next(p for p in PROFILES if p is profile)
    assert found.source
    assert judged(found) & found.leaves == found.leaves
    assert found.last_height is None or found.first_height < found.last_height
