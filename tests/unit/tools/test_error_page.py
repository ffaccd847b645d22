"""The page of error says where a rule stands, and warns of worlds that are told from real blocks."""

from __future__ import annotations

import error_page
from cointrail.error_rates.fidelity import shipped_fidelity
from cointrail.error_rates.strata import ERAS
from cointrail.heuristics.base import Tier


def test_eras_in_which_a_rule_fell_are_named_beside_its_usual_tier() -> None:
    tiers = [Tier.T4] * (len(ERAS) - 1) + [Tier.T5]
    assert error_page._stands(tiers) == f"T4; T5 in {ERAS[-1]}"
    assert error_page._stands([Tier.T2] * len(ERAS)) == "T2"


def test_every_warning_of_the_shipped_gates_stands_on_the_page() -> None:
    page = error_page.page_files()[error_page.PAGE]
    warnings = [shipped_fidelity().warning(era) for era in shipped_fidelity().eras]
    assert warnings
    assert all(warning is None or warning in page for warning in warnings)
