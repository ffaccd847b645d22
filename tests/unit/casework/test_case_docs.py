from __future__ import annotations

import re

import pytest

from cointrail.casework.case_file import KEYS
from cointrail.casework.money_flows import InflowClass, OutflowClass
from cointrail.casework.outputs import OWNED
from cointrail.tracing.limits import Limits
from cointrail.tracing.stops import Stop
from cointrail.tracing.taint import haircut
from kept_files import ROOT

REFERENCE = (ROOT / "docs" / "reference" / "case-file.md").read_text(encoding="utf-8")
EXPLANATION = (ROOT / "docs" / "explanation" / "what-a-lead-says.md").read_text(encoding="utf-8")

NAMED = {
    *(key for keys in KEYS.values() for key in keys),
    *Stop,
    *InflowClass,
    *OutflowClass,
    *OWNED,
}


@pytest.mark.parametrize("name", sorted(str(name) for name in NAMED))
def test_the_reference_names_every_key_class_reason_and_file(name: str) -> None:
    assert f"| `{name}` |" in REFERENCE


@pytest.mark.parametrize("section", sorted(KEYS))
def test_the_reference_names_every_section(section: str) -> None:
    assert f"| **[{section}]** |" in REFERENCE


def test_the_reference_names_no_stop_reason_that_does_not_exist() -> None:
    table = REFERENCE.partition("### Stop reasons")[2]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == {stop.value for stop in Stop}


@pytest.mark.parametrize("name", ["max_hops", "max_outputs", "min_value_sat", "upstream_min_percent"])
def test_the_reference_gives_the_true_default_of_a_limit(name: str) -> None:
    assert f"| `{name}` | {getattr(Limits(), name)} |" in REFERENCE


def test_the_explanation_gives_the_true_figures_of_the_worked_example() -> None:
    assert haircut(50, [60, 35, 5]) == (30, 18, 2)
    assert "haircut finds 30, 18 and 2" in EXPLANATION
