"""How far a walk may go. The investigator's choice; it lands in the basis."""

from __future__ import annotations

from dataclasses import dataclass

from cointrail.errors import BadInput

DEFAULT_MAX_HOPS = 20
DEFAULT_MAX_OUTPUTS = 500
DEFAULT_UPSTREAM_MIN_PERCENT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one walk.

    Raises:
        BadInput: a bound below the least that makes sense.
    """

    max_hops: int = DEFAULT_MAX_HOPS
    """Transactions between the start and the far end of a path, 0 or more."""
    max_outputs: int = DEFAULT_MAX_OUTPUTS
    """Outputs that one walk may reach, the start included, 1 or more."""
    min_value_sat: int = 0
    """A branch that carries less than this by every policy ends as `dust`; 0 follows all."""
    upstream_min_percent: int = DEFAULT_UPSTREAM_MIN_PERCENT
    """Going back, outside the payer's hand: a branch that carries less than this share of the payment
    by every policy ends as `small_share`; 0 follows all."""

    def __post_init__(self) -> None:
        for name, least in (("max_hops", 0), ("max_outputs", 1), ("min_value_sat", 0)):
            given = getattr(self, name)
            if given < least:
                raise BadInput(f"`{name}` is {given}; the least is {least}", name=name, value=given)
        if not 0 <= self.upstream_min_percent <= 100:
            raise BadInput(
                f"`upstream_min_percent` is {self.upstream_min_percent}; it must be 0 to 100",
                name="upstream_min_percent",
                value=self.upstream_min_percent,
            )
