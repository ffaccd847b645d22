"""Options of a trace as people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from cointrail.errors import BadInput
from cointrail.tracing.bounds import MILLION, Bounds
from cointrail.tracing.policy import Policy, parse_policy

ALL = "all"

_PERCENT = re.compile(r"(?P<number>[0-9]{1,3}(?:\.[0-9]{1,4})?)\s*%?")


def trace_policies(texts: Sequence[str]) -> tuple[Policy, ...]:
    """The policies named, each once; `all` is every one.

    Raises:
        BadInput: none is named, or there is none of that name.
    """
    names = ", ".join((*Policy, ALL))
    if not texts:
        raise BadInput(
            "no policy is named: how value divides inside a transaction decides what a trace finds, "
            "so there is no default",
            hint=f"name it with `--policy`, one of: {names}",
        )
    if any(text.strip().lower() == ALL for text in texts):
        return tuple(Policy)
    return tuple(dict.fromkeys(parse_policy(text) for text in texts))


def trace_bounds(
    *, max_hops: int, max_outputs: int, min_value_sat: int, min_share: str, seconds: float | None
) -> Bounds:
    """How far to follow; the share is a percentage such as `0.5`.

    Raises:
        BadInput: a bound that makes no sense.
    """
    match = _PERCENT.fullmatch(min_share.strip())
    share = Decimal(match["number"]) if match else Decimal(-1)
    if not 0 <= share <= 100:
        raise BadInput(
            f"`{min_share[:40]}` is not a share",
            hint="write a percentage from 0 to 100 with up to four decimals, like `0.5`",
            value=min_share,
        )
    return Bounds(
        max_hops=max_hops,
        max_outputs=max_outputs,
        min_value_sat=min_value_sat,
        min_share_ppm=int(share * MILLION / 100),
        seconds=seconds,
    )
