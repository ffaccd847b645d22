"""The custodial service behind a lead: who is said to hold the cluster, and by which claim."""

from __future__ import annotations

from cointrail.attribution.actors import Actor
from cointrail.attribution.resolve import Proposal
from cointrail.attribution.safe_text import safe_text
from cointrail.casework.places import Places
from cointrail.casework.rows import Service
from cointrail.casework.sight import CaseTags
from cointrail.heuristics.base import Tier
from cointrail.tracing.hand import joined_at
from cointrail.tracing.neighbourhood import Neighbourhood

UNKNOWN = "unknown"
"""What stands where no source says."""


class Services:
    """Describes tagged services; each cluster's strongest claim is chosen once."""

    def __init__(self, near: Neighbourhood, tags: CaseTags, places: Places) -> None:
        self._near = near
        self._tags = tags
        self._places = places
        self._claims: dict[int, tuple[Actor, Proposal]] = {}
        self._described: dict[int, Service] = {}
        self._said: dict[int, str] = {}

    def of_script(self, script_num: int) -> Service:
        """The service whose cluster the script lies in, or whose deposit address it is by inference."""
        known = self._described.get(script_num)
        if known is None:
            known = self._described[script_num] = self._describe(script_num)
        return known

    def tagged_script(self, script_num: int) -> int:
        """The tagged script that the claim about a script goes back to."""
        swept = self._near.recognised(script_num)
        return self._claim(self._near.label(script_num) if swept is None else swept.service)[1].via_script

    def claim_of_script(self, script_num: int) -> str:
        """The claim about the script's cluster, in a sentence."""
        known = self._said.get(script_num)
        if known is None:
            known = self._said[script_num] = says_attribution(self.of_script(script_num))
        return known

    def _claim(self, label: int) -> tuple[Actor, Proposal]:
        if label not in self._claims:
            actor = self._tags.custodian(label)
            tagged = self._tags.of_cluster(label)
            assert actor is not None, f"cluster {label} has no custodian"
            assert tagged is not None, f"cluster {label} has no tags"
            strongest = min(
                tagged.proposals,
                key=lambda proposal: (
                    -proposal.tag.confidence.level,
                    proposal.via_script,
                    proposal.tag.source,
                    proposal.tag.label,
                ),
            )
            self._claims[label] = (actor, strongest)
        return self._claims[label]

    def _describe(self, script_num: int) -> Service:
        swept = self._near.recognised(script_num)
        actor, claim = self._claim(self._near.label(script_num) if swept is None else swept.service)
        if claim.via_script == script_num:
            tier = Tier.T0
        elif swept is not None:
            tier = swept.tier
        else:
            tier = joined_at(self._near, {script_num, claim.via_script})
        return Service(
            exchange=safe_text(actor.label),
            legal_entity=safe_text(actor.legal_name or UNKNOWN),
            jurisdiction=safe_text("+".join(actor.jurisdictions) or UNKNOWN),
            tagged_address=self._places.address(claim.via_script),
            tag_label=safe_text(claim.tag.label),
            tag_source=safe_text(claim.tag.source),
            tag_date=claim.tag.lastmod,
            tag_confidence=claim.tag.confidence.id,
            tag_tier=tier,
        )


def says_attribution(service: Service) -> str:
    """The claim in a sentence."""
    dated = "undated" if service.tag_date is None else f"dated {service.tag_date.isoformat()}"
    if service.tag_tier is Tier.T0:
        reach = "that address itself"
    elif service.tag_tier is Tier.T3:
        reach = (
            "an address that was always emptied into that service, a deposit address by inference at tier T3"
        )
    else:
        reach = f"a cluster that the address is joined to at tier {service.tag_tier.name}"
    return (
        f"`{service.tag_label}` is claimed for {service.tagged_address} by {service.tag_source}, {dated}, "
        f"confidence `{service.tag_confidence}`; this output belongs to {reach}. "
        f"Legal entity: {service.legal_entity}; jurisdiction: {service.jurisdiction}."
    )
