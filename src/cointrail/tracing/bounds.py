"""How far a flow of value is followed. The investigator's choice; it lands in the basis."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cointrail.errors import BadInput

MOST_HOPS = 100_000
MOST_OUTPUTS = 50_000_000
"""Rows of a flow in memory, some hundred bytes each."""
MILLION = 1_000_000

DEFAULT_HOPS = 1_000
DEFAULT_OUTPUTS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Bounds of one flow.

    Raises:
        BadInput: a bound that makes no sense.
    """

    max_hops: int = DEFAULT_HOPS
    """Transactions between a start and the far end of a path, 0 or more."""
    max_outputs: int = DEFAULT_OUTPUTS
    """Outputs that the flow may come to, the starts included, 1 or more. The next one ends all of it:
    everything before it in chain order has been followed."""
    min_value_sat: int = 0
    """An output that carries less ends as `dust`; 0 follows all."""
    min_share_ppm: int = 0
    """The same, as millionths of all that is traced: it ends as `small_share`."""
    seconds: float | None = None
    """The flow ends when this much time is over; None: never. Where it ended then depends on the machine."""

    def __post_init__(self) -> None:
        self._check("max_hops", 0, MOST_HOPS)
        self._check("max_outputs", 1, MOST_OUTPUTS)
        self._check("min_value_sat", 0, None)
        self._check("min_share_ppm", 0, MILLION)
        if self.seconds is not None and not self.seconds > 0:
            raise BadInput(f"`seconds` is {self.seconds}; it must be more than 0", name="seconds")

    def _check(self, name: str, least: int, most: int | None) -> None:
        given = getattr(self, name)
        if given < least:
            raise BadInput(f"`{name}` is {given}; the least is {least}", name=name, value=given)
        if most is not None and given > most:
            raise BadInput(f"`{name}` is {given}; the most is {most}", name=name, value=given)

    def lasting(self) -> Bounds:
        """Those that must stay the same while a flow goes on; outputs and time are as the defaults say."""
        return replace(self, max_outputs=DEFAULT_OUTPUTS, seconds=None)

    def least_share(self, traced_sat: int) -> int:
        """Satoshi below which a branch ends as `small_share`, of this much that is traced."""
        return -(-traced_sat * self.min_share_ppm // MILLION)
