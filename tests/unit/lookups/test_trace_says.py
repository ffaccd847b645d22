from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.lookups.trace_says import Actors, Conclusions, exposures
from cointrail.lookups.trace_table import NOWHERE, EndTable
from cointrail.lookups.trace_views import Conclusion, StopLine
from cointrail.tracing.flow_columns import STOPS
from cointrail.tracing.policy import Policy
from cointrail.tracing.stops import Stop

I64 = npt.NDArray[np.int64]
POLICIES = (Policy.FIFO, Policy.HAIRCUT, Policy.POISON)
CUSTODIAN, UNSPENT = STOPS.index(Stop.CUSTODIAN), STOPS.index(Stop.UNSPENT)


def _numbers(*values: int) -> I64:
    return np.array(values, dtype=np.int64)


def _table(fifo: tuple[int, ...], haircut: tuple[int, ...]) -> EndTable:
    """Three ends: two at one exchange, one unspent; poison is everywhere."""
    sat = np.array([fifo, haircut, (100, 100, 100)], dtype=np.int64)
    far = np.zeros_like(sat)
    far[:, 1] = sat[:, 1]
    return EndTable(
        policies=POLICIES,
        source=_numbers(0, 0, 0),
        output=_numbers(5, 6, 7),
        stop=_numbers(CUSTODIAN, CUSTODIAN, UNSPENT),
        sat=sat,
        far_sat=far,
        flow_row=_numbers(0, 1, 2) * np.ones((3, 1), np.int64),
        hops=_numbers(1, 4, 2),
    )


ACTORS = Actors(("Exa",), _numbers(0, 0, NOWHERE))
HOLDERS = _numbers(10, 10, 11)


def _lines(table: EndTable) -> list[StopLine]:
    sums = {
        stop: table.sat[:, table.stop == STOPS.index(stop)].sum(axis=1)
        for stop in (Stop.CUSTODIAN, Stop.UNSPENT)
    }
    return [
        StopLine(stop=stop, ends={}, sat={p: int(sat[k]) for k, p in enumerate(POLICIES)})
        for stop, sat in sums.items()
    ]


def _said(table: EndTable, cut: frozenset[Policy] = frozenset()) -> dict[str, Conclusion]:
    found = exposures(table, ACTORS)
    said = Conclusions(table, cut, forward=True).all(_lines(table), found, HOLDERS, str)
    return {one.claim: one for one in said}


def test_direct_and_indirect_sums_of_an_actor_are_told_apart() -> None:
    (one,) = exposures(_table((60, 10, 30), (20, 20, 60)), ACTORS)
    assert (one.actor, one.ends, one.fewest_hops) == ("Exa", 2, 1)
    assert (one.direct_sat[Policy.FIFO], one.indirect_sat[Policy.FIFO]) == (60, 10)


def test_what_every_policy_supports_holds_and_poison_is_not_asked() -> None:
    said = _said(_table((60, 10, 30), (20, 20, 60)))["value reached Exa"]
    assert (said.holds, said.policies, said.open) == (True, (Policy.FIFO, Policy.HAIRCUT), ())


def test_what_one_policy_alone_supports_names_it() -> None:
    said = _said(_table((0, 0, 100), (20, 20, 60)))["value reached Exa"]
    assert (said.holds, said.policies, said.open) == (False, (Policy.HAIRCUT,), ())


def test_what_a_bound_may_have_hidden_is_open() -> None:
    said = _said(_table((0, 0, 100), (20, 20, 60)), frozenset({Policy.FIFO}))["value reached Exa"]
    assert (said.holds, said.open) == (False, (Policy.FIFO,))


def test_where_most_of_it_ended_is_open_while_a_bound_hides_the_rest() -> None:
    table = _table((60, 10, 30), (50, 20, 30))
    claim = "the largest part of it ended as `custodian`"
    assert _said(table)[claim].holds
    assert not _said(table, frozenset({Policy.HAIRCUT}))[claim].holds
    assert _said(table, frozenset({Policy.HAIRCUT}))[claim].open == (Policy.HAIRCUT,)


def test_policies_that_disagree_on_where_most_of_it_went_have_a_sentence_each() -> None:
    said = _said(_table((60, 10, 30), (20, 20, 60)))
    assert said["the cluster of 10 is where the largest part of it ended"].policies == (Policy.FIFO,)
    assert said["the cluster of 11 is where the largest part of it ended"].policies == (Policy.HAIRCUT,)


def test_ends_come_with_services_first_and_the_largest_before_the_others() -> None:
    table = _table((10, 60, 100), (20, 20, 60))
    assert table.order().tolist() == [1, 0, 2]
