"""What a case run needs of the store, the clusters, the tags and the prices, as narrow as it uses them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

import numpy as np
import numpy.typing as npt

from cointrail.attribution.actors import Actor
from cointrail.attribution.resolve import ClusterTags
from cointrail.chain.network import Network
from cointrail.chain.types import BlockHash, Outpoint
from cointrail.heuristics.base import Tier
from cointrail.heuristics.gate import GateVerdict
from cointrail.tracing.ledger import Ledger
from cointrail.valuation.rates import Rate


class CaseLedger(Ledger, Protocol):
    """Ledger facts with their names; a `Snapshot` is one."""

    @property
    def network(self) -> Network:
        """The chain's network."""

    @property
    def height(self) -> int:
        """Height of the tip."""

    @property
    def tip_hash(self) -> BlockHash:
        """Hash of the tip."""

    @property
    def digest(self) -> str:
        """Digest of the store, hex."""

    def find_script(self, script: bytes) -> int | None:
        """The script's number; None: not on this chain."""

    def find_output(self, outpoint: Outpoint) -> int | None:
        """The output's number; None: not on this chain."""

    def get_script(self, script_num: int) -> bytes:
        """The locking script."""

    def script_outputs(self, script_num: int) -> npt.NDArray[np.uint64]:
        """Numbers of the outputs that pay the script, in chain order."""

    def outpoint(self, output_num: int) -> Outpoint:
        """The output's name."""

    def tx_height(self, tx_num: int) -> int:
        """Height of the transaction's block."""

    def block_hash(self, height: int) -> BlockHash:
        """Hash of the block at that height."""

    def block_time(self, height: int) -> int:
        """What its miner wrote as time, epoch seconds UTC."""


class CaseClusters(Protocol):
    """Scripts joined by stated rules; `Clusters` is one."""

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules, with versions."""

    @property
    def digest(self) -> str:
        """Digest of the clustering, hex."""

    def label(self, script_num: int, tier: Tier = ...) -> int:
        """Smallest member of the script's cluster."""

    def members(self, label: int, tier: Tier = ...) -> npt.NDArray[np.uint32]:
        """All scripts of the cluster, in chain order."""

    def size(self, label: int, tier: Tier = ...) -> int:
        """How many scripts it has."""

    def gate(self, tx_num: int) -> GateVerdict:
        """Whether one owner signed the transaction's inputs."""


class CaseTags(Protocol):
    """Whose clusters they are said to be; `Attribution` is one."""

    @property
    def digest(self) -> str:
        """Digest of the tag set, hex."""

    @property
    def unseen(self) -> int:
        """Address tags whose script the chain does not hold."""

    def custodian_labels(self) -> Mapping[int, Actor]:
        """Every cluster with a custodian."""

    def custodian(self, label: int) -> Actor | None:
        """The custodial service that all proposals for the cluster name."""

    def of_cluster(self, label: int) -> ClusterTags | None:
        """What is proposed for the cluster."""

    @property
    def custodial_scripts(self) -> frozenset[int]:
        """Scripts that are said, each for itself alone, to be a custodial service's."""

    def contested_custodians(self) -> frozenset[int]:
        """Clusters in conflict of which some proposal says that a custodian holds them."""

    def conflicts(self) -> Iterable[ClusterTags]:
        """Clusters whose proposals disagree."""


class CaseRates(Protocol):
    """Rates with their source; a `RateBook` is one."""

    @property
    def digest(self) -> str:
        """Digest of the price set, hex."""

    def rate_at(self, when: datetime, currency: str) -> Rate | None:
        """The rate of that time; None: no table covers it."""
