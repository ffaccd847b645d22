"""Mappings by trying everything: every partition of the inputs, every choice of a block for each output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from cointrail.coinjoin.amounts import Amounts, Part
from cointrail.coinjoin.mappings import Model
from cointrail.coinjoin.sides import side_of

Block = tuple[frozenset[int], frozenset[int]]
Mapping = frozenset[Block]


def amounts(ins: Sequence[int], outs: Sequence[int], *, gain: int = 0, loss: int | None = None) -> Amounts:
    """Amounts of parts with one place each; every block may leave the whole fee if not said otherwise."""
    fee = sum(ins) - sum(outs)
    return Amounts(
        inputs=tuple(Part((k,), value) for k, value in enumerate(ins)),
        outputs=tuple(Part((k,), value) for k, value in enumerate(outs)),
        fee=fee,
        gain=gain,
        loss=fee if loss is None else loss,
    )


def partitions(items: Sequence[int]) -> Iterator[list[list[int]]]:
    """Every way to put items into groups."""
    if not items:
        yield []
        return
    for rest in partitions(items[1:]):
        yield [[items[0]], *rest]
        for k, group in enumerate(rest):
            yield [*rest[:k], [items[0], *group], *rest[k + 1 :]]


def all_mappings(given: Amounts, model: Model) -> set[Mapping]:
    """Every mapping whose blocks fit and take what the model allows."""
    outs = side_of(given.outputs)
    found = set()
    for groups in partitions(range(len(given.inputs))):
        for owners in product(range(len(groups)), repeat=len(given.outputs)):
            taken = [frozenset(j for j, owner in enumerate(owners) if owner == k) for k in range(len(groups))]
            blocks = [(frozenset(group), took) for group, took in zip(groups, taken, strict=True)]
            if all(_fits(given, model, outs.class_of, block) for block in blocks):
                found.add(frozenset(blocks))
    return found


def _fits(given: Amounts, model: Model, class_of: Sequence[int], block: Block) -> bool:
    brought = sum(given.inputs[i].value for i in block[0])
    taken = sum(given.outputs[j].value for j in block[1])
    digits = [sum(class_of[j] == d for j in block[1]) for d in range(max(class_of, default=-1) + 1)]
    return given.fits(brought, taken) and model.allows(side_of(given.outputs), digits)


def non_derived(mappings: set[Mapping]) -> set[Mapping]:
    """Those of which no block can be put in the place of two or more of another mapping."""
    splittable = {
        block for one in mappings for block in one if any(_cuts(other, block) for other in mappings)
    }
    return {one for one in mappings if splittable.isdisjoint(one)}


def _cuts(other: Mapping, block: Block) -> bool:
    """Whether some blocks of `other`, two or more, make up `block`."""
    inside = [piece for piece in other if piece[0] <= block[0] and piece[1] <= block[1]]
    ins = frozenset(i for piece in inside for i in piece[0])
    outs = frozenset(j for piece in inside for j in piece[1])
    return len(inside) > 1 and (ins, outs) == block


def merged(one: Mapping) -> Iterator[Mapping]:
    """Every coarsening by one step: two blocks made one."""
    blocks = list(one)
    for k, a in enumerate(blocks):
        for b in blocks[k + 1 :]:
            yield one - {a, b} | {(a[0] | b[0], a[1] | b[1])}
