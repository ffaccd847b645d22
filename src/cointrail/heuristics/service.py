"""How services move coins: deposit addresses that are swept, withdrawals in batches, hot and cold wallets.

What a service does is told by what its addresses do over time, so these rules look at sums over many
transactions, which the layers above gather. All are dynamic: later blocks may change the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from cointrail.heuristics.base import Abstained, Tier, rule

SWEEP_MAX_DELAY = 86_400
"""Seconds, exclusive: a deposit waits less than a day, in the median. methods.md 3.3."""

SWEEPS_SURE = 2
"""Sweeps of one address from which on the pattern is a habit. methods.md 3.3."""

SIBLINGS_SURE = 3
"""Other qualifying addresses in one sweep that make up for a second one. methods.md 3.3."""

WITHDRAWAL_MIN_OUTPUTS = 3
"""Spendable outputs of a batch of withdrawals. methods.md 3.3."""

HOT_MIN_COUNTERPARTIES = 1_000
"""Distinct clusters paid, and distinct clusters paid by. methods.md 3.4."""

HOT_TOP_SHARE = 10
"""Per cent: the most active clusters, by coins spent. methods.md 3.4."""

HOT_MIN_HOURS = 24
"""Hours of the day (UTC) with a spend: no night's rest. methods.md 3.4."""

HOT_MAX_BALANCE_PERCENT = 10
"""Of what it received, in per cent: what is left in a wallet through which coins only pass. Our choice."""

COLD_MAX_ROUND_TRIPS = 50
"""Transactions. Few and large ones; our choice."""


@dataclass(frozen=True, slots=True)
class SweptScript:
    """What a script, with the cluster it is spent in, did with the coins that it received."""

    sweeps: int
    """Transactions that spend outputs of the script itself."""
    siblings: int
    """Most other scripts outside the service, all spent like it, in one of these."""
    paid_others: int
    """Transactions of its cluster that pay anybody but the service's collector or hot wallet."""
    foreign_inputs: int
    """Inputs spent beside them that are neither of its cluster nor of the service."""
    received_outside: int
    """Outputs that the script received from transactions that the service did not sign."""
    median_delay: int
    """Seconds between an output and its spend, over all of the cluster that are spent."""
    first_hand: bool
    """Whether the service is tagged by somebody who dealt with it: see `FIRST_HAND`."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was recognised, at which tier, and why."""

    tier: Tier
    because: str


FIRST_HAND = frozenset({"ownership", "manual_transaction", "service_api", "service_data", "authority_data"})
"""Confidence words of tags from first-hand data: own purchase, the service itself, seizure or disclosure.
methods.md 3.3 and 3.4."""


@rule("service.deposit", version=2, tier=Tier.T3)
def deposit(swept: SweptScript) -> Recognised | Abstained:
    """An address that is emptied into a service's collector, soon and always, takes deposits for it.

    T3 where the service is tagged from first-hand data and the address was swept twice, or once beside
    three others like it; else T5, a lead. It names the custodian, not the customer.

    Source: our choice; vendors describe collector addresses that receive only from
        deposit addresses, found by test deposits.
    Wrong when: a merchant's processor, an OTC desk or a mixer sweeps likewise; a broker is a customer of
        the exchange (the custodian is right, the customer is not the depositor); somebody sends all that
        he receives to the exchange, each day.
    Abstains on: an address never spent, or never paid from outside; any spend that pays another than the
        service's collector or hot wallet, or that is signed by others too; a median delay of a day or more.
    Needs: every output of the address's cluster and its spend up to the tip; a tagged service.
    """
    if not swept.sweeps:
        return Abstained("nothing of it was ever spent")
    if swept.paid_others:
        return Abstained("its coins also went elsewhere than to the service's collector")
    if swept.foreign_inputs:
        return Abstained("its coins were spent beside those of others")
    if not swept.received_outside:
        return Abstained("only the service itself ever paid it")
    if swept.median_delay >= SWEEP_MAX_DELAY:
        return Abstained("its coins waited a day or more, in the median")
    swept_often = swept.sweeps >= SWEEPS_SURE or swept.siblings >= SIBLINGS_SURE
    tier = Tier.T3 if swept.first_hand and swept_often else Tier.T5
    return Recognised(tier, f"swept {swept.sweeps} times, beside up to {swept.siblings} others like it")


