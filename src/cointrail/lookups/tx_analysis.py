"""One transaction of the store as every rule reads it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from fractions import Fraction

from cointrail.chain.types import Txid
from cointrail.clustering.change_context import ChainContext
from cointrail.heuristics.base import REGISTRY
from cointrail.heuristics.change.fiat import FiatPrice
from cointrail.heuristics.change.vote import FIAT, LEARNED
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.tx import get_tx
from cointrail.lookups.views import BlockRef, LookupBasis
from cointrail.rulebook.cards import rule_cards
from cointrail.rulebook.reading import TxReading, read_tx
from cointrail.valuation.rates import RateBook


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


def analyse_tx(
    desk: LookupDesk, text: str, rates: RateBook | None = None, currency: str = "USD"
) -> TxAnalysis:
    """Read a transaction by its id.

    Args:
        desk: the chain and what is known of it.
        text: the id.
        rates: price tables, for amounts that are round in a currency; None: they are not looked for.
        currency: that one.

    Raises:
        BadPrice: no table has the currency, and no bank quotes it.
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
        price=None if rates is None else _price(desk, number, rates, currency),
    )
    return TxAnalysis(
        **{one.name: getattr(reading, one.name) for one in fields(reading)},
        txid=view.txid,
        block=desk.block_of_tx(number),
        basis=replace(desk.basis, rules=_rules(desk, rates)),
    )


def _rules(desk: LookupDesk, rates: RateBook | None) -> tuple[str, ...]:
    """All rules; those that asked a model or price tables name them by their digest."""
    model = desk.clusters.model
    asked = {} if model is None else {LEARNED: model.name}
    if rates is not None:
        asked[FIAT.id] = f"{REGISTRY[FIAT.id].name}+{rates.digest[:16]}"
    return tuple(asked.get(card.id, card.name) for card in rule_cards())


def _price(desk: LookupDesk, number: int, rates: RateBook, currency: str) -> FiatPrice | None:
    """What a bitcoin was worth when the transaction's block was mined; None: no table says."""
    when = datetime.fromtimestamp(desk.snapshot.block_time(desk.snapshot.tx_height(number)), UTC)
    rate = rates.rate_at(when, currency)
    if rate is None:
        return None
    return FiatPrice(currency, Fraction(rate.value), f"{rate.source}; {rate.convention}")


def _is_service(desk: LookupDesk, label: int) -> bool:
    """Whether tags name a custodian for a cluster, or disagree about one."""
    tags = desk.attribution
    return tags is not None and (tags.custodian(label) is not None or label in tags.contested_custodians())
