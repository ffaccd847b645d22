"""Rounds of Wasabi Wallet: 1.x with its 0.1 BTC denomination, 2.x with its many. Figures in sat."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from cointrail.chain.view import ScriptType
from cointrail.heuristics.base import rule
from cointrail.heuristics.shape import Shape
from cointrail.heuristics.whirlpool import tx0

WASABI1_FIRST_HEIGHT = 530_500
"""Source: nopara73/Dumplings, FirstWasabiBlock; July 2018."""

WASABI1_NATIVE_HEIGHT = 610_000
"""From here on the coordinator's own script changes every round. Source: Dumplings."""

WASABI1_DENOMINATION = 10_000_000
"""0.1 BTC."""

WASABI1_TOLERANCE_TWENTIETHS = 1
"""0.1 +- 0.005 BTC is a twentieth either way, at every level. Source: graphsense-lib."""

WASABI1_MIN_INPUTS = 10
WASABI1_MIN_EQUAL = 3
WASABI1_MAX_INPUTS_EACH = 7
"""Inputs that one participant may register. Source: graphsense-lib; ZeroLink."""

WASABI1_SMALL = 20
"""Below so many inputs, a total that is a round multiple of the denomination is a batch."""

WASABI1_ROUND_PARTS = 10_000
"""How near to a multiple counts as round: one part in so many."""

WASABI1_NATIVE_LOW = 8_000_000
WASABI1_NATIVE_HIGH = 12_000_000
"""0.1 +- 0.02 BTC. Source: Dumplings, WasabiMaxPrecision."""

WASABI1_NATIVE_MIN_EQUAL = 10
WASABI1_NATIVE_MIN_UNIQUE = 2

MAX_SHARE_OF_INPUTS = 10
"""No script may supply more than one input in so many. Source: graphsense-lib."""

WASABI2_FIRST_HEIGHT = 741_213
"""Source: Dumplings, FirstWasabi2Block; June 2022."""

WASABI2_MIN_INPUTS_SORTED = 50
WASABI2_MIN_INPUTS = 20
"""Rounds shrank when the first coordinator closed, in mid 2024. Source: graphsense-lib."""

WASABI2_SMALL_HANDS = 5
"""Fewest hands and outputs of the sorted form when at least half of its outputs are standard: our choice.
It holds for all 220 emulated rounds and for no ordinary payment of the mempool sample."""

WASABI2_MIN_OUTPUT = 5_000
WASABI2_MAX_DENOMINATION = 134_375_000_000
WASABI2_MIN_DENOMINATIONS = 3

WASABI2_MAX_REUSE_PERCENT = 70
"""Places of a look-alike that repeat another's script, from here on. Source: crocs-muni/coinjoin-analysis."""

FINAL_SEQUENCES = 0xFFFFFFFE
"""From here on an input does not ask to be replaceable. Source: BIP 125."""


def _denominations() -> frozenset[int]:
    powers = {
        times * base**k
        for base, all_times in ((2, (1,)), (3, (1, 2)), (10, (1, 2, 5)))
        for times in all_times
        for k in range(64)
    }
    return frozenset(v for v in powers if WASABI2_MIN_OUTPUT <= v <= WASABI2_MAX_DENOMINATION)


WASABI2_DENOMINATIONS = _denominations()
"""2^i, 3^i, 2*3^i, 10^i, 2*10^i, 5*10^i within the limits. Source: Dumplings; WalletWasabi."""


@rule("coinjoin.wasabi1", version=1)
def wasabi1(shape: Shape) -> bool:
    """A round of Wasabi 1.x: equal outputs of about 0.1 BTC, and of its doubles from 1.1 on.

    Source: graphsense-lib, heuristics service, after arXiv 2109.10229 and 2311.12491; Dumplings for
        heights and for the form with native segwit scripts only.
    Wrong when: an exchange pays out many times 0.1 BTC from many addresses. Blind to early rounds of
        odd denominations and to rounds of fewer than ten inputs.
    Abstains on: heights below 530,500; a total that is a multiple of the denomination, below 20
        inputs; a script that supplies over a tenth of the inputs.
    Needs: output values and scripts, input scripts; the answer never changes as the chain grows.
    """
    if shape.before(WASABI1_FIRST_HEIGHT):
        return False
    return (_zerolink(shape) and _postmix_dominates(shape)) or _native_round(shape)


