"""What the rows of a case rest on, link by link, and how far that may be wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain

from cointrail.casework.rows import ErrorColumns
from cointrail.casework.services import Services
from cointrail.error_rates.combine import PAYJOIN_PPM, ErrorBound, bound_of
from cointrail.tracing.link_rates import Charges, LinkRates
from cointrail.tracing.neighbourhood import Neighbourhood
from cointrail.tracing.path_links import links_back, links_forward

MOST_SEEDS = 8
"""Seeds of a cluster from which the best proof is looked for; more would only find a shorter one."""

PAYMENT = "That the payment is the service's"
LEAD = "The lead as a whole, with what makes the payment the service's and the withdrawal the exchange's,"
DEPOSIT = "The lead as a whole, with what makes the outflow the service's and the deposit the exchange's,"
"""Of what rows say how far it may be wrong. The hand's path is a part of a lead, and may be stronger."""

_ONE_PERCENT, _FIVE_PERCENT = PAYJOIN_PPM[2:]


class CaseCharges:
    """Charges rows: that an output is the service's, the path of a hand, the claim at its end.

    Args:
        near: the chain around the case.
        rates: how often links are wrong.
        seeds: scripts of the seeds that the chain holds.
        services: whose claims leads rest on.
    """

    def __init__(
        self, near: Neighbourhood, rates: LinkRates, seeds: Sequence[int], services: Services
    ) -> None:
        self._near = near
        self._rates = rates
        self._services = services
        self._seeds: dict[int, list[int]] = {}
        for script in seeds:
            self._seeds.setdefault(near.label(script), []).append(script)
        self._members: dict[int, Charges] = {}

    def member(self, script: int) -> Charges:
        """That a script is the service's: of the proofs from its seeds, the one with the least bound."""
        if script not in self._members:
            proofs = [
                self._rates.joined(seed, script)
                for seed in self._seeds.get(self._near.label(script), ())[:MOST_SEEDS]
            ]
            self._members[script] = min(proofs, key=_cost, default=())
        return self._members[script]

    def claim(self, script: int) -> Charges:
        """That a script is the custodian's that is tagged at another one."""
        swept = self._near.recognised(script)
        via = self._services.tagged_script(script)
        if via == script:
            return ()
        if swept is not None:
            return (self._rates.rule("service.deposit", swept.tier),)
        return self._rates.joined(via, script)

    def back(self, path: tuple[int, ...]) -> Charges:
        """That one hand ordered a withdrawal and made the payment."""
        return links_back(self._near, self._rates, path)

    def forward(self, path: tuple[int, ...]) -> Charges:
        """That one hand sent an outflow and made the deposit."""
        return links_forward(self._near, self._rates, path)

    def columns(self, when: datetime, what: str, *parts: Charges) -> ErrorColumns:
        """The columns of a row that says `what`, rests on these links and ends in a block of this time."""
        return columns_of_bound(bound_of(tuple(chain(*parts))), self._rates, int(when.timestamp()), what)


def columns_of_bound(bound: ErrorBound, rates: LinkRates, time: int, what: str) -> ErrorColumns:
    """A bound of what is said as columns."""
    return ErrorColumns(
        bound_ppm=bound.bound_ppm,
        independent_ppm=bound.independent_ppm,
        payjoin_1_ppm=bound.at_share(_ONE_PERCENT),
        payjoin_5_ppm=bound.at_share(_FIVE_PERCENT),
        links=" ".join(f"{tier}={count}" for tier, count in bound.links.items()),
        not_measured=" ".join(f"{rule}={count}" for rule, count in bound.not_measured.items()),
        says=rates.say(bound, time, what),
    )


def _cost(charges: Charges) -> tuple[bool, int, int]:
    """Measured before not measured; then by bound; then by how many links."""
    bound = bound_of(charges)
    return bound.bound_ppm is None, bound.bound_ppm or 0, len(charges)
