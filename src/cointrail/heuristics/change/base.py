"""What a change rule is: it names the outputs that it cannot rule out as change, or abstains.

An output is named by its place among all outputs of its transaction, from 0. Outputs that nobody can
spend are never candidates. A static rule looks at the transaction alone and its answer never changes; a
dynamic one asks a `ChangeContext`, and its answer carries the height that it was judged at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cointrail.chain.view import ScriptType, TxBrief, TxView
from cointrail.heuristics.base import Abstained
from cointrail.heuristics.change.fingerprint import Fingerprint


@dataclass(frozen=True, slots=True)
class Remaining:
    """The outputs that a rule does not rule out. It votes for an output when that is the only one."""

    outputs: frozenset[int]
    judged_at: int | None = None
    """The height that a dynamic rule was judged at; None: the answer holds at every height."""

    @property
    def only(self) -> int | None:
        """The one output that is left; None when there are more, or none."""
        return next(iter(self.outputs)) if len(self.outputs) == 1 else None


class ChangeContext(Protocol):
    """What the chain up to `height` says about one transaction's outputs and sender."""

    @property
    def height(self) -> int:
        """The tip that everything here is judged at."""

    def fresh(self, place: int) -> bool:
        """Whether no output before this one, in chain order, had its script."""

    def one_time(self, place: int) -> bool:
        """Whether this is the only output with its script, up to `height`."""

    def spender(self, place: int) -> TxView | None:
        """The transaction that spends the output; None: none does up to `height`."""

    def spender_brief(self, place: int) -> TxBrief | None:
        """That transaction as a whole; a transaction of many outputs has as many spenders of many inputs."""

    def in_input_cluster(self, place: int) -> bool:
        """Whether its script is in a headline cluster (C1-2) of the transaction's inputs."""

    def held_apart(self, place: int) -> bool:
        """Whether tags, or a pair that must not be linked, keep it out of the sender's hands."""

    @property
    def sender_is_service(self) -> bool:
        """Whether the inputs are in the cluster of a tagged service."""

    @property
    def profile(self) -> Fingerprint | None:
        """The merged marks of the sender's other transactions; None below `PROFILE_TXS` of them."""


Verdict = Remaining | Abstained
StaticRule = Callable[[TxView], Verdict]
ChangeRule = Callable[[TxView, ChangeContext], Verdict]


def static(rule: StaticRule) -> ChangeRule:
    """A static rule, asked as a dynamic one is."""
    return lambda tx, _: rule(tx)


def spendable(tx: TxView) -> tuple[int, ...]:
    """Places of the outputs that somebody could spend, ascending."""
    return tuple(k for k, out in enumerate(tx.outputs) if out.script_type != ScriptType.OP_RETURN)


def input_scripts(tx: TxView) -> frozenset[bytes]:
    """The known scripts that a transaction spends from."""
    return frozenset(i.script for i in tx.inputs if i.script is not None)
