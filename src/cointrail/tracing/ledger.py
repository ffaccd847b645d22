"""What a walk needs to know: the few calls on the store, the clusters and the attribution it makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from cointrail.chain.view import ScriptType
from cointrail.heuristics.base import Tier
from cointrail.heuristics.gate import GateVerdict


class SpentRow(Protocol):
    """An input with the output it spends; None where the store does not hold that."""

    @property
    def output_num(self) -> int | None:
        """The output spent."""

    @property
    def value(self) -> int | None:
        """Its satoshi."""

    @property
    def script_num(self) -> int | None:
        """Its script."""

    @property
    def tx_num(self) -> int | None:
        """The transaction that created it."""


class CreatedRow(Protocol):
    """An output with its spender, if any."""

    @property
    def output_num(self) -> int:
        """Dense, in chain order."""

    @property
    def value(self) -> int:
        """Satoshi."""

    @property
    def script_num(self) -> int:
        """Its locking script."""

    @property
    def spent_by_tx(self) -> int | None:
        """The transaction that spends it; None: unspent at the tip."""


class Ledger(Protocol):
    """Ledger facts by dense numbers; a `Snapshot` is one."""

    def tx_inputs(self, tx_num: int) -> Sequence[SpentRow]:
        """Inputs in order; a coinbase has none."""

    def tx_outputs(self, tx_num: int) -> Sequence[CreatedRow]:
        """Outputs in order."""

    def is_coinbase(self, tx_num: int) -> bool:
        """Whether it makes new coins."""

    def output_tx(self, output_num: int) -> int:
        """The transaction that created the output."""

    def script_type(self, script_num: int) -> ScriptType:
        """The shape of the script."""


class Clustering(Protocol):
    """Scripts joined by stated rules; `Clusters` is one."""

    def label(self, script_num: int, tier: Tier = ...) -> int:
        """Smallest member of the script's cluster."""

    def gate(self, tx_num: int) -> GateVerdict:
        """Whether one owner signed the transaction's inputs."""


class ChangeHop(NamedTuple):
    """The output that is said to be a transaction's change."""

    output_num: int
    tier: Tier
    """T1 for self-change, T3 where signals agree, T4 for a single one."""


class Changes(Protocol):
    """Which output of a transaction came back to who signed it."""

    def change(self, tx_num: int) -> ChangeHop | None:
        """The verdict; None: the rules abstain."""


class NoChanges:
    """Abstains on every transaction: for walks over clusters alone."""

    def change(self, tx_num: int) -> ChangeHop | None:  # noqa: ARG002  the protocol's
        """No opinion."""
        return None


class RecognisedDeposit(NamedTuple):
    """An address that takes deposits for a tagged service, by inference."""

    script_num: int
    service: int
    """Label of the tagged cluster that its coins go into."""
    tier: Tier
    because: str


class Recogniser(Protocol):
    """Who recognises deposit addresses; `Deposits` does."""

    def find(self, script_num: int) -> RecognisedDeposit | None:
        """The deposit address, at T3 or better; None: it is none."""


class Tagged(Protocol):
    """What the tags say of one cluster."""

    @property
    def conflict(self) -> bool:
        """Whether they name different actors."""


class Tags(Protocol):
    """Who is said to own a cluster; `Attribution` is one."""

    def custodian(self, label: int) -> object | None:
        """The custodial service whose cluster this is; None: not tagged so, or in conflict."""

    def of_cluster(self, label: int) -> Tagged | None:
        """What the tags say; None: nothing."""

    @property
    def custodial_scripts(self) -> frozenset[int]:
        """Scripts that are said, each for itself alone, to be a custodial service's."""


class NoTags:
    """Nobody says anything: for walks without tag files."""

    custodial_scripts: frozenset[int] = frozenset()

    def custodian(self, label: int) -> None:
        """No service."""

    def of_cluster(self, label: int) -> None:
        """No tag."""
