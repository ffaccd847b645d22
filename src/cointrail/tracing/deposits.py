"""Deposit addresses of tagged services, recognised by what became of everything they received.

An address is looked at together with its cluster: what one hand signs is swept together. Nothing is guessed
from a part: an address of more outputs than `MAX_OUTPUTS` is not judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from cointrail.chain.view import ScriptType
from cointrail.heuristics.base import Abstained, Tier
from cointrail.heuristics.service import FIRST_HAND, SweptScript, deposit
from cointrail.tracing.ledger import CreatedRow, RecognisedDeposit
from cointrail.tracing.neighbourhood import Neighbourhood, TxFacts

MAX_OUTPUTS = 5_000
"""Outputs of an address's whole cluster that are looked at; our choice, about a second of work."""

MAX_SCRIPTS = 2_000
"""Scripts of that cluster; our choice."""

COLLECTOR_OUTPUTS = 200
"""Outputs of a receiving script that are looked at to tell a collector from a customer's address."""


class History(Protocol):
    """What is asked of a store beside single transactions."""

    def script_outputs(self, script_num: int, /) -> npt.NDArray[np.uint64]:
        """Numbers of the outputs that pay the script, in chain order."""

    def tx_height(self, tx_num: int, /) -> int:
        """Height of the transaction's block."""

    def block_time(self, height: int, /) -> int:
        """Header time, epoch seconds UTC."""


class Members(Protocol):
    """What is asked of clusters."""

    def members(self, label: int, tier: Tier = ...) -> npt.NDArray[np.uint32]:
        """All scripts of the cluster."""

    def size(self, label: int, tier: Tier = ...) -> int:
        """How many scripts it has."""


class Claims(Protocol):
    """What is asked of tags: the custodian has an `id`, the tags of a cluster have proposals."""

    def custodian(self, label: int, /) -> Any | None:
        """The custodial service whose cluster this is."""

    def of_cluster(self, label: int, /) -> Any | None:
        """What is proposed for the cluster."""


@dataclass(frozen=True, slots=True)
class _Home:
    """What became of all coins of a cluster."""

    service: int
    """Label of the tagged cluster that they go into."""
    actor: str
    paid_others: int
    foreign_inputs: int
    median_delay: int


