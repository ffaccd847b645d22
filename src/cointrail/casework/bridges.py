"""Single links that payments hang on: without one of them the case would not reach what lies behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.casework.desk import Desk
from cointrail.casework.sight import CaseClusters
from cointrail.casework.subject import Subject
from cointrail.clustering.bridges import CutOff, find_cut_off
from cointrail.clustering.links import LinkTable
from cointrail.tracing.link_rates import LinkRates

LinksOf = Callable[[npt.NDArray[np.uint32]], LinkTable]
"""Gives every link among the members of a cluster."""

MOST_BRIDGES = 10
"""Bridges that are listed; how many there are is always said."""

MEANING = (
    "payments to scripts that this link alone joins to a seed: without it they would not be the service's; "
    "of links behind one another each counts what lies behind it, so the values do not add up"
)


def describe_bridges(
    desk: Desk,
    subject: Subject,
    clusters: CaseClusters,
    paid: Iterable[tuple[int, int]],
    *,
    links_of: LinksOf | None,
    rates: LinkRates | None,
) -> dict[str, Any]:
    """The links of the service's clusters by the value of payments that hangs on each, the largest first.

    Args:
        desk: of the case.
        subject: the service.
        clusters: that it is made of.
        paid: (script, satoshi) of each payment.
        links_of: the links of a cluster; None: it is not known by which links it is joined.
        rates: how often links are wrong; None: that is not said.
    """
    if links_of is None:
        return {"bridges": None}
    values: dict[int, int] = {}
    counts: dict[int, int] = {}
    for script, sat in paid:
        values[script] = values.get(script, 0) + sat
        counts[script] = counts.get(script, 0) + 1
    seeds = np.array(subject.seeds, np.uint32)
    found: list[CutOff] = []
    for cluster in subject.clusters:
        members = np.array(clusters.members(cluster.label))
        sums = np.array([(values.get(s, 0), counts.get(s, 0), 1) for s in members.tolist()], np.int64)
        found += find_cut_off(members, links_of(members), sums, seeds)
    ranked = sorted((one for one in found if one.sums[0]), key=lambda one: -one.sums[0])
    listed = [_said(desk, one, rates) for one in ranked[:MOST_BRIDGES]]
    return {
        "bridges": {"in_all": len(found), "with_payments": len(ranked), "means": MEANING, "listed": listed}
    }


def _said(desk: Desk, one: CutOff, rates: LinkRates | None) -> dict[str, Any]:
    value, payments, scripts = one.sums
    rule = one.link.rule.name
    return {
        "rule": rule,
        "tier": one.link.tier.name,
        "txid": None if one.tx_num is None else desk.places.txid(one.tx_num),
        "from": desk.places.address(one.near),
        "to": desk.places.address(one.far),
        "scripts": scripts,
        "payments": payments,
        "value_sat": str(value),
        "bound_ppm": None if rates is None else rates.link(rule, one.link.tier, one.tx_num).ppm,
    }
