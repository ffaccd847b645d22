"""Change over a batch of columns: static rules, fingerprints and the vote, equal to their definitions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cointrail.heuristics.base import Abstained, Tier
from cointrail.heuristics.change import dynamic_rules, fingerprint, static_rules, wallets
from cointrail.heuristics.change.vote import HARD_VOTES, MAX_OUTPUTS, MAX_PLACE, VOTERS, Change, Quiet, change
from cointrail.kernel.change_print import ChangeColumns, ChangeLimits, judge_outputs
from cointrail.kernel.change_vote import Facts, QuietCodes, Verdicts, VoteLimits, vote_columns
from cointrail.store.batch import TxBatch

NO_OUTPUT = np.uint8(0xFF)
"""The change output of a transaction whose vote abstains."""

NO_TIER = np.uint8(0xFF)
"""The tier of a transaction whose vote abstains."""

NO_PRINT = np.uint64(0)
"""The fingerprint of a coinbase, and of the spender of an output that nothing spends."""


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """What a batch's context says, as columns: a bulk `ChangeContext`.

    Attributes:
        fresh: per output, whether no output before it had its script.
        in_input_cluster: per output, whether its script is in a C1-2 cluster of the inputs.
        spender_print: per output, the fingerprint of its spender; 0: not spent up to the height.
        held_apart: per output, whether tags or judgements hold it apart from the sender; None: none.
        service: per transaction, whether the sender is a tagged service; None: none is.
        profile: per transaction, the merged marks of the sender's cluster; 0, or None for all: none.
    """

    fresh: npt.NDArray[np.bool_]
    in_input_cluster: npt.NDArray[np.bool_]
    spender_print: npt.NDArray[np.uint64]
    held_apart: npt.NDArray[np.bool_] | None = None
    service: npt.NDArray[np.bool_] | None = None
    profile: npt.NDArray[np.uint64] | None = None


@dataclass(frozen=True, slots=True)
class BatchChange:
    """The vote's verdict on every transaction of a batch.

    Attributes:
        output: the change output's place in its transaction (uint8); `NO_OUTPUT` where it abstains.
        tier: `Tier` (uint8); `NO_TIER` where it abstains.
        rules: bit set of the rules that voted for it (uint32; bit k is `VOTERS[k]`); 0 where it abstains.
        quiet: why it abstains (uint8; place in `Quiet` + 1); 0 where it does not.
    """

    output: npt.NDArray[np.uint8]
    tier: npt.NDArray[np.uint8]
    rules: npt.NDArray[np.uint32]
    quiet: npt.NDArray[np.uint8]


STATIC_RULES = (
    "change.self",
    "change.script_type",
    "change.unnecessary_input",
    "change.round_value",
    "change.below_inputs",
    "change.none",
)
"""Rule k is bit k of the static answers."""


@dataclass(frozen=True, slots=True)
class StaticChange:
    """What needs no chain, of a batch.

    Attributes:
        prints: per transaction its fingerprint word (uint64); 0 for a coinbase.
        spoke: per transaction a bit for each static rule that did not abstain (uint8).
        left: per output a bit for each static rule that does not rule it out (uint8); 0 where the rule
            abstains.
    """

    prints: npt.NDArray[np.uint64]
    spoke: npt.NDArray[np.uint8]
    left: npt.NDArray[np.uint8]


def static_batch(batch: TxBatch) -> StaticChange:
    """Fingerprints and static rules of every transaction in one pass; equal to their definitions."""
    found = StaticChange(
        np.empty(batch.count, np.uint64),
        np.empty(batch.count, np.uint8),
        np.empty(len(batch.out_value), np.uint8),
    )
    room = np.empty(int(np.diff(batch.in_start).max(initial=0)), np.uint32)
    judge_outputs(columns_of(batch), _LIMITS, POSTAGE, room, found.left, found.spoke, found.prints)
    return found


def vote_batch(
    batch: TxBatch,
    gate: npt.NDArray[np.uint8],
    facts: ChangeFacts,
    *,
    found: StaticChange | None = None,
    learned: npt.NDArray[np.uint8] | None = None,
    dated: bool = True,
    answers: npt.NDArray[np.int64] | None = None,
) -> BatchChange:
    """The vote on every transaction; equal to `vote` on each.

    Args:
        batch: columns in chain order.
        gate: per transaction its `Gate`, from `judge_batch`.
        facts: what the chain says of its outputs and senders.
        found: what `static_batch` found of this batch; None: found here.
        learned: what `ask_batch` found of it; None: no model is in force.
        dated: whether its heights are those of the main network.
        answers: takes what all voters said where they were asked, voter k in bits 4k to 4k + 3: a bit for
            each of up to three spendable outputs that it leaves, then one for whether it spoke.
    """
    found = static_batch(batch) if found is None else found
    outputs, count = len(batch.out_value), batch.count
    columns = Facts(
        facts.fresh,
        facts.in_input_cluster,
        facts.spender_print,
        np.zeros(outputs, np.bool_) if facts.held_apart is None else facts.held_apart,
        np.zeros(count, np.bool_) if facts.service is None else facts.service,
        np.zeros(count, np.uint64) if facts.profile is None else facts.profile,
    )
    out = Verdicts(
        np.empty(count, np.uint8),
        np.empty(count, np.uint8),
        np.empty(count, np.uint32),
        np.empty(count, np.uint8),
        np.empty(0, np.int64) if answers is None else answers,
    )
    static = found.left, found.spoke, found.prints
    silent = np.zeros(count, np.uint8) if learned is None else learned
    vote_columns(columns_of(batch), gate, *static, columns, silent, _CORE, dated, VOTE_LIMITS, _QUIET, out)
    return BatchChange(out.output, out.tier, out.rules, out.quiet)


def columns_of(batch: TxBatch) -> ChangeColumns:
    """The columns that change is judged by."""
    return ChangeColumns(
        batch.height,
        batch.version,
        batch.locktime,
        np.zeros(batch.count, np.uint32) if batch.weight is None else batch.weight,
        batch.in_start,
        batch.in_value,
        batch.in_script,
        batch.in_type,
        batch.in_sequence,
        batch.in_marks,
        batch.out_start,
        batch.out_value,
        batch.out_script,
        batch.out_type,
    )


_LIMITS = ChangeLimits(
    tip_reach=fingerprint.TIP_REACH,
    round_fee=fingerprint.ROUND_FEE_SAT,
    low_r_max=fingerprint.LOW_R_MAX,
    fewer_zeros=static_rules.FEWER_ZEROS,
    round_sat=static_rules.ROUND_SAT,
)

POSTAGE = np.array(sorted(static_rules.POSTAGE_SAT), dtype=np.int64)

VOTE_LIMITS = VoteLimits(
    max_outputs=MAX_OUTPUTS,
    max_place=MAX_PLACE,
    hard_votes=HARD_VOTES,
    conflicts=dynamic_rules.CONFLICTS_OF_ANOTHER,
    low_r_max=fingerprint.LOW_R_MAX,
    low_r_sure=fingerprint.LOW_R_SURE,
    voters=len(VOTERS),
    hard=sum(1 << k for k, voter in enumerate(VOTERS) if voter.hard),
    alone=sum(1 << k for k, voter in enumerate(VOTERS) if voter.alone),
    tier_self=int(Tier.T1),
    tier_hop=int(Tier.T3),
    tier_lead=int(Tier.T4),
    no_output=int(NO_OUTPUT),
    no_tier=int(NO_TIER),
)

_QUIET = QuietCodes(
    **{
        why.name.lower(): code
        for code, why in enumerate(Quiet, start=1)
        if why.name.lower() in QuietCodes._fields
    }
)

_ALWAYS = 1 << 40
"""The last height of a profile that has none."""

_CORE = np.array(
    [
        (
            row.first_height,
            _ALWAYS if row.last_height is None else row.last_height,
            wallets.judged(row),
            row.leaves,
            row.needs,
            row.low_r,
        )
        for row in wallets.PROFILES
        if row.family == wallets.Family.CORE
    ],
    dtype=np.int64,
)


def verdict_of(found: BatchChange, number: int, height: int) -> Change | Abstained:
    """Read the verdict on one transaction of a batch back from its columns, judged at `height`."""
    if code := int(found.quiet[number]):
        return Abstained(tuple(Quiet)[code - 1])
    bits = int(found.rules[number])
    rules = tuple(voter.id for k, voter in enumerate(VOTERS) if bits >> k & 1)
    return change(int(found.output[number]), Tier(int(found.tier[number])), rules, height)
