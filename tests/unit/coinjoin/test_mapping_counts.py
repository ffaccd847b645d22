"""Counts that others published, the limits of a count, and how a share reads."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence

import pytest

from cointrail.coinjoin.amounts import Amounts
from cointrail.coinjoin.counting import MOST_STATES, Limits, Stop, count_mappings
from cointrail.coinjoin.links import MAPPINGS, SHARES, many_to_many, one_to_one, paths, share_text
from cointrail.coinjoin.mappings import Model
from support.mappings import amounts

EQUAL_COINS = [
    (2, 3, "1.58", ".667"),
    (3, 16, "4.00", ".500"),
    (4, 131, "7.03", ".405"),
    (5, 1_496, "10.55", ".342"),
    (6, 22_482, "14.46", ".298"),
    (8, 9_934_563, "23.24", ".239"),
    (9, 277_006_192, "28.05", ".218"),
]
"""n equal inputs and n equal outputs: mappings, entropy in bits, link probability."""

MEGABYTE = 1_000_000


@pytest.mark.parametrize(("n", "mappings", "bits", "share"), EQUAL_COINS)
def test_the_table_of_equal_coins_is_reproduced_to_the_digit(
    n: int, mappings: int, bits: str, share: str
) -> None:
    table = many_to_many(amounts([5] * n, [5] * n))
    assert (table.mappings, table.entropy_bits) == (mappings, bits)
    assert {table.share(i, j) for i in range(n) for j in range(n)} == {share}


@pytest.mark.parametrize(
    ("ins", "outs", "mappings"),
    [
        (2, 30, 155_117_521),
        (3, 30, 5_551_086_926_386),
        (4, 32, 99_607_509_723_421_171),
        (8, 16, 1_270_419_685_859),
    ],
)
def test_joins_of_equal_coins_in_several_outputs_each_count_as_published(
    ins: int, outs: int, mappings: int
) -> None:
    """Source: Boltzmann, table of the combinations of perfect coinjoins."""
    found = count_mappings(amounts([outs // ins] * ins, [1] * outs), Model())
    assert found.counts is not None
    assert found.counts.mappings == mappings


BOLTZMANN = {
    "8e56317360a548e8ef28ec475878ef70d1371bee3526c017ac22ad61ae5740b8": (
        [10_000_000, 1_380_000],
        [100_000, 9_850_000, 100_000, 1_270_000],
        0,
        3,
        [[2, 3, 2, 1], [2, 1, 2, 3]],
    ),
    "three unequal hands": (
        [10, 10, 2],
        [8, 2, 2, 8, 2],
        0,
        28,
        [[16, 13, 13, 16, 13]] * 2 + [[7, 14, 14, 7, 14]],
    ),
    "a fee as large as a coin": ([5, 5, 5], [5, 3, 2], 0, 28, None),
    "7d588d52d1cece7a18d663c977d6143016b5b326404bbf286bc024d5d54fcecb, without maker fees": (
        [260_994_463, 98_615_817, 84_911_243, 20_112_774, 79_168_410],
        [14_868_890, 84_077_613, 84_077_613, 15_369_204, 177_252_160, 84_077_613, 84_077_613],
        0,
        1,
        [[1] * 7] * 5,
    ),
    "7d588d52d1cece7a18d663c977d6143016b5b326404bbf286bc024d5d54fcecb": (
        [260_994_463, 98_615_817, 84_911_243, 20_112_774, 79_168_410],
        [14_868_890, 84_077_613, 84_077_613, 15_369_204, 177_252_160, 84_077_613, 84_077_613],
        420_388,
        95,
        [
            [11, 35, 35, 9, 95, 35, 35],
            [73, 38, 38, 27, 9, 38, 38],
            [21, 46, 46, 43, 25, 46, 46],
            [27, 33, 33, 73, 11, 33, 33],
            [27, 33, 33, 73, 11, 33, 33],
        ],
    ),
    "015d9cf0a12057d009395710611c65109f36b3eaefa3a694594bf243c097f404": (
        [203_486, 5_000_000, 11_126, 9_829, 9_572_867, 13_796, 150_000, 82_835, 5_000_000],
        [791_116, 907_419, 9_136_520, 9_136_520],
        45_683,
        438,
        None,
    ),
}
"""Inputs, outputs, maker fee (half a percent of the denomination), mappings, links. Source: the test
vectors of Boltzmann's implementations; transactions of the main network by their ids."""


def with_maker_fee(ins: Sequence[int], outs: Sequence[int], maker_fee: int) -> Amounts:
    equal = max(outs.count(value) for value in outs)
    return amounts(ins, outs, gain=maker_fee, loss=sum(ins) - sum(outs) + maker_fee * (equal - 1))


