"""How often the links of a path are wrong: each link as the table of measured error has it in its stratum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from cointrail.chain.view import ScriptType, TxView
from cointrail.clustering.proof import ProofStep
from cointrail.clustering.rules import Link
from cointrail.error_rates.combine import Charge, ErrorBound
from cointrail.error_rates.strata import ERAS, Stratum, era_of, quoted_marks
from cointrail.error_rates.table import ErrorTable, Rate, shipped
from cointrail.error_rates.tiers import tier_in
from cointrail.error_rates.wording import say_bound
from cointrail.heuristics.base import REGISTRY, Tier
from cointrail.heuristics.gate import Gate, GateVerdict

BY_VOTE = {Tier.T3: Link.CHANGE, Tier.T4: Link.CHANGE_LEAD}
"""The link that a change verdict of a tier stands for."""

_BY_NAME = {link.rule.name: link.rule for link in Link}

_FALLEN = {
    Link.COMMON_INPUT_LEAD.rule.name: Link.COMMON_INPUT.rule,
    Link.CHANGE_LEAD.rule.name: Link.CHANGE.rule,
}
"""The stronger rule whose links are leads where it was measured to be worse than its tier allows."""

PAYJOIN_OUTPUTS = 2
"""Spendable outputs that a payjoin has at most, and inputs at least: methods.md 1.10, 9.3."""

MOST_TOLD = 200_000
"""Strata and proofs that are remembered at most; then all are forgotten."""

Charges = tuple[Charge, ...]


class RatedChain(Protocol):
    """What is asked of a store; `Snapshot` gives it."""

    def tx_view(self, tx_num: int, /) -> TxView:
        """The transaction with what it spends."""

    def tx_height(self, tx_num: int, /) -> int:
        """Height of its block."""

    def block_time(self, height: int, /) -> int:
        """Header time of a block, epoch seconds."""


class ProvenClusters(Protocol):
    """Clusters that say why two scripts are in one; `Clusters` and `JudgedClusters` are such."""

    def explain(self, a: int, b: int, /) -> tuple[ProofStep, ...] | None:
        """The links from one script to the other; None: no headline cluster holds both."""

    def gate(self, tx_num: int, /) -> GateVerdict:
        """The gate's verdict."""


class LinkRates:
    """Charges links one after the other; what was looked up is remembered.

    Args:
        chain: the store.
        clusters: of the same snapshot.
        table: of measured error; None: the one of this package.
    """

    def __init__(self, chain: RatedChain, clusters: ProvenClusters, table: ErrorTable | None = None) -> None:
        self.table = table or shipped()
        self._chain = chain
        self._clusters = clusters
        self._by_tx: dict[tuple[str, int], Charge] = {}
        self._proofs: dict[tuple[int, int], Charges] = {}

    def joined(self, a: int, b: int) -> Charges:
        """The links of the proof that two scripts are in one headline cluster; none for one script."""
        if a == b:
            return ()
        if (a, b) not in self._proofs:
            if len(self._proofs) >= MOST_TOLD:
                self._proofs.clear()
            steps = self._clusters.explain(a, b)
            assert steps is not None, f"no headline cluster holds both {a} and {b}"
            self._proofs[a, b] = self.of_proof(steps)
        return self._proofs[a, b]

    def of_proof(self, steps: Iterable[ProofStep]) -> Charges:
        """The links of any proof; a judgement has no rate."""
        return tuple(
            Charge(step.rule, None, None)
            if step.tier is None
            else self.link(step.rule, step.tier, step.tx_num)
            for step in steps
        )

    def signed_together(self, tx_num: int, scripts: Sequence[int]) -> Charges:
        """That one hand signed all inputs of a transaction: one link by the transaction, if the gate is SAFE.

        Else other links put these scripts into one cluster, and theirs are charged.

        Args:
            tx_num: the transaction.
            scripts: the different scripts that it spends from.
        """
        if len(scripts) < 2:
            return ()
        if self._clusters.gate(tx_num).gate is Gate.SAFE:
            rule = Link.COMMON_INPUT.rule
            return (self.link(rule.name, Tier.T2, tx_num),)
        links = [charge for other in scripts[1:] for charge in self.joined(scripts[0], other)]
        return tuple(dict.fromkeys(links))

    def change(self, tx_num: int, tier: Tier) -> Charges:
        """That the output which a vote of this tier names stays with the sender; self-change is no link."""
        link = BY_VOTE.get(tier)
        return () if link is None else (self.link(link.rule.name, tier, tx_num),)

    def rule(self, rule_id: str, tier: Tier) -> Charge:
        """A link of a rule that no one transaction shows."""
        return self.link(REGISTRY[rule_id].name, tier, None)

    def say(self, bound: ErrorBound, time: int, what: str = "It") -> str:
        """What may be said of a path, or of `what`, that ends in a block of this time (methods.md 9.5)."""
        coverage = self.table.covered(ERAS[era_of(time)], Tier.T2.name)
        return say_bound(bound, self.table, coverage, what=what)

    def link(self, rule: str, tier: Tier, tx_num: int | None) -> Charge:
        """One link, by the rule that makes it and the transaction that shows it."""
        if tx_num is None:
            return Charge(rule, tier, self.table.rate((rule,)))
        if (rule, tx_num) not in self._by_tx:
            if len(self._by_tx) >= MOST_TOLD:
                self._by_tx.clear()
            self._by_tx[rule, tx_num] = self._charge(rule, tier, tx_num)
        return self._by_tx[rule, tx_num]

    def _charge(self, rule: str, tier: Tier, tx_num: int) -> Charge:
        tx = self._chain.tx_view(tx_num)
        time = self._chain.block_time(self._chain.tx_height(tx_num))
        spendable = sum(out.script_type is not ScriptType.OP_RETURN for out in tx.outputs)
        payjoin = len(tx.inputs) >= PAYJOIN_OUTPUTS and spendable <= PAYJOIN_OUTPUTS
        rate = self._rate(rule, quoted_marks(tx, time))
        return Charge(rule, max(tier, self._kept(rule, time) or tier), rate, payjoin)

    def _rate(self, rule: str, marks: Stratum) -> Rate | None:
        """How often a link is wrong; of a lead, also how often links are that the table made leads of."""
        stronger = _FALLEN.get(rule)
        own = self.table.rate((rule, *marks))
        if own is None or stronger is None or tier_in(self.table, stronger, marks[0]) == stronger.tier:
            return own
        fallen = self.table.rate((stronger.name, *marks))
        return own if fallen is None or fallen.bound_ppm <= own.bound_ppm else fallen

    def _kept(self, rule: str, time: int) -> Tier | None:
        """The tier that a rule keeps by the table at that time."""
        return tier_in(self.table, _BY_NAME[rule], ERAS[era_of(time)]) if rule in _BY_NAME else None
