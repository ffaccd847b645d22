"""Transactions as a walk meets them: whether it may pass, and where value goes on the other side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from cointrail.chain.view import ScriptType
from cointrail.heuristics.base import Tier
from cointrail.heuristics.gate import Gate
from cointrail.tracing.ledger import (
    Changes,
    Clustering,
    CreatedRow,
    Ledger,
    NoChanges,
    RecognisedDeposit,
    Recogniser,
    SpentRow,
    Tags,
)
from cointrail.tracing.stops import Stop
from cointrail.tracing.taint import line_marks


class Part(NamedTuple):
    """One piece of a transaction's far side: an input going back, an output or the fee going forward."""

    output_num: int | None
    """None: the fee."""
    next_tx: int
    """The transaction that comes next on this branch; -1 where the branch ends here."""
    stop: Stop | None
    """Why the branch ends here."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A transaction between its near side, where a walk arrives, and its far side."""

    stop: Stop | None
    """Why a walk may not pass; the rest is then empty."""
    cluster: int | None = None
    """The one cluster that all inputs lie in."""
    starts: dict[int, int] | None = None
    """Where each output of the near side starts on the transaction's line of satoshi."""
    parts: tuple[Part, ...] = ()
    sizes: tuple[int, ...] = ()
    """Satoshi of each part."""
    marks: tuple[int, ...] = (0,)
    """Where each part starts on the line, and where the last one ends."""


@dataclass(frozen=True)
class TxFacts:
    """A transaction's rows and the clusters of its inputs."""

    tx_num: int
    coinbase: bool
    inputs: Sequence[SpentRow]
    outputs: Sequence[CreatedRow]
    labels: frozenset[int]
    """Clusters of the inputs that are known."""

    @cached_property
    def all_known(self) -> bool:
        """Whether the store holds everything that is spent here."""
        return not self.coinbase and all(row.value is not None for row in self.inputs)

    @cached_property
    def cluster(self) -> int | None:
        """The one cluster of all inputs; None: several, or not all known."""
        return next(iter(self.labels)) if self.all_known and len(self.labels) == 1 else None


