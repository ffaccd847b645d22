from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cointrail.attribution.load import load_tags
from cointrail.chain.network import get_network
from cointrail.errors import BadInput
from cointrail.journal.acts import (
    Act,
    DeadlineSet,
    DocumentAdded,
    JudgementMade,
    NoteAdded,
    SeedGiven,
    SeedsAdded,
    TermsSet,
    Undone,
)
from cointrail.journal.book import CaseBook, Deed
from cointrail.journal.keeping import MemoryKeeper
from cointrail.journal.state import CaseState
from cointrail.report.case_tables import read_case
from cointrail.workbench.case_of_run import GivenFiles, case_of_run
from cointrail.workbench.since_run import ServedFiles, require_current, since_run
from support.report_cases import case_without_files
from support.tag_files import address_of, pack

DAY = date(2026, 11, 1)
OTHER = SeedGiven("outpoint", f"{'a' * 64}:0")
JUDGEMENT = JudgementMade(id="j1", kind="no_link", who="ann", when=DAY, why="a letter", txid="b" * 64)


@dataclass(frozen=True)
class _Run:
    basis: dict[str, Any]
    book: CaseBook

    def after(self, *acts: Act) -> tuple[str, ...]:
        state = self.book.add("1", *(Deed(act, "why") for act in acts))
        return since_run(self.basis, state)

    @property
    def state(self) -> CaseState:
        return self.book.case("1")


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> _Run:
    for name, data in case_without_files().items():
        (tmp_path / name).write_bytes(data)
    found = case_of_run(tmp_path, tags=GivenFiles("", ()), prices=GivenFiles("", ()))
    book = CaseBook(MemoryKeeper(), "ann")
    book.open_case(found.opened, found.deeds)
    return _Run(read_case(tmp_path).basis, book)


def test_a_run_is_current_until_its_case_changes(run: _Run) -> None:
    assert since_run(run.basis, run.state) == ()


def test_what_no_run_reads_changes_nothing(run: _Run) -> None:
    told = run.after(
        NoteAdded(text="a typo"),
        DeadlineSet(title="answer", due=DAY),
        DocumentAdded(name="letter.pdf", sha256="0" * 64, size=1),
    )
    assert told == ()


def test_judgements_and_seeds_that_came_or_went_are_counted(run: _Run) -> None:
    assert run.after(JUDGEMENT) == ("1 judgement of the case is not in this run",)
    assert run.after(SeedsAdded(seeds=(OTHER, SeedGiven("outpoint", f"{'c' * 64}:1")))) == (
        "2 seeds of the case are not in this run",
        "1 judgement of the case is not in this run",
    )


def test_an_undone_change_is_none(run: _Run) -> None:
    run.after(JUDGEMENT)
    assert run.after(Undone(entry=run.state.entries)) == ()


def test_a_seed_that_no_longer_counts_is_counted(run: _Run) -> None:
    first = next(entry.seq for entry in run.book.journal("1").entries if entry.action == SeedsAdded.action)
    told = run.after(SeedsAdded(seeds=(OTHER,)), Undone(entry=first))
    assert told == ("1 seed of the case is not in this run", "1 seed of this run no longer counts")


def _terms(run: _Run) -> TermsSet:
    assert run.state.terms is not None
    return run.state.terms.what


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (lambda one: replace(one, policies=one.policies[::-1]), "the order of the flow policies"),
        (lambda one: replace(one, period_from="2017-01-01"), "the period"),
        (
            lambda one: replace(one, limits={**one.limits, "max_hops": 1}, currency=None),
            "the currency, the limits",
        ),
    ],
)
def test_other_terms_are_named(run: _Run, changed: Callable[[TermsSet], TermsSet], words: str) -> None:
    assert run.after(changed(_terms(run))) == (f"the case goes by other terms now: {words}",)


def test_terms_that_no_run_could_go_by_are_told_and_stop_nothing(run: _Run) -> None:
    (told,) = run.after(replace(_terms(run), policies=("fifo",)))
    assert told.startswith("the case cannot be run as it stands: case `1`, line ")


def test_the_same_terms_in_other_words_are_no_change(run: _Run) -> None:
    terms = _terms(run)
    assert run.after(replace(terms, limits=dict(reversed(terms.limits.items())))) == ()


def test_files_count_by_what_they_say_and_not_by_where_they_lie(run: _Run, tmp_path: Path) -> None:
    tags = pack(tmp_path, f"- address: {address_of(1, 'regtest')}\n  label: exa\n")
    served = ServedFiles(tags=(tags,))
    assert since_run(run.basis, run.state, served) == ("its tag files are not those of this run",)
    tags.unlink()
    assert since_run(run.basis, run.state, served) == ()


def test_a_run_whose_tag_files_were_taken_away_is_not_current(run: _Run, tmp_path: Path) -> None:
    tags = pack(tmp_path, f"- address: {address_of(1, 'regtest')}\n  label: exa\n")
    basis = {**run.basis, "tags_digest": load_tags([tags], get_network("regtest")).digest}
    assert since_run(basis, run.state, ServedFiles(tags=(tags,))) == ()
    assert since_run(basis, run.state) == ("its tag files are not those of this run: there are none now",)
    with pytest.raises(BadInput, match="there are none now"):
        require_current(basis, run.state)


def test_a_run_whose_price_tables_were_taken_away_is_not_current(run: _Run) -> None:
    basis = {**run.basis, "prices_digest": "a" * 64}
    assert since_run(basis, run.state) == ("its price tables are not those of this run: there are none now",)


def test_price_tables_make_no_difference_where_nothing_is_valued(run: _Run) -> None:
    run.after(replace(_terms(run), currency=None))
    settings = {**run.basis["settings"], "currency": None}
    basis = {**run.basis, "settings": settings, "prices_digest": "a" * 64}
    assert since_run(basis, run.state) == ()
