"""The exchanges of the world. Names, companies and sites are invented; any likeness is chance."""

from __future__ import annotations

from dataclasses import dataclass

from cointrail.simulate.clock import date
from cointrail.simulate.locks import Kind

_EVER = 0
_LEGACY = ((_EVER, Kind.P2PKH),)
_SHARED = ((_EVER, Kind.P2SH_MULTISIG),)
_NESTED_2017 = ((_EVER, Kind.P2PKH), (date("2017-10-05"), Kind.P2SH_P2WPKH))
_NATIVE_2018 = ((_EVER, Kind.P2PKH), (date("2018-01-20"), Kind.P2WPKH))
_VAULT_2017 = ((_EVER, Kind.P2SH_MULTISIG), (date("2017-11-20"), Kind.P2WSH_MULTISIG))

Kinds = tuple[tuple[int, Kind], ...]


@dataclass(frozen=True, slots=True)
class Firm:
    """An exchange: who runs it, where, how large it is and how it keeps its coins."""

    id: str
    label: str
    country: str | None
    legal_name: str | None
    share: float
    """Of all customers, relative to the others."""
    hot: Kinds
    deposits: Kinds
    cold: Kinds = ((_EVER, Kind.P2SH_MULTISIG),)
    batch_hours: int = 12
    tagged: bool = True


FIRMS = (
    Firm("aldermoor", "Aldermoor Exchange", "GB", "Aldermoor Exchange Ltd",
         20, _LEGACY, _LEGACY, batch_hours=4),
    Firm("brackwater", "Brackwater Coin", "US", "Brackwater Coin, Inc.",
         16, _NESTED_2017, _NESTED_2017, batch_hours=6),
    Firm("corvane", "Corvane", "JP", "Corvane Kabushiki Kaisha",
         12, _SHARED, _LEGACY, batch_hours=6),
    Firm("dunlinmark", "Dunlinmark", "DE", "Dunlinmark GmbH",
         9, _NESTED_2017, _LEGACY, _VAULT_2017, 8),
    Firm("eskerfold", "Eskerfold", "KR", "Eskerfold Co., Ltd.",
         8, _LEGACY, _LEGACY),
    Firm("fennbridge", "Fennbridge", "PL", "Fennbridge sp. z o.o.",
         6, _SHARED, _SHARED),
    Firm("garnetquay", "Garnet Quay", "SG", "Garnet Quay Pte. Ltd.",
         6, _NATIVE_2018, _LEGACY),
    Firm("hollinside", "Hollinside", "GB", "Hollinside Markets Ltd",
         5, _LEGACY, _LEGACY),
    Firm("isthmia", "Isthmia", "BR", "Isthmia Servicos Digitais Ltda.",
         4, _NESTED_2017, _NESTED_2017, batch_hours=24),
    Firm("juniperrow", "Juniper Row", "CA", "Juniper Row Trading Corp.",
         4, _LEGACY, _LEGACY, batch_hours=24),
    Firm("kelpstone", "Kelpstone", "AU", "Kelpstone Pty Ltd",
         3, _NATIVE_2018, _NESTED_2017, batch_hours=24),
    Firm("larkmere", "Larkmere", "EE", None,
         3, _LEGACY, _LEGACY, batch_hours=24),
    Firm("mistralgate", "Mistralgate", None, None,
         5, _LEGACY, _LEGACY),
    Firm("nightjarx", "Nightjar X", None, None,
         4, _LEGACY, _LEGACY, tagged=False),
)  # fmt: skip
"""Twelve in eleven countries, one whose country nobody knows, and one that nobody has tagged."""