@rule("coinjoin.wasabi1_sparse", version=1)
def wasabi1_sparse(shape: Shape) -> bool:
    """As Wasabi 1.x, but the equal outputs are few beside the change: what graphsense-lib halves.

    Source: graphsense-lib, heuristics service, equation 22 of arXiv 2311.12491.
    Wrong when: a batch from many addresses happens to pay 0.1 BTC three times.
    Abstains on: whatever `coinjoin.wasabi1` abstains on, and where that rule fires.
    Needs: output values and scripts, input scripts; the answer never changes as the chain grows.
    """
    if shape.before(WASABI1_FIRST_HEIGHT) or wasabi1(shape) or not _zerolink(shape):
        return False
    return sum(_levels(shape).values()) >= shape.n_outputs - shape.signers - 1


def _zerolink(shape: Shape) -> bool:
    """What both forms of 1.x share: hands, distinct outputs, a denomination seen three times."""
    low = WASABI1_DENOMINATION * (20 - WASABI1_TOLERANCE_TWENTIETHS) // 20
    high = WASABI1_DENOMINATION * (20 + WASABI1_TOLERANCE_TWENTIETHS) // 20
    mode, equal = shape.mode(low, high)
    if shape.n_inputs < WASABI1_MIN_INPUTS or equal < WASABI1_MIN_EQUAL or not _well_mixed(shape):
        return False
    largest = max(_levels(shape).values(), default=0)
    if not largest <= shape.signers <= WASABI1_MAX_INPUTS_EACH * largest:
        return False
    rest = sum(shape.out_values) % mode
    is_round = min(rest, mode - rest) * WASABI1_ROUND_PARTS <= mode
    return not (is_round and shape.n_inputs < WASABI1_SMALL)


def _well_mixed(shape: Shape) -> bool:
    return shape.busiest_script * MAX_SHARE_OF_INPUTS <= shape.n_inputs and shape.outputs_distinct


def level_of(value: int) -> int | None:
    """The level i with `value` within a twentieth of 0.1 BTC * 2^i; None between levels."""
    level, centre = 0, WASABI1_DENOMINATION
    while 20 * value > (20 + WASABI1_TOLERANCE_TWENTIETHS) * centre:
        level, centre = level + 1, 2 * centre
    return level if 20 * value >= (20 - WASABI1_TOLERANCE_TWENTIETHS) * centre else None


def _levels(shape: Shape) -> dict[int, int]:
    """Outputs at each mixing level that has at least two."""
    counts = Counter(level for v in shape.out_values if (level := level_of(v)) is not None)
    return {level: count for level, count in counts.items() if count > 1}


def _postmix_dominates(shape: Shape) -> bool:
    """At least half of the outputs, one coordinator output aside, are at a level."""
    return 2 * sum(_levels(shape).values()) >= shape.n_outputs - 1


def _native_round(shape: Shape) -> bool:
    """The form after height 610,000, of native segwit scripts only."""
    if shape.before(WASABI1_NATIVE_HEIGHT) or not set(shape.in_types) | set(shape.out_types) <= {
        ScriptType.P2WPKH
    }:
        return False
    _, equal = shape.mode(WASABI1_NATIVE_LOW, WASABI1_NATIVE_HIGH)
    unique = sum(count == 1 for count in shape.counts.values())
    return WASABI1_NATIVE_MIN_EQUAL <= equal <= shape.n_inputs and unique >= WASABI1_NATIVE_MIN_UNIQUE


