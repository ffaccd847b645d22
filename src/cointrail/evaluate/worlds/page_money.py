"""The page's parts on money: policies of taint, services that are recognised, keys that change hands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cointrail.evaluate.worlds.markdown import ends, md_table, number, share
from cointrail.evaluate.worlds.pool import Evaluation
from cointrail.evaluate.worlds.services import PURCHASES, service_rates
from cointrail.evaluate.worlds.svg import BLUE, GREY, RED, svg_line, svg_page, svg_text
from cointrail.evaluate.worlds.taint import Mean, TaintError, taint_errors

TAINT = "taint.svg"

_TAINT = """\
Coins that came to a hand, drawn by lot, are traced by every policy, with the addresses of all keepers of
other people's money known. What a trace says is with a hand is held against what truly is there. The truth is
by hand: all that one hand has is one pot, and each payment out of it carries a share in proportion. No order
of coins enters it, and haircut is nearest to it by its nature.

**L1** is the sum over hands of the difference, of the seed's value: 0 where all is right, 2 where all is with
the wrong hands. **Misplaced** is what was put where it is not; **withheld** ended for a reason that names
nobody, as in a CoinJoin; **covered** is the part of the money whose true holders the policy came to at all.
Poison states no amounts, so of it only the last is told."""

_SERVICES = """\
Up to {purchases} addresses of each service are tagged, as test purchases would show them. *Cluster* gives a
service all addresses in the headline clusters of these; *deposit* those outside that `service.deposit`
recognises by where they are emptied, among addresses drawn by lot. Intervals draw services again."""

_HOLDERS = """\
Every trail takes for granted that who received a coin is who spends it. No chain shows it when a key is sold,
stolen or swapped, so no rule can mend it: these are the coins that another hand spent."""


def taint_of(found: Evaluation) -> tuple[TaintError, ...]:
    """All worlds together."""
    return taint_errors([(world.name, one) for world in found.worlds for one in world.taint])


def taint_part(errors: Sequence[TaintError]) -> Iterator[str]:
    """Every policy, of both sorts of money."""
    yield from (_TAINT, "", f"![taint]({TAINT})", "")
    yield from md_table(
        ("money of", "policy", "coins", "hands", "L1", "interval", "misplaced", "withheld", "covered"),
        [
            (
                *(one.sort, one.policy, one.seeds, one.hands),
                *(number(one.l1.share), ends(one.l1.interval)),
                *(number(mean.share) for mean in (one.misplaced, one.withheld, one.covered)),
            )
            for one in errors
        ],
    )


def services_part(found: Evaluation) -> Iterator[str]:
    """Every kind of service and way."""
    yield from (_SERVICES.format(purchases=PURCHASES), "")
    rates = service_rates([(world.name, one) for world in found.worlds for one in world.services])
    yield from md_table(
        (
            "kind",
            "by",
            "services",
            "named",
            "right",
            "share",
            "interval",
            "true",
            "found",
            "share",
            "interval",
        ),
        [
            (
                *(one.kind, one.way, one.services, one.said, one.right),
                *(share(one.right, one.said), ends(one.precision)),
                *(one.true, one.found, share(one.found, one.true), ends(one.recall)),
            )
            for one in rates
        ],
    )


def holders_part(found: Evaluation) -> Iterator[str]:
    """Coins that another hand spent, by what made them."""
    yield from (_HOLDERS, "")
    moved = sorted((one for one in found.holders if one.wrong), key=lambda one: -one.wrong)
    if not moved:
        yield "No coin was spent by another hand."
        return
    coins, other = (
        sum(column) for column in zip(*((one.links, one.wrong) for one in found.holders), strict=True)
    )
    yield from md_table(
        ("coins from", "spent", "by another hand", "share"),
        [
            *((one.kind, one.links, one.wrong, share(one.wrong, one.links)) for one in moved),
            ("all", coins, other, share(other, coins)),
        ],
    )


_ROW, _LEFT, _TOP, _WIDTH = 22, 130, 44, 560
_MOST = 2.0
"""The right end: all with the wrong hands."""


def draw_taint(errors: Sequence[TaintError]) -> str:
    """L1 of every policy with its interval, both sorts of money side by side; poison states no amounts."""
    told = [one for one in errors if one.l1.share is not None]
    policies = list(dict.fromkeys(one.policy for one in told))
    height = _TOP + _ROW * len(policies) + 44
    bottom = height - 38
    parts: list[str] = []
    for tick in (0.0, 0.5, 1.0, 1.5, _MOST):
        parts += [
            svg_line(_at(tick), _TOP - 6, _at(tick), bottom, "#dddddd", 1),
            svg_text(_at(tick), bottom + 16, f"{tick:g}", anchor="middle"),
        ]
    for place, policy in enumerate(policies):
        y = _TOP + _ROW * place + _ROW // 2
        parts.append(svg_text(_LEFT - 10, y + 4, policy.replace("_", " "), anchor="end"))
        for one in (one for one in told if one.policy == policy):
            crime = one.sort == "crime"
            parts += _mark(one.l1, y - 4 if crime else y + 4, RED if crime else BLUE)
    legend = ((RED, "money of crime"), (BLUE, "ordinary money"))
    for place, (colour, words) in enumerate(legend):
        x = _LEFT + 160 * place
        parts += [
            f'<circle cx="{x}" cy="{height - 6}" r="4" fill="{colour}"/>',
            svg_text(x + 10, height - 2, words),
        ]
    parts.append(svg_line(_LEFT, _TOP - 6, _LEFT, bottom, GREY, 1))
    return svg_page(height + 6, parts, "L1 distance from the true flow, of the seed's value")


def _mark(mean: Mean, y: float, colour: str) -> Iterator[str]:
    if mean.interval is not None:
        yield svg_line(_at(mean.interval[0]), y, _at(mean.interval[1]), y, colour, 2)
    yield f'<circle cx="{_at(mean.share or 0.0):.1f}" cy="{y}" r="4" fill="{colour}"/>'


def _at(l1: float) -> float:
    return _LEFT + _WIDTH * min(l1, _MOST) / _MOST
