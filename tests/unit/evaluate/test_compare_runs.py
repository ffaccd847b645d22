"""Two runs side by side, from tables written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from cointrail.errors import BadInput, NotFound
from cointrail.evaluate.worlds.compare import ALL, RateChange, RunComparison, compare_runs
from support.run_tables import ERA, write_run

Kinds = dict[str, tuple[int, int]]


def compared(
    tmp_path: Path,
    *,
    wrong: int = 3,
    kinds: Kinds | None = None,
    precision: float = 0.99,
    world: str = "a",
) -> RunComparison:
    """A run against another in which something is different."""
    after = write_run(tmp_path / "after", wrong=wrong, kinds=kinds, precision=precision, world=world)
    return compare_runs(write_run(tmp_path / "before"), after)


def of(found: RunComparison, kind: str, where: str) -> RateChange:
    return next(one for one in found.changes if (one.of, one.where) == (kind, where))


def test_a_run_against_its_like_shows_nothing(tmp_path: Path) -> None:
    found = compared(tmp_path)
    assert found.told == []
    assert (found.same, found.only_before, found.only_after) == (1, (), ())
    assert {one.moved_ppm for one in found.changes} == {0}


def test_a_rate_that_chance_does_not_explain_is_told_first(tmp_path: Path) -> None:
    found = compared(tmp_path, wrong=60)
    assert of(found, "stratum", ALL).parted
    assert found.changes[0] == found.told[0] == of(found, "stratum", ALL)
    assert found.told[0].moved_ppm == 57_000


def test_a_rate_that_chance_explains_is_not(tmp_path: Path) -> None:
    assert not of(compared(tmp_path, wrong=7), "stratum", ALL).parted


def test_a_kind_that_was_not_there_is_told_and_held_against_the_rule(tmp_path: Path) -> None:
    found = compared(tmp_path, kinds={"payment": (500, 1), "coinswap": (60, 40), "quiet": (60, 0)})
    swap, quiet = of(found, "kind", "coinswap"), of(found, "kind", "quiet")
    assert (swap.before, swap.against, swap.parted) == (None, "the rule", True)
    assert (quiet.is_new, quiet.parted) == (True, False)
    assert {one.where for one in found.told} >= {"coinswap", "quiet"}


def test_figures_of_clusters_part_with_their_worlds_intervals(tmp_path: Path) -> None:
    found = compared(tmp_path, precision=0.97)
    assert of(found, "clusters", "T2").parted


def test_strata_of_few_hands_are_left_out_and_counted(tmp_path: Path) -> None:
    found = compared(tmp_path)
    assert found.strata_left_out == 1
    assert not [one for one in found.changes if one.where == ERA]


def test_worlds_of_one_run_alone_are_named(tmp_path: Path) -> None:
    found = compared(tmp_path, world="b")
    assert (found.same, found.only_before, found.only_after) == (0, ("a",), ("b",))


def test_a_folder_without_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"strata\.csv"):
        compare_runs(tmp_path, tmp_path)


def test_tables_of_something_else_are_refused(tmp_path: Path) -> None:
    old = write_run(tmp_path / "old")
    (old / "kinds.csv").write_text("rule,kind\na,b\n")
    with pytest.raises(BadInput, match="not those of `evaluate run`"):
        compare_runs(old, old)
