"""Among how many an output of a join hides: when it was made, and after what the chain showed later.

An output hides among the outputs equal to it, and among no more than there are hands to own them.
Who is told apart later leaves the set. Sets of several rounds are not multiplied here: such a product
is an upper bound and no more.

Source: Gavenda et al., ESORICS 2025, for what shrinks a set after the mix.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from cointrail.chain.types import Txid


class Reveal(StrEnum):
    """Why an equal output is no longer one of many."""

    WITH_CHANGE = "spent with unmixed change of this join"
    WITH_PREMIX = "spent with coins of an input's cluster"
    IN_CLUSTER = "its script lies in an input's cluster"
    RETURNED = "paid back to an input's cluster"
    REUSED = "its script was used elsewhere"


@dataclass(frozen=True, slots=True)
class Removal:
    """One output, what reveals it, and where the chain shows it.

    `height` is None where only the state of the clusters tells it: by the height that was asked for.
    """

    vout: int
    why: Reveal
    height: int | None = None
    txid: Txid | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A removal and how many its set is left with; `counted` is whether it is the first of its output."""

    removal: Removal
    counted: bool
    k: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnonymitySet:
    """The outputs of one value.

    Attributes:
        value_sat: what each holds.
        outputs: all of them.
        hands: distinct input scripts: no more owners can be told apart.
        k_at_mix: among how many an output hid when the join was made.
        owners: distinct input clusters as of the height asked for; None without a store.
        k: among how many those that are left hide at that height; None without a store.
        told: what was learned since, in the order of the chain.
    """

    value_sat: int
    outputs: tuple[int, ...]
    hands: int
    k_at_mix: int
    owners: int | None = None
    k: int | None = None
    told: tuple[Told, ...] = ()

    @property
    def hidden(self) -> tuple[int, ...]:
        """The outputs that nothing revealed."""
        revealed = {told.removal.vout for told in self.told}
        return tuple(vout for vout in self.outputs if vout not in revealed)


@dataclass(frozen=True, slots=True)
class Later:
    """What a store adds: removals up to a height, and the input clusters as of it."""

    height: int
    owners: int
    removals: tuple[Removal, ...]


def anonymity_sets(
    classes: Mapping[int, Sequence[int]], hands: int, mixed_at: int | None = None, later: Later | None = None
) -> tuple[AnonymitySet, ...]:
    """The set of every value that two outputs or more have.

    Args:
        classes: output numbers by value.
        hands: distinct input scripts.
        mixed_at: height of the join; what was known by then is no later knowledge.
        later: what the chain showed since; None without a store.
    """
    return tuple(_set_of(value, tuple(vouts), hands, mixed_at, later) for value, vouts in classes.items())


def _set_of(
    value: int, vouts: tuple[int, ...], hands: int, mixed_at: int | None, later: Later | None
) -> AnonymitySet:
    if later is None:
        return AnonymitySet(value_sat=value, outputs=vouts, hands=hands, k_at_mix=min(len(vouts), hands))
    found = sorted((r for r in later.removals if r.vout in vouts), key=_in_order)
    before = {r.vout for r in found if _known_by(r, mixed_at)}
    told = tuple(_tell(found, len(vouts), hands))
    left = len(vouts) - len({r.vout for r in found})
    return AnonymitySet(
        value_sat=value,
        outputs=vouts,
        hands=hands,
        k_at_mix=min(len(vouts) - len(before), hands),
        owners=later.owners,
        k=min(left, later.owners),
        told=told,
    )


def _tell(found: Iterable[Removal], outputs: int, hands: int) -> Iterable[Told]:
    gone: set[int] = set()
    for removal in found:
        first = removal.vout not in gone
        gone.add(removal.vout)
        yield Told(removal, first, min(outputs - len(gone), hands))


def _in_order(removal: Removal) -> tuple[bool, int, int, str]:
    return (removal.height is None, removal.height or 0, removal.vout, removal.why)


def _known_by(removal: Removal, height: int | None) -> bool:
    return removal.height is not None and height is not None and removal.height <= height
