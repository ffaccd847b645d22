"""Keys that are shown in more than one form, and how they go together when a key changes hands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from cointrail.clustering.keys import find_key_links
from cointrail.simulate import Plan, compose_world
from cointrail.simulate.composed.forms import SHOWN_AGAIN, KeyForms
from cointrail.simulate.composed.ledger import Coin
from cointrail.simulate.composed.programs import other_forms
from cointrail.simulate.composed.quick_keys import QuickKeys
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import Kind, Lock, make_lock
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import ingest
from cointrail.store.reader import open_snapshot
from support.composed_worlds import Composed, check_truth

KEYS = QuickKeys("test")


def lock_of(name: str, kind: Kind = Kind.P2PKH) -> Lock:
    return make_lock(KEYS, kind, name, "person-0", "receive")


def coin_at(lock: Lock) -> Coin:
    return Coin(bytes(32), 0, 1_000, lock, 1)


def shown_twice(year: int = 2018, kind: Kind = Kind.P2PKH) -> tuple[KeyForms, Lock, Lock]:
    """Forms that always show a key again, with its first lock and its second."""
    forms = KeyForms(1.0, year, Dice("forms"))
    first = lock_of("one", kind)
    forms.add("one", first)
    second = forms.again(KEYS, [coin_at(first)], "receive")
    assert second is not None
    return forms, first, second


@pytest.mark.parametrize(
    ("kind", "year", "others"),
    [
        (Kind.P2PKH, 2013, {Kind.P2PK}),
        (Kind.P2PKH, 2021, {Kind.P2WPKH, Kind.P2SH_P2WPKH}),
        (Kind.P2PKH_UNCOMPRESSED, 2013, {Kind.P2PK_UNCOMPRESSED}),
        (Kind.P2SH_MULTISIG, 2016, {Kind.MULTISIG}),
        (Kind.P2SH_P2WSH_MULTISIG, 2021, {Kind.P2SH_MULTISIG, Kind.P2WSH_MULTISIG}),
        (Kind.P2TR, 2025, set()),
    ],
)
def test_a_year_knows_the_other_forms_of_a_key(kind: Kind, year: int, others: set[Kind]) -> None:
    assert set(other_forms(kind, year)) == others


def test_a_key_shown_again_has_another_script_and_the_same_key() -> None:
    _, first, second = shown_twice()
    assert second.keys == first.keys
    assert second.script != first.script
    assert (second.owner, second.home) == (first.owner, first.home)


def test_a_multisig_shown_again_keeps_its_keys_in_order() -> None:
    _, first, second = shown_twice(2016, Kind.P2SH_MULTISIG)
    assert second.kind is Kind.MULTISIG
    assert second.script == first.inner


def test_a_wallet_that_shows_nothing_twice_never_draws_a_form() -> None:
    forms = KeyForms(0.0, 2018, Dice("forms"))
    forms.add("one", lock_of("one"))
    assert all(forms.again(KEYS, (), "receive") is None for _ in range(50))


def test_only_the_newest_keys_are_shown_again() -> None:
    forms = KeyForms(1.0, 2013, Dice("forms"))
    locks = [lock_of(f"key-{n}") for n in range(SHOWN_AGAIN + 5)]
    for n, lock in enumerate(locks):
        forms.add(f"key-{n}", lock)
    again = [forms.again(KEYS, (), "receive") for _ in range(200)]
    assert {lock.keys for lock in again if lock is not None} == {lock.keys for lock in locks[5:]}


def test_the_forms_of_a_key_are_one_group_until_nothing_lies_there() -> None:
    forms, first, second = shown_twice()
    first.told = second.told = True
    assert forms.of(first) == forms.of(second) == [first, second]
    forms.count(second, 1)
    forms.count(first, -1)
    assert forms.of(second) == [first, second]
    forms.count(second, -1)
    assert forms.of(second) == [second]


def test_keys_that_somebody_else_has_are_shown_no_more() -> None:
    forms, first, second = shown_twice(2018)
    forms.let_go(first)
    assert forms.of(second) == [second]
    assert forms.again(KEYS, (), "receive") is None


@dataclass(frozen=True)
class Shown:
    """A world with the links of its keys, as pairs of scripts in hex."""

    world: Composed
    rules: set[str]
    pairs: list[tuple[str, str]]


def made(folder: Path, year: int, rates: dict[str, float]) -> Shown:
    """A small world in which every third address shows a key again."""
    numbers = {"transactions": 900, "per_block": 60, "persons": 80, "second_form": 0.3}
    compose_world(Plan(year, numbers, {"exchange": 140.0, **rates}), 3, folder / "world", signed=False)
    with BlocksDirectory(folder / "world" / "blocks") as source:
        ingest(folder / "store", source)
    with open_snapshot(folder / "store") as snapshot:
        links = find_key_links(snapshot)
        pairs = [(snapshot.get_script(k.later).hex(), snapshot.get_script(k.earlier).hex()) for k in links]
    return Shown(Composed(folder / "world"), {link.rule_id for link in links}, pairs)


@pytest.mark.parametrize(
    ("year", "wanted"),
    [(2013, {"same_key"}), (2016, {"same_key", "inner_script"}), (2021, {"same_key", "inner_script"})],
)
def test_a_world_shows_links_of_keys_and_all_are_true(year: int, wanted: set[str], tmp_path: Path) -> None:
    found = made(tmp_path, year, {"custody": 3.0, "thief": 3.0})
    check_truth(found.world)
    owners = {row["script_hex"]: row["owner"] for row in found.world.rows("scripts")}
    assert found.rules == wanted
    assert all(owners[one] == owners[other] for one, other in found.pairs)


def test_a_key_that_changes_hands_takes_all_its_forms_along(tmp_path: Path) -> None:
    found = made(tmp_path, 2021, {"custody": 30.0, "thief": 10.0})
    moved = found.world.custody
    both = [(one, other) for one, other in found.pairs if one in moved and other in moved]
    assert both
    assert all(moved[one] == moved[other] for one, other in both)
