"""What one may say after a trace by several policies, and which policies each sentence needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cointrail.attribution.resolve import Attribution
from cointrail.attribution.safe_text import safe_text
from cointrail.lookups.trace_table import ACTOR_STOPS, NOWHERE, EndTable
from cointrail.lookups.trace_views import Conclusion, Exposure, StopLine
from cointrail.store.reader import Snapshot
from cointrail.tracing.flow_columns import STOPS
from cointrail.tracing.ledger import RecognisedDeposit
from cointrail.tracing.policy import Policy
from cointrail.tracing.stops import Stop

I64 = npt.NDArray[np.int64]
BOOL = npt.NDArray[np.bool_]

BESIDE = "a tagged address beside this one in its transaction"
"""Where value ends because of another input."""


@dataclass(frozen=True, slots=True)
class Actors:
    """Who is claimed to be at each row of a table: `names[of[row]]`; nobody where `of[row]` is `NOWHERE`."""

    names: tuple[str, ...]
    of: I64

    def name(self, row: int) -> str | None:
        """Who is claimed to be there; None: nobody."""
        at = int(self.of[row])
        return None if at == NOWHERE else self.names[at]


def find_actors(
    snapshot: Snapshot,
    attribution: Attribution | None,
    table: EndTable,
    holders: I64,
    deposits: Mapping[int, RecognisedDeposit],
) -> Actors:
    """Who is claimed to be at each row: behind its cluster, its script alone, or the deposit address.

    Args:
        snapshot: the chain.
        attribution: tags laid over the clusters; None without tags.
        table: the ends.
        holders: of each row, the cluster that has, or made, the output.
        deposits: deposit addresses by script number.
    """
    names: dict[str, int] = {}
    of = np.full(len(table), NOWHERE, np.int64)
    if attribution is None:
        return Actors((), of)
    clusters, place = np.unique(holders, return_inverse=True)
    said = [_cluster_name(attribution, int(cluster)) for cluster in clusters]
    codes = [NOWHERE if name is None else names.setdefault(name, len(names)) for name in said]
    of = np.array(codes, dtype=np.int64)[place]
    for row in np.flatnonzero(table.stop == STOPS.index(Stop.DEPOSIT)).tolist():
        service = deposits[snapshot.output_script(int(table.output[row]))].service
        name = _cluster_name(attribution, service) or BESIDE
        of[row] = names.setdefault(name, len(names))
    for row in np.flatnonzero(table.stop == STOPS.index(Stop.TAGGED_ADDRESS)).tolist():
        tags = attribution.of_script(snapshot.output_script(int(table.output[row])))
        name = " / ".join(dict.fromkeys(safe_text(tag.label) for tag in tags)) or BESIDE
        of[row] = names.setdefault(name, len(names))
    return Actors(tuple(names), of)


def _cluster_name(attribution: Attribution, cluster: int) -> str | None:
    """The actor; several parties where sources disagree; None: nobody is claimed to be there."""
    found = attribution.of_cluster(cluster)
    if found is not None and found.conflict:
        return " / ".join(safe_text(party) for party in found.parties)
    actor = attribution.actor(cluster)
    return None if actor is None else safe_text(actor.label)


def exposures(table: EndTable, actors: Actors) -> tuple[Exposure, ...]:
    """Sums for each actor, the largest first."""
    found: list[Exposure] = []
    for stop in ACTOR_STOPS:
        here = np.flatnonzero(table.stop == STOPS.index(stop))
        for actor in np.unique(actors.of[here]).tolist():
            rows = here[actors.of[here] == actor]
            far = table.far_sat[:, rows].sum(axis=1)
            found.append(
                Exposure(
                    actor=BESIDE if actor == NOWHERE else actors.names[actor],
                    stop=stop,
                    direct_sat=_by_policy(table, table.sat[:, rows].sum(axis=1) - far),
                    indirect_sat=_by_policy(table, far),
                    ends=len(np.unique(table.output[rows])),
                    fewest_hops=int(table.hops[rows].min()),
                )
            )
    return tuple(sorted(found, key=lambda one: (-_most(one), one.actor, one.stop.value)))


def _by_policy(table: EndTable, sums: I64) -> dict[Policy, int]:
    return {policy: int(sums[place]) for place, policy in enumerate(table.policies)}


def _most(one: Exposure) -> int:
    return max(one.direct_sat[policy] + one.indirect_sat[policy] for policy in one.direct_sat)


def _largest(lines: Sequence[StopLine], policy: Policy) -> Stop:
    return max(lines, key=lambda line: line.sat[policy]).stop


class Conclusions:
    """Sentences with the policies that they hold by.

    Args:
        table: the ends.
        cut: policies whose flow a bound ended: what these did not reach is open.
        forward: along the chain.
    """

    def __init__(self, table: EndTable, cut: frozenset[Policy], *, forward: bool) -> None:
        self._table = table
        self._cut = cut
        self._forward = forward
        self._asked = [place for place, policy in enumerate(table.policies) if policy.conserves]

    def all(
        self, lines: Sequence[StopLine], found: Sequence[Exposure], holders: I64, name: Callable[[int], str]
    ) -> tuple[Conclusion, ...]:
        """What holds by every policy that conserves value, and what needs one; nothing where one is asked.

        Args:
            lines: where value ended.
            found: what reached each actor.
            holders: of each row of the table, the cluster that has, or made, the output.
            name: of a cluster.
        """
        if len(self._asked) < 2:
            return ()
        return (
            *(self._reaches(one) for one in found),
            *self._main_reason(lines),
            *self._main_holder(holders, name),
            self._every_end(),
        )

    def _say(self, claim: str, true: Sequence[int] | BOOL, *, decides: bool = True) -> Conclusion:
        """`decides`: a bound only hides what is not there yet; it cannot undo what is."""
        policies = [self._table.policies[place] for place in self._asked]
        by = tuple(policy for policy, one in zip(policies, true, strict=True) if one)
        missing = [policy for policy in policies if policy not in by]
        still = tuple(policy for policy in missing if policy in self._cut)
        if not decides:
            still = tuple(policy for policy in policies if policy in self._cut)
        return Conclusion(claim=claim, holds=not missing and (decides or not still), policies=by, open=still)

    def _reaches(self, one: Exposure) -> Conclusion:
        policies = [self._table.policies[place] for place in self._asked]
        sums = [one.direct_sat[policy] + one.indirect_sat[policy] for policy in policies]
        said = "value reached" if self._forward else "value came from"
        where = {
            Stop.DEPOSIT: " (a deposit address, by inference)",
            Stop.CONFLICTING_TAGS: " (sources disagree)",
            Stop.TAGGED_ADDRESS: " (that address alone)",
        }
        return self._say(f"{said} {one.actor}{where.get(one.stop, '')}", [sat > 0 for sat in sums])

    def _main_reason(self, lines: Sequence[StopLine]) -> list[Conclusion]:
        """By which reason the largest part of the value ended: not always half of it."""
        policies = [self._table.policies[place] for place in self._asked]
        firsts = [_largest(lines, policy) for policy in policies]
        return [
            self._say(
                f"the largest part of it ended as `{stop.value}`",
                [one is stop for one in firsts],
                decides=False,
            )
            for stop in dict.fromkeys(firsts)
        ]

    def _main_holder(self, holders: I64, name: Callable[[int], str]) -> list[Conclusion]:
        """Which single cluster has, or gave, the largest part of it."""
        known = holders != NOWHERE
        if not known.any():
            return []
        clusters, place = np.unique(holders[known], return_inverse=True)
        firsts: list[int | None] = []
        for policy in self._asked:
            sums = np.zeros(len(clusters), np.int64)
            np.add.at(sums, place, self._table.sat[policy][known])
            firsts.append(int(clusters[sums.argmax()]) if sums.max() > 0 else None)
        said = f"is where the largest part of it {'ended' if self._forward else 'came from'}"
        return [
            self._say(f"the cluster of {name(first)} {said}", [one == first for one in firsts], decides=False)
            for first in dict.fromkeys(firsts)
            if first is not None
        ]

    def _every_end(self) -> Conclusion:
        there = self._table.sat[self._asked] > 0
        shared = int(there.all(axis=0).sum())
        of = int(there.any(axis=0).sum())
        alike = there.sum(axis=1) == of
        return self._say(
            f"all {of:,} ends that any policy finds are ends ({shared:,} by every policy)", alike
        )
