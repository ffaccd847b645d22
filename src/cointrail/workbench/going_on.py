"""What a walk that goes on must come to at least: as far as the answer before it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cointrail.errors import WalkGone


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The answer that a walk goes on from.

    Attributes:
        tip: hash of the tip that it rests on.
        seconds: that a walk may take which comes there from its start, and then on; None: as its bounds say.
        reached: how far it came, by what is counted.
    """

    tip: str
    seconds: float | None = None
    reached: Mapping[str, int]

    def is_reached(self, came: Mapping[str, int]) -> bool:
        """Whether a walk has come as far."""
        return all(came.get(name, 0) >= count for name, count in self.reached.items())

    def require_reached(self, came: Mapping[str, int], what: str) -> None:
        """Refuse an answer that time ended before the walk was as far again.

        Args:
            came: how far those parts of it came that time ended.
            what: is counted, as a format of `count` and `name`.

        Raises:
            WalkGone: one of them is not as far as it was.
        """
        for name, count in came.items():
            if count < (was := self.reached.get(name, 0)):
                raise WalkGone(
                    "the server no longer had this walk as it was; followed anew, time ended it at "
                    f"{what.format(count=count, name=name)}, and it had come to {was:,} before",
                    hint="what was found before still holds; ask again in a while, or follow it anew on the "
                    "command line, with as much time as it takes",
                    part=name,
                    came_to=count,
                    before=was,
                )
