"""What walks see around a look-up: clusters, tags, and deposit addresses that are recognised."""

from __future__ import annotations

from dataclasses import dataclass

from cointrail.attribution.safe_text import safe_text
from cointrail.heuristics.base import REGISTRY, Abstained, Tier
from cointrail.lookups.desk import LookupDesk
from cointrail.tracing.deposits import Deposits
from cointrail.tracing.ledger import NoTags
from cointrail.tracing.neighbourhood import Neighbourhood


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositLine:
    """An address takes deposits for a tagged service, by inference. It names the custodian, not the customer.

    Attributes:
        service: its name, by tags.
        cluster: label of the tagged cluster that the address is emptied into.
        cluster_address: its first address.
        tier: T3, where a walk ends; T5 is a lead only.
        because: what was seen.
        rule: with its version.
    """

    service: str
    cluster: int
    cluster_address: str
    tier: Tier
    because: str
    rule: str


class Around:
    """The neighbourhood of a look-up: nothing is under investigation.

    Args:
        desk: the store, its clusters and tags.
    """

    def __init__(self, desk: LookupDesk) -> None:
        self.desk = desk
        self.tags = desk.attribution or NoTags()
        self.near = Neighbourhood(desk.snapshot, desk.clusters, self.tags, frozenset())
        self.deposits = Deposits(self.near, desk.snapshot, desk.clusters, self.tags)
        self.near.deposits = self.deposits

    def deposit(self, script_num: int) -> DepositLine | None:
        """What a script is recognised as; None: nothing is said, and without tags nothing can be."""
        found = self.deposits.judge(script_num)
        if isinstance(found, Abstained):
            return None
        name = self.name(found.service)
        assert name is not None, "a deposit address is a tagged service's"
        return DepositLine(
            service=name,
            cluster=found.service,
            cluster_address=self.desk.name(found.service),
            tier=found.tier,
            because=found.because,
            rule=REGISTRY["service.deposit"].name,
        )

    def service_at(self, script_num: int) -> tuple[str | None, Tier | None]:
        """The tagged service that a script belongs to, and at which tier."""
        found = self.near.recognised(script_num)
        if found is not None:
            return self.name(found.service), found.tier
        name = self.name(self.near.label(script_num))
        return name, None if name is None else Tier.T2

    def name(self, label: int) -> str | None:
        """The custodian of a cluster."""
        actor = self.desk.attribution.custodian(label) if self.desk.attribution else None
        return None if actor is None else safe_text(actor.label)
