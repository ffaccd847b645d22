"""Addresses that exchanges publish as their own, and clusters that hold them: one with two exchanges errs.

Only what is at hand is clustered: single transactions and blocks, by common inputs where the gate is SAFE. An
exchange that is seen alone in a cluster speaks for the rule only as far as so little history can.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import comb
from pathlib import Path

from cointrail.attribution.load import load_tags
from cointrail.chain.network import get_network
from cointrail.evaluate.real.detectors import Looked
from cointrail.heuristics.gate import Gate

PUBLISHED = "exchange-wallets-*.yaml"
"""Files of addresses that an exchange itself has published."""

OTHERS = ("walletexplorer.yaml", "chaininfo.yaml", "interpol-real_services.yaml")
"""Files in which others say whose an address is: they may err themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeTally:
    """Published addresses in clusters of what is at hand.

    Attributes:
        claimed_by: `exchanges`: published by themselves; `others`: said by others.
        parties: how many.
        addresses: of the main network.
        seen: of these, with an input or output in the data.
        signed: of these, with an input: they can be in a cluster with others.
        clusters: with one of them.
        scripts: in these clusters, tagged or not.
        with_two: clusters with addresses of two parties: each is an error, of the rule or of a claim.
        pairs: pairs of addresses in one cluster.
        pairs_wrong: of these, of two parties.
        conflicts: the parties of every cluster with two.
    """

    claimed_by: str
    parties: int
    addresses: int
    seen: int
    signed: int
    clusters: int
    scripts: int
    with_two: int
    pairs: int
    pairs_wrong: int
    conflicts: tuple[str, ...]


def tally_exchanges(folder: Path, looked: Sequence[Looked]) -> tuple[ExchangeTally, ...]:
    """Cluster all transactions of the main network, and count whose addresses meet.

    Args:
        folder: with `labels/tagpacks`; without it there is nothing to count.
        looked: every set, judged.
    """
    packs = folder / "labels" / "tagpacks"
    if not packs.is_dir():
        return ()
    clusters = _Clusters(looked)
    others = [packs / name for name in OTHERS if (packs / name).exists()]
    return tuple(
        _tally(name, _claims(paths), clusters)
        for name, paths in (("exchanges", sorted(packs.glob(PUBLISHED))), ("others", others))
    )


def _claims(paths: Sequence[Path]) -> dict[bytes, str]:
    """The one party that is said to hold each script; contested ones are left out."""
    said: dict[bytes, set[str]] = {}
    for tag in load_tags(paths, get_network("mainnet")).tags:
        if tag.script is not None:
            said.setdefault(tag.script, set()).add(tag.actor or tag.label)
    return {script: parties.pop() for script, parties in said.items() if len(parties) == 1}


class _Clusters:
    """Scripts of the sets' inputs, joined where one hand signed."""

    def __init__(self, looked: Sequence[Looked]) -> None:
        self._above: dict[bytes, bytes] = {}
        self.seen: set[bytes] = set()
        for inputs, outputs in _signed_together(looked):
            self.seen.update(inputs, outputs)
            for script in inputs:
                self._above.setdefault(script, script)
                self._above[self.root(script)] = self.root(inputs[0])

    def __contains__(self, script: bytes) -> bool:
        return script in self._above

    def root(self, script: bytes) -> bytes:
        """The script that stands for a cluster."""
        while self._above[script] != script:
            self._above[script] = script = self._above[self._above[script]]
        return script

    def sizes(self) -> dict[bytes, int]:
        """Scripts of each cluster, by the one that stands for it."""
        found: dict[bytes, int] = {}
        for script in list(self._above):
            root = self.root(script)
            found[root] = found.get(root, 0) + 1
        return found


def _signed_together(looked: Sequence[Looked]) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """Scripts of inputs and outputs; inputs one by one where the gate does not say that one hand signed."""
    for one in looked:
        if not one.labelled.dated:
            continue
        for tx, verdict in zip(one.labelled.txs, one.verdicts, strict=True):
            inputs = [i.script for i in tx.inputs if i.script is not None]
            yield [], [o.script for o in tx.outputs]
            yield from [(inputs, [])] if verdict.gate is Gate.SAFE else [([script], []) for script in inputs]


def _tally(claimed_by: str, claims: dict[bytes, str], clusters: _Clusters) -> ExchangeTally:
    found: dict[bytes, list[str]] = {}
    for script, party in claims.items():
        if script in clusters:
            found.setdefault(clusters.root(script), []).append(party)
    sizes = clusters.sizes()
    mixed = [parties for parties in found.values() if len(set(parties)) > 1]
    pairs = sum(comb(len(parties), 2) for parties in found.values())
    right = sum(comb(parties.count(one), 2) for parties in found.values() for one in set(parties))
    return ExchangeTally(
        claimed_by=claimed_by,
        parties=len(set(claims.values())),
        addresses=len(claims),
        seen=len(claims.keys() & clusters.seen),
        signed=sum(map(len, found.values())),
        clusters=len(found),
        scripts=sum(sizes[root] for root in found),
        with_two=len(mixed),
        pairs=pairs,
        pairs_wrong=pairs - right,
        conflicts=tuple(sorted(" + ".join(sorted(set(parties))) for parties in mixed)),
    )
