"""The basis of a case run: everything needed to get the same bytes again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import rfc8785

import cointrail
from cointrail.casework.case import Case
from cointrail.casework.judged_clusters import judgement_values
from cointrail.casework.sight import CaseClusters, CaseLedger, CaseRates, CaseTags
from cointrail.heuristics.base import REGISTRY

WALK_RULES = ("service.deposit",)
"""Rules that have a say in walks, beside those of the clusters and of the vote on change."""

RESULT_VERSION = 5
"""Of the tables of a case and what their columns mean. 2: a hand may go over change at T3. 3: rows say how
far they may be wrong. 4: payments say it in sentences too, and the summary which links they hang on. 5: no
output stands among the proceeds twice, and sums of leads tell the same hand apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a result rests on.

    Attributes:
        network: name of the network.
        tip_hash: hash of the tip; the height alone does not name a block.
        tip_height: its height.
        store_digest: digest of the store.
        clusters_digest: digest of the clustering.
        tags_digest: digest of the tag set.
        prices_digest: digest of the price set.
        rules: rules with versions, `common_input@1`.
        settings: what the case asked, as canonical JSON values.
        program: name and version of this program.
        result_version: of the tables and the meaning of their columns.
    """

    network: str
    tip_hash: str
    tip_height: int
    store_digest: str
    clusters_digest: str
    tags_digest: str
    prices_digest: str
    rules: tuple[str, ...]
    settings: dict[str, Any]
    program: str
    result_version: int = RESULT_VERSION

    def canonical(self) -> bytes:
        """Canonical JSON (RFC 8785)."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return rfc8785.dumps({**fields, "rules": list(self.rules)})

    def digest(self) -> str:
        """SHA-256 (hex) of the canonical JSON."""
        return hashlib.sha256(self.canonical()).hexdigest()


def basis_of(
    case: Case, ledger: CaseLedger, clusters: CaseClusters, tags: CaseTags, rates: CaseRates
) -> Basis:
    """The basis of a run of this case on this store."""
    return Basis(
        network=ledger.network.name,
        tip_hash=str(ledger.tip_hash),
        tip_height=ledger.height,
        store_digest=ledger.digest,
        clusters_digest=clusters.digest,
        tags_digest=tags.digest,
        prices_digest=rates.digest,
        rules=(*clusters.rules, *(REGISTRY[rule_id].name for rule_id in WALK_RULES)),
        settings=settings_of(case),
        program=f"cointrail {cointrail.__version__}",
    )


def settings_of(case: Case) -> dict[str, Any]:
    """The case as values. Files stand by name and digest, so a moved folder changes nothing."""
    return {
        "reference": case.reference,
        "legal_basis": case.legal_basis,
        "opened": case.opened.isoformat() if case.opened else None,
        "seeds": [{"kind": seed.kind.value, "text": seed.text} for seed in case.seeds],
        "period": {
            "first": case.period.first,
            "last": case.period.last,
            "unit": "epoch seconds UTC, both included",
        },
        "currency": case.currency,
        "report_date": case.report_date.isoformat() if case.report_date else None,
        "limits": {
            "max_hops": case.limits.max_hops,
            "max_outputs": case.limits.max_outputs,
            "min_value_sat": str(case.limits.min_value_sat),
            "upstream_min_percent": case.limits.upstream_min_percent,
        },
        "policies": [policy.value for policy in case.policies],
        "judgements": judgement_values(case.judgements),
        "files": [{"name": file.path.name, "sha256": file.sha256} for file in case.files],
    }
