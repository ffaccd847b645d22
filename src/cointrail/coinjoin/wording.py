"""What may be said of a join, as sentences. Whatever is not said here is not shown.

Allowed: that an output is one of k, with the assumptions; that inputs and a change belong together by
exact sums, where both models have no other mapping. Not allowed: that an output came from an input.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cointrail.chain.types import COIN
from cointrail.coinjoin.amounts import Amounts
from cointrail.coinjoin.anonymity import AnonymitySet, Later
from cointrail.coinjoin.links import LinkTable
from cointrail.coinjoin.slots import Reading, SlotTable
from cointrail.heuristics.base import Abstained
from cointrail.heuristics.gate import Gate, GateVerdict

Paths = Sequence[tuple[tuple[int, ...], int]]


MOST_SETS_TOLD = 3
"""More values than this are told in one sentence; the table has each."""


def statement_of_gate(verdict: GateVerdict) -> str:
    """Whether it is a join at all, as far as the gate knows."""
    if verdict.gate == Gate.SAFE:
        return "Nothing marks this transaction as a join; what follows says what would hold if it were one."
    sure = "are taken for" if verdict.gate == Gate.UNSAFE else "may be"
    return f"Its inputs {sure} several people's: {', '.join(verdict.reasons)}."


def statements_of_amounts(
    amounts: Amounts | Abstained, tables: Sequence[LinkTable], found: Paths
) -> Iterator[str]:
    """What the sums say."""
    if isinstance(amounts, Abstained):
        yield f"Amounts tell nothing here: {amounts.because}."
        return
    if amounts.gain:
        yield f"A party may be paid up to {amounts.gain:,} sat for taking part, as in JoinMarket."
    for table in tables:
        yield _of_model(table)
    if tables[0].mappings == 1 and len(amounts.inputs) > 1 and not amounts.gain:
        yield "A single mapping is left only if no party paid another; where some did, name a maker fee."
    if any(table.mappings for table in tables):
        yield "A link probability is a share of these mappings, not a probability of ownership."
    yield from _of_paths(found, both=all(table.mappings for table in tables))


def statements_of_parties(
    slots: SlotTable | None, sets: Sequence[AnonymitySet], later: Later | None
) -> Iterator[str]:
    """What can be said of the parties and of the equal outputs."""
    if slots is not None and slots.reading != Reading.NONE:
        yield _of_slots(slots)
    if len(sets) > MOST_SETS_TOLD:
        yield (
            f"{len(sets)} values repeat. An output was one of as many as its row says, if each of the "
            f"{sets[0].hands} input scripts is another party's and takes each value no more than once."
        )
        return
    for one in sets:
        yield from _of_set(one, later)


def _of_model(table: LinkTable) -> str:
    name = table.model.replace("_", "-")
    if table.abstained:
        return f"The {name} model says nothing here: {table.abstained}."
    if table.mappings is None:
        return f"The {name} model was not decided ({table.stop}); open: {', '.join(table.undecided)}."
    many = "1 mapping fits" if table.mappings == 1 else f"{table.mappings:,} mappings fit"
    return f"By the {name} model {many} the amounts, {table.entropy_bits} bits."


def _of_paths(found: Paths, *, both: bool) -> Iterator[str]:
    for inputs, vout in found:
        yield (
            f"{_inputs(inputs)} and output {vout} belong together by exact sums: "
            "neither model has a mapping that parts them."
        )
    if not both:
        yield "Nothing here is called a path: that takes both models."
    elif not found:
        yield "Nothing here is called a path: no pair is together in every mapping of both models."


def _of_slots(slots: SlotTable) -> str:
    read = "If all participants but one end with no less than they brought, as makers do in JoinMarket"
    match slots.reading:
        case Reading.UNIQUE:
            return f"{read}, exact sums leave one way to tell {len(slots.slots)} participants apart."
        case Reading.AMBIGUOUS:
            return (
                f"{read}, exact sums leave {slots.solutions:,} ways; {len(slots.slots)} of "
                f"{len(slots.equal_outputs)} participants are the same in all."
            )
        case Reading.NONE:
            return f"{read}, no participants fit the sums with maker fees up to {slots.maker_fee_sat:,} sat."
    return f"{read}, it was not decided who they are: the search ended after {slots.steps:,} steps."


def _of_set(one: AnonymitySet, later: Later | None) -> Iterator[str]:
    value = f"{one.value_sat // COIN}.{one.value_sat % COIN:08d}"
    yield (
        f"Each of the {len(one.outputs)} outputs of {value} BTC was one of {one.k_at_mix} when it was made, "
        f"if each of the {one.hands} input scripts is another party's and takes this value no more than once."
    )
    if later is None or one.k is None:
        return
    if not one.told:
        yield f"By height {later.height} nothing told them apart; each is one of {one.k}."
    elif one.hidden:
        gone = len(one.outputs) - len(one.hidden)
        yield f"By height {later.height} {gone} of them were told apart; each other one is one of {one.k}."
    else:
        yield f"By height {later.height} all of them were told apart, each by a link named here."


def _inputs(places: tuple[int, ...]) -> str:
    if len(places) == 1:
        return f"Input {places[0]}"
    return f"Inputs {', '.join(map(str, places[:-1]))} and {places[-1]}"
