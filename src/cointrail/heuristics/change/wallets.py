"""Dated profiles of wallet programs: what each leaves on its transactions, from when to when.

A profile rules a transaction out or does not. Several fit most transactions, and a program that is common
fits many by chance. It names a family of programs, never a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cointrail.chain.view import ScriptType, TxView
from cointrail.heuristics.change.fingerprint import HARD, SOFT, Fingerprint, Mark, fingerprint_of


class Family(StrEnum):
    """Programs that choose a change script alike."""

    CORE = "core"
    """Change takes a payment's script type."""
    OWN_TYPE = "own_type"
    """Change keeps the type of the inputs."""
    ONE_ADDRESS = "one_address"
    """Change goes back to the one address of the wallet."""


@dataclass(frozen=True, slots=True)
class WalletProfile:
    """One row of the table. What it does not state, it does not judge."""

    wallet: str
    versions: str
    family: Family
    first_height: int
    """Of the main network, at about the first release with these habits."""
    last_height: int | None
    """None: still so when the source was read."""
    leaves: int
    """`Mark`s that it may leave, of every attribute that it states."""
    needs: int
    """`Mark`s that all its transactions have."""
    spends: frozenset[ScriptType]
    """The types it spends; empty: not stated."""
    low_r: bool
    """Whether it grinds: a high r rules it out."""
    source: str


YEAR_2018, YEAR_2020, YEAR_2022 = 510_900, 610_700, 733_400
"""Heights of 26 February 2018 (Bitcoin Core 0.16), 1 January 2020 and 25 April 2022 (Core 23.0)."""

_RBF_OR_NOT = Mark.SEQUENCE_MAX_1 | Mark.SEQUENCE_RBF
_NO_RBF = Mark.SEQUENCE_FINAL | Mark.SEQUENCE_MAX_1
_SNIPING = Mark.LOCKTIME_TIP | Mark.LOCKTIME_OTHER
_ONE_RECIPIENT = Mark.ONE_OUTPUT | Mark.TWO_OUTPUTS
_CORE = "bitcoin/bitcoin, wallet/spend.cpp and wallet.cpp"
_LIST = "achow101, wallet-fingerprinting; ishaanam, wallet-fingerprinting, 2023"


def _profile(  # noqa: PLR0917
    wallet: str,
    versions: str,
    family: Family,
    heights: tuple[int, int | None],
    leaves: int,
    source: str,
    *,
    needs: int = 0,
    spends: frozenset[ScriptType] = frozenset(),
    low_r: bool = False,
) -> WalletProfile:
    return WalletProfile(wallet, versions, family, *heights, leaves, needs, spends, low_r, source)


_CORE_MARKS = Mark.VERSION_2 | _SNIPING | _RBF_OR_NOT

PROFILES: tuple[WalletProfile, ...] = (
    _profile(
        "Bitcoin Core", "0.16 to 0.19", Family.CORE, (YEAR_2018, YEAR_2020), _CORE_MARKS,
        f"{_CORE}; pull request 12119: native change where a payment is native",
    ),
    _profile(
        "Bitcoin Core", "0.19 to 22", Family.CORE, (YEAR_2020, YEAR_2022), _CORE_MARKS,
        f"{_CORE}; pull request 12119; {_LIST}", low_r=True,
    ),
    _profile(
        "Bitcoin Core", "23 and later", Family.CORE, (YEAR_2022, None), _CORE_MARKS,
        f"{_CORE}; pull request 23789: change of a payment's type; {_LIST}", low_r=True,
    ),
    _profile(
        "Electrum", "2020 to 2024", Family.OWN_TYPE, (YEAR_2020, None),
        Mark.VERSION_2 | _SNIPING | _RBF_OR_NOT, _LIST, needs=Mark.OUTPUTS_ASCENDING, low_r=True,
    ),
    _profile(
        "Trezor", "2020 to 2024", Family.OWN_TYPE, (YEAR_2020, None),
        Mark.VERSION_1 | Mark.SEQUENCE_RBF, _LIST, needs=Mark.OUTPUTS_ASCENDING,
    ),
    _profile(
        "Ledger Live", "2020 to 2024", Family.OWN_TYPE, (YEAR_2020, None),
        Mark.VERSION_1 | Mark.SEQUENCE_RBF | Mark.CHANGE_LAST | _ONE_RECIPIENT, _LIST,
    ),
    _profile(
        "BlueWallet", "2020 to 2024", Family.OWN_TYPE, (YEAR_2020, None),
        Mark.VERSION_2 | Mark.SEQUENCE_RBF | Mark.CHANGE_LAST, _LIST,
    ),
    _profile(
        "Coinbase Wallet", "2020 to 2024", Family.OWN_TYPE, (YEAR_2020, None),
        Mark.VERSION_2 | _NO_RBF | Mark.CHANGE_LAST | _ONE_RECIPIENT, _LIST,
    ),
    _profile(
        "Exodus", "2020 to 2024", Family.ONE_ADDRESS, (YEAR_2020, None), Mark.VERSION_2 | _NO_RBF, _LIST,
    ),
    _profile(
        "Trust Wallet", "2020 to 2024", Family.ONE_ADDRESS, (YEAR_2020, None),
        Mark.VERSION_1 | Mark.SEQUENCE_RBF, _LIST,
    ),
    _profile(
        "Blockchain.com", "2020", Family.OWN_TYPE, (YEAR_2020, YEAR_2022),
        Mark.VERSION_1 | Mark.LOCKTIME_ZERO | _NO_RBF, "Blockchair's documentation, 2020; methods.md 2.7",
        needs=Mark.OUTPUTS_ASCENDING, spends=frozenset({ScriptType.P2PKH}),
    ),
)  # fmt: skip
"""Read for versions of 2020 to 2024; before and after, a profile may be wrong."""

ATTRIBUTES: tuple[int, ...] = tuple(sum(values) for values in {**HARD, **SOFT}.values())
"""The marks of each attribute, together."""

_CHANGE = Mark.CHANGE_FIRST | Mark.CHANGE_LAST | Mark.CHANGE_BETWEEN


def matching_wallets(tx: TxView, *, dated: bool = True) -> tuple[WalletProfile, ...]:
    """The profiles that nothing on the transaction, nor its height, rules out.

    Args:
        tx: the transaction and what its inputs spend.
        dated: whether its height is one of the main network; elsewhere every date fits.
    """
    found = fingerprint_of(tx)
    height = tx.height if dated else None
    return tuple(profile for profile in PROFILES if found.word and fits(profile, found, height))


def fits(profile: WalletProfile, found: Fingerprint, height: int | None) -> bool:
    """Whether a transaction of this fingerprint could be the program's; None: every date fits."""
    if height is not None and not profile.first_height <= height <= (profile.last_height or height):
        return False
    if profile.low_r and found.has(Mark.HIGH_R):
        return False
    if found.word & profile.needs != profile.needs:
        return False
    if profile.spends and not profile.spends.issuperset(found.in_types):
        return False
    if profile.family == Family.ONE_ADDRESS and not found.has(Mark.ONE_OUTPUT | _CHANGE):
        return False
    return not found.word & judged(profile) & ~profile.leaves


def judged(profile: WalletProfile) -> int:
    """The marks of every attribute that a profile states."""
    return sum(marks for marks in ATTRIBUTES if profile.leaves & marks)


def is_core_like(tx: TxView, *, dated: bool = True) -> bool:
    """Whether a program whose change takes a payment's script type could have made the transaction."""
    return any(profile.family == Family.CORE for profile in matching_wallets(tx, dated=dated))
