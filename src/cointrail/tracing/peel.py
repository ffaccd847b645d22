"""Peel chains: one coin followed hop by hop, forward to what became of it or back to where it came from.

Unlike a value walk, a chain takes one way: at each hop the change, judged against the fingerprint of the
whole chain so far. It ends for one named reason. Where no output can be told to be change, all candidates
are its branches; each may be followed as a chain of its own, which claims nothing about the hand at the fork.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from cointrail.chain.view import ScriptType
from cointrail.error_rates.combine import ErrorBound, bound_of
from cointrail.heuristics.base import Abstained, Tier
from cointrail.heuristics.change import Change, Fingerprint, conflicts, merge
from cointrail.heuristics.peel import (
    ChangePlace,
    Halt,
    HopFacts,
    HopKind,
    HopRules,
    Onward,
    PeelStop,
    Sender,
    peel_backward,
    peel_forward,
)
from cointrail.tracing.ledger import CreatedRow, RecognisedDeposit
from cointrail.tracing.link_rates import Charges, LinkRates
from cointrail.tracing.neighbourhood import Neighbourhood, TxFacts
from cointrail.tracing.peel_limits import PeelLimits

MAY_GO_ON = frozenset({PeelStop.HOP_LIMIT, PeelStop.TIME_LIMIT})
"""Ends that a wider limit passes."""


class PeelJudge(Protocol):
    """Who votes on change; `ChainVotes` does."""

    def judge(self, tx_num: int, chain_marks: Fingerprint | None) -> Change | Abstained:
        """The vote on a transaction that stands in a chain with these merged marks."""

    def marks(self, tx_num: int) -> Fingerprint:
        """The fingerprint of a transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeelHop:
    """One transaction of a chain. `spent` and `beside_sat` are `kept`, `paid`, `burned_sat` and `fee_sat`.

    Attributes:
        tx_num: the transaction.
        kind: peel, sweep or join.
        tier: of the verdict that `kept` is the change; T0 for a sweep, where nothing is inferred.
        rules: that voted for it.
        spent: the chain's output that the transaction spends; its value in `spent_sat`.
        beside_sat: value of what it spends beside, with `beside` inputs.
        kept: the chain's output that it makes; its value in `kept_sat`.
        paid: outputs peeled off, with their values.
        burned_sat: value of outputs that nobody can spend.
        fee_sat: to the miner.
    """

    tx_num: int
    kind: HopKind
    tier: Tier
    rules: tuple[str, ...]
    spent: int
    spent_sat: int
    beside: int
    beside_sat: int
    kept: int
    kept_sat: int
    paid: tuple[tuple[int, int], ...]
    burned_sat: int
    fee_sat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PeelChain:
    """A chain from its start, hop by hop in the direction of the walk, to its one end.

    Attributes:
        start: the output that it begins with.
        hops: none where it ends at once.
        stop: why it ends.
        because: the same, more closely.
        end: its last output: the start where there is no hop.
        end_tx: the transaction that it does not pass; None where there is none.
        branches: outputs that may go on, at a fork or a join; claimed by nobody.
        fork: index of the chain and the output that this one branches off at; None for the first.
        deposit: what was recognised where `end` is a deposit address by inference.
        service: label of the tagged service's cluster that it ends in.
        bound: what its links may be wrong together.
    """

    start: int
    hops: tuple[PeelHop, ...]
    stop: PeelStop
    because: str
    end: int
    end_tx: int | None
    branches: tuple[int, ...]
    fork: tuple[int, int] | None
    deposit: RecognisedDeposit | None
    service: int | None
    bound: ErrorBound


@dataclass(slots=True)
class _Chain:
    """A chain while it grows; where a limit on its length ended it, it may grow on."""

    start: int
    hops: list[PeelHop] = field(default_factory=list)
    links: list[Charges] = field(default_factory=list)
    marks: Fingerprint | None = None
    deposit: RecognisedDeposit | None = None
    service: int | None = None
    ended: PeelChain | None = None


