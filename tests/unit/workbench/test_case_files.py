"""A kept case as a case file, and a case file as entries."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cointrail.casework.case import Case
from cointrail.casework.case_file import load_case
from cointrail.chain.network import get_network
from cointrail.errors import BadCase
from cointrail.journal.acts import NoteAdded
from cointrail.journal.book import Deed
from cointrail.journal.state import CaseState
from cointrail.workbench.case_files import acts_of, case_of, case_text, definition_digest, opening_of
from support.journals import ADDRESSES, OPENED, book

MAINNET = get_network("mainnet")
FILE = f"""
[case]
reference = "4 Js 12/18"
legal_basis = 'a "quoted" basis, with \\ and é'
opened = "2018-04-01"
[seeds]
addresses = ["{ADDRESSES[0]}"]
outpoints = ["{"ab" * 32}:7"]
csv = ["seeds.csv"]
[period]
from = "2015-06-01"
to = "2018-03-31"
[valuation]
currency = "EUR"
prices = ["usd.csv"]
report_date = "2018-03-31"
[attribution]
tags = ["tags.csv"]
[limits]
max_hops = 40
upstream_min_percent = 0
[flow]
policies = ["haircut", "fifo"]
[[judgement]]
id = "j1"
kind = "apart"
who = "ann"
when = 2024-01-31
why = "two\\noffices \\u007f"
addresses = ["{ADDRESSES[0]}", "{ADDRESSES[1]}"]
[[judgement]]
id = "j2"
kind = "no_link"
who = "ann"
when = 2024-01-31
why = "a join"
txid = "{"cd" * 32}"
[[judgement]]
id = "j3"
kind = "withdraw"
who = "ben"
when = 2024-02-01
why = "one office"
withdraws = "j1"
"""


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    (tmp_path / "seeds.csv").write_text(f"address\n{ADDRESSES[1]}\n{ADDRESSES[0]}\n")
    (tmp_path / "usd.csv").write_text("time,close\n2017-01-01,1\n")
    (tmp_path / "tags.csv").write_text("address,label\n")
    (tmp_path / "case.toml").write_text(FILE)
    return tmp_path / "case.toml"


def _kept(case: Case) -> CaseState:
    return book().open_case(opening_of(case, "mainnet"), [Deed(act) for act in acts_of(case)])


def _plain(case: Case) -> Case:
    """The case without where its parts were read."""
    seeds = tuple(replace(seed, file="", line=0) for seed in case.seeds)
    return replace(case, files=(), seeds=tuple(sorted(seeds, key=lambda one: one.text)), repeated_seeds=0)


def test_a_case_file_says_the_same_after_it_was_kept(path: Path) -> None:
    case = load_case(path, MAINNET)
    assert _plain(case_of(_kept(case), MAINNET)) == _plain(case)


def test_what_was_kept_needs_no_second_entry(path: Path) -> None:
    case = load_case(path, MAINNET)
    assert acts_of(case, _kept(case)) == []
    path.with_name("again.toml").write_text(case_text(_kept(case)))
    assert acts_of(load_case(path.with_name("again.toml"), MAINNET), _kept(case)) == []


def test_the_digest_of_a_case_is_of_what_it_says_and_not_of_where_it_lies(path: Path, tmp_path: Path) -> None:
    state = _kept(load_case(path, MAINNET))
    other = tmp_path / "other"
    other.mkdir()
    for name in ("seeds.csv", "usd.csv", "tags.csv", "case.toml"):
        (other / name).write_bytes((tmp_path / name).read_bytes())
    assert definition_digest(_kept(load_case(other / "case.toml", MAINNET))) == definition_digest(state)
    (other / "tags.csv").write_text("address,label\n\n")
    assert definition_digest(_kept(load_case(other / "case.toml", MAINNET))) != definition_digest(state)
    made = book()
    made.open_case(
        opening_of(load_case(path, MAINNET), "mainnet"),
        [Deed(act) for act in acts_of(load_case(path, MAINNET))],
    )
    assert definition_digest(made.add("4 Js 12/18", Deed(NoteAdded(text="x")))) == definition_digest(state)


def test_a_file_that_is_no_longer_what_it_was_stops_the_run(path: Path) -> None:
    state = _kept(load_case(path, MAINNET))
    tags = path.with_name("tags.csv")
    tags.write_text("address,label\nmore,\n")
    with pytest.raises(BadCase, match=r"tags\.csv` is not what it was") as error:
        case_of(state, MAINNET)
    assert "`How it is run` on the page of the case" in str(error.value.hint)
    tags.unlink()
    with pytest.raises(BadCase, match=r"tags\.csv`, which case `4 Js 12/18` uses, cannot be read"):
        case_of(state, MAINNET)


def test_a_seed_of_a_kept_case_is_found_by_its_place_on_the_case_and_by_no_passing_file(path: Path) -> None:
    state = _kept(load_case(path, MAINNET))
    found = {one.text: (one.file, one.line) for one in case_of(state, MAINNET).seeds}
    assert found == {seed.text: ("the seeds of the case", place) for place, seed in enumerate(state.seeds, 1)}


def test_a_case_that_lacks_something_says_so_by_its_reference() -> None:
    state = book().open_case(OPENED)
    with pytest.raises(BadCase, match="case `2024-17`, line 1: the case has no seed"):
        case_of(state, MAINNET)