@rule("coinjoin.wasabi2", version=1)
def wasabi2(shape: Shape) -> bool:
    """The shape of a Wasabi 2 (WabiSabi) round; certain only with a remix link to a known round.

    Three forms: large and sorted, with over 80 % standard outputs; small and sorted, with half of
    them; or, in any order, three denominations that repeat and hold half of the outputs.

    Source: Dumplings (large sorted form); graphsense-lib (repeated denominations); our choice for the
        small sorted form, measured on rounds of real clients.
    Wrong when: an exchange pays standard amounts and bumps its fee; the sorted form has hundreds of
        such look-alikes on record. Blind to small rounds of a coordinator that does not sort.
    Abstains on: heights below 741,213; fewer than five hands; the sorted forms on unknown inputs.
    Needs: values, scripts and types; the answer never changes as the chain grows.
    """
    if shape.before(WASABI2_FIRST_HEIGHT):
        return False
    return (_is_sorted(shape) and _standard_round(shape)) or _repeated_denominations(shape)


def _is_sorted(shape: Shape) -> bool:
    """Whether inputs and outputs each stand by falling value, all of them known."""
    both = (shape.in_values, shape.all_out_values)
    return shape.complete and all(a >= b for values in both for a, b in pairwise(values))


def _standard_round(shape: Shape) -> bool:
    outs = len(shape.all_out_values)
    standard = sum(v in WASABI2_DENOMINATIONS for v in shape.all_out_values)
    native = set(shape.in_types) <= {ScriptType.P2WPKH, ScriptType.P2TR}
    large = shape.n_inputs >= WASABI2_MIN_INPUTS_SORTED and native and 5 * standard > 4 * outs
    small = min(shape.signers, outs) >= WASABI2_SMALL_HANDS and 2 * standard >= outs
    return large or (small and shape.outputs_distinct)


def _repeated_denominations(shape: Shape) -> bool:
    if shape.n_inputs < WASABI2_MIN_INPUTS or not _well_mixed(shape):
        return False
    if min(shape.out_values, default=0) < WASABI2_MIN_OUTPUT:
        return False
    repeated = [count for count in shape.counts.values() if count > 1]
    few, inside, outs = len(repeated) < WASABI2_MIN_DENOMINATIONS, sum(repeated), shape.n_outputs
    return not few and outs - 1 <= 2 * inside < 2 * outs


@rule("coinjoin.wasabi2_remix", version=1)
def wasabi2_remix(shape: Shape) -> bool:
    """The shape of a Wasabi 2 round, fed by an earlier one: it spends a standard output of a round.

    Links go backwards only, so no later block changes the answer. The price: the first round of a
    coordinator, and every round that takes in no mixed coin, stay with what `coinjoin.wasabi2` says.

    Source: crocs-muni/coinjoin-analysis drops candidates without a remix link, and look-alikes that
        ask to be replaceable and pay all but one output in standard amounts, or that reuse scripts; that
        shape and link together are enough is our choice.
    Wrong when: an exchange pays standard amounts, gets one of these outputs back as a deposit, and
        pays with it in another such batch.
    Abstains on: whatever `coinjoin.wasabi2` abstains on; look-alikes, also as the earlier round; links
        that lead through change.
    Needs: values, scripts, types, sequences, and the earlier transactions of the chain.
    """
    return any(value in WASABI2_DENOMINATIONS for value in shape.remixed_values) and passes_for_round(shape)


def passes_for_round(shape: Shape) -> bool:
    """Whether it has the shape of a Wasabi 2 round and is no tx0 and none of the known look-alikes."""
    if not wasabi2(shape) or tx0(shape):
        return False
    odd = sum(value not in WASABI2_DENOMINATIONS for value in shape.out_values)
    return not is_lookalike(
        lowest_sequence=min(shape.sequences), odd=odd, places=shape.places, reused=shape.reused_places
    )


def is_lookalike(*, lowest_sequence: int, odd: int, places: int, reused: int) -> bool:
    """Whether a candidate is one of the known look-alikes of a Wasabi 2 round.

    Args:
        lowest_sequence: of its inputs.
        odd: how many spendable outputs hold no standard amount.
        places: known inputs and spendable outputs.
        reused: how many of these places repeat another's script.
    """
    replaceable = lowest_sequence < FINAL_SEQUENCES
    return (replaceable and odd <= 1) or 100 * reused > WASABI2_MAX_REUSE_PERCENT * places
