"""The vote on change over columns. The definition is `cointrail.heuristics.change.vote`.

A rule's answer on a transaction is four bits: whether it spoke, and which of the (at most three) spendable
outputs it leaves. The answers of all voters stand side by side in one integer, in the order of `VOTERS`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.change_print import (
    I64,
    NONE,
    ROUND_VALUE,
    SCRIPT_TYPE,
    SELF,
    U8,
    U32,
    U64,
    UNNECESSARY_INPUT,
    ChangeColumns,
)
from cointrail.kernel.jit import int64, kernel

BOOL = npt.NDArray[np.bool_]

_P2A, _OP_RETURN = 7, 9
_SPOKE = 8
OPPOSED, OUTVOTED, WEAK, LEAD, ENOUGH = 0, 1, 2, 3, 4
"""How strong a count is. Opposed by a hard rule; a lead outvoted by a weak one; too weak to be one."""
_HIGH_R = 1 << 20
_V_SELF, _V_REVEALED, _V_TYPE, _V_FRESH, _V_UNNECESSARY, _V_ROUND, _V_PRINT = 0, 1, 2, 3, 4, 5, 6
_V_LEARNED, _V_PEELING, _V_CONSUMER = 7, 8, 9


class Facts(NamedTuple):
    """The columns of a `ChangeFacts`, per output or per transaction."""

    fresh: BOOL
    in_input_cluster: BOOL
    spender_print: U64
    held_apart: BOOL
    service: BOOL
    profile: U64


class VoteLimits(NamedTuple):
    """The named constants of the definition, and what stands for its answers."""

    max_outputs: int
    max_place: int
    hard_votes: int
    conflicts: int
    low_r_max: int
    low_r_sure: int
    voters: int
    hard: int
    """Bit set of the hard voters."""
    alone: int
    """Bit set of those that make a lead alone."""
    tier_self: int
    tier_hop: int
    tier_lead: int
    no_output: int
    no_tier: int


class QuietCodes(NamedTuple):
    """What stands for each reason to abstain."""

    coinbase: int
    unsafe: int
    unknown: int
    two_parties: int
    all_return: int
    several_return: int
    one_output: int
    batch: int
    service: int
    no_change: int
    held_apart: int
    opposed: int
    no_signal: int
    weak: int


class Verdicts(NamedTuple):
    """Where the verdicts go, per transaction."""

    output: U8
    tier: U8
    rules: U32
    quiet: U8
    answers: I64
    """Of all voters, four bits each; of no transaction where nobody asks."""


@kernel
def _disjoint(one: int, other: int) -> int:
    """1 where both have something and share nothing."""
    return 1 if one != 0 and other != 0 and one & other == 0 else 0


@kernel
def _fold_locktime(word: int) -> int:
    """Zero, or not."""
    return (word >> 5 & 1) | (2 if word >> 6 & 3 else 0)


@kernel
def _fold_sequence(word: int) -> int:
    """Final or at most a locktime; replaceable; other."""
    return (1 if word >> 8 & 3 else 0) | (word >> 9 & 6)


@kernel
def hard_conflicts(one: int, other: int, limits: VoteLimits) -> int:
    """How many hard attributes two fingerprints conflict in; 0 where either is 0."""
    found = _disjoint(one >> 1 & 15, other >> 1 & 15)
    found += _disjoint(_fold_locktime(one), _fold_locktime(other))
    found += _disjoint(_fold_sequence(one), _fold_sequence(other))
    found += _disjoint(one >> 12 & 15, other >> 12 & 15)
    found += _disjoint(one >> 16 & 3, other >> 16 & 3)
    found += _disjoint(one >> 18 & 3, other >> 18 & 3)
    if (one ^ other) & _HIGH_R:
        low = other if one & _HIGH_R else one
        found += 1 if low >> 21 & limits.low_r_max >= limits.low_r_sure else 0
    return found


@kernel
def _is_core_like(word: int, height: int, core: I64) -> bool:
    """Whether a row of the wallet table fits: first and last height, judged marks, left, needed, low r."""
    for k in range(len(core)):
        row = core[k]
        dated = height < 0 or (row[0] <= height <= row[1])
        grinds = row[5] == 0 or word & _HIGH_R == 0
        if dated and grinds and word & row[2] & ~row[3] == 0 and word & row[4] == row[4]:
            return True
    return False


@kernel
def _is_two_party(col: ChangeColumns, t: int) -> bool:
    """Twin of `is_two_party`."""
    for o in range(col.out_start[t], col.out_start[t + 1]):
        if col.out_type[o] == _P2A:
            return True
    if col.locktime[t] >> 24 != 0x20:
        return False
    for k in range(col.in_start[t], col.in_start[t + 1]):
        if col.in_sequence[k] >> 24 == 0x80:
            return True
    return False


@kernel
def _spendable(col: ChangeColumns, t: int) -> int:
    """How many outputs somebody could spend."""
    count = 0
    for o in range(col.out_start[t], col.out_start[t + 1]):
        count += 1 if col.out_type[o] != _OP_RETURN else 0
    return count


@kernel
def _static_answer(col: ChangeColumns, t: int, left: U8, spoke: int, bit: int) -> int:
    """The four bits of one static rule."""
    if spoke & bit == 0:
        return 0
    answer, place = _SPOKE, 0
    for o in range(col.out_start[t], col.out_start[t + 1]):
        if col.out_type[o] != _OP_RETURN:
            answer |= 1 << place if left[o] & bit else 0
            place += 1
    return answer


@kernel
def _print_answer(col: ChangeColumns, t: int, mine: int, facts: Facts, limits: VoteLimits) -> int:
    """The four bits of `fingerprint`."""
    mask, place = 0, 0
    for o in range(col.out_start[t], col.out_start[t + 1]):
        if col.out_type[o] == _OP_RETURN:
            continue
        if not facts.held_apart[o]:
            spender = int64(facts.spender_print[o])
            found = hard_conflicts(mine, spender, limits)
            if spender == 0 or 0 < found < limits.conflicts:
                return 0
            mask |= 1 << place if found == 0 else 0
        place += 1
    return _SPOKE | mask if _ones(mask) == 1 else 0


@kernel
def _ones(mask: int) -> int:
    return (mask & 1) + (mask >> 1 & 1) + (mask >> 2 & 1)


@kernel
def _chain_answers(col: ChangeColumns, t: int, mine: int, places: int, facts: Facts) -> int:
    """The answers of `revealed`, `fresh`, `peeling` and `consumer`, each at its place."""
    fresh = known = peels = few = place = 0
    all_spent = True
    for o in range(col.out_start[t], col.out_start[t + 1]):
        if col.out_type[o] == _OP_RETURN:
            continue
        spender = int64(facts.spender_print[o])
        all_spent = all_spent and spender != 0
        fresh |= 1 << place if facts.fresh[o] else 0
        known |= 1 << place if facts.in_input_cluster[o] else 0
        peels |= 1 << place if spender >> 35 & 1 and spender >> 33 & 1 else 0
        few |= 1 << place if spender >> 34 & 1 == 0 else 0
        place += 1
    answers = int64(_SPOKE | fresh if fresh else 0) << 4 * _V_FRESH
    if known:
        answers |= int64(_SPOKE | known) << 4 * _V_REVEALED
    if places == 2 and all_spent:
        if mine >> 35 & 1:
            answers |= int64(_SPOKE | peels) << 4 * _V_PEELING
        if few != 3:
            answers |= int64(_SPOKE | few) << 4 * _V_CONSUMER
    return answers


@kernel
def _place_of(col: ChangeColumns, t: int, number: int) -> int:
    """The place among all outputs of a spendable output."""
    seen = 0
    for o in range(col.out_start[t], col.out_start[t + 1]):
        if col.out_type[o] != _OP_RETURN:
            if seen == number:
                return int(o - col.out_start[t])
            seen += 1
    return -1


@kernel
def _count(answers: int, limits: VoteLimits) -> tuple[int, int, int]:
    """Count votes: (mask of the one output, or 0 none, or -1 contradiction; rules for it; strength)."""
    wanted = 0
    for v in range(limits.voters):
        answer = answers >> 4 * v & 15
        if limits.hard >> v & 1 and answer & _SPOKE and _ones(answer & 7) == 1:
            wanted |= answer & 7
    if _ones(wanted) != 1:
        return (0 if wanted == 0 else -1), 0, OPPOSED
    rules = hard = 0
    weak_against = False
    for v in range(limits.voters):
        answer = answers >> 4 * v & 15
        if answer & _SPOKE == 0 or answer & 7 == 0:
            continue
        if answer & 7 == wanted:
            rules |= 1 << v
            hard += limits.hard >> v & 1
        elif answer & wanted == 0:
            if limits.hard >> v & 1:
                return wanted, 0, OPPOSED
            weak_against = True
    if rules >> _V_REVEALED & 1 or hard >= limits.hard_votes:
        return wanted, rules, ENOUGH
    if weak_against:
        return wanted, rules, OUTVOTED
    return wanted, rules, LEAD if rules & limits.alone else WEAK


@kernel
def _quiet(col: ChangeColumns, t: int, gate: int, places: int, code: QuietCodes) -> int:
    """Why the vote abstains before any rule is asked; 0 where it goes on."""
    if col.in_start[t + 1] == col.in_start[t]:
        return code.coinbase
    if gate != 0:
        return code.unknown if gate == 1 else code.unsafe
    if _is_two_party(col, t):
        return code.two_parties
    return code.one_output if places < 2 else 0


@kernel
def _self_place(col: ChangeColumns, t: int, left: U8) -> tuple[int, int]:
    """How many outputs are self-change, and the place of the last."""
    count, place = 0, -1
    for o in range(col.out_start[t], col.out_start[t + 1]):
        if left[o] & SELF:
            count, place = count + 1, o - col.out_start[t]
    return count, place


@kernel
def vote_columns(
    col: ChangeColumns,
    gate: U8,
    left: U8,
    spoke: U8,
    prints: U64,
    facts: Facts,
    learned: U8,
    core: I64,
    dated: bool,  # noqa: FBT001
    limits: VoteLimits,
    code: QuietCodes,
    out: Verdicts,
) -> None:
    """Write the verdict on every transaction; `learned` holds four bits each of the model's answer."""
    for t in range(len(gate)):
        out.output[t], out.tier[t], out.rules[t] = limits.no_output, limits.no_tier, 0
        places = _spendable(col, t)
        quiet = _quiet(col, t, gate[t], places, code)
        out.quiet[t] = quiet
        if quiet:
            continue
        if spoke[t] & SELF:
            count, place = _self_place(col, t, left)
            if count > 1:
                out.quiet[t] = code.all_return if count == places else code.several_return
            elif place > limits.max_place:
                out.quiet[t] = code.batch
            else:
                out.output[t], out.tier[t], out.rules[t] = place, limits.tier_self, 1
            continue
        if places > limits.max_outputs or facts.service[t] or spoke[t] & NONE:
            out.quiet[t] = (
                code.batch
                if places > limits.max_outputs
                else code.service
                if facts.service[t]
                else code.no_change
            )
            continue
        own = int64(prints[t])
        mine = int64(facts.profile[t]) if facts.profile[t] != 0 else own
        answers = _chain_answers(col, t, own, places, facts)
        height = int64(col.height[t]) if dated and col.height[t] != 0xFFFFFFFF else int64(-1)
        if not _is_core_like(own, height, core):
            answers |= int64(_static_answer(col, t, left, spoke[t], SCRIPT_TYPE)) << 4 * _V_TYPE
        answers |= int64(_static_answer(col, t, left, spoke[t], UNNECESSARY_INPUT)) << 4 * _V_UNNECESSARY
        answers |= int64(_static_answer(col, t, left, spoke[t], ROUND_VALUE)) << 4 * _V_ROUND
        answers |= int64(_print_answer(col, t, mine, facts, limits)) << 4 * _V_PRINT
        answers |= int64(learned[t]) << 4 * _V_LEARNED
        if len(out.answers) > 0:
            out.answers[t] = answers
        chosen, rules, strength = _count(answers, limits)
        if chosen <= 0 or strength == OPPOSED:
            out.quiet[t] = code.no_signal if chosen == 0 else code.opposed
            continue
        place = _place_of(col, t, 0 if chosen == 1 else 1 if chosen == 2 else 2)
        if facts.held_apart[col.out_start[t] + place]:
            out.quiet[t] = code.held_apart
        elif strength < LEAD:
            out.quiet[t] = code.weak if strength == WEAK else code.opposed
        else:
            out.output[t], out.rules[t] = place, rules
            out.tier[t] = limits.tier_hop if strength == ENOUGH else limits.tier_lead
