"""Who may belong together, by two models, and what both are sure of.

**Many to many**: every mapping is as likely as every other. **One to one**: each party takes exactly
one of the equal outputs and at most one change. A link probability is a share of mappings, never a
probability of ownership; where the models differ, that shows how little a bare number means.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

from cointrail.coinjoin.amounts import Amounts
from cointrail.coinjoin.counting import Counted, Limits, Links, Stop, count_mappings, find_links
from cointrail.coinjoin.mappings import Model
from cointrail.coinjoin.sides import side_of

MAPPINGS, SHARES, CERTAIN = "number of mappings", "link probabilities", "links in every mapping"
"""What a count decides, as results name it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTable:
    """What one model says.

    Attributes:
        model: `many_to_many` or `one_to_one`.
        abstained: why the model says nothing of this transaction; None when it does.
        stop: how the count ended.
        steps: what the count took.
        mappings: how many; None when that was not decided.
        non_derived: those whose blocks cannot be cut further.
        together: for each part of the inputs and of the outputs, mappings with both in one block.
        certain: pairs of part numbers in one block in every mapping; None when not decided.
        undecided: what the limits left open.
    """

    model: str
    abstained: str | None = None
    stop: Stop = Stop.COMPLETE
    steps: int = 0
    mappings: int | None = None
    non_derived: int | None = None
    together: tuple[tuple[int, ...], ...] | None = None
    certain: Links | None = None
    undecided: tuple[str, ...] = ()

    @property
    def entropy_bits(self) -> str | None:
        """log2 of the mappings, two decimals; None when there is no number."""
        return None if not self.mappings else f"{log2(self.mappings):.2f}"

    def share(self, part_in: int, part_out: int) -> str | None:
        """The link probability of two parts as a person reads it; `1` and `0` are exact."""
        if self.together is None or not self.mappings:
            return None
        return share_text(self.together[part_in][part_out], self.mappings)


def share_text(count: int, of: int) -> str:
    """A share to three decimals. Rounding never makes it certain or impossible."""
    if count in {0, of}:
        return "1" if count else "0"
    thousandths = (2_000 * count + of) // (2 * of)
    if thousandths in {0, 1_000}:
        return ">.999" if thousandths else "<.001"
    return f".{thousandths:03d}"


def many_to_many(amounts: Amounts, *, fee_only: bool = True, limits: Limits | None = None) -> LinkTable:
    """Count all mappings; where that is too much, still look for links that all of them have.

    Source: Maurer et al. 2017; LaurentMT, Boltzmann.
    """
    model = Model(fee_only)
    found = count_mappings(amounts, model, limits)
    if found.counts is not None:
        return _table("many_to_many", amounts, found)
    undecided: tuple[str, ...] = (MAPPINGS, SHARES, CERTAIN)
    certain: Links | None = None
    if amounts.gain == 0:
        stop, links = find_links(amounts, model, limits)
        certain, undecided = (links, undecided[:2]) if stop == Stop.COMPLETE else (None, undecided)
    return LinkTable(
        model="many_to_many", stop=found.stop, steps=found.steps, certain=certain, undecided=undecided
    )


def one_to_one(amounts: Amounts, *, limits: Limits | None = None) -> LinkTable:
    """Count the mappings in which every party takes one equal output and at most one change.

    Abstains where the parties cannot be told by one denomination, and where no mapping is left.
    """
    outs = side_of(amounts.outputs)
    repeated = [(value, n) for value, n in zip(outs.values, outs.counts, strict=True) if n > 1]
    if why := _unfit(repeated, len(amounts.inputs)):
        return LinkTable(model="one_to_one", abstained=why)
    found = count_mappings(amounts, Model(fee_only=False, denomination=repeated[0][0]), limits)
    if found.counts is None:
        undecided = (MAPPINGS, SHARES, CERTAIN)
        return LinkTable(model="one_to_one", stop=found.stop, steps=found.steps, undecided=undecided)
    if not found.counts.mappings:
        return LinkTable(
            model="one_to_one",
            abstained="no choice of inputs pays for one equal output and one change each",
            steps=found.steps,
        )
    return _table("one_to_one", amounts, found)


def _unfit(repeated: list[tuple[int, int]], hands: int) -> str | None:
    if not repeated:
        return "no two outputs are equal, so there is no denomination"
    if len(repeated) > 1:
        return f"{len(repeated)} values repeat, so a party may hold several"
    if repeated[0][1] > hands:
        return f"{repeated[0][1]} equal outputs for {hands} inputs: a party holds several"
    return None


def _table(name: str, amounts: Amounts, found: Counted) -> LinkTable:
    counts = found.counts
    assert counts is not None
    ins, outs = side_of(amounts.inputs), side_of(amounts.outputs)
    together = tuple(tuple(counts.together[c][d] for d in outs.class_of) for c in ins.class_of)
    return LinkTable(
        model=name,
        steps=found.steps,
        mappings=counts.mappings,
        non_derived=counts.non_derived,
        together=together,
        certain=frozenset(
            (i, j) for i, row in enumerate(together) for j, n in enumerate(row) if n == counts.mappings
        ),
    )


def paths(many: LinkTable, one: LinkTable) -> Links:
    """Pairs that both models put together in every mapping; none where a model abstains or ran out."""
    if many.certain is None or one.certain is None:
        return frozenset()
    return many.certain & one.certain