class Deposits:
    """Recognises deposit addresses; each is judged once.

    Args:
        near: transactions, clusters, tags.
        history: the outputs of scripts, and times.
        clusters: members of clusters.
        tags: who is said to hold what.
    """

    def __init__(self, near: Neighbourhood, history: History, clusters: Members, tags: Claims) -> None:
        self._near = near
        self._history = history
        self._clusters = clusters
        self._tags = tags
        self._judged: dict[int, RecognisedDeposit | Abstained] = {}
        self._homes: dict[int, _Home | Abstained] = {}
        self._collectors: dict[tuple[int, str], bool] = {}

    def judge(self, script_num: int) -> RecognisedDeposit | Abstained:
        """Whether an address takes deposits for a tagged service, at which tier, or why nothing is said."""
        if script_num not in self._judged:
            self._judged[script_num] = self._judge(script_num)
        return self._judged[script_num]

    def find(self, script_num: int) -> RecognisedDeposit | None:
        """The deposit address at T3, where a walk ends; None: it is none, or a lead only."""
        found = self.judge(script_num)
        return None if isinstance(found, Abstained) or found.tier > Tier.T3 else found

    def _judge(self, script_num: int) -> RecognisedDeposit | Abstained:
        label = self._near.label(script_num)
        if label not in self._homes:
            self._homes[label] = self._look_at(label)
        home = self._homes[label]
        if isinstance(home, Abstained):
            return home
        rows = self._outputs_of(script_num)
        sweeps = sorted({row.spent_by_tx for row in rows if row.spent_by_tx is not None})
        made_by = [self._near.facts(self._near.maker(row.output_num)) for row in rows]
        found = deposit(
            SweptScript(
                sweeps=len(sweeps),
                siblings=max((self._siblings(tx_num, script_num) for tx_num in sweeps), default=0),
                paid_others=home.paid_others,
                foreign_inputs=home.foreign_inputs,
                received_outside=sum(not self._is_of(facts, home.actor) for facts in made_by),
                median_delay=home.median_delay,
                first_hand=self._first_hand(home.service),
            )
        )
        if isinstance(found, Abstained):
            return found
        return RecognisedDeposit(script_num, home.service, found.tier, found.because)

    def _look_at(self, label: int) -> _Home | Abstained:
        """Look at everything that a cluster received; a part of it is not judged."""
        if self._tags.of_cluster(label) is not None:
            return Abstained("its cluster is tagged already")
        if self._clusters.size(label) > MAX_SCRIPTS:
            return Abstained(f"its cluster has more than {MAX_SCRIPTS:,} scripts, so it was not judged")
        rows: list[CreatedRow] = []
        for member in self._clusters.members(label).tolist():
            rows += self._outputs_of(member)
            if len(rows) > MAX_OUTPUTS:
                return Abstained(f"its cluster has more than {MAX_OUTPUTS:,} outputs, so it was not judged")
            if self._spent_elsewhere(rows):
                break
        service = self._service_of(rows)
        if service is None:
            return Abstained("its coins did not go into a tagged service, or none is spent")
        actor = self._actor(service)
        assert actor is not None, "the service is a custodian"
        spenders = sorted({row.spent_by_tx for row in rows if row.spent_by_tx is not None})
        facts = [self._near.facts(tx_num) for tx_num in spenders]
        return _Home(
            service=service,
            actor=actor,
            paid_others=sum(not self._all_collected(one, actor) for one in facts),
            foreign_inputs=sum(self._foreign(one, label, actor) for one in facts),
            median_delay=_median(
                [
                    self._time(row.spent_by_tx) - self._time(self._near.maker(row.output_num))
                    for row in rows
                    if row.spent_by_tx is not None
                ]
            ),
        )

    def _outputs_of(self, script_num: int, most: int = MAX_OUTPUTS + 1) -> list[CreatedRow]:
        numbers = self._history.script_outputs(script_num)[:most].tolist()
        return [self._near.output(int(number)) for number in numbers]

    def _service_of(self, rows: Sequence[CreatedRow]) -> int | None:
        """The tagged cluster that the first spend pays; None: there is none, or it is none."""
        spender = next((row.spent_by_tx for row in rows if row.spent_by_tx is not None), None)
        if spender is None:
            return None
        for row in self._near.facts(spender).outputs:
            label = self._near.label(row.script_num)
            if self._tags.custodian(label) is not None:
                return label
        return None

    def _spent_elsewhere(self, rows: Sequence[CreatedRow]) -> bool:
        """Whether the first spend pays no tagged service: there is then no need to look further."""
        return any(row.spent_by_tx is not None for row in rows) and self._service_of(rows) is None

    def _siblings(self, tx_num: int, script_num: int) -> int:
        """Other scripts of its cluster that the transaction spends."""
        home = self._near.label(script_num)
        beside = {row.script_num for row in self._near.facts(tx_num).inputs} - {script_num, None}
        return sum(self._near.label(script) == home for script in beside if script is not None)

    def _foreign(self, facts: TxFacts, home: int, actor: str) -> int:
        """Inputs of neither the cluster nor the service."""
        return sum(
            row.script_num is None or not self._belongs(self._near.label(row.script_num), home, actor)
            for row in facts.inputs
        )

    def _belongs(self, label: int, home: int, actor: str) -> bool:
        return label == home or self._actor(label) == actor

    def _actor(self, label: int) -> str | None:
        found = self._tags.custodian(label)
        return None if found is None else str(found.id)

    def _is_of(self, facts: TxFacts, actor: str) -> bool:
        """Whether the service signed the transaction."""
        return bool(facts.labels) and all(self._actor(label) == actor for label in facts.labels)

    def _time(self, tx_num: int) -> int:
        return self._history.block_time(self._history.tx_height(tx_num))

    def _first_hand(self, label: int) -> bool:
        tagged = self._tags.of_cluster(label)
        return tagged is not None and any(one.tag.confidence.id in FIRST_HAND for one in tagged.proposals)

    # -- collectors

    def _all_collected(self, facts: TxFacts, actor: str) -> bool:
        """Whether everything that the transaction pays goes to collectors or hot wallets of the service."""
        paid = [row for row in facts.outputs if self._is_payment(row)]
        return bool(paid) and all(self._is_collector(row.script_num, actor) for row in paid)

    def _is_payment(self, row: CreatedRow) -> bool:
        return row.value > 0 and self._near.ledger.script_type(row.script_num) is not ScriptType.OP_RETURN

    def _is_collector(self, script_num: int, actor: str) -> bool:
        """Whether the service moves its own coins with that script, which a customer's address never sees.

        It does where it pays the script and nobody else, or pays others with what the script received. That
        it pays the script in a batch of withdrawals says nothing: customers withdraw to their own deposits.
        Nor does a spend of the script with one output, be it a stranger's: so deposits are gathered to a
        fresh address of the service's own.
        """
        key = (script_num, actor)
        if key not in self._collectors:
            ours = self._actor(self._near.label(script_num)) == actor
            rows = self._outputs_of(script_num, COLLECTOR_OUTPUTS) if ours else []
            self._collectors[key] = any(self._moves_own(row, actor) for row in rows)
        return self._collectors[key]

    def _moves_own(self, row: CreatedRow, actor: str) -> bool:
        made_by = self._near.facts(self._near.maker(row.output_num))
        if self._is_of(made_by, actor) and not self._pays_others(made_by, actor):
            return True
        if row.spent_by_tx is None:
            return False
        facts = self._near.facts(row.spent_by_tx)
        paid = sum(self._is_payment(one) for one in facts.outputs)
        return paid > 1 and self._is_of(facts, actor) and self._pays_others(facts, actor)

    def _pays_others(self, facts: TxFacts, actor: str) -> bool:
        return any(
            self._is_payment(row) and self._actor(self._near.label(row.script_num)) != actor
            for row in facts.outputs
        )


def _median(numbers: list[int]) -> int:
    """The upper median; 0 of nothing."""
    return sorted(numbers)[len(numbers) // 2] if numbers else 0
