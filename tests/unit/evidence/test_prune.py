"""Trails cut down to the branches that matter, against those branches walked by hand."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cointrail.evidence.redaction import prune


def _walk(steps: list[list[object]], ends: list[list[object]]) -> dict[str, Any]:
    return {"table": "payments", "start": "a:0", "steps": steps, "ends": ends}


def test_a_branch_that_leads_elsewhere_ends_as_withheld() -> None:
    walk = _walk(
        [["a", [0], 2], ["b", [1], 1], ["c", [2], 2]],
        [[3, "custodian"], [4, "custodian"], [5, "unspent"]],
    )
    assert prune(walk, {4: "custodian"}) == _walk(
        [["a", [0], 2], ["c", [2], 2]],
        [[1, "withheld"], [3, "custodian"], [4, "withheld"]],
    )


def test_branches_that_meet_are_kept_up_to_where_they_part() -> None:
    walk = _walk(
        [["a", [0], 2], ["b", [1], 1], ["c", [2, 3], 1]],
        [[4, "deposit"]],
    )
    assert prune(walk, {4: "deposit"}) == walk


def test_a_start_that_is_an_end_itself_needs_no_steps() -> None:
    walk = _walk([], [[0, "custodian"]])
    assert prune(walk, {0: "custodian"}) == walk
    assert prune(walk, {}) == _walk([], [[0, "withheld"]])


@given(st.data())
def test_what_is_kept_is_a_walk_in_which_each_output_goes_on_or_ends(data: st.DataObject) -> None:
    steps: list[list[object]] = []
    left, made = [0], 1
    for number in range(data.draw(st.integers(0, 9))):
        if not left:
            break
        arrived = data.draw(st.lists(st.sampled_from(left), min_size=1, max_size=3, unique=True))
        went_on = data.draw(st.integers(0, 3))
        steps.append([str(number), sorted(arrived), went_on])
        left = [one for one in left if one not in arrived] + [*range(made, made + went_on)]
        made += went_on
    kept = {one: "custodian" for one in left if data.draw(st.booleans())}
    short = prune(_walk(steps, [[one, "custodian"] for one in left]), kept)
    numbers = 1 + sum(step[2] for step in short["steps"])
    gone = [one for step in short["steps"] for one in step[1]]
    assert sorted([*gone, *(one for one, _ in short["ends"])]) == [*range(numbers)]
    assert sum(stop == "custodian" for _, stop in short["ends"]) == len(kept)
    assert all(max(step[1]) < numbers for step in short["steps"])
