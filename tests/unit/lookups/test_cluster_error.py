from __future__ import annotations

import re

import pytest

from cointrail.heuristics.base import Tier
from cointrail.lookups.cluster_error import cluster_error

SPRING_2018 = 1_522_500_000


@pytest.mark.parametrize("links", [0, 1, 30, 149, 4_000, 10_000_000])
def test_wrong_links_to_be_expected_are_never_rounded_down(links: int) -> None:
    found = cluster_error({Tier.T2: links}, SPRING_2018, SPRING_2018)
    assert found.wrong_links_ppm is not None
    said = re.search(r"at most ([\d,.]+) wrong links", found.says)
    hundredths = int(re.sub(r"\D", "", said[1])) if said else 0
    assert 0 <= hundredths * 10_000 - found.wrong_links_ppm < 10_000
    assert (said is None) == (links == 0)
