"""Actors: persons and organisations that a tag can name, and which of them hold other people's coins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CUSTODIAL_CATEGORIES = frozenset(
    {
        # GraphSense concepts, 2026
        "exchange",
        "wallet_service",
        "escrow_wallet",
        "payment_processor",
        "market",
        "mixing_service",
        "gambling",
        "atm",
        "mining_service",
        # INTERPOL Darkweb and Virtual Assets taxonomy, entities 0.3
        "hosted_wallet",
        "tumbler",
        "coin_swapping",
        "escrow",
        "crypto_atm",
        "dark_market",
        "virtual_asset_service_provider",
        "bank",
    }
)
"""Categories whose members take in coins of many customers, so that value mixes inside them.

Source: FATF, Updated Guidance for a Risk-Based Approach to Virtual Assets and VASPs, October 2021
(safekeeping or administration for others), read against the two word lists named above.
"""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or organisation as one source describes it. It may hold many clusters.

    Attributes:
        id: what tags refer to; for a tag that names nobody else, its label.
        label: the name to show (through `safe_text`).
        categories: words of the source, as given.
        jurisdictions: two-letter country codes; empty means unknown.
        legal_name: the registered name; None when not known.
        uri: where it presents itself; None when not known.
        source: who says all this.
        aliases: other names.
        extra: fields of the source that have no place above, as (name, text).
    """

    id: str
    label: str
    categories: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()
    legal_name: str | None = None
    uri: str | None = None
    source: str = ""
    aliases: tuple[str, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()


def is_custodial(categories: Iterable[str]) -> bool:
    """Whether one of the categories holds coins for customers; case, spaces and hyphens do not matter."""
    return any(
        word.strip().casefold().replace("-", "_").replace(" ", "_") in CUSTODIAL_CATEGORIES
        for word in categories
    )
