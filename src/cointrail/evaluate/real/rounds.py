"""What the models of a join say where the owner of every coin is known: how often a sure link is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from cointrail.coinjoin.amounts import Amounts, Part, amounts_of
from cointrail.coinjoin.counting import Limits, Stop
from cointrail.coinjoin.links import LinkTable, many_to_many, one_to_one, paths
from cointrail.coinjoin.slots import Reading, read_slots
from cointrail.evaluate.real.files import read_mappings, read_zst_json
from cointrail.evaluate.real.sets import LabelledSet
from cointrail.heuristics.base import Abstained
from cointrail.heuristics.coinjoin import joinmarket
from cointrail.heuristics.shape import shape_of

ROUND_STEPS = 20_000_000
"""Steps for one round of the evaluation; a round that needs more counts as not decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTally:
    """The models on rounds with known owners.

    Attributes:
        rounds: how many.
        decided: those whose mappings were counted within the steps.
        one_to_one: those of which the one-to-one model says anything.
        in_every_mapping: pairs of input and output in every many-to-many mapping.
        in_every_mapping_right: of these, pairs of one wallet.
        paths: pairs that both models are sure of.
        paths_right: of these, pairs of one wallet.
        likeliest: outputs with one input that is likelier than all others, link probability below 1.
        likeliest_right: of these, outputs whose wallet owns that input.
    """

    rounds: int = 0
    decided: int = 0
    one_to_one: int = 0
    in_every_mapping: int = 0
    in_every_mapping_right: int = 0
    paths: int = 0
    paths_right: int = 0
    likeliest: int = 0
    likeliest_right: int = 0


@dataclass(frozen=True, slots=True)
class SlotTally:
    """JoinMarket readings of what the detector takes for rounds; nobody knows the owners."""

    labelled_set: str
    fired: int
    unique: int
    ambiguous: int
    none: int
    timeout: int
    abstained: int


Owners = tuple[dict[int, str], dict[int, str]]


def tally_models(folder: Path) -> ModelTally:
    """The models on every emulated round."""
    found = read_zst_json(folder / "coinjoin" / "lists" / "emulated_cjs_mappings.json.zst")
    rounds = found["coinjoins"].values()
    total = ModelTally()
    for tx, one in zip(read_mappings(found, "regtest"), rounds, strict=True):
        amounts = amounts_of(tx)
        if isinstance(amounts, Amounts):
            total = _added(total, _judge(amounts, _owners(one)))
    return total


def _owners(found: Mapping[str, Any]) -> Owners:
    """The wallet of each input and of each output by place."""
    inputs, outputs = ([c["wallet_name"] for c in found[side].values()] for side in ("inputs", "outputs"))
    return dict(enumerate(inputs)), dict(enumerate(outputs))


def _judge(amounts: Amounts, owners: Owners) -> ModelTally:
    limits = Limits(steps=ROUND_STEPS)
    many, one = many_to_many(amounts, limits=limits), one_to_one(amounts, limits=limits)
    certain = [_same(amounts, owners, *pair) for pair in many.certain or ()]
    both = [_same(amounts, owners, *pair) for pair in paths(many, one)]
    likeliest = [_same(amounts, owners, *pair) for pair in _likeliest(many)]
    return ModelTally(
        rounds=1,
        decided=many.stop == Stop.COMPLETE,
        one_to_one=one.mappings is not None,
        in_every_mapping=len(certain),
        in_every_mapping_right=sum(certain),
        paths=len(both),
        paths_right=sum(both),
        likeliest=len(likeliest),
        likeliest_right=sum(likeliest),
    )


def _same(amounts: Amounts, owners: Owners, part_in: int, part_out: int) -> bool:
    return _wallet(amounts.inputs[part_in], owners[0]) == _wallet(amounts.outputs[part_out], owners[1])


def _wallet(part: Part, owners: Mapping[int, str]) -> str:
    return owners[part.places[0]]


def _likeliest(many: LinkTable) -> Iterator[tuple[int, int]]:
    """For each output the one input of the highest link probability, where it is below 1."""
    for j, column in enumerate(zip(*many.together or (), strict=True)):
        best = max(column)
        if column.count(best) == 1 and best != many.mappings:
            yield column.index(best), j


def _added(a: ModelTally, b: ModelTally) -> ModelTally:
    return ModelTally(**{one.name: getattr(a, one.name) + getattr(b, one.name) for one in fields(ModelTally)})


def tally_slots(sets: Sequence[LabelledSet]) -> Iterator[SlotTally]:
    """JoinMarket readings where its detector fires, for every set where it does."""
    for one in sets:
        fired = [tx for tx in one.txs if joinmarket(shape_of(tx, dated=one.dated))]
        readings = [read_slots(tx) for tx in fired]
        told = [found.reading for found in readings if not isinstance(found, Abstained)]
        if fired:
            yield SlotTally(
                one.name,
                len(fired),
                unique=told.count(Reading.UNIQUE),
                ambiguous=told.count(Reading.AMBIGUOUS),
                none=told.count(Reading.NONE),
                timeout=told.count(Reading.TIMEOUT),
                abstained=len(fired) - len(told),
            )