@rule("service.withdrawal", version=1)
def withdrawal(returns: tuple[bool, ...], fresh: tuple[bool, ...]) -> frozenset[int] | Abstained:
    """A tagged service that pays three outputs or more, most of them to new scripts, pays out withdrawals.

    Its change is what goes back to its own cluster; all else are withdrawals, by their places among the
    spendable outputs.

    Source: our choice. The change rules for wallets are off for services.
    Wrong when: the service moves coins to a wallet of its own that nothing ties to it yet; a customer
        withdraws to somebody else's address.
    Abstains on: fewer than three spendable outputs; half or fewer of those that leave are new.
    Needs: that the sender is a tagged service; for each spendable output whether it lies in the sender's
        cluster, and whether its script was new; later blocks may tie more outputs to the cluster.
    """
    if len(returns) < WITHDRAWAL_MIN_OUTPUTS:
        return Abstained("fewer than three outputs: no batch")
    left = [place for place, home in enumerate(returns) if not home]
    new = sum(fresh[place] for place in left)
    if 2 * new <= len(left):
        return Abstained("no more than half of what left went to new scripts")
    return frozenset(left)


class Activity(NamedTuple):
    """What a cluster did over the whole chain."""

    txs: int
    """Transactions that it alone signed."""
    rank_percent: int
    """Of a hundred clusters of two scripts and more, how many spent as many coins or more, rounded up."""
    hours: int
    """Hours of the day (UTC) in which it spent."""
    payers: int
    """Distinct clusters that paid it."""
    payees: int
    """Distinct clusters that it paid."""
    received_sat: int
    balance_sat: int


@rule("service.hot_wallet", version=1, tier=Tier.T5)
def hot_wallet(activity: Activity) -> Recognised | Abstained:
    """A cluster that never sleeps, deals with thousands and keeps little looks like a service's hot wallet.

    A lead only: who it is, no shape can say.

    Source: our choice; vendors speak of ten to thirty hot addresses an exchange.
    Wrong when: a payment processor, a mining pool, a gambling site or a mixer; a collapsed cluster.
    Abstains on: a cluster outside the busiest tenth; an hour of the day without a spend; fewer than 1,000
        counterparties on either side; a balance above a tenth of what it received.
    Needs: all spends of the cluster, and how often all other clusters spent.
    """
    if activity.rank_percent > HOT_TOP_SHARE:
        return Abstained("it is not among the busiest tenth of clusters")
    if activity.hours < HOT_MIN_HOURS:
        return Abstained(f"it spent in {activity.hours} of 24 hours of the day")
    if min(activity.payers, activity.payees) < HOT_MIN_COUNTERPARTIES:
        return Abstained(f"it dealt with {activity.payers:,} payers and {activity.payees:,} payees")
    if activity.balance_sat * 100 > HOT_MAX_BALANCE_PERCENT * activity.received_sat:
        return Abstained("it keeps much of what it received")
    return Recognised(
        Tier.T5,
        f"{activity.txs:,} transactions at all hours, {activity.payers:,} payers, {activity.payees:,} payees",
    )


@rule("service.cold_wallet", version=1, tier=Tier.T5)
def cold_wallet(round_trips: int, strangers: int) -> Recognised | Abstained:
    """A cluster that deals with one service alone, seldom, looks like that service's cold wallet.

    A lead only.

    Source: our choice; vendors speak of ten to thirty hot addresses an exchange.
    Wrong when: a large customer, a market maker or a lender deals with one service only.
    Abstains on: anybody else among those who paid it or were paid by it; more than 50 transactions; none.
    Needs: every transaction of the cluster, and a tagged service.
    """
    if strangers:
        return Abstained("it also dealt with others")
    if not 1 <= round_trips <= COLD_MAX_ROUND_TRIPS:
        return Abstained(f"{round_trips} transactions with the service, 1 to {COLD_MAX_ROUND_TRIPS} are few")
    return Recognised(Tier.T5, f"{round_trips} transactions, all with the service")
