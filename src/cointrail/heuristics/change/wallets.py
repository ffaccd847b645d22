"""Dated profiles of wallet programs: what each leaves on its transactions, from when to when.

A profile rules a transaction out or does not; several fit most transactions, and the most common program
fits by chance. It names a family of programs, never a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cointrail.chain.view import TxView
from cointrail.heuristics.change.fingerprint import HARD, SOFT, Mark, fingerprint_of


class Family(StrEnum):
    """Programs that choose change alike."""

    CORE = "core"
    """Change takes the payment's script type (Bitcoin Core since version 23)."""
    ELECTRUM = "electrum"
    HARDWARE = "hardware"
    MOBILE = "mobile"
    CUSTODIAL = "custodial"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class WalletProfile:
    """One row of the table."""

    wallet: str
    versions: str
    family: Family
    first_height: int
    """Main network height at about its first release with these habits."""
    last_height: int | None
    """None: still so when the source was read."""
    allows: int
    """Marks of `Mark` that it leaves; a transaction with any other mark of the same attribute is not its."""
    low_r: bool
    """Whether it grinds: a high r rules it out."""
    source: str


ATTRIBUTES = {**HARD, **SOFT}
"""Every attribute that a profile can state values of."""

PROFILES: tuple[WalletProfile, ...] = ()


def matching_wallets(tx: TxView, *, dated: bool = True) -> tuple[WalletProfile, ...]:
    """The profiles that nothing on the transaction, nor its height, rules out.

    Args:
        tx: the transaction and what its inputs spend.
        dated: whether its height is one of the main network; elsewhere every date fits.
    """
    return tuple(profile for profile in PROFILES if fits(profile, tx, dated=dated))


def fits(profile: WalletProfile, tx: TxView, *, dated: bool = True) -> bool:
    """Whether a transaction could be of this program."""
    height = tx.height if dated else None
    if height is not None and height < profile.first_height:
        return False
    if height is not None and profile.last_height is not None and height > profile.last_height:
        return False
    print_ = fingerprint_of(tx)
    if profile.low_r and print_.has(Mark.HIGH_R):
        return False
    return not any(
        print_.has(sum(values))
        and profile.allows & sum(values)
        and not print_.has(profile.allows & sum(values))
        for values in ATTRIBUTES.values()
    )


def is_core_like(tx: TxView, *, dated: bool = True) -> bool:
    """Whether a program whose change copies the payment's type could have made the transaction."""
    return any(profile.family == Family.CORE for profile in matching_wallets(tx, dated=dated))
