"""Among how many an output hides, at first and later."""

from __future__ import annotations

from cointrail.coinjoin.anonymity import Later, Removal, Reveal, anonymity_sets

MIX = {5_000: (0, 1, 2, 3, 4)}


def test_an_output_hides_among_its_equals_but_not_among_more_than_there_are_hands() -> None:
    (many,) = anonymity_sets(MIX, hands=9)
    (few,) = anonymity_sets(MIX, hands=3)
    assert (many.k_at_mix, few.k_at_mix) == (5, 3)
    assert many.k is None


def test_each_output_told_apart_leaves_the_set_once() -> None:
    told = (
        Removal(1, Reveal.WITH_CHANGE, 120),
        Removal(1, Reveal.RETURNED, 130),
        Removal(4, Reveal.REUSED, 110),
    )
    (one,) = anonymity_sets(MIX, hands=5, mixed_at=100, later=Later(200, 5, told))
    assert (one.k_at_mix, one.k, one.hidden) == (5, 3, (0, 2, 3))
    assert [(t.removal.height, t.counted, t.k) for t in one.told] == [
        (110, True, 4),
        (120, True, 3),
        (130, False, 3),
    ]


def test_what_was_known_by_the_mix_is_no_later_knowledge() -> None:
    used_before = (Removal(0, Reveal.REUSED, 90),)
    (one,) = anonymity_sets(MIX, hands=5, mixed_at=100, later=Later(200, 5, used_before))
    assert (one.k_at_mix, one.k) == (4, 4)


def test_inputs_that_turn_out_to_be_one_hand_bound_the_set_later() -> None:
    (one,) = anonymity_sets(MIX, hands=5, mixed_at=100, later=Later(200, 2, ()))
    assert (one.k_at_mix, one.owners, one.k) == (5, 2, 2)


def test_a_set_of_which_all_are_told_apart_hides_nobody() -> None:
    told = tuple(Removal(k, Reveal.IN_CLUSTER) for k in range(5))
    (one,) = anonymity_sets(MIX, hands=5, mixed_at=100, later=Later(200, 5, told))
    assert (one.k, one.hidden) == (0, ())
