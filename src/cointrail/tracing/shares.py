"""How several sources share one transaction, by the policies that carry amounts.

The source reported first is placed first, and the next one in the room that is left, so that no part gets
more than it is worth. Each source's own satoshi divide exactly as the policy divides a single one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cointrail.tracing.policy import Policy
from cointrail.tracing.taint import haircut


class Amount(NamedTuple):
    """Satoshi of one source: in all, and of these, those that passed through other hands."""

    total: int
    far: int


def share_out(
    policy: Policy, amounts: Mapping[int, Amount], outputs: Sequence[int], fee: int
) -> dict[int, list[Amount]]:
    """What each part gets of each source.

    What passed through other hands is divided in proportion to the source's own shares, by haircut.

    Args:
        policy: one that carries amounts.
        amounts: by source, the one reported first has the smallest number.
        outputs: satoshi of each output; going backward, of each input.
        fee: satoshi of the fee; 0 going backward.

    Returns:
        By source, the share of each output, then of the fee.
    """
    parts = [*outputs, fee]
    room = list(parts)
    shared: dict[int, list[Amount]] = {}
    for source in sorted(amounts):
        total, far = amounts[source]
        if policy is Policy.POISON:
            all_far = total == far
            shared[source] = [Amount(part, part if all_far else 0) for part in parts]
            continue
        shares = _place(policy, total, parts, room)
        fars = haircut(far, shares)
        shared[source] = [Amount(share, one) for share, one in zip(shares, fars, strict=True)]
        room = [left - share for left, share in zip(room, shares, strict=True)]
    return shared


def _place(policy: Policy, total: int, parts: Sequence[int], room: Sequence[int]) -> Sequence[int]:
    """Satoshi of one source for each part, in the room that is left; the fee is the last part."""
    if policy is Policy.HAIRCUT:
        return haircut(total, room)
    last = len(parts) - 1
    sign = -1 if policy is Policy.TIHO else 1
    shares = [0] * len(parts)
    for place in [*sorted(range(last), key=lambda i: sign * parts[i]), last]:
        shares[place] = min(total, room[place])
        total -= shares[place]
    return shares
