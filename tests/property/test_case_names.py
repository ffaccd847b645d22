"""Names of cases in paths: any reference has one, and no two have the same."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from cointrail.workbench.case_names import find, name_of

references = st.text(st.characters(codec="utf-8"), min_size=1, max_size=500) | st.from_regex(
    r"[A-Za-z0-9/ .-]{1,80}", fullmatch=True
)


@given(references)
def test_a_name_can_stand_in_a_path_and_name_a_folder(reference: str) -> None:
    name = name_of(reference)
    assert re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", name)
    assert len(name) <= 70


@given(st.sets(references, min_size=2, max_size=20))
def test_references_are_found_again_by_their_names(given_references: set[str]) -> None:
    assert all(find(name_of(one), given_references) == one for one in given_references)


def test_a_plain_reference_is_its_own_name_and_others_are_told_apart() -> None:
    assert name_of("2017-GOX-1") == "2017-GOX-1"
    names = {name_of(one) for one in ("2017/3", "2017 3", "2017.3", "2017-3", "2017--3", "-2017-3")}
    assert len(names) == 6
