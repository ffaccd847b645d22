"""Everything that the rows of one case are made with, wired once."""

from __future__ import annotations

from cointrail.casework.case import Case
from cointrail.casework.charges import CaseCharges
from cointrail.casework.places import Places
from cointrail.casework.services import Services
from cointrail.casework.sight import CaseClusters, CaseLedger, CaseRates, CaseTags
from cointrail.casework.subject import Subject
from cointrail.casework.worth import Valuer
from cointrail.tracing.deposits import Deposits
from cointrail.tracing.ledger import Changes
from cointrail.tracing.link_rates import LinkRates
from cointrail.tracing.neighbourhood import Neighbourhood


class Desk:
    """One case's view of the chain.

    Args:
        case: what is asked.
        subject: the service under investigation.
        ledger: the chain.
        clusters: who signs together.
        tags: who is said to hold what.
        rates: what it was worth.
        changes: which outputs are change; None: nobody says.
        link_rates: how often links are wrong; None: rows do not say it.
    """

    def __init__(
        self,
        case: Case,
        subject: Subject,
        *,
        ledger: CaseLedger,
        clusters: CaseClusters,
        tags: CaseTags,
        rates: CaseRates,
        changes: Changes | None = None,
        link_rates: LinkRates | None = None,
    ) -> None:
        self.limits = case.limits
        self.primary = case.policies[0]
        self.near = Neighbourhood(ledger, clusters, tags, subject.labels, changes)
        self.near.deposits = Deposits(self.near, ledger, clusters, tags)
        self.places = Places(self.near, ledger)
        self.services = Services(self.near, tags, self.places)
        self.charges = (
            None if link_rates is None else CaseCharges(self.near, link_rates, subject.seeds, self.services)
        )
        self.valuer = Valuer(rates, case.currency, case.report_date)
        self._clusters = clusters
        self._sizes: dict[int, int] = {}

    def cluster_size(self, label: int) -> int:
        """How many scripts the cluster has."""
        if label not in self._sizes:
            self._sizes[label] = self._clusters.size(label)
        return self._sizes[label]
