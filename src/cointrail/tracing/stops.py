"""Why a branch of a walk ended. Every branch has exactly one of these names."""

from __future__ import annotations

from enum import StrEnum


class Stop(StrEnum):
    """The named end of one branch. `CUSTODIAN` and `DEPOSIT` are leads, all others reasons for none."""

    CUSTODIAN = "custodian"
    """Reached a tagged custodial service: a withdrawal (backward) or a deposit (forward)."""
    OWN_SERVICE = "own_service"
    """Reached the service under investigation itself: its own money."""
    COINBASE = "coinbase"
    """The value was mined here; nothing comes before."""
    UNSPENT = "unspent"
    """Not spent as of the tip in the basis."""
    FEE = "fee"
    """Paid to a miner as a transaction fee."""
    BURNED = "burned"
    """Sent to a script that nobody can spend."""
    COINJOIN = "coinjoin"
    """The gate says that several people may have signed; outputs can't be paired with inputs."""
    SWAP = "swap"
    """A hash-locked output was claimed by its preimage, in a swap or out of a payment channel: the value
    changes hands here, and what was given for it is elsewhere."""
    UNCLEAR_TRANSACTION = "unclear_transaction"
    """The gate gives a warning and no other link says that the inputs have one owner."""
    MULTIPARTY = "multiparty"
    """The inputs lie in several clusters although the gate is silent."""
    CONFLICTING_TAGS = "conflicting_tags"
    """Sources disagree about whose cluster this is."""
    TAGGED_ADDRESS = "tagged_address"
    """This address alone is said to be a custodial service's; its cluster is nobody's."""
    MISSING_PREDECESSOR = "missing_predecessor"
    """The store does not hold what this transaction spends."""
    HOP_LIMIT = "hop_limit"
    """The investigator's own limit on the length of a path."""
    OUTPUT_LIMIT = "output_limit"
    """The investigator's own limit on the outputs of one walk."""
    SMALL_SHARE = "small_share"
    """Outside the payer's hand, less of the payment than the investigator asked to follow."""
    DUST = "dust"
    """Less value than the investigator asked to follow."""
    TIME_LIMIT = "time_limit"
    """The investigator's own limit on the time of one trace; how far it came depends on the machine."""
    COLLISION = "collision"
    """A source reported earlier has these satoshi; from here on they count under that one."""
    DEPOSIT = "deposit"
    """Reached a deposit address of a tagged custodial service, recognised at T3 by where it is emptied."""


LEADS = frozenset({Stop.CUSTODIAN, Stop.DEPOSIT})
"""Ends in a custodial service: by its tagged cluster, or by inference."""