class Neighbourhood:
    """Looks at each transaction once and remembers it.

    Args:
        ledger: facts.
        clusters: who signs together, by stated rules.
        tags: whose cluster it is said to be.
        own: clusters of the service under investigation.
        changes: which outputs are change; None: nobody says.
    """

    def __init__(
        self,
        ledger: Ledger,
        clusters: Clustering,
        tags: Tags,
        own: frozenset[int],
        changes: Changes | None = None,
    ) -> None:
        self.ledger = ledger
        self.clusters = clusters
        self.tags = tags
        self.own = own
        self.changes = changes or NoChanges()
        self.deposits: Recogniser | None = None
        """Set by who can look at whole addresses; None: none is recognised."""
        self._custodial = tags.custodial_scripts
        self._labels: dict[int, int] = {}
        self._receivers: dict[int, Stop | None] = {}
        self._facts: dict[int, TxFacts] = {}
        self._made_by: dict[int, int] = {}
        self._back: dict[int, Crossing] = {}
        self._forth: dict[int, Crossing] = {}

    def label(self, script_num: int) -> int:
        """The script's cluster."""
        known = self._labels.get(script_num)
        if known is None:
            known = self._labels[script_num] = self.clusters.label(script_num)
        return known

    def facts(self, tx_num: int) -> TxFacts:
        """Rows of the transaction and the clusters of its inputs."""
        known = self._facts.get(tx_num)
        if known is None:
            inputs = self.ledger.tx_inputs(tx_num)
            known = self._facts[tx_num] = TxFacts(
                tx_num,
                self.ledger.is_coinbase(tx_num),
                inputs,
                self.ledger.tx_outputs(tx_num),
                frozenset(self.label(row.script_num) for row in inputs if row.script_num is not None),
            )
        return known

    def maker(self, output_num: int) -> int:
        """The transaction that created the output."""
        known = self._made_by.get(output_num)
        if known is None:
            known = self._made_by[output_num] = self.ledger.output_tx(output_num)
        return known

    def output(self, output_num: int) -> CreatedRow:
        """The row of one output."""
        outputs = self.facts(self.maker(output_num)).outputs
        return outputs[output_num - outputs[0].output_num]

    def kept(self, output_num: int) -> Tier | None:
        """At which tier whoever holds the output also signed the transaction that made it; None: unknown.

        T2 or better where it lies in the signers' cluster, else the tier of the change verdict.
        """
        facts = self.facts(self.maker(output_num))
        if facts.cluster is None:
            return None
        if self.label(self.output(output_num).script_num) == facts.cluster:
            return Tier.T2
        hop = self.changes.change(facts.tx_num)
        return hop.tier if hop is not None and hop.output_num == output_num else None

    def recognised(self, script_num: int) -> RecognisedDeposit | None:
        """The deposit address of a tagged service that the script is by inference; None: it is none."""
        return None if self.deposits is None else self.deposits.find(script_num)

    def receiver_stop(self, script_num: int) -> Stop | None:
        """Why a forward walk ends at an output with this script; None: it does not."""
        if script_num not in self._receivers:
            self._receivers[script_num] = self._judge_receiver(script_num)
        return self._receivers[script_num]

    def _judge_receiver(self, script_num: int) -> Stop | None:
        if self.ledger.script_type(script_num) is ScriptType.OP_RETURN:
            return Stop.BURNED
        stop = self._judge_cluster(self.label(script_num))
        if stop is not None:
            return stop
        if script_num in self._custodial:
            return Stop.TAGGED_ADDRESS
        return None if self.recognised(script_num) is None else Stop.DEPOSIT

    def _judge_cluster(self, label: int) -> Stop | None:
        if label in self.own:
            return Stop.OWN_SERVICE
        tagged = self.tags.of_cluster(label)
        if tagged is not None and tagged.conflict:
            return Stop.CONFLICTING_TAGS
        return None if self.tags.custodian(label) is None else Stop.CUSTODIAN

    def signer_stop(self, facts: TxFacts) -> Stop | None:
        """Why a walk may not pass this transaction, by who signed it; None: it may.

        All inputs in one tagged or own cluster settle the question before the gate is asked:
        a service that pays many equal amounts is no coinjoin. All inputs in one other cluster
        settle a warning, not a verdict of `UNSAFE`.
        """
        if facts.coinbase:
            return Stop.COINBASE
        if not facts.all_known:
            return Stop.MISSING_PREDECESSOR
        if facts.labels <= self.own:
            return Stop.OWN_SERVICE
        if facts.cluster is not None:
            known = self._judge_cluster(facts.cluster)
            if known is not None:
                return known
        if any(row.script_num in self._custodial for row in facts.inputs):
            return Stop.TAGGED_ADDRESS
        verdict = self.clusters.gate(facts.tx_num)
        if verdict.gate is Gate.UNSAFE:
            return Stop.SWAP if verdict.is_swap else Stop.COINJOIN
        if facts.cluster is not None:
            return None
        return Stop.UNCLEAR_TRANSACTION if verdict.gate is Gate.UNKNOWN else Stop.MULTIPARTY

    def back(self, tx_num: int) -> Crossing:
        """From the transaction's outputs to its inputs."""
        known = self._back.get(tx_num)
        if known is None:
            known = self._back[tx_num] = self._build_back(self.facts(tx_num))
        return known

    def _build_back(self, facts: TxFacts) -> Crossing:
        stop = self.signer_stop(facts)
        if stop is not None:
            return Crossing(stop, facts.cluster)
        starts = line_marks(row.value for row in facts.outputs)
        sizes = tuple(row.value or 0 for row in facts.inputs)
        return Crossing(
            None,
            facts.cluster,
            {row.output_num: start for row, start in zip(facts.outputs, starts, strict=False)},
            tuple(
                Part(row.output_num, -1 if row.tx_num is None else row.tx_num, None) for row in facts.inputs
            ),
            sizes,
            line_marks(sizes),
        )

    def forth(self, tx_num: int) -> Crossing:
        """From the transaction's inputs to its outputs and the fee."""
        known = self._forth.get(tx_num)
        if known is None:
            known = self._forth[tx_num] = self._build_forth(self.facts(tx_num))
        return known

    def _build_forth(self, facts: TxFacts) -> Crossing:
        stop = self.signer_stop(facts)
        if stop is not None:
            return Crossing(stop, facts.cluster)
        spent = [row.value or 0 for row in facts.inputs]
        starts = line_marks(spent)
        paid = [row.value for row in facts.outputs]
        sizes = (*paid, sum(spent) - sum(paid))
        return Crossing(
            None,
            facts.cluster,
            {
                row.output_num: start
                for row, start in zip(facts.inputs, starts, strict=False)
                if row.output_num is not None
            },
            (*(self._far_output(row) for row in facts.outputs), Part(None, -1, Stop.FEE)),
            sizes,
            line_marks(sizes),
        )

    def _far_output(self, row: CreatedRow) -> Part:
        stop = self.receiver_stop(row.script_num)
        if stop is None and row.spent_by_tx is None:
            stop = Stop.UNSPENT
        return Part(row.output_num, -1 if row.spent_by_tx is None else row.spent_by_tx, stop)