class Peeler:
    """Follows chains over a neighbourhood, and remembers how far each came.

    Args:
        near: the chain, the clusters, the tags, recognised deposits.
        judge: who votes on change.
        block_time: header time of a transaction's block, epoch seconds.
        limits: how far, and what to pass.
        rates: how often links are wrong.
    """

    def __init__(
        self,
        near: Neighbourhood,
        judge: PeelJudge,
        block_time: Callable[[int], int],
        limits: PeelLimits,
        rates: LinkRates,
    ) -> None:
        self.near = near
        self._judge = judge
        self._time = block_time
        self._limits = limits
        self.rates = rates
        self._rules = HopRules(
            weakest=limits.weakest, through_joins=limits.through_joins, through_sweeps=limits.through_sweeps
        )
        self._until: float | None = None
        self._grown: dict[tuple[int, bool], _Chain] = {}

    @property
    def hops(self) -> int:
        """Of all chains that were followed."""
        return sum(len(chain.hops) for chain in self._grown.values())

    def widen(self, limits: PeelLimits) -> None:
        """Set wider limits on hops, chains or time; the others must stay the same.

        Chains that were followed go on from their last output, and come to what they would have been.
        """
        self._limits = limits

    def forward(self, output_num: int) -> tuple[PeelChain, ...]:
        """What became of an output; the first chain, then those of its branches while chains are left."""
        return self._all(output_num, forward=True)

    def backward(self, output_num: int) -> tuple[PeelChain, ...]:
        """Where an output came from; the first chain, then those of its branches while chains are left."""
        return self._all(output_num, forward=False)

    def _all(self, start: int, *, forward: bool) -> tuple[PeelChain, ...]:
        seconds = self._limits.seconds
        self._until = None if seconds is None else time.monotonic() + seconds
        chains = [self._one(start, forward=forward)]
        seen = {start}
        at = 0
        while at < len(chains):
            for branch in chains[at].branches:
                if len(chains) < self._limits.max_chains and branch not in seen:
                    seen.add(branch)
                    found = self._one(branch, forward=forward)
                    chains.append(replace(found, fork=(at, chains[at].end)))
            at += 1
        return tuple(chains)

    def _one(self, start: int, *, forward: bool) -> PeelChain:
        """The chain of one output, from where it was left."""
        chain = self._grown.setdefault((start, forward), _Chain(start))
        if chain.ended is None or chain.ended.stop in MAY_GO_ON:
            chain.ended = self._follow_forward(chain) if forward else self._follow_back(chain)
        return chain.ended

    # -- forward

    def _follow_forward(self, chain: _Chain) -> PeelChain:
        at = self.near.output(chain.hops[-1].kept if chain.hops else chain.start)
        while True:
            if (stop := self._receiver_stop(chain, at)) is not None:
                return self._end(chain, stop, at.output_num, None)
            if at.spent_by_tx is None:
                return self._end(chain, Halt(PeelStop.UNSPENT, "nothing spends it"), at.output_num, None)
            facts = self.near.facts(at.spent_by_tx)
            if (stop := self._limit(chain, at, facts.tx_num)) is not None:
                return self._end(chain, stop, at.output_num, facts.tx_num)
            vote = self._vote(chain, facts)
            step = peel_forward(self._forward_facts(chain, at, facts, vote), self._rules)
            if isinstance(step, Halt):
                return self._end(chain, step, at.output_num, facts.tx_num)
            kept = facts.outputs[step.place]
            self._go(chain, facts, step, vote, (at.output_num, kept.output_num))
            at = kept

    def _receiver_stop(self, chain: _Chain, at: CreatedRow) -> Halt | None:
        """Why a chain ends at an output by who received it. It never goes through a custodian."""
        sender, label = self._said(frozenset({self.near.label(at.script_num)}))
        if sender is Sender.CONFLICT:
            return Halt(PeelStop.CONFLICTING_TAGS, "sources disagree about whose address this is")
        if sender is Sender.SERVICE:
            chain.service = label
            return Halt(PeelStop.SERVICE, "it lies in the cluster of a tagged service")
        chain.deposit = self.near.recognised(at.script_num)
        if chain.deposit is not None:
            chain.service = chain.deposit.service
            return Halt(
                PeelStop.SERVICE,
                f"deposit address by inference at {chain.deposit.tier.name}: {chain.deposit.because}",
            )
        return None

    def _forward_facts(
        self, chain: _Chain, at: CreatedRow, facts: TxFacts, vote: Change | Abstained
    ) -> HopFacts:
        home = self.near.label(at.script_num)
        sender, label = self._said(facts.labels)
        chain.service = label
        change = _place(vote)
        verdict = self.near.clusters.gate(facts.tx_num)
        return HopFacts(
            known=facts.all_known,
            gate=verdict.gate,
            swap=verdict.is_swap,
            sender=sender,
            inputs=len(facts.inputs),
            foreign_inputs=sum(
                row.script_num is None or self.near.label(row.script_num) != home for row in facts.inputs
            ),
            spendable=self._spendable(facts),
            change=change,
            conflicts=self._conflicts(chain, facts, change),
        )

    def _conflicts(self, chain: _Chain, facts: TxFacts, change: ChangePlace | Abstained) -> int:
        """Hard conflicts of the chain, this transaction included, with who spends the change."""
        spender = None if isinstance(change, Abstained) else facts.outputs[change.place].spent_by_tx
        if spender is None:
            return 0
        mine = self._judge.marks(facts.tx_num)
        chain_marks = mine if chain.marks is None else merge((chain.marks, mine))
        return len(conflicts(chain_marks, self._judge.marks(spender)).hard)

    # -- backward

    def _follow_back(self, chain: _Chain) -> PeelChain:
        at = self.near.output(chain.hops[-1].spent if chain.hops else chain.start)
        while True:
            facts = self.near.facts(self.near.maker(at.output_num))
            later = chain.hops[-1].tx_num if chain.hops else None
            if (stop := self._limit(chain, at, later)) is not None:
                return self._end(chain, stop, at.output_num, facts.tx_num)
            vote = self._vote(chain, facts)
            place = at.output_num - facts.outputs[0].output_num
            step = peel_backward(self._backward_facts(chain, facts, vote), self._rules, place)
            if isinstance(step, Halt):
                return self._end(chain, step, at.output_num, facts.tx_num, self._parents(step, facts))
            parent = facts.inputs[0].output_num
            assert parent is not None, "a step back has known inputs"
            self._go(chain, facts, step, vote, (parent, at.output_num))
            at = self.near.output(parent)

    def _backward_facts(self, chain: _Chain, facts: TxFacts, vote: Change | Abstained) -> HopFacts:
        sender, label = self._said(facts.labels)
        chain.service = label
        first = facts.inputs[0].script_num if facts.inputs else None
        home = None if first is None else self.near.label(first)
        verdict = self.near.clusters.gate(facts.tx_num)
        return HopFacts(
            coinbase=facts.coinbase,
            known=facts.all_known,
            gate=verdict.gate,
            swap=verdict.is_swap,
            sender=sender,
            inputs=len(facts.inputs),
            foreign_inputs=sum(
                row.script_num is None or self.near.label(row.script_num) != home for row in facts.inputs
            ),
            spendable=self._spendable(facts),
            change=_place(vote),
        )

    @staticmethod
    def _parents(halt: Halt, facts: TxFacts) -> tuple[int, ...]:
        """What a chain that halts going back may come from."""
        if halt.stop not in {PeelStop.JOIN, PeelStop.AMBIGUOUS}:
            return ()
        return tuple(row.output_num for row in facts.inputs if row.output_num is not None)

    # -- both

    def _said(self, labels: frozenset[int]) -> tuple[Sender, int | None]:
        """Whose the clusters are said to be, and the label of the service's."""
        tags = self.near.tags
        for label in sorted(labels):
            if (tagged := tags.of_cluster(label)) is not None and tagged.conflict:
                return Sender.CONFLICT, None
        for label in sorted(labels):
            if tags.custodian(label) is not None:
                return Sender.SERVICE, label
        return Sender.NOBODY, None

    def _spendable(self, facts: TxFacts) -> tuple[int, ...]:
        kinds = [self.near.ledger.script_type(row.script_num) for row in facts.outputs]
        return tuple(place for place, kind in enumerate(kinds) if kind is not ScriptType.OP_RETURN)

    def _limit(self, chain: _Chain, at: CreatedRow, tx_num: int | None) -> Halt | None:
        """Why the investigator's own limits end the chain before the next hop."""
        limits = self._limits
        if len(chain.hops) >= limits.max_hops:
            return Halt(PeelStop.HOP_LIMIT, f"{limits.max_hops} hops were asked for")
        if self._until is not None and time.monotonic() >= self._until:
            return Halt(PeelStop.TIME_LIMIT, f"{limits.seconds} seconds were asked for")
        if at.value < limits.min_value_sat:
            return Halt(PeelStop.MIN_VALUE, f"less than {limits.min_value_sat} sat")
        if limits.max_gap_s is not None and tx_num is not None:
            lay = self._time(tx_num) - self._time(self.near.maker(at.output_num))
            if lay > limits.max_gap_s:
                return Halt(PeelStop.GAP, f"it lay {lay} seconds, {limits.max_gap_s} were asked for")
        return None

    def _vote(self, chain: _Chain, facts: TxFacts) -> Change | Abstained:
        """The vote on a transaction, against the whole chain so far."""
        if facts.coinbase:
            return Abstained("a coinbase has no change")
        if chain.marks is None:
            return self._judge.judge(facts.tx_num, None)
        return self._judge.judge(facts.tx_num, merge((chain.marks, self._judge.marks(facts.tx_num))))

    def _go(
        self, chain: _Chain, facts: TxFacts, step: Onward, vote: Change | Abstained, ends: tuple[int, int]
    ) -> None:
        """Take a step. `ends`: the chain's output that is spent, and the one that is kept."""
        spent, kept = ends
        values = {row.output_num: row.value or 0 for row in facts.inputs if row.output_num is not None}
        total, spent_sat = sum(values.values()), values[spent]
        spendable = self._spendable(facts)
        burned = sum(row.value for place, row in enumerate(facts.outputs) if place not in spendable)
        paid = tuple(
            (row.output_num, row.value)
            for place, row in enumerate(facts.outputs)
            if place in spendable and row.output_num != kept
        )
        chain.hops.append(
            PeelHop(
                tx_num=facts.tx_num,
                kind=step.kind,
                tier=step.tier,
                rules=() if isinstance(vote, Abstained) or step.kind is HopKind.SWEEP else vote.rules,
                spent=spent,
                spent_sat=spent_sat,
                beside=len(facts.inputs) - 1,
                beside_sat=total - spent_sat,
                kept=kept,
                kept_sat=self.near.output(kept).value,
                paid=paid,
                burned_sat=burned,
                fee_sat=total - sum(row.value for row in facts.outputs),
            )
        )
        if step.kind is HopKind.PEEL:
            scripts = dict.fromkeys(row.script_num for row in facts.inputs if row.script_num is not None)
            chain.links.append(self.rates.signed_together(facts.tx_num, tuple(scripts)))
            chain.links.append(self.rates.change(facts.tx_num, step.tier))
        marks = self._judge.marks(facts.tx_num)
        chain.marks = marks if chain.marks is None else merge((chain.marks, marks))

    def _end(
        self,
        chain: _Chain,
        halt: Halt,
        output_num: int,
        tx_num: int | None,
        parents: tuple[int, ...] | None = None,
    ) -> PeelChain:
        branches = parents if parents is not None else ()
        if parents is None and tx_num is not None and halt.branches:
            outputs = self.near.facts(tx_num).outputs
            branches = tuple(outputs[place].output_num for place in halt.branches)
        return PeelChain(
            start=chain.start,
            hops=tuple(chain.hops),
            stop=halt.stop,
            because=halt.because,
            end=output_num,
            end_tx=tx_num,
            branches=branches,
            fork=None,
            deposit=chain.deposit,
            service=chain.service if halt.stop is PeelStop.SERVICE else None,
            bound=bound_of(
                [charge for links in chain.links for charge in links],
                uncounted=sum(hop.kind is not HopKind.PEEL for hop in chain.hops),
            ),
        )


def _place(vote: Change | Abstained) -> ChangePlace | Abstained:
    return vote if isinstance(vote, Abstained) else ChangePlace(vote.output, vote.tier)
