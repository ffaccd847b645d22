"""The service under investigation: the clusters that the seeds lie in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from cointrail.attribution.safe_text import safe_text
from cointrail.casework.case import Case, Seed
from cointrail.casework.sight import CaseClusters, CaseLedger, CaseTags
from cointrail.errors import BadCase, NotFound


@dataclass(frozen=True, slots=True)
class SeedCluster:
    """A cluster that holds seeds."""

    label: int
    size: int
    """Scripts in it."""
    seeds: int
    """Seeds in it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The service as this chain and these clusters show it.

    Attributes:
        clusters: each cluster with a seed in it, by label.
        scripts: all their scripts, in chain order.
        seeds: scripts of the seeds that the chain holds, in the order of the case.
        missing: seeds that the chain does not hold, in the order of the case.
    """

    clusters: tuple[SeedCluster, ...]
    scripts: tuple[int, ...]
    seeds: tuple[int, ...]
    missing: tuple[Seed, ...]

    @property
    def labels(self) -> frozenset[int]:
        """Labels of the clusters."""
        return frozenset(cluster.label for cluster in self.clusters)


def find_subject(case: Case, ledger: CaseLedger, clusters: CaseClusters, tags: CaseTags) -> Subject:
    """Find the clusters of the case's seeds.

    Raises:
        NotFound: the chain holds none of the seeds.
        BadCase: a seed is, or lies in the cluster of, a custodial service, by any tag.
    """
    seeds_in: dict[int, int] = {}
    missing: list[Seed] = []
    found: list[int] = []
    for seed in case.seeds:
        script_num = _find_script(seed, ledger)
        if script_num is None:
            missing.append(seed)
            continue
        found.append(script_num)
        label = clusters.label(script_num)
        _refuse_custodian(seed, script_num, label, tags)
        seeds_in[label] = seeds_in.get(label, 0) + 1
    if not seeds_in:
        raise NotFound(
            f"none of the {len(case.seeds)} seeds is on this chain up to height {ledger.height}",
            hint="check the network and that the store reaches the time of the case",
            seeds=len(case.seeds),
            height=ledger.height,
        )
    members = {label: clusters.members(label) for label in sorted(seeds_in)}
    return Subject(
        tuple(SeedCluster(label, len(scripts), seeds_in[label]) for label, scripts in members.items()),
        tuple(sorted(script for scripts in members.values() for script in scripts.tolist())),
        tuple(found),
        tuple(missing),
    )


def _find_script(seed: Seed, ledger: CaseLedger) -> int | None:
    if seed.script is not None:
        return ledger.find_script(seed.script)
    if seed.outpoint is None:
        return None
    output_num = ledger.find_output(seed.outpoint)
    if output_num is None:
        return None
    outputs = ledger.tx_outputs(ledger.output_tx(output_num))
    return outputs[output_num - outputs[0].output_num].script_num


def _refuse_custodian(seed: Seed, script_num: int, label: int, tags: CaseTags) -> None:
    actor = tags.custodian(label)
    if actor is not None:
        _refuse(seed, f"lies in a tagged custodial service: {safe_text(actor.label)}", actor=actor.id)
    if script_num in tags.custodial_scripts:
        _refuse(seed, "is itself tagged as an address of a custodial service")
    if label in tags.contested_custodians():
        found = tags.of_cluster(label)
        parties = ", ".join(safe_text(party) for party in found.parties) if found else ""
        _refuse(seed, f"lies in a cluster that sources give to different parties, one custodial: {parties}")


def _refuse(seed: Seed, why: str, **facts: str) -> NoReturn:
    raise BadCase(
        f"{seed.file}, line {seed.line}: seed `{seed.text}` {why}",
        hint="such a service holds the coins of many customers; name addresses of the service in question",
        path=seed.file,
        line=seed.line,
        **facts,
    )
