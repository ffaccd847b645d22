"""How a kept case is to be run, set without a case file: checked as a case file is."""

from __future__ import annotations

from dataclasses import replace

from cointrail.casework.case import SeedKind
from cointrail.chain.network import get_network
from cointrail.journal.acts import SeedGiven, TermsSet
from cointrail.journal.state import CaseState, Record
from cointrail.workbench.case_files import case_of

ANY_SEED = SeedGiven(SeedKind.OUTPOINT.value, f"{'0' * 64}:0")
"""Stands in where a case has no seed yet: terms may come first."""


def require_terms(state: CaseState, terms: TermsSet) -> None:
    """Refuse terms that no case file could have, or whose files are not what they were.

    Raises:
        BadCase: what is wrong.
    """
    trial = replace(state, terms=Record(1, state.opened.entry, terms), seeds=state.seeds or (ANY_SEED,))
    case_of(trial, get_network(state.opened.what.network))
