"""One transaction of the store as every rule reads it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from cointrail.chain.types import Txid
from cointrail.clustering.change_context import ChainContext
from cointrail.heuristics.change.vote import LEARNED
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.tx import get_tx
from cointrail.lookups.views import BlockRef, LookupBasis
from cointrail.rulebook.cards import rule_cards
from cointrail.rulebook.reading import TxReading, read_tx


@dataclass(frozen=True, slots=True, kw_only=True)
class TxAnalysis(TxReading):
    """A transaction as `cointrail tx analyse` gives it: inferences, each by the rule that it names.

    Attributes:
        txid: its id.
        block: where it stands.
        basis: what this rests on, every rule that was asked among it.
    """

    txid: Txid
    block: BlockRef
    basis: LookupBasis


def analyse_tx(desk: LookupDesk, text: str) -> TxAnalysis:
    """Read a transaction by its id.

    Raises:
        BadInput: not a transaction id.
        NotFound: the chain does not hold it.
    """
    number = get_tx(desk, text)
    view = desk.snapshot.tx_view(number)
    reading = read_tx(
        view,
        desk.snapshot.network,
        dated=desk.snapshot.network.name == "mainnet",
        context=ChainContext(
            desk.snapshot, desk.clusters, number, is_service=lambda label: _is_service(desk, label)
        ),
        gate=desk.clusters.gate(number),
        model=desk.clusters.model,
    )
    return TxAnalysis(
        **{one.name: getattr(reading, one.name) for one in fields(reading)},
        txid=view.txid,
        block=desk.block_of_tx(number),
        basis=replace(desk.basis, rules=_rules(desk)),
    )


def _rules(desk: LookupDesk) -> tuple[str, ...]:
    """All rules; a learned change model that has a say stands in place of its rule."""
    model = desk.clusters.model
    return tuple(card.name if model is None or card.id != LEARNED else model.name for card in rule_cards())


def _is_service(desk: LookupDesk, label: int) -> bool:
    """Whether tags name a custodian for a cluster, or disagree about one."""
    tags = desk.attribution
    return tags is not None and (tags.custodian(label) is not None or label in tags.contested_custodians())