@pytest.mark.parametrize("name", BOLTZMANN)
def test_boltzmanns_own_vectors_are_reproduced(name: str) -> None:
    ins, outs, maker_fee, mappings, links = BOLTZMANN[name]
    table = many_to_many(with_maker_fee(ins, outs, maker_fee))
    assert table.mappings == mappings
    if links is not None:
        assert table.together == tuple(map(tuple, links))


def test_a_party_that_must_take_something_leaves_fewer_mappings() -> None:
    fee_paid_by_one = amounts([5, 5, 5], [5, 3, 2])
    assert many_to_many(fee_paid_by_one, fee_only=False).mappings == 19


def test_five_equal_coins_are_a_third_by_one_model_and_a_fifth_by_the_other() -> None:
    mix = amounts([5] * 5, [5] * 5)
    assert many_to_many(mix).share(0, 0) == ".342"
    assert one_to_one(mix).share(0, 0) == ".200"
    assert one_to_one(mix).mappings == 120


def test_nothing_is_a_path_where_one_model_leaves_a_doubt() -> None:
    """Ten may take both fives, and seven the changes: many to many allows it, one to one does not."""
    join = amounts([10_000, 7_000], [5_000, 5_000, 4_990, 1_990])
    many, one = many_to_many(join), one_to_one(join)
    assert (one.share(0, 2), many.share(0, 2)) == ("1", ".750")
    assert paths(many, one) == {(1, 3)}


def test_an_unmixed_change_is_a_path_where_both_models_are_sure() -> None:
    join = amounts([10_000, 7_000], [4_000, 4_000, 5_990, 2_990])
    assert paths(many_to_many(join), one_to_one(join)) == {(0, 2), (1, 3)}


@pytest.mark.parametrize(
    ("ins", "outs", "why"),
    [
        ([5, 5], [6, 4], "no two outputs are equal"),
        ([8, 8], [5, 5, 3, 3], "2 values repeat"),
        ([15], [5, 5, 5], "3 equal outputs for 1 inputs"),
        ([9, 2], [5, 5], "no choice of inputs"),
    ],
)
def test_the_one_to_one_model_abstains_where_parties_have_no_denomination(
    ins: list[int], outs: list[int], why: str
) -> None:
    table = one_to_one(amounts(ins, outs))
    assert why in str(table.abstained)
    assert not paths(many_to_many(amounts(ins, outs)), table)


@pytest.mark.parametrize(
    ("count", "of", "text"),
    [(0, 7, "0"), (7, 7, "1"), (1, 3, ".333"), (2, 3, ".667"), (1, 9_999, "<.001"), (9_998, 9_999, ">.999")],
)
def test_a_rounded_share_is_never_certain_and_never_impossible(count: int, of: int, text: str) -> None:
    assert share_text(count, of) == text


def test_a_join_of_four_hundred_inputs_is_given_up_at_once_and_says_what_is_open() -> None:
    values = [100_000 + 7 * k for k in range(400)]
    table = many_to_many(amounts(values, [value - 50 for value in values]))
    assert table.stop == Stop.PICKS
    assert (table.mappings, table.certain, table.together) == (None, None, None)
    assert {MAPPINGS, SHARES} < set(table.undecided)


def test_a_count_with_too_many_sums_that_balance_is_given_up_in_little_memory() -> None:
    values = [1_000 + k for k in range(19)]
    wasteful = amounts(values, [v - 900 for v in values])
    tracemalloc.start()
    table = many_to_many(wasteful, limits=Limits(steps=10_000_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert table.stop == Stop.STATES
    assert peak < 250 * MEGABYTE
    assert MOST_STATES * 24 < 110 * MEGABYTE


def test_a_count_that_runs_out_of_steps_ends_alike_each_time() -> None:
    close = amounts([100_000 + k for k in range(12)], [99_900 - k for k in range(12)])
    first, second = (many_to_many(close, limits=Limits(steps=200_000)) for _ in range(2))
    assert first == second
    assert (first.stop, first.steps) == (Stop.STEPS, 200_000)


def test_links_are_still_decided_where_the_number_of_mappings_is_not() -> None:
    small = [100_000 + k for k in range(12)]
    join = amounts([*small, 9_000_000], [*small, 8_999_000])
    table = many_to_many(join, limits=Limits(steps=5_000_000))
    assert table.stop == Stop.STEPS
    assert table.undecided == (MAPPINGS, SHARES)
    assert table.certain == frozenset({(12, 12)})


def test_the_clock_behind_the_steps_is_named_when_it_ends_a_count() -> None:
    close = amounts([100_000 + k for k in range(12)], [99_900 - k for k in range(12)])
    assert many_to_many(close, limits=Limits(seconds=-1)).stop == Stop.SECONDS
